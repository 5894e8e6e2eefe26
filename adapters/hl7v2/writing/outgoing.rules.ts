/** What is checked of a document before anything is sent. */
import { createHash } from 'node:crypto';
import {
  DocumentAction,
  type DocumentKey,
  type DocumentTraits,
  type OutgoingDocument,
} from '../../../src/clinical/documents.port.js';
import { HubError, inputError } from '../../../src/core/errors.js';
import { isId } from '../../../src/core/ids.js';
import { isPlainCode } from '../../../src/core/plain-line.js';

/** Characters of a number of a document at most (TXA-12, version 2.4). */
const REFERENCE = /^[A-Za-z0-9.-]{1,30}$/;

/** The key, if its ids can stand in a message; else `HUB_INPUT_INVALID`. */
export function requireKey({ documentVersionId, patientLocalId }: DocumentKey): void {
  if (!isId(documentVersionId)) throw inputError('documentVersionId', 'not an id of the hub', 'a uuid');
  if (patientLocalId.trim() === '' || !isPlainCode(patientLocalId))
    throw inputError('patientLocalId', 'not an id of this record system', 'text without control characters');
}

/** The number of a document, if it is one; else `HUB_INPUT_INVALID`. */
export function requireNumber(field: string, reference: string): string {
  if (!REFERENCE.test(reference))
    throw inputError(field, 'not a number of a document', '1 to 30 letters, digits, dots and hyphens');
  return reference;
}

/**
 * Throws for a document that must not leave as it is: `HUB_INPUT_INVALID` for ids and references that are none and for a text
 * that is not the one whose hash was signed, `HUB_DELIVERY_PREDECESSOR` for a successor of nothing, `HUB_DELIVERY_LABEL` for a
 * label that the receiver is not sent, `HUB_UPSTREAM_TOO_LARGE` for a text above the site's limit, which is named.
 */
export function requireSendable(document: OutgoingDocument, traits: DocumentTraits): void {
  const { documentVersionId, patient, text, textHash, labels, action, predecessorReference } = document;
  requireKey({ documentVersionId, patientLocalId: patient.localId });
  if (action !== DocumentAction.CREATE) {
    if (predecessorReference === null) throw new HubError('HUB_DELIVERY_PREDECESSOR');
    requireNumber('predecessorReference', predecessorReference);
  }
  if (createHash('sha256').update(text, 'utf8').digest('hex') !== textHash)
    throw inputError('text', 'not the text that was signed', 'the text with the hash given');
  const lost = labels.filter((label) => !traits.labels.includes(label));
  if (lost.length > 0) throw new HubError('HUB_DELIVERY_LABEL', { details: { labels: lost } });
  const bytes = Buffer.byteLength(text, 'utf8');
  if (traits.maxTextBytes !== null && bytes > traits.maxTextBytes)
    throw new HubError('HUB_UPSTREAM_TOO_LARGE', { details: { bytes, maxTextBytes: traits.maxTextBytes } });
}
