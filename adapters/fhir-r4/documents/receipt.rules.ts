/** What the answer to a write says of the document: where it is now, in which version, and whether somebody must look at it first. */
import type { DocumentReceipt } from '../../../src/clinical/documents.port.js';
import { HubError } from '../../../src/core/errors.js';
import { type Json, member, textOf } from '../json.js';
import { outcomeUnknown } from '../transport/failures.js';
import { isFhirId } from '../transport/search-values.rules.js';
import type { WriteAnswer } from '../transport/write-answer.js';

/** A resource at the far end. */
export interface Place {
  readonly id: string;
  readonly version: string | null;
}

/** The end of `Location` (FHIR R4 section 3.1.0.8: `[base]/[type]/[id]/_history/[vid]`), on whatever host: it is never followed. */
const LOCATION =
  /(?:^|\/)([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

function placeInLocation(type: string, location: string | null): Place | null {
  const match = LOCATION.exec(location ?? '');
  if (match === null || match[1] !== type || !isFhirId(match[2]!)) return null;
  return { id: match[2]!, version: match[3] ?? null };
}

/** The id and meta.versionId of the resource in the body; a body of another kind says nothing of what was written. */
function placeInBody(type: string, { resource, status }: WriteAnswer): Place | null {
  if (resource === null) return null;
  if (resource.resourceType !== type) throw outcomeUnknown('OTHER_RESOURCE', { status });
  const id = textOf(resource, 'id');
  return id === null || !isFhirId(id) ? null : { id, version: textOf(member(resource, 'meta'), 'versionId') };
}

/** Where a success says that the resource is now: in its body, in `Location`, in both or in neither. `HUB_UPSTREAM_AMBIGUOUS` for another resource. */
export function placeOf(type: string, answer: WriteAnswer): readonly Place[] {
  return [placeInBody(type, answer), placeInLocation(type, answer.location)].filter(
    (place) => place !== null,
  );
}

/**
 * The receipt for a success: 202 is held for review and need not say where; anything else must give an id, in the body or in
 * `Location`, and only one, and for a write to an id that one. Else `HUB_UPSTREAM_AMBIGUOUS`.
 */
export function receiptOf(answer: WriteAnswer, writtenTo: string | null = null): DocumentReceipt {
  const { status } = answer;
  const places = placeOf('DocumentReference', answer);
  const ids = new Set(places.map(({ id }) => id));
  if (writtenTo !== null && ids.size > 0) ids.add(writtenTo);
  if (ids.size > 1) throw outcomeUnknown('TWO_IDS', { status });
  const [id] = ids;
  const stage = status === 202 ? 'AWAITING_REVIEW' : 'ACCEPTED';
  if (id === undefined && stage === 'ACCEPTED') throw outcomeUnknown('NO_ID', { status });
  const version = places.map((place) => place.version).find((one) => one !== null) ?? answer.version;
  return { stage, reference: id === undefined ? null : `DocumentReference/${id}`, version };
}

/** The receipt for a document that was there already: held for review while it is preliminary. */
export function receiptOfHeld(document: Json): DocumentReceipt {
  const id = textOf(document, 'id');
  if (id === null || !isFhirId(id))
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'NO_ID' } });
  return {
    stage: member(document, 'docStatus') === 'preliminary' ? 'AWAITING_REVIEW' : 'ACCEPTED',
    reference: `DocumentReference/${id}`,
    version: textOf(member(document, 'meta'), 'versionId'),
  };
}
