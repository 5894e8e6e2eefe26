/** Whether what the record shows is what was signed. */
import type { FiledDocument } from '../clinical/documents.port.js';

/** What was signed, as far as a record can be compared with it. */
export interface SignedVersion {
  readonly documentVersionId: string;
  readonly textHash: string;
  /** The patient it was sent to and those whose record has taken that one's place. */
  readonly localIds: readonly string[];
}

/**
 * What a read of the record amounts to.
 * - `EQUAL`: id, person and text are those signed, and it is final.
 * - `HELD`: it is theirs to review or sign first.
 * - `WITHDRAWN`: marked as entered in error.
 * - `REJECTED`: taken, and then not filed.
 * - `UNPROVEN`: it is there, but its text cannot be read back.
 * - `MISMATCH`: another person, text or version.
 */
export type Shown = 'EQUAL' | 'HELD' | 'WITHDRAWN' | 'REJECTED' | 'UNPROVEN' | 'MISMATCH';

/** Compares a document on the record with the signed version that it should be. */
export function compareWithSigned(signed: SignedVersion, found: FiledDocument): Shown {
  if (found.documentVersionId !== signed.documentVersionId) return 'MISMATCH';
  if (!signed.localIds.includes(found.patientLocalId)) return 'MISMATCH';
  if (found.status === 'ENTERED_IN_ERROR') return 'WITHDRAWN';
  if (found.status === 'REJECTED') return 'REJECTED';
  if (found.textHash !== null && found.textHash !== signed.textHash) return 'MISMATCH';
  if (!found.isFinal) return 'HELD';
  return found.textHash === null && !found.isAttested ? 'UNPROVEN' : 'EQUAL';
}
