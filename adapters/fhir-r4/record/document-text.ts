/** The text of one document: the DocumentReference read by its id, held to its patient, and its bytes from there or a Binary beside it. */
import type { Observed } from '../../../src/clinical/clinical-record.port.js';
import { DocumentFault, type RecordDocumentText } from '../../../src/clinical/record.port.js';
import { inputError, isHubError } from '../../../src/core/errors.js';
import { type Json, member, textOf } from '../json.js';
import { observed } from '../mapping/observed.rules.js';
import { isRestricted } from '../mapping/restricted.rules.js';
import type { Session } from '../transport/connection.js';
import { isFhirId, isReferenceTo } from '../transport/search-values.rules.js';
import { patientIn, type RecordContext } from './by-patient.js';
import { contentOf, plainCharset, textIn, unreadable } from './document-text.rules.js';
import { mapDocument } from './record-document.rules.js';

const TYPE = 'DocumentReference';

/** A resource by type and id; null when the server has none, or has deleted it. One that is another is `HUB_UPSTREAM_PROTOCOL`. */
async function resourceAt(
  { connection }: RecordContext,
  session: Session,
  type: string,
  id: string,
): Promise<Json | null> {
  try {
    const resource = await connection.read(session, type, id);
    return resource.resourceType === type && textOf(resource, 'id') === id ? resource : null;
  } catch (error) {
    if (isHubError(error) && error.code === 'HUB_UPSTREAM_NOT_FOUND') return null;
    throw error;
  }
}

/** Binary.data, base64, of plain text; `ELSEWHERE` where the site does not read them or the server has none. */
async function binaryData(context: RecordContext, session: Session, id: string): Promise<string> {
  if (!context.settings.recordTypes.includes('Binary')) throw unreadable(DocumentFault.ELSEWHERE);
  const binary = await resourceAt(context, session, 'Binary', id);
  if (binary === null) throw unreadable(DocumentFault.ELSEWHERE);
  if (plainCharset(textOf(binary, 'contentType')) === null) throw unreadable(DocumentFault.NOT_TEXT);
  const data = member(binary, 'data');
  return typeof data === 'string' ? data : '';
}

/**
 * The text of a document of a patient, as `RecordCapability.documentText` has it. A document of another patient is none: what
 * was asked for is the caller's word, so it tells nothing of whose it is.
 */
export async function readDocumentText(
  context: RecordContext,
  localId: string,
  reference: string,
  signal: AbortSignal,
): Promise<Observed<RecordDocumentText> | null> {
  const { settings, system, clock, unmapped, connection } = context;
  if (!isFhirId(localId)) throw inputError('localId', 'not an id of this record system', 'FHIR id');
  if (!isReferenceTo(TYPE, reference)) return null;
  const session = connection.session(signal);
  const document = await resourceAt(context, session, TYPE, reference.slice(TYPE.length + 1));
  if (document === null || !patientIn(document, 'subject', settings.baseUrl).includes(localId)) return null;
  if (textOf(document, 'status') === 'entered-in-error') throw unreadable(DocumentFault.WITHDRAWN);
  if (isRestricted(document, settings.restrictedCodes)) throw unreadable(DocumentFault.RESTRICTED);
  const content = contentOf(document, settings.baseUrl);
  const data = content.at === 'HERE' ? content.data : await binaryData(context, session, content.id);
  const text = textIn(data, content.charset, content.attachment, settings.maxDocumentBytes);
  const value = { ...mapDocument(document, settings, unmapped), text };
  return observed(document, value, { system, fetchedAt: clock.now().toISOString() }, true);
}
