/** Ids for what belongs to a document but is not it: stable for ever, and never those of another purpose. */
import { createHash } from 'node:crypto';

/** A uuid (version 8, RFC 9562) made of a purpose and an id of the hub's. */
function derivedId(purpose: string, id: string): string {
  const hex = createHash('sha256').update(`${purpose} ${id}`).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20, 32)].join('-');
}

/** Request id of a version's withdrawal: not that of its creation, which a far end may remember. */
export function withdrawalRequestId(documentVersionId: string): string {
  return derivedId('withdraw', documentVersionId);
}

/**
 * Identifier of the Encounter that the hub makes for a document; all its versions are about one contact. It is another as soon
 * as the document is another patient's, as after a merge, so that no document refers to a contact of somebody else.
 */
export function encounterId(documentId: string, patientLocalId: string): string {
  return derivedId('encounter', `${documentId} ${patientLocalId}`);
}

/** Identifier of the Task to read a version. */
export function taskId(documentVersionId: string): string {
  return derivedId('task', documentVersionId);
}

/** Request id of the Task's cancellation. */
export function cancellationRequestId(documentVersionId: string): string {
  return derivedId('cancel task', documentVersionId);
}

/** Request id of a version's Provenance. */
export function provenanceRequestId(documentVersionId: string): string {
  return derivedId('provenance', documentVersionId);
}
