/** What is checked of a document before anything is sent. */
import {
  DocumentAction,
  type DocumentKey,
  type DocumentTraits,
  type OutgoingDocument,
} from '../../../src/clinical/documents.port.js';
import { HubError, inputError } from '../../../src/core/errors.js';
import { isId } from '../../../src/core/ids.js';
import { isFhirId, isReferenceTo, requireReference } from '../transport/search-values.rules.js';
import { textHash } from './text.rules.js';

/** The key, if both of its parts can be put into a search; else `HUB_INPUT_INVALID`. */
export function requireKey({ documentVersionId, patientLocalId }: DocumentKey): void {
  if (!isId(documentVersionId)) throw inputError('documentVersionId', 'not an id of the hub', 'a uuid');
  if (!isFhirId(patientLocalId))
    throw inputError('patientLocalId', 'not an id of this record system', 'a FHIR id');
}

function requireReferences({ action, predecessorReference, author }: OutgoingDocument): void {
  if (!['Practitioner', 'PractitionerRole'].some((type) => isReferenceTo(type, author.reference)))
    throw inputError(
      'author.reference',
      'not a reference of this record system',
      'Practitioner/<id> or PractitionerRole/<id>',
    );
  if (action === DocumentAction.CREATE) return;
  if (predecessorReference === null) throw new HubError('HUB_DELIVERY_PREDECESSOR');
  requireReference('predecessorReference', 'DocumentReference', predecessorReference);
}

/**
 * Throws for a document that must not leave as it is: `HUB_INPUT_INVALID` for ids and references that are none and for a text
 * that is not the one whose hash was signed, `HUB_DELIVERY_PREDECESSOR` for a successor of nothing, `HUB_DELIVERY_LABEL` for a
 * label that this record cannot carry, `HUB_UPSTREAM_TOO_LARGE` for a text above the site's limit, which is named.
 */
export function requireSendable(document: OutgoingDocument, traits: DocumentTraits): void {
  const { documentVersionId, patient, text, labels } = document;
  requireKey({ documentVersionId, patientLocalId: patient.localId });
  requireReferences(document);
  if (textHash(text) !== document.textHash)
    throw inputError('text', 'not the text that was signed', 'the text with the hash given');
  const lost = labels.filter((label) => !traits.labels.includes(label));
  if (lost.length > 0) throw new HubError('HUB_DELIVERY_LABEL', { details: { labels: lost } });
  const bytes = Buffer.byteLength(text, 'utf8');
  if (traits.maxTextBytes !== null && bytes > traits.maxTextBytes)
    throw new HubError('HUB_UPSTREAM_TOO_LARGE', { details: { bytes, maxTextBytes: traits.maxTextBytes } });
}
