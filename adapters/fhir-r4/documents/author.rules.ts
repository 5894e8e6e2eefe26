/** Who wrote a document, as the site wants to be told: by reference, by identifier, or within the resource. */
import type { DocumentAuthor } from '../../../src/clinical/documents.port.js';
import type { WriteSettings } from './write-settings.js';

/** Id of the Practitioner within a resource. */
const WITHIN = 'author';

/** What of a site's settings decides it. */
export type AuthorRules = Pick<WriteSettings, 'authorStyle' | 'authorIdentifierSystem'>;

/** A Reference to the author, and the resource that it may need within the one that refers. */
export interface AuthorElements {
  readonly who: object;
  /** Members to add to the resource: `contained`, or nothing. */
  readonly contained: { readonly contained?: readonly object[] };
}

/**
 * The author, `Practitioner/<id>` or `PractitionerRole/<id>` in the destination, as Reference: literal; or by Reference.type
 * and identifier, the id under the site's system; or to a contained Practitioner with the name and, where the site has a
 * system, the identifier. The display is name, role and employer.
 */
export function authorElements(
  { reference, name, role, employer }: DocumentAuthor,
  { authorStyle, authorIdentifierSystem: system }: AuthorRules,
): AuthorElements {
  const display = [name, role, employer].join(', ');
  const [type, value] = reference.split('/') as [string, string];
  if (authorStyle === 'IDENTIFIER')
    return { who: { type, identifier: { system, value }, display }, contained: {} };
  if (authorStyle === 'REFERENCE') return { who: { reference, display }, contained: {} };
  const practitioner = {
    resourceType: 'Practitioner',
    id: WITHIN,
    ...(system === null ? {} : { identifier: [{ system, value }] }),
    name: [{ text: name }],
  };
  return { who: { reference: `#${WITHIN}`, display }, contained: { contained: [practitioner] } };
}
