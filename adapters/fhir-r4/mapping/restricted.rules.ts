/** Whether a resource is marked as restricted at its source. */
import { type Json, member, objectsOf, textOf } from '../json.js';

/**
 * True where `meta.security` (any resource) or `securityLabel` (DocumentReference, FHIR R4) holds a coding whose code is one of the
 * site's, in any system, as sites mark it in their own.
 */
export function isRestricted(resource: Json, codes: readonly string[]): boolean {
  const labels = [
    ...objectsOf(member(resource, 'meta'), 'security'),
    ...objectsOf(resource, 'securityLabel').flatMap((label) => objectsOf(label, 'coding')),
  ];
  return labels.some((label) => codes.includes(textOf(label, 'code') ?? ''));
}
