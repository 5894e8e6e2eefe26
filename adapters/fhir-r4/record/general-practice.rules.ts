/** Patient.generalPractitioner (FHIR R4, UK Core Patient 2.6.1) as the practice: its name and ODS code. */
import type { RecordGeneralPractice } from '../../../src/clinical/record.port.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { displayOf, localReference, referenceText } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';

/** Identifier systems of ODS codes: UK Core's two slices of Organization, and the site code. */
export const ODS_SYSTEMS: readonly string[] = [
  'https://fhir.nhs.uk/Id/ods-organization-code',
  'https://fhir.nhs.uk/Id/ods-site-code',
];

/** What ODS codes look like: three to ten letters and digits. */
const ODS = /^[A-Z0-9]{3,10}$/i;

/** Identifier.value of the first of the ODS systems that has one, in capitals; one that is no ODS code is counted. */
function odsCodeIn(identifiers: readonly Json[], path: string, unmapped: Unmapped): string | null {
  for (const system of ODS_SYSTEMS) {
    for (const identifier of identifiers) {
      if (textOf(identifier, 'system') !== system || textOf(identifier, 'use') === 'old') continue;
      const value = textOf(identifier, 'value')?.trim() ?? '';
      if (ODS.test(value)) return value.toUpperCase();
      unmapped(path);
    }
  }
  return null;
}

/** The Organization of an element that refers to one here, or holds one as `#id`. */
function organizationBehind(
  element: Json,
  patient: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
): Json | undefined {
  const text = textOf(element, 'reference');
  if (text?.startsWith('#') === true)
    return objectsOf(patient, 'contained').find(
      (one) => textOf(one, 'id') === text.slice(1) && textOf(one, 'resourceType') === 'Organization',
    );
  const target = localReference(element, baseUrl);
  return target?.type === 'Organization' ? included.get(referenceText(target)) : undefined;
}

/** One element that may stand for a practice; null when it tells neither name nor code. */
function practiceBehind(
  element: Json,
  patient: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): RecordGeneralPractice | null {
  const organization = organizationBehind(element, patient, included, baseUrl);
  const logical = member(element, 'identifier');
  const own = typeof logical === 'object' && logical !== null ? [logical as Json] : [];
  const target = localReference(element, baseUrl);
  const reference = target?.type === 'Organization' ? referenceText(target) : null;
  const name = textOf(organization, 'name')?.trim() ?? displayOf(element);
  const odsCode =
    odsCodeIn(objectsOf(organization, 'identifier'), 'Organization.identifier[odsCode].value', unmapped) ??
    odsCodeIn(own, 'Patient.generalPractitioner.identifier[odsCode].value', unmapped);
  return name === null && odsCode === null ? null : { reference, name, odsCode };
}

/** Whether an element is about an organisation: by where it points, by Reference.type, or by an ODS code. */
function isOrganization(element: Json, patient: Json, baseUrl: string): boolean {
  const target = localReference(element, baseUrl);
  if (target !== null) return target.type === 'Organization';
  const contained = organizationBehind(element, patient, new Map(), baseUrl) !== undefined;
  const system = textOf(member(element, 'identifier'), 'system') ?? '';
  return contained || textOf(element, 'type') === 'Organization' || ODS_SYSTEMS.includes(system);
}

/** PractitionerRole.organization of a general practitioner who came along, as an element of its own. */
function practiceOfRole(element: Json, included: ReadonlyMap<string, Json>, baseUrl: string): Json | null {
  const target = localReference(element, baseUrl);
  if (target?.type !== 'PractitionerRole') return null;
  const organization = member(included.get(referenceText(target)), 'organization');
  return typeof organization === 'object' && organization !== null ? (organization as Json) : null;
}

/**
 * The practice: of Patient.generalPractitioner the first Organization, by reference, as contained, or by ODS code alone; else
 * that of a PractitionerRole which came along. Null when there is none, and counted when one that is there tells nothing.
 */
export function mapGeneralPractice(
  patient: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): RecordGeneralPractice | null {
  const elements = objectsOf(patient, 'generalPractitioner');
  const practices = [
    ...elements.filter((element) => isOrganization(element, patient, baseUrl)),
    ...elements.map((element) => practiceOfRole(element, included, baseUrl)).filter((one) => one !== null),
  ];
  for (const element of practices) {
    const practice = practiceBehind(element, patient, included, baseUrl, unmapped);
    if (practice !== null) return practice;
    unmapped('Patient.generalPractitioner');
  }
  return null;
}
