/** Patient (FHIR R4, UK Core Patient 2.6.1) as whose record it is and how to reach the person. */
import type { RecordDemographics } from '../../../src/clinical/record.port.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { personName } from '../mapping/names.rules.js';
import { mapPatient, type PatientRules } from '../mapping/patient.rules.js';
import { displayOf } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { mapGeneralPractice } from './general-practice.rules.js';

/** FHIR R4 value set AdministrativeGender. */
const GENDERS: readonly string[] = ['male', 'female', 'other', 'unknown'];

/** Patient.gender, a code of AdministrativeGender. */
function gender(patient: Json, unmapped: Unmapped): string | null {
  const code = member(patient, 'gender');
  if (code === undefined) return null;
  if (typeof code === 'string' && GENDERS.includes(code)) return code;
  unmapped('Patient.gender');
  return null;
}

/** Patient.telecom.value of the preferred telephone: not an old one, by ContactPoint.rank, then in the record's order. */
function telephone(patient: Json): string | null {
  const rank = (contact: Json): number => {
    const value = member(contact, 'rank');
    return typeof value === 'number' && value > 0 ? value : Number.POSITIVE_INFINITY;
  };
  const phones = objectsOf(patient, 'telecom').filter(
    (contact) => textOf(contact, 'system') === 'phone' && textOf(contact, 'use') !== 'old',
  );
  const [first] = phones
    .filter((phone) => textOf(phone, 'value') !== null)
    .sort((a, b) => {
      const [left, right] = [rank(a), rank(b)];
      return left === right ? 0 : left - right;
    });
  return first === undefined ? null : textOf(first, 'value')!.trim();
}

/** Patient.address: the home one, else the first that is neither old nor for bills. */
function homeAddress(patient: Json): Json | undefined {
  const addresses = objectsOf(patient, 'address').filter(
    (address) => !['old', 'billing'].includes(textOf(address, 'use') ?? ''),
  );
  return addresses.find((address) => textOf(address, 'use') === 'home') ?? addresses[0];
}

/** Address.text, else line, district, city and postalCode with commas between; null when it holds none of them. */
function oneLine(address: Json | undefined): string | null {
  const whole = textOf(address, 'text');
  if (whole !== null) return whole.replace(/\s*\n\s*/g, ', ').trim();
  const lines = member(address, 'line');
  const parts: readonly unknown[] = [
    ...(Array.isArray(lines) ? lines : []),
    ...['district', 'city', 'postalCode'].map((key) => member(address, key)),
  ];
  const words = parts.filter((part): part is string => typeof part === 'string' && part.trim() !== '');
  return words.length === 0 ? null : words.map((word) => word.trim()).join(', ');
}

/** Patient.generalPractitioner.display, the first that has one; a practice that came along is named where none has. */
function generalPractitioner(patient: Json): string | null {
  return (
    objectsOf(patient, 'generalPractitioner')
      .map(displayOf)
      .find((name) => name !== null) ?? null
  );
}

/** The demographics in a Patient resource whose id is `localId`. Never throws; what it cannot use is null and counted. */
export function mapDemographics(
  localId: string,
  patient: Json,
  rules: PatientRules,
  unmapped: Unmapped,
  included: ReadonlyMap<string, Json> = new Map(),
): RecordDemographics {
  const address = homeAddress(patient);
  const identity = mapPatient(localId, patient, rules, unmapped);
  const practice = mapGeneralPractice(patient, included, rules.baseUrl, unmapped);
  return {
    identity,
    name: personName(patient),
    gender: gender(patient, unmapped),
    dateOfBirth: identity.dateOfBirth,
    deceasedOn: identity.deceasedOn,
    telephone: telephone(patient),
    address: oneLine(address),
    postcode: textOf(address, 'postalCode')?.trim() ?? null,
    generalPractitioner: generalPractitioner(patient) ?? practice?.name ?? null,
    generalPractice: practice,
  };
}
