/** Takes a note's versions off the record: cancels what never left, withdraws what is or may be there. */
import { enqueueDelivery } from '../delivery/enqueue.service.js';
import { cancelUnsent } from '../delivery/unsent.service.js';
import type { Transaction } from '../platform/database/database.js';
import type { NoteVersion } from './note-versions.rules.js';
import { mayBeOnRecord } from './note-work.reader.js';

/** What was done, as ids of versions. */
export interface TakenOff {
  /** A delivery that marks it as entered in error is in the lane. */
  readonly withdrawn: readonly string[];
  /** Its delivery was cancelled before it left. */
  readonly cancelled: readonly string[];
}

/**
 * Newest first, so that what replaces goes before what it replaced. After a retraction a version that the record shows as
 * superseded stays so; under the wrong person nothing stays. Takes lanes' locks. Role `write`, under the note's lock.
 * @param versions all of the note's, newest first.
 */
export async function takeOffRecord(
  tx: Transaction,
  note: { readonly id: string; readonly organisationId: string; readonly teamId: string },
  versions: readonly NoteVersion[],
  because: 'RETRACTED' | 'WRONG_PERSON',
): Promise<TakenOff> {
  const withdrawn: string[] = [];
  const cancelled: string[] = [];
  const superseded = new Set<string | null>();
  for (const version of versions) {
    const unsent = await cancelUnsent(tx, version.id, because);
    if (unsent === 'CANCELLED') cancelled.push(version.id);
    const isThere = unsent === 'SETTLED' || unsent === 'IN_FLIGHT' || (await mayBeOnRecord(tx, version.id));
    // Only a replacement that has arrived shows its predecessor as superseded for certain.
    if (unsent === 'SETTLED' && version.action === 'REPLACE') superseded.add(version.predecessorId);
    if (!isThere || version.systemId === null) continue;
    // One that was cancelled when it may have arrived can stand beside what was to replace it.
    if (because === 'RETRACTED' && unsent === 'SETTLED' && superseded.has(version.id)) continue;
    await enqueueDelivery(tx, {
      documentVersionId: version.id,
      documentId: note.id,
      organisationId: note.organisationId,
      teamId: note.teamId,
      personId: version.personId,
      systemId: version.systemId,
      operation: 'WITHDRAW',
      urgentDueAt: null,
    });
    withdrawn.push(version.id);
  }
  return { withdrawn, cancelled };
}
