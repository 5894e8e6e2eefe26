/**
 * What the messages of a record system say of caseloads, whatever the protocol: events of patients and of their visits. Part of
 * the port. Any order of arrival comes to the same, because events are put in the order in which they happened.
 */
import type { LocalDate } from '../core/calendar.js';
import type { MembershipState, PatientIdentity } from './clinical-record.port.js';

/** What a message says of a patient; what is left out it leaves as it was, and null says that there is none. */
export type FeedPatient = Partial<Omit<PatientIdentity, 'localId' | 'replacedByLocalId'>>;

/** One thing that happened, as a message tells it. */
export interface FeedEvent {
  /** When it happened; ISO instant. */
  readonly happenedAt: string;
  /** When its sender wrote it down; ISO instant. Of two that say different things of one instant the later holds. */
  readonly recordedAt: string;
  /** The record system's id of the patient. */
  readonly localId: string;
  readonly patient: FeedPatient;
  readonly change: FeedChange;
}

/** Who coordinates somebody's care, as the message says; absent: it does not say. */
export type FeedCoordinator = { readonly reference: string; readonly name: string | null } | null;

/** What happened. `visit` is the record system's id of a referral, episode or visit: a stay on caseloads from end to end. */
export type FeedChange =
  /** The patient is on a team's caseload, or referred to it, from then on. */
  | {
      readonly kind: 'JOINED';
      readonly visit: string;
      readonly team: string;
      readonly state: Extract<MembershipState, 'OPEN' | 'ON_HOLD' | 'WAITING_LIST' | 'PLANNED'>;
      readonly on: LocalDate | null;
      readonly coordinator?: FeedCoordinator;
    }
  /** From then on it is another team's. */
  | {
      readonly kind: 'MOVED';
      readonly visit: string;
      readonly team: string;
      /** Null when the message does not say. */
      readonly from: string | null;
      readonly on: LocalDate | null;
      readonly coordinator?: FeedCoordinator;
    }
  /** The visit ended. */
  | { readonly kind: 'LEFT'; readonly visit: string; readonly on: LocalDate | null }
  /** How the visit stands: a snapshot, which never overrules what happened after it. */
  | {
      readonly kind: 'STANDS';
      readonly visit: string;
      readonly team: string | null;
      /** Whether it is a visit or the wait for one; it goes on when absent. Of a visit that is known, it says nothing. */
      readonly state?: Extract<MembershipState, 'OPEN' | 'WAITING_LIST' | 'PLANNED'>;
      readonly from?: LocalDate | null;
      readonly to?: LocalDate | null;
      readonly coordinator?: FeedCoordinator;
    }
  /** An earlier event of the visit was a mistake; `at` is when that was said to have happened, null: the latest of its kind. */
  | {
      readonly kind: 'UNDONE';
      readonly visit: string;
      readonly what: 'JOINED' | 'MOVED' | 'LEFT';
      readonly at: string | null;
    }
  /** Only details of the patient. */
  | { readonly kind: 'DETAILS' }
  /** The patient's record was merged into another's, which lives on. */
  | { readonly kind: 'REPLACED'; readonly by: string }
  /** The patient's record has another id from then on; nobody had it before. */
  | { readonly kind: 'RENUMBERED'; readonly to: string }
  /** Two records are one person's, or are no longer said to be. */
  | { readonly kind: 'LINKED' | 'SEPARATED'; readonly with: string }
  /** A visit was merged into another of the same patient. */
  | { readonly kind: 'VISIT_REPLACED'; readonly visit: string; readonly by: string }
  /** A visit was another patient's all along: `localId` had it, `to` has it. */
  | { readonly kind: 'VISIT_GIVEN'; readonly visit: string; readonly to: string };
