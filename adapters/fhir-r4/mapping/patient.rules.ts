/** Patient (FHIR R4, UK Core Patient 2.6.1) as the least that eligibility and matching need. */

import type { PatientIdentity } from '../../../src/clinical/clinical-record.port.js';
import type { LocalDate } from '../../../src/core/calendar.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { readDate } from './dates.rules.js';
import { readNhsNumber } from './nhs-number.rules.js';
import { localReference } from './references.rules.js';
import { isRestricted } from './restricted.rules.js';
import type { Unmapped } from './unmapped.js';

/** What of a site's settings decides how a patient is read. */
export interface PatientRules {
  readonly baseUrl: string;
  readonly nhsNumberStatusSystems: readonly string[];
  readonly restrictedCodes: readonly string[];
}

/** Patient.birthDate: a full date or nothing; a year or month is never filled up. */
function dateOfBirth(patient: Json, unmapped: Unmapped): LocalDate | null {
  const { day, precision } = readDate(member(patient, 'birthDate'));
  if (precision === 'PARTIAL' || precision === 'MALFORMED') unmapped('Patient.birthDate');
  return day;
}

/** Patient.deceasedDateTime as the day in London; a death without a day (deceasedBoolean, partial date) is null and counted. */
function deceasedOn(patient: Json, unmapped: Unmapped): LocalDate | null {
  const { day, precision } = readDate(member(patient, 'deceasedDateTime'));
  if (precision === 'PARTIAL' || precision === 'MALFORMED') unmapped('Patient.deceasedDateTime');
  if (member(patient, 'deceasedBoolean') === true) unmapped('Patient.deceasedBoolean');
  return day;
}

/** FHIR R4 value set LinkType. */
const LINK_TYPES: readonly string[] = ['replaced-by', 'replaces', 'refer', 'seealso'];

/** Patient.link where type is `replaced-by`: the local id of the record to use instead. Two different ones are counted and the first is taken. */
function replacedBy(patient: Json, baseUrl: string, unmapped: Unmapped): string | null {
  const links = objectsOf(patient, 'link');
  if (links.some((link) => !LINK_TYPES.includes(textOf(link, 'type') ?? ''))) unmapped('Patient.link.type');
  const targets = links
    .filter((link) => textOf(link, 'type') === 'replaced-by')
    .map((link) => localReference(member(link, 'other'), baseUrl))
    .map((target) => (target?.type === 'Patient' ? target.id : null));
  const known = new Set(targets.filter((id) => id !== null));
  if (targets.includes(null) || known.size > 1) unmapped('Patient.link.other');
  return [...known][0] ?? null;
}

/** Patient.active: absent counts as true (FHIR R4 Patient, `active` "assumed to be active"). */
function isActive(patient: Json, unmapped: Unmapped): boolean {
  const active = member(patient, 'active');
  if (active !== undefined && typeof active !== 'boolean') unmapped('Patient.active');
  return active !== false;
}

/** The identity in a Patient resource whose id is `localId`. Never throws; what it cannot use is null and counted. */
export function mapPatient(
  localId: string,
  patient: Json,
  rules: PatientRules,
  unmapped: Unmapped,
): PatientIdentity {
  return {
    localId,
    ...readNhsNumber(patient, rules.nhsNumberStatusSystems, unmapped),
    dateOfBirth: dateOfBirth(patient, unmapped),
    deceasedOn: deceasedOn(patient, unmapped),
    active: isActive(patient, unmapped),
    replacedByLocalId: replacedBy(patient, rules.baseUrl, unmapped),
    restricted: isRestricted(patient, rules.restrictedCodes),
  };
}
