/** What receipts that have come make of a version that was sent. Pure. */
import type { DocumentKey, FiledDocument } from '../../../src/clinical/documents.port.js';
import type { KeptReceipt } from '../../../src/clinical/inbound.port.js';

/** The last word under each of a version's numbers; null where nothing has come. */
export interface Words {
  /** About the message that filed it. */
  readonly filing: KeptReceipt | null;
  /** About the message that withdrew it: `FILED` says that the withdrawal was carried out. */
  readonly withdrawal: KeptReceipt | null;
  /** About the document, by its number. */
  readonly document: KeptReceipt | null;
}

/** True where a word about the document is about the version, and not perhaps about another under the same number. */
function isAbout(word: KeptReceipt, { sharedSince }: Pick<DocumentKey, 'sharedSince'>): boolean {
  if (word.says === 'WITHDRAWN' || sharedSince === null) return true;
  return sharedSince !== undefined && word.receivedAt < sharedSince;
}

/** What was told of a version, when, and of whom; of nobody in particular where that is empty. */
export interface ToldOfVersion {
  readonly status: FiledDocument['status'];
  readonly toldAt: string;
  readonly localIds: KeptReceipt['localIds'];
}

/**
 * What was told of the version; null when nothing that was told is about it. Where versions share a number, what is
 * said under it counts while no other version had left, and only a withdrawal whenever it comes.
 */
export function statusOf(
  { filing, withdrawal, document }: Words,
  key: Pick<DocumentKey, 'sharedSince'>,
  sharesNumber: boolean,
): ToldOfVersion | null {
  const counts = document !== null && (!sharesNumber || isAbout(document, key)) ? document : null;
  const words = [filing, counts].filter((word) => word !== null);
  const named = [...words].sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1));
  // That it was accepted says nothing of under whom it is, and takes nothing back of that.
  const localIds = named.find((word) => word.localIds.length > 0)?.localIds ?? [];
  if (withdrawal?.says === 'FILED' || withdrawal?.says === 'WITHDRAWN')
    return { status: 'ENTERED_IN_ERROR', toldAt: withdrawal.receivedAt, localIds: [] };
  const last = words.reduce<KeptReceipt | null>(
    (latest, word) => (latest === null || word.receivedAt >= latest.receivedAt ? word : latest),
    null,
  );
  if (last === null) return null;
  const status = { FILED: 'CURRENT', REJECTED: 'REJECTED', WITHDRAWN: 'ENTERED_IN_ERROR' } as const;
  return { status: status[last.says], toldAt: last.receivedAt, localIds };
}

/**
 * The version as the far end has told of it, under the patient of whom it told. Its text cannot be read back: the far end's word is the
 * proof.
 */
export function filedDocument(
  { documentVersionId, patientLocalId }: DocumentKey,
  reference: string,
  { status, localIds }: Pick<ToldOfVersion, 'status' | 'localIds'>,
): FiledDocument {
  return {
    documentVersionId,
    reference,
    version: null,
    patientLocalId:
      localIds.length === 0 || localIds.includes(patientLocalId) ? patientLocalId : localIds[0]!,
    status,
    isFinal: true,
    textHash: null,
    isAttested: true,
  };
}
