/** Ids, references and search values that are safe to put into a FHIR address. */
import { HubError, inputError } from '../../../src/core/errors.js';

/** FHIR R4 datatypes, `id`: 1 to 64 of these characters. A lone `.` or `..` would climb the path, so they are refused too. */
const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** True for a FHIR logical id that cannot change the path it is put into. */
export function isFhirId(text: string): boolean {
  return ID.test(text) && text !== '.' && text !== '..';
}

/** True for `<type>/<id>` with nothing before or behind. */
export function isReferenceTo(type: string, text: string): boolean {
  return text.startsWith(`${type}/`) && isFhirId(text.slice(type.length + 1));
}

/** The reference, else `HUB_INPUT_INVALID` naming the field. */
export function requireReference(field: string, type: string, text: string): string {
  if (!isReferenceTo(type, text))
    throw inputError(field, 'not a reference of this record system', `${type}/<id>`);
  return text;
}

/** A literal as one search value: `\`, `|`, `,` and `$` mean themselves (FHIR R4 search, section 3.1.1.3.1). */
export function escapeSearchValue(literal: string): string {
  return literal.replace(/[\\|,$]/g, '\\$&');
}

/** A search parameter as the adapter states it: undefined ones are left out, lists repeat the parameter. */
export type SearchValue = string | number | readonly (string | number)[] | undefined;

/** The parameters that have a value. `HUB_INTERNAL` for an empty one, which servers read as "no restriction". */
export function definedParameters(
  parameters: Readonly<Record<string, SearchValue>>,
): Record<string, string | number | (string | number)[]> {
  const defined: Record<string, string | number | (string | number)[]> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    if (value === '' || (Array.isArray(value) && value.length === 0))
      throw new HubError('HUB_INTERNAL', { details: { parameter: name } });
    defined[name] = typeof value === 'object' ? [...value] : value;
  }
  return defined;
}
