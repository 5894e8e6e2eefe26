/** Literal references between resources of one server. */
import { member, textOf } from '../json.js';
import { isFhirId } from '../transport/search-values.rules.js';

/** A resource on the same server. */
export interface LocalReference {
  readonly type: string;
  readonly id: string;
}

/**
 * The target of a Reference element, as FHIR R4 section 2.3.0.1 allows it: relative or below the base address, with or
 * without a version. Null for logical, contained and foreign references, as they name nothing that this server can read.
 */
export function localReference(element: unknown, baseUrl: string): LocalReference | null {
  const text = textOf(element, 'reference');
  if (text === null) return null;
  const relative = text.startsWith(baseUrl) ? text.slice(baseUrl.length) : text;
  const [type, id, history, version, ...rest] = relative.split('/');
  if (type === undefined || !/^[A-Z][A-Za-z]{1,63}$/.test(type) || id === undefined || !isFhirId(id))
    return null;
  if (history !== undefined && (history !== '_history' || !isFhirId(version ?? ''))) return null;
  return rest.length > 0 ? null : { type, id };
}

/** `Type/id`. */
export function referenceText({ type, id }: LocalReference): string {
  return `${type}/${id}`;
}

/** Reference.display, or null. */
export function displayOf(element: unknown): string | null {
  const display = member(element, 'display');
  return typeof display === 'string' && display.trim() !== '' ? display.trim() : null;
}
