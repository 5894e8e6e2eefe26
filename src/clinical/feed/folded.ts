/** What the events of some patients come to: memberships, patients, and what somebody has to look at. */
import type { CaseloadItem, PatientIdentity } from '../clinical-record.port.js';

/** One stay of a visit on a team, as the events tell it. */
export interface FeedMembership extends Omit<CaseloadItem, 'teamReference'> {
  /** `Visit/<visit>/<team>/<n>`: the n-th stay of the visit on the team, by when they began. */
  readonly reference: string;
  /** Null when no message has told the team: the stay may be on any, and nobody is refused or taken for it. */
  readonly teamReference: string | null;
  /** Another one for whatever else the stay comes to. */
  readonly version: string;
  /** When its newest event was written down; ISO instant. */
  readonly asOf: string;
  /** False where events are missing or contradict each other: nothing follows from the stay, neither a yes nor a no. */
  readonly complete: boolean;
}

/**
 * Why somebody has to look.
 * - `TEAM_UNKNOWN`: a visit of which no message names the team.
 * - `MOVE_UNTOLD`: the visit is said to be, or to have been, on a team without a message of how it came there.
 * - `UNDO_UNMATCHED`: what was taken back is not among what happened, though something like it is.
 * - `AFTER_THE_END`: the visit goes on after it ended or was taken back.
 * - `MERGE_REVERSED`: the surviving record is said to have been merged into the one that it replaced; not done.
 * - `MERGED_TWICE`: a record is said to have been merged into two; the first holds.
 * - `ID_IN_USE`: a record is said to have taken the id of another; not done.
 * - `LINKED`: two records in use are said to be one person's, and neither took the other's place: what stands on the one is not known
 *   of the other.
 * - `VISIT_OF_TWO`: one visit, two patients who are not known to be one.
 * - `VISIT_REVERSED`: the surviving visit is said to have been merged into the one that it replaced; not done.
 */
export type FeedDoubtKind =
  | 'TEAM_UNKNOWN'
  | 'MOVE_UNTOLD'
  | 'UNDO_UNMATCHED'
  | 'AFTER_THE_END'
  | 'MERGE_REVERSED'
  | 'MERGED_TWICE'
  | 'ID_IN_USE'
  | 'LINKED'
  | 'VISIT_OF_TWO'
  | 'VISIT_REVERSED';

/** Something that the events do not settle. */
export interface FeedDoubt {
  readonly kind: FeedDoubtKind;
  /** Whom it concerns. */
  readonly localIds: readonly string[];
  /** Null when it concerns the patients themselves. */
  readonly visit: string | null;
}

/** What events come to. The same for the same events, whatever their order and however often each is there. */
export interface FoldedFeed {
  /** By reference. What an event brought and a later one took back is among them as `ENTERED_IN_ERROR`. */
  readonly memberships: readonly FeedMembership[];
  /** Everybody whom an event names, by local id. Somebody of whom nothing else is known is there too. */
  readonly patients: readonly PatientIdentity[];
  /** Pairs of records in use that are said to be one person's. */
  readonly linked: readonly (readonly [string, string])[];
  readonly doubts: readonly FeedDoubt[];
}
