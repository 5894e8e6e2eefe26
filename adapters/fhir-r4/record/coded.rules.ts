/** CodeableConcept and code elements of the records: codes as they stand, and words of FHIR's own lists. */
import type { RecordCode } from '../../../src/clinical/record.port.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { conceptText } from '../mapping/concept.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';

/** CodeableConcept.coding with a code: system, code and display of each; one without a code is counted under `path`. */
export function codesOf(concept: unknown, path: string, unmapped: Unmapped): readonly RecordCode[] {
  return objectsOf(concept, 'coding').flatMap((coding) => {
    const code = textOf(coding, 'code')?.trim();
    if (code === undefined) {
      unmapped(`${path}.coding`);
      return [];
    }
    const system = textOf(coding, 'system')?.trim() ?? null;
    return [{ system, code, display: textOf(coding, 'display')?.trim() ?? null }];
  });
}

/** A `code` element of a required value set; null when absent, and null and counted when it is none of them. */
export function codeAmong(
  resource: Json,
  element: string,
  among: readonly string[],
  path: string,
  unmapped: Unmapped,
): string | null {
  const code = member(resource, element);
  if (code === undefined) return null;
  if (typeof code === 'string' && among.includes(code)) return code;
  unmapped(path);
  return null;
}

/**
 * The code of a CodeableConcept whose value set is required: the coding of `system`, or one that names no system. Null when
 * absent, and null and counted under `path` when it holds none of them.
 */
export function conceptAmong(
  concept: unknown,
  system: string,
  among: readonly string[],
  path: string,
  unmapped: Unmapped,
): string | null {
  if (concept === undefined) return null;
  const known = objectsOf(concept, 'coding')
    .filter((coding) => [system, null].includes(textOf(coding, 'system')))
    .map((coding) => textOf(coding, 'code'))
    .find((code) => code !== null && among.includes(code));
  if (known === undefined) unmapped(path);
  return known ?? null;
}

/** A list of CodeableConcepts in words, the first that has any. */
export function firstWords(resource: Json, element: string): string | null {
  return (
    objectsOf(resource, element)
      .map(conceptText)
      .find((words) => words !== null) ?? null
  );
}
