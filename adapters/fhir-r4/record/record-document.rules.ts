/** DocumentReference (FHIR R4, UK Core DocumentReference 2.2.0) as a line of a list: what it is, never its text. */
import type { RecordDocument } from '../../../src/clinical/record.port.js';
import { isId } from '../../../src/core/ids.js';
import { type FiledRules, versionIdsOf } from '../documents/filed.rules.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { conceptText } from '../mapping/concept.rules.js';
import { instantOf } from '../mapping/dates.rules.js';
import { displayOf } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { codeAmong } from './coded.rules.js';

/** Elements of DocumentReference that a line is made of; everything but the text. */
export const LINE_ELEMENTS: readonly string[] = [
  'meta',
  'identifier',
  'status',
  'type',
  'subject',
  'date',
  'author',
  'description',
  'securityLabel',
];

/** FHIR R4 value set DocumentReferenceStatus. */
const STATUSES: readonly string[] = ['current', 'superseded', 'entered-in-error'];

/** DocumentReference.date, an instant; anything else is null and counted. */
function recordedAt(document: Json, unmapped: Unmapped): string | null {
  const date = member(document, 'date');
  const at = typeof date === 'string' ? instantOf(date) : null;
  if (date !== undefined && at === null) unmapped('DocumentReference.date');
  return at;
}

/**
 * The line: DocumentReference.description as title, type in words, status, date, first author.display, and the hub's own
 * version id where an identifier in its system is a uuid. Never throws.
 */
export function mapDocument(document: Json, rules: FiledRules, unmapped: Unmapped): RecordDocument {
  return {
    reference: `DocumentReference/${textOf(document, 'id')}`,
    title: textOf(document, 'description')?.trim() ?? null,
    type: conceptText(member(document, 'type')),
    status: codeAmong(document, 'status', STATUSES, 'DocumentReference.status', unmapped),
    recordedAt: recordedAt(document, unmapped),
    author:
      objectsOf(document, 'author')
        .map(displayOf)
        .find((name) => name !== null) ?? null,
    documentVersionId: versionIdsOf(document, rules).find(isId) ?? null,
  };
}
