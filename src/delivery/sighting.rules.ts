/** What it means that the record shows a document, shows another, or does not show it: the only way to "filed". */
import type { FiledDocument } from '../clinical/documents.port.js';
import type { Theirs } from './outcome.rules.js';
import { compareWithSigned } from './receipt.rules.js';
import type { WorkItemKind } from './work-item.service.js';

/** A delivery that was accepted and is looked for on the record. */
export interface Watched {
  readonly id: string;
  readonly organisationId: string;
  readonly teamId: string;
  readonly personId: string;
  readonly documentId: string;
  readonly documentVersionId: string;
  readonly operation: 'FILE' | 'WITHDRAW';
  readonly theirs: Theirs;
  /** Which look this is; from 1. */
  readonly watchAttempts: number;
  /** Milliseconds since it was accepted. */
  readonly ageMs: number;
  readonly textHash: string;
  /** The patient it was sent to, then those whose record has taken that one's place; null when none is known. */
  readonly localIds: readonly string[] | null;
  /** The hub has begun to withdraw the version. */
  readonly isWithdrawn: boolean;
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
}

/** How the watch spaces its looks. */
export interface WatchPatience {
  readonly watchMs: number;
  readonly longestBackoffMs: number;
  readonly overdueMs: number;
}

/** Time until the next look: half to the whole of twice the time before, capped. */
export function nextLookMs(
  watchAttempts: number,
  patience: Pick<WatchPatience, 'watchMs' | 'longestBackoffMs'>,
  random: () => number = Math.random,
): number {
  const most = Math.min(patience.watchMs * 2 ** Math.min(watchAttempts - 1, 30), patience.longestBackoffMs);
  return most * (0.5 + random() / 2);
}

/** What a look at the record means for a delivery; `found` is null when the record does not show the version. */
export function sightingOf(
  watched: Watched,
  found: FiledDocument | null,
  patience: WatchPatience,
  random?: () => number,
): Sighting {
  const sighting = (change: Partial<Sighting>): Sighting => ({
    id: watched.id,
    watchAttempts: watched.watchAttempts,
    theirs: null,
    reference: found?.reference ?? null,
    version: found?.version ?? null,
    isFiled: false,
    delayMs: null,
    item: null,
    ...change,
  });
  const later = (change: Partial<Sighting> = {}): Sighting =>
    sighting({
      delayMs: nextLookMs(watched.watchAttempts, patience, random),
      item: watched.ageMs >= patience.overdueMs ? 'RECEIPT_OVERDUE' : null,
      ...change,
    });
  if (!found) return later();
  const { documentVersionId, textHash, localIds } = watched;
  const shown = compareWithSigned({ documentVersionId, textHash, localIds: localIds ?? [] }, found);
  if (shown === 'MISMATCH') return sighting({ item: 'RECEIPT_MISMATCH', reference: null, version: null });
  if (watched.operation === 'WITHDRAW')
    return shown === 'WITHDRAWN' ? sighting({ theirs: 'WITHDRAWN' }) : later();
  if (shown === 'EQUAL') return sighting({ theirs: 'FILED', isFiled: true });
  if (shown === 'HELD')
    return later({ theirs: watched.theirs === 'AWAITING_SIGNATURE' ? null : 'AWAITING_SIGNATURE' });
  if (shown === 'UNPROVEN') return later();
  // Marked as entered in error: by the hub, which then had it there before, or by somebody at the far end. That it was filed is
  // said only of the text that was signed.
  return watched.isWithdrawn
    ? sighting({ theirs: 'WITHDRAWN', isFiled: found.textHash === textHash })
    : sighting({ item: 'RECEIPT_MISMATCH' });
}
