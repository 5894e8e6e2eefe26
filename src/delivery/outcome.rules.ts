/** The table of answers on the hub's side: from a code or the stage of a receipt to what becomes of the attempt, its lane and the other axis. */
import type { DocumentReceipt } from '../clinical/documents.port.js';
import { ceilingMs } from '../core/backoff.js';
import type { ErrorCode, RetryClass } from '../core/error-codes.js';
import { isHubError } from '../core/errors.js';

/** What an attempt amounts to. `WAITED`: nothing was sent yet, and nothing is wrong. */
export type AttemptClass =
  | 'DONE'
  | 'TRANSIENT'
  | 'AMBIGUOUS'
  | 'PERMANENT'
  | 'PAUSED'
  | 'CONFLICT'
  | 'WAITED';
/** What the lane does: its next delivery, this one again later, or nothing until somebody acts. */
export type LaneMove = 'next' | 'waits' | 'parked';
/** What the destination has said or shown. */
export type Theirs =
  | 'NONE'
  | 'ACCEPTED'
  | 'FILED'
  | 'AWAITING_SIGNATURE'
  | 'SIGNED'
  | 'WITHDRAWN'
  | 'REJECTED';

/** One row of the table. */
export interface Verdict {
  readonly class: AttemptClass;
  readonly lane: LaneMove;
  /** Null leaves what was known. */
  readonly theirs: Theirs | null;
}

const verdict = (attempt: AttemptClass, lane: LaneMove, theirs: Theirs | null = null): Verdict => ({
  class: attempt,
  lane,
  theirs,
});

const AMBIGUOUS = verdict('AMBIGUOUS', 'waits');

/** Receipts. */
export const BY_STAGE: Readonly<Record<DocumentReceipt['stage'], Verdict>> = {
  ACCEPTED: verdict('DONE', 'next', 'ACCEPTED'),
  AWAITING_REVIEW: verdict('DONE', 'next', 'AWAITING_SIGNATURE'),
};

/** Failures by what their code says may be done about them. */
export const BY_RETRY_CLASS: Readonly<Record<RetryClass, Verdict>> = {
  transient: verdict('TRANSIENT', 'waits'),
  ambiguous: AMBIGUOUS,
  permanent: verdict('PERMANENT', 'parked'),
  paused: verdict('PAUSED', 'waits'),
  conflict: verdict('CONFLICT', 'waits'),
};

/** Codes of a write that mean more, or other, than their class: after it has left, not to know is never transient. */
export const WRITE_EXCEPTIONS: Readonly<Partial<Record<ErrorCode, Verdict>>> = {
  HUB_UPSTREAM_REJECTED: verdict('PERMANENT', 'parked', 'REJECTED'),
  HUB_UPSTREAM_TOO_LARGE: verdict('PERMANENT', 'parked', 'REJECTED'),
  HUB_UPSTREAM_DECLINED: verdict('TRANSIENT', 'waits', 'REJECTED'),
  HUB_UPSTREAM_PROTOCOL: AMBIGUOUS,
  HUB_UPSTREAM_TIMEOUT: AMBIGUOUS,
  HUB_UPSTREAM_STOPPED: AMBIGUOUS,
  HUB_INTERNAL: AMBIGUOUS,
};

/** Codes of a read. What cannot be understood settles nothing: the lane waits and asks again. */
export const READ_EXCEPTIONS: Readonly<Partial<Record<ErrorCode, Verdict>>> = {
  HUB_UPSTREAM_PROTOCOL: AMBIGUOUS,
  HUB_UPSTREAM_NOT_FOUND: AMBIGUOUS,
  HUB_INTERNAL: AMBIGUOUS,
};

/** The code of any failure; what is not a `HubError` is a fault of the hub. */
export function codeOf(error: unknown): ErrorCode {
  return isHubError(error) ? error.code : 'HUB_INTERNAL';
}

/** Longest detail that is kept. */
const DETAIL_LENGTH = 500;

/** What a failure is about, as `characters: U+2019, U+201C; characterSet: ASCII`; null where it says no more than its code. */
export function detailOf(error: unknown): string | null {
  if (!isHubError(error)) return null;
  const said = Object.entries(error.details).filter(([, value]) => value !== null && value !== '');
  const text = said.map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : value}`);
  return text.length === 0 ? null : text.join('; ').slice(0, DETAIL_LENGTH);
}

/** The row of a failure. `call` says whether it was a write (send, withdraw) or a read (find). */
export function verdictOf(error: unknown, call: 'write' | 'read'): Verdict {
  const exceptions = call === 'write' ? WRITE_EXCEPTIONS : READ_EXCEPTIONS;
  return exceptions[codeOf(error)] ?? BY_RETRY_CLASS[isHubError(error) ? error.retry : 'ambiguous'];
}

/** How patient the hub is. */
export interface Patience {
  /** First back-off in milliseconds. */
  readonly backoffMs: number;
  /** Longest back-off in milliseconds. */
  readonly longestBackoffMs: number;
  /** After so many tries an answer that stays ambiguous, or a reference that never comes, parks the delivery. */
  readonly ambiguousLimit: number;
  /** After so many conflicts that asking did not settle the delivery is parked. */
  readonly conflictLimit: number;
}

/** No far end's `Retry-After` is taken for more than a day. */
const LONGEST_RETRY_AFTER_MS = 86_400_000;

/**
 * Milliseconds until the next try. Full jitter: anything from nought to twice as much as the time before, capped; where the far
 * end asked for a time, that and a little more, so that all who were told the same do not come back at once.
 * @param tries from 1.
 */
export function backoffMs(
  tries: number,
  patience: Pick<Patience, 'backoffMs' | 'longestBackoffMs'>,
  retryAfterMs: number | undefined,
  random: () => number = Math.random,
): number {
  if (retryAfterMs !== undefined)
    return Math.min(Math.max(retryAfterMs, 0), LONGEST_RETRY_AFTER_MS) + random() * patience.backoffMs;
  return random() * ceilingMs(tries, { firstMs: patience.backoffMs, mostMs: patience.longestBackoffMs });
}

/** Answers that pass by themselves or not at all: after so many tries somebody has to look. */
export const FEW_TRIES: Readonly<Partial<Record<ErrorCode, number>>> = { HUB_UPSTREAM_DECLINED: 3 };

/** True when a delivery has been tried so often without an end that somebody has to look. */
export function isExhausted(
  { class: attempt, code }: { readonly class: AttemptClass; readonly code: ErrorCode | null },
  tries: number,
  conflicts: number,
  patience: Pick<Patience, 'ambiguousLimit' | 'conflictLimit'>,
): boolean {
  const few = code === null ? undefined : FEW_TRIES[code];
  if (few !== undefined) return tries >= few;
  if (attempt === 'AMBIGUOUS' || attempt === 'WAITED') return tries >= patience.ambiguousLimit;
  if (attempt === 'CONFLICT') return conflicts >= patience.conflictLimit;
  return false;
}
