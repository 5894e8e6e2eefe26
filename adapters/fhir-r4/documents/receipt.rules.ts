/** What the answer to a write says of the document: where it is now, in which version, and whether somebody must look at it first. */
import type { DocumentReceipt } from '../../../src/clinical/documents.port.js';
import { member, textOf } from '../json.js';
import { outcomeUnknown } from '../transport/failures.js';
import { isFhirId } from '../transport/search-values.rules.js';
import type { WriteAnswer } from '../transport/write-answer.js';

interface Place {
  readonly id: string;
  readonly version: string | null;
}

/** The end of `Location` (FHIR R4 section 3.1.0.8: `[base]/[type]/[id]/_history/[vid]`), on whatever host: it is never followed. */
const LOCATION = /(?:^|\/)DocumentReference\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

function placeInLocation(location: string | null): Place | null {
  const match = LOCATION.exec(location ?? '');
  return match === null || !isFhirId(match[1]!) ? null : { id: match[1]!, version: match[2] ?? null };
}

/** The id and meta.versionId of the resource in the body; a body of another kind says nothing of the document. */
function placeInBody({ resource, status }: WriteAnswer): Place | null {
  if (resource === null) return null;
  if (resource.resourceType !== 'DocumentReference') throw outcomeUnknown('OTHER_RESOURCE', { status });
  const id = textOf(resource, 'id');
  return id === null || !isFhirId(id) ? null : { id, version: textOf(member(resource, 'meta'), 'versionId') };
}

/**
 * The receipt for a success: 202 is held for review and need not say where; anything else must give an id, in the body or in
 * `Location`, and only one, and for an update the id that was written to. Else `HUB_UPSTREAM_AMBIGUOUS`.
 */
export function receiptOf(answer: WriteAnswer, updatedId: string | null = null): DocumentReceipt {
  const { status } = answer;
  const places = [placeInBody(answer), placeInLocation(answer.location)].filter((place) => place !== null);
  const ids = new Set(places.map(({ id }) => id));
  if (updatedId !== null && ids.size > 0) ids.add(updatedId);
  if (ids.size > 1) throw outcomeUnknown('TWO_IDS', { status });
  const [id] = ids;
  const stage = status === 202 ? 'AWAITING_REVIEW' : 'ACCEPTED';
  if (id === undefined && stage === 'ACCEPTED') throw outcomeUnknown('NO_ID', { status });
  const version = places.map((place) => place.version).find((one) => one !== null) ?? answer.version;
  return { stage, reference: id === undefined ? null : `DocumentReference/${id}`, version };
}
