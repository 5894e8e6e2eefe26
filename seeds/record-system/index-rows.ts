/** What a resource can be found by: the rows that one version of it adds to the search index. */
import { evalFhirPathTyped, type TypedValue, toTypedValue } from '@medplum/core';
import type {
  Address,
  CodeableConcept,
  Coding,
  ContactPoint,
  HumanName,
  Identifier,
  Period,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import { type InstantRange, rangeOf, rangeOfPeriod } from './date-range.rules.js';
import type { Definitions, ParameterDefinition } from './definitions.js';
import { isSupportedType } from './supported-types.js';

/**
 * A row of the index. Dates have their low end in `value` and their high end in `hi`; references to an identifier have the
 * code `<parameter>:identifier`; text is folded in `value` and as written in `system`.
 */
export interface IndexRow {
  readonly code: string;
  readonly system: string;
  readonly value: string;
  readonly hi: string;
}

/** Text as it is compared in string searches: lower case, without accents. */
export function foldText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

const row = (code: string, value: string, system = '', hi = ''): IndexRow => ({ code, system, value, hi });

function tokenRows(code: string, { type, value }: TypedValue): IndexRow[] {
  switch (type) {
    case 'Identifier':
      return (value as Identifier).value
        ? [row(code, (value as Identifier).value!, (value as Identifier).system)]
        : [];
    case 'Coding':
      return (value as Coding).code ? [row(code, (value as Coding).code!, (value as Coding).system)] : [];
    case 'CodeableConcept':
      return ((value as CodeableConcept).coding ?? []).flatMap((coding) =>
        coding.code ? [row(code, coding.code, coding.system)] : [],
      );
    case 'ContactPoint':
      return (value as ContactPoint).value
        ? [row(code, (value as ContactPoint).value!, (value as ContactPoint).system)]
        : [];
    default:
      return [row(code, String(value))];
  }
}

function referenceRows(code: string, { type, value }: TypedValue): IndexRow[] {
  if (type !== 'Reference') return [row(code, String(value))];
  const { reference, identifier } = value as Reference;
  const rows = reference ? [row(code, reference)] : [];
  if (identifier?.value) rows.push(row(`${code}:identifier`, identifier.value, identifier.system));
  return rows;
}

function stringRows(code: string, { type, value }: TypedValue): IndexRow[] {
  const fold = (texts: readonly (string | undefined)[]): IndexRow[] =>
    texts.flatMap((text) => (text ? [row(code, foldText(text), text)] : []));
  if (type === 'HumanName') {
    const name = value as HumanName;
    return fold([
      name.text,
      name.family,
      ...(name.given ?? []),
      ...(name.prefix ?? []),
      ...(name.suffix ?? []),
    ]);
  }
  if (type === 'Address') {
    const address = value as Address;
    return fold([
      address.text,
      ...(address.line ?? []),
      address.city,
      address.district,
      address.state,
      address.postalCode,
      address.country,
    ]);
  }
  return fold([String(value)]);
}

function dateRows(code: string, { type, value }: TypedValue): IndexRow[] {
  const range: InstantRange | null =
    type === 'Period' ? rangeOfPeriod(value as Period) : rangeOf(String(value));
  return range ? [row(code, range.low, '', range.high)] : [];
}

function rowsOf(parameter: ParameterDefinition, found: TypedValue): IndexRow[] {
  switch (parameter.type) {
    case 'token':
      return tokenRows(parameter.code, found);
    case 'reference':
      return referenceRows(parameter.code, found);
    case 'date':
      return dateRows(parameter.code, found);
    case 'uri':
      return [row(parameter.code, String(found.value))];
    default:
      return stringRows(parameter.code, found);
  }
}

/** All index rows of a resource, without repeats. Nothing for a type that is not supported. */
export function indexRows(definitions: Definitions, resource: Resource): readonly IndexRow[] {
  if (!isSupportedType(resource.resourceType)) return [];
  const rows = new Map<string, IndexRow>();
  for (const parameter of definitions[resource.resourceType].values()) {
    // Ids are a column of their own.
    if (parameter.code === '_id') continue;
    for (const found of evalFhirPathTyped(parameter.expression, [toTypedValue(resource)])) {
      for (const each of rowsOf(parameter, found))
        rows.set(`${each.code}\0${each.system}\0${each.value}\0${each.hi}`, each);
    }
  }
  return [...rows.values()];
}
