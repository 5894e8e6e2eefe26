/** Patient.identifier:nhsNumber (UK Core Patient 2.6.1) and its verification status. */
import { parseNhsNumber } from '../../../src/core/nhs-number.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import type { Unmapped } from './unmapped.js';

/** Identifier system of the NHS number, fixed by UK Core. */
export const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const STATUS_EXTENSION =
  'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus';

/** Code systems of the verification status: UK Core's for England, and the retired one in which PDS still sends the same codes. */
export const STATUS_SYSTEMS: readonly string[] = [
  'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland',
  'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus',
];

/** What a patient's identifiers say of the NHS number. */
export interface ReadNhsNumber {
  /** Ten digits with a right check digit, or null. */
  readonly nhsNumber: string | null;
  /** `01` to `08`, or null. Told also where there is no number: 07 says that it was not found. */
  readonly nhsNumberStatus: string | null;
}

/** Identifier.extension[NHSNumberVerificationStatus].valueCodeableConcept.coding, codes 01 to 08 of a known system. */
function statusOf(identifier: Json, systems: ReadonlySet<string>, unmapped: Unmapped): string | null {
  const codings = objectsOf(identifier, 'extension')
    .filter((extension) => textOf(extension, 'url') === STATUS_EXTENSION)
    .flatMap((extension) => objectsOf(member(extension, 'valueCodeableConcept'), 'coding'));
  const known = codings
    .filter((coding) => systems.has(textOf(coding, 'system') ?? ''))
    .map((coding) => textOf(coding, 'code') ?? '')
    .filter((code) => /^0[1-8]$/.test(code));
  const distinct = new Set(known);
  if (codings.length > known.length || distinct.size > 1)
    unmapped('Patient.identifier.extension[NHSNumberVerificationStatus]');
  return distinct.size === 1 ? known[0]! : null;
}

/**
 * Patient.identifier where system is the NHS number's and use is not `old`. UK Core allows at most one; where a record
 * holds two different valid ones neither is believed. An invalid number is null and counted, with no status of its own.
 */
export function readNhsNumber(
  patient: Json,
  extraSystems: readonly string[],
  unmapped: Unmapped,
): ReadNhsNumber {
  const systems = new Set([...STATUS_SYSTEMS, ...extraSystems]);
  const slices = objectsOf(patient, 'identifier').filter(
    (identifier) => textOf(identifier, 'system') === NHS_NUMBER_SYSTEM && textOf(identifier, 'use') !== 'old',
  );
  const read = slices.map((identifier) => {
    const value = textOf(identifier, 'value');
    const nhsNumber = value === null ? null : parseNhsNumber(value);
    if (value !== null && nhsNumber === null) unmapped('Patient.identifier[nhsNumber].value');
    const unusable = value !== null && nhsNumber === null;
    return { nhsNumber, nhsNumberStatus: unusable ? null : statusOf(identifier, systems, unmapped) };
  });
  const numbers = new Set(read.map(({ nhsNumber }) => nhsNumber).filter((number) => number !== null));
  if (numbers.size > 1) {
    unmapped('Patient.identifier[nhsNumber]');
    return { nhsNumber: null, nhsNumberStatus: null };
  }
  return (
    read.find(({ nhsNumber }) => nhsNumber !== null) ?? read[0] ?? { nhsNumber: null, nhsNumberStatus: null }
  );
}
