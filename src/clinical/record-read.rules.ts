/** What a live read of clinical records means: which fields come of which read, and how each source stands to a person. */
import { Purpose } from '../core/caller.js';
import type { ErrorCode } from '../core/error-codes.js';
import type { Observed } from './clinical-record.port.js';
import {
  type RecordCapability,
  type RecordEpisode,
  type RecordReads,
  SENSITIVE_READS,
  type SensitiveRead,
} from './record.port.js';
import type { RecordHolder } from './record-links.reader.js';

/** A read of the port: one call for many patients. */
export type RecordRead = keyof RecordReads;

/** How many days before today contacts and appointments are read from. */
export const CONTACT_DAYS = 90;

/** Which read answers which field of the graph's `ClinicalRecord`. `sources` comes of all of them and asks for none. */
export const READ_OF: Readonly<Record<string, RecordRead>> = {
  demographics: 'demographics',
  careTeams: 'careTeams',
  careCoordinator: 'openEpisodes',
  openEpisodes: 'openEpisodes',
  documents: 'documents',
  encounters: 'encounters',
  appointments: 'appointments',
  problems: 'problems',
  riskFlags: 'riskFlags',
  consents: 'consents',
};

/** How a record system stands to a person at the moment of asking. */
export const SourceState = {
  /** Read just now. */
  CURRENT: 'CURRENT',
  /** The person has a record there; nothing of it was asked for. */
  NOT_ASKED: 'NOT_ASKED',
  /** It did not answer, or not usably; what it holds is missing. */
  FAILED: 'FAILED',
  /** The hub knows of no record of the person there, or the system itself knows of none any more. */
  NOT_LINKED: 'NOT_LINKED',
  /** The system, or its site profile, offers no live reads of what was asked for. */
  NOT_OFFERED: 'NOT_OFFERED',
  /** Nothing of what was asked for may be shown: `withheld` says by whom. */
  NOT_PERMITTED: 'NOT_PERMITTED',
  /** A record of the person is marked restricted at its source: it is opened there, never here. */
  RESTRICTED: 'RESTRICTED',
  /**
   * Somebody has to settle first who the person is, or the record there is by now another's, replaced or out of use:
   * nothing is shown, so that nobody is shown another's record.
   */
  IDENTITY_CONFLICT: 'IDENTITY_CONFLICT',
} as const;
export type SourceState = (typeof SourceState)[keyof typeof SourceState];

/** Who withholds a sensitive read, and its error code. */
export const WithheldReason = {
  /** The site profile does not permit it. */
  NOT_PERMITTED_BY_SITE: 'NOT_PERMITTED_BY_SITE',
  /** It is for direct care, and the caller asks for another purpose. */
  NOT_PERMITTED_FOR_PURPOSE: 'NOT_PERMITTED_FOR_PURPOSE',
} as const;
export type WithheldReason = (typeof WithheldReason)[keyof typeof WithheldReason];

/** The error code of each reason. */
export const WITHHELD_CODES: Readonly<Record<WithheldReason, ErrorCode>> = {
  NOT_PERMITTED_BY_SITE: 'HUB_RECORD_NOT_PERMITTED_BY_SITE',
  NOT_PERMITTED_FOR_PURPOSE: 'HUB_RECORD_NOT_PERMITTED_FOR_PURPOSE',
};

/**
 * Why a read may not be made; null when it may. A sensitive one needs both: the site profile that permits it, and direct
 * care as the caller's purpose.
 */
export function withheldBecause(
  read: RecordRead | SensitiveRead,
  { permitted = [] }: Pick<RecordCapability, 'permitted'>,
  purpose: Purpose,
): WithheldReason | null {
  const sensitive = SENSITIVE_READS.find((one) => one === read);
  if (sensitive === undefined) return null;
  if (!permitted.includes(sensitive)) return WithheldReason.NOT_PERMITTED_BY_SITE;
  return purpose === Purpose.DIRECT_CARE ? null : WithheldReason.NOT_PERMITTED_FOR_PURPOSE;
}

/**
 * Why nothing of a person may be read from a system; null when it may. A person of whom no surviving identity is found
 * counts as not linked.
 */
export function barred(holder: RecordHolder | undefined, systemId: string): SourceState | null {
  if (!holder) return SourceState.NOT_LINKED;
  if (holder.inConflict) return SourceState.IDENTITY_CONFLICT;
  if (holder.restricted || holder.links.some((link) => link.restricted)) return SourceState.RESTRICTED;
  return holder.links.some((link) => link.systemId === systemId) ? null : SourceState.NOT_LINKED;
}

/** What became of one read of one patient. */
export interface ReadOutcome {
  readonly items: readonly Observed<object>[];
  /** Code of the failure; null when it was read. */
  readonly failure: ErrorCode | null;
  /** ISO instant. */
  readonly fetchedAt: string;
}

/**
 * How a source stands: what bars it, else what became of the reads that were asked for; `outcomes` are of those offered
 * and permitted, `withheld` counts those that it offers and that may not be made.
 */
export function sourceState(
  bar: SourceState | null,
  asked: number,
  outcomes: readonly ReadOutcome[],
  withheld = 0,
): SourceState {
  if (bar) return bar;
  if (asked === 0) return SourceState.NOT_ASKED;
  if (outcomes.length === 0) return withheld > 0 ? SourceState.NOT_PERMITTED : SourceState.NOT_OFFERED;
  return outcomes.some(({ failure }) => failure !== null) ? SourceState.FAILED : SourceState.CURRENT;
}

/** An item as the graph shows it: what it is, and where and when that was read; never by what it was judged. */
export function shownItem(item: Observed<object>): Readonly<Record<string, unknown>> {
  const { system, reference, version } = item.source;
  const { asOf, fetchedAt, complete } = item;
  const { identity: _judgedBy, ...value } = item.value as Readonly<Record<string, unknown>>;
  return { ...value, system, reference, version, asOf, fetchedAt, complete };
}

/**
 * The care coordinator: of the open episodes that name one, the one begun last, an unknown beginning counting as the
 * earliest; the first by reference where that does not decide.
 */
export function careCoordinator(
  episodes: readonly Observed<RecordEpisode>[],
): Readonly<Record<string, unknown>> | null {
  const naming = episodes.filter(({ value }) => value.careCoordinator !== null);
  const [newest] = [...naming].sort(
    (left, right) =>
      compare(right.value.startedOn ?? '', left.value.startedOn ?? '') ||
      compare(left.source.reference, right.source.reference),
  );
  return newest
    ? { ...newest.value.careCoordinator, system: newest.source.system, fetchedAt: newest.fetchedAt }
    : null;
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
