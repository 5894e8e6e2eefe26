/** A DocumentReference of the record as the document that the hub filed. */
import type { FiledDocument } from '../../../src/clinical/documents.port.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { localReference } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { readText, textHash } from './text.rules.js';

/** DocumentReference.status (required binding DocumentReferenceStatus). */
const STATUSES: Readonly<Record<string, FiledDocument['status']>> = {
  current: 'CURRENT',
  superseded: 'SUPERSEDED',
  'entered-in-error': 'ENTERED_IN_ERROR',
};

/** DocumentReference.docStatus (required binding CompositionStatus) of what nobody there has still to look at. */
const FINAL = new Set(['final', 'amended', 'entered-in-error']);

/** What of a site's settings decides how a document is read. */
export interface FiledRules {
  readonly baseUrl: string;
  readonly documentIdentifierSystem: string;
}

/** DocumentReference.identifier values in the hub's system: the document versions that the resource claims to be. */
export function versionIdsOf(document: Json, { documentIdentifierSystem }: FiledRules): readonly string[] {
  return objectsOf(document, 'identifier')
    .filter((identifier) => textOf(identifier, 'system') === documentIdentifierSystem)
    .map((identifier) => textOf(identifier, 'value')?.trim().toLowerCase() ?? '')
    .filter((value) => value !== '');
}

/** DocumentReference.docStatus: absent counts as final, as FHIR has no default and most servers do not keep it; unknown does not. */
function isFinal(document: Json, unmapped: Unmapped): boolean {
  const docStatus = member(document, 'docStatus');
  if (docStatus === undefined) return true;
  if (typeof docStatus === 'string' && docStatus === 'preliminary') return false;
  if (typeof docStatus === 'string' && FINAL.has(docStatus)) return true;
  unmapped('DocumentReference.docStatus');
  return false;
}

/**
 * The document as it is: under whichever patient, in whichever state. What cannot be understood never reads as filed: an
 * unknown status is not final, a subject that is no patient of this server is the empty id, a text that cannot be read has
 * no hash; `complete` is false then. Never throws.
 */
export function filedDocument(
  document: Json,
  documentVersionId: string,
  rules: FiledRules,
  unmapped: Unmapped,
): { readonly value: FiledDocument; readonly complete: boolean } {
  const subject = localReference(member(document, 'subject'), rules.baseUrl);
  const patientLocalId = subject?.type === 'Patient' ? subject.id : '';
  if (patientLocalId === '') unmapped('DocumentReference.subject');
  const status = textOf(document, 'status') ?? '';
  const known = Object.hasOwn(STATUSES, status);
  if (!known) unmapped('DocumentReference.status');
  const text = readText(document);
  if (text === null) unmapped('DocumentReference.content.attachment');
  const value: FiledDocument = {
    documentVersionId,
    reference: `DocumentReference/${textOf(document, 'id')}`,
    version: textOf(member(document, 'meta'), 'versionId'),
    patientLocalId,
    status: known ? STATUSES[status]! : 'CURRENT',
    isFinal: isFinal(document, unmapped) && known,
    textHash: text === null ? null : textHash(text),
  };
  return { value, complete: known && patientLocalId !== '' && text !== null };
}
