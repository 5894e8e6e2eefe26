/** What it means that the record shows a document, shows another, or does not show it: the only way to "filed". */
import type { DocumentAction, FiledDocument } from '../clinical/documents.port.js';
import { waitMs } from '../core/backoff.js';
import type { ErrorCode } from '../core/error-codes.js';
import type { Theirs } from './outcome.rules.js';
import { compareWithSigned, type Shown } from './receipt.rules.js';
import type { WorkItemKind } from './work-item.service.js';

/** A delivery that was accepted, or was cancelled when it may have arrived, and is looked for on the record. */
export interface Watched {
  readonly id: string;
  readonly organisationId: string;
  readonly teamId: string;
  readonly personId: string;
  readonly documentId: string;
  readonly documentVersionId: string;
  readonly operation: 'FILE' | 'WITHDRAW';
  readonly isCancelled: boolean;
  readonly theirs: Theirs;
  /** Which look this is; from 1. */
  readonly watchAttempts: number;
  /** Milliseconds since it was accepted or cancelled. */
  readonly ageMs: number;
  readonly textHash: string;
  readonly version: number;
  readonly action: DocumentAction;
  /** Its reference there, where that is known. */
  readonly reference: string | null;
  /** As `DocumentKey.sharedSince`. */
  readonly sharedSince: string | null;
  /** The patient it was sent to, then those whose record has taken that one's place; null when none is known. */
  readonly localIds: readonly string[] | null;
  /** The hub has begun to withdraw the version. */
  readonly isWithdrawn: boolean;
  /** Something of the same document is in its lane: a withdrawal or a version that will ask for this one. */
  readonly isFollowed: boolean;
  /** The hub has withdrawn the document or versions of it: the note was taken back. */
  readonly isTakenBack: boolean;
}

/** What was seen, as it is written down. */
export interface Sighting {
  readonly id: string;
  readonly watchAttempts: number;
  /** Null leaves what was known. */
  readonly theirs: Theirs | null;
  readonly reference: string | null;
  readonly version: string | null;
  readonly isFiled: boolean;
  /** Milliseconds until the next look; null: there is nothing more to look for. */
  readonly delayMs: number | null;
  /** Somebody has to look. */
  readonly item: Extract<WorkItemKind, 'RECEIPT_MISMATCH' | 'RECEIPT_OVERDUE'> | null;
  /** What led to the item. */
  readonly code: Extract<
    ErrorCode,
    'HUB_DELIVERY_MISMATCH' | 'HUB_DELIVERY_LATE' | 'HUB_UPSTREAM_NOT_FOUND' | 'HUB_UPSTREAM_REJECTED'
  > | null;
  /** It has to be withdrawn once more: when it was asked for, it was not there yet. */
  readonly withdraws: boolean;
}

/** How the watch spaces its looks. */
export interface WatchPatience {
  readonly watchMs: number;
  readonly longestBackoffMs: number;
  readonly overdueMs: number;
  readonly lateWatchMs: number;
}

type Change = Partial<Sighting>;

/** Time until the next look: half to the whole of twice the time before, capped. */
export function nextLookMs(
  watchAttempts: number,
  patience: Pick<WatchPatience, 'watchMs' | 'longestBackoffMs'>,
  random: () => number = Math.random,
): number {
  return waitMs(watchAttempts, { firstMs: patience.watchMs, mostMs: patience.longestBackoffMs }, random);
}

/** What a look at the record means for a delivery; `found` is null when the record does not show the version. */
export function sightingOf(
  watched: Watched,
  found: FiledDocument | null,
  patience: WatchPatience,
  random?: () => number,
): Sighting {
  const sighting = (change: Change): Sighting => ({
    id: watched.id,
    watchAttempts: watched.watchAttempts,
    theirs: null,
    reference: found?.reference ?? null,
    version: found?.version ?? null,
    isFiled: false,
    delayMs: null,
    item: null,
    code: null,
    withdraws: false,
    ...change,
  });
  const delayMs = nextLookMs(watched.watchAttempts, patience, random);
  const { documentVersionId, textHash, localIds } = watched;
  const shown = found && compareWithSigned({ documentVersionId, textHash, localIds: localIds ?? [] }, found);
  if (shown === 'MISMATCH')
    return sighting({
      item: 'RECEIPT_MISMATCH',
      code: 'HUB_DELIVERY_MISMATCH',
      reference: null,
      version: null,
    });
  return sighting(
    watched.isCancelled
      ? afterCancelling(watched, found, delayMs, patience)
      : afterAcceptance(watched, found && { ...found, shown: shown! }, delayMs, patience),
  );
}

/** What was accepted is looked for until it shows as it should. */
function afterAcceptance(
  watched: Watched,
  found: (FiledDocument & { readonly shown: Shown }) | null,
  delayMs: number,
  { overdueMs }: WatchPatience,
): Change {
  const later: Change =
    watched.ageMs >= overdueMs
      ? { delayMs, item: 'RECEIPT_OVERDUE', code: 'HUB_UPSTREAM_NOT_FOUND' }
      : { delayMs };
  const shown = found?.shown;
  if (shown === 'REJECTED')
    return { theirs: 'REJECTED', item: 'RECEIPT_MISMATCH', code: 'HUB_UPSTREAM_REJECTED' };
  if (watched.operation === 'WITHDRAW') return shown === 'WITHDRAWN' ? { theirs: 'WITHDRAWN' } : later;
  if (shown === 'EQUAL') return { theirs: 'FILED', isFiled: true };
  if (shown === 'HELD')
    return { ...later, theirs: watched.theirs === 'AWAITING_SIGNATURE' ? null : 'AWAITING_SIGNATURE' };
  if (shown !== 'WITHDRAWN') return later;
  // Marked as entered in error: by the hub, which then had it there before, or by somebody at the far end. That it was filed is
  // said only of the text that was signed.
  return watched.isWithdrawn
    ? { theirs: 'WITHDRAWN', isFiled: found?.textHash === watched.textHash }
    : { item: 'RECEIPT_MISMATCH', code: 'HUB_DELIVERY_MISMATCH' };
}

/**
 * What was cancelled and may have arrived is looked for during a bounded time. When it shows after all, whatever follows it in
 * the lane sees to it first; a note that was taken back is withdrawn once more; anything else is somebody's to put right.
 */
function afterCancelling(
  watched: Watched,
  found: FiledDocument | null,
  delayMs: number,
  { lateWatchMs }: WatchPatience,
): Change {
  if (!found) return watched.ageMs >= lateWatchMs ? {} : { delayMs };
  if (found.status === 'ENTERED_IN_ERROR') return { theirs: 'WITHDRAWN' };
  if (found.status === 'SUPERSEDED' || found.status === 'REJECTED') return {};
  if (watched.isFollowed) return { delayMs };
  return watched.isTakenBack ? { withdraws: true } : { item: 'RECEIPT_MISMATCH', code: 'HUB_DELIVERY_LATE' };
}
