/** Builders of signed versions on their way to a record. */
import { createHash } from 'node:crypto';
import {
  DocumentAction,
  type DocumentKey,
  DocumentKind,
  type OutgoingDocument,
} from '../../src/clinical/documents.port.js';
import { newId } from '../../src/core/ids.js';

/** SHA-256 of a text in UTF-8, lower-case hexadecimal. */
export const hashOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** A progress note's first version under `Patient/person-1`; the hash is that of the text given. */
export function anOutgoingDocument(change: Partial<OutgoingDocument> = {}): OutgoingDocument {
  const text = change.text ?? 'Met at the library.\nTalked about the interview on Thursday – it’s at 9.';
  return {
    documentVersionId: newId(),
    documentId: newId(),
    version: 1,
    action: DocumentAction.CREATE,
    predecessorReference: null,
    patient: { localId: 'person-1' },
    kind: DocumentKind.PROGRESS_NOTE,
    title: 'Progress note',
    text,
    textHash: hashOf(text),
    author: {
      reference: 'Practitioner/es-kit-marchbank',
      name: 'Kit Marchbank',
      employer: 'An employment service',
      role: 'Employment specialist',
    },
    custodianOdsCode: 'DEMO1',
    contactOn: '2026-02-27',
    contactStartedAt: '2026-02-27T10:00:00.000Z',
    writtenAt: '2026-02-27T11:00:00.000Z',
    signedAt: '2026-02-27T11:05:00.000Z',
    labels: [],
    isShareable: false,
    ...change,
  };
}

/** The key under which a document is looked for. */
export function keyOf({ documentVersionId, patient }: OutgoingDocument): DocumentKey {
  return { documentVersionId, patientLocalId: patient.localId };
}
