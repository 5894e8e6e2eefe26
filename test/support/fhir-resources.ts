/** Builders of the FHIR R4 resources that tests serve; numbers from the range that is never issued. */
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import type { PeerMembership, PeerPatient } from '../contract/misbehaving-peer.js';

/** A resource as a test states it. */
export interface TestResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [member: string]: unknown;
}

/** What the scripted server says the time is; fixed. */
export const SERVER_CLOCK = '2026-03-01T09:00:00.000Z';

/** In every answer, as name, diagnostics and header: must never leave the adapter in an error. */
export const CANARY = 'CANARY-UPSTREAM';

export const VERIFICATION = {
  extension: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus',
  system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland',
  retired: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus',
} as const;

/** The n-th valid number of 999 000 0000 to 999 999 9999, which is kept for testing. Numbers without a check digit are skipped over. */
export function testNhsNumber(n: number): string {
  const stem = `999${String(n % 1_000_000).padStart(6, '0')}`;
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += Number(stem[i]) * (10 - i);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? testNhsNumber(n + 500_000) : `${stem}${check}`;
}

/** Identifier slice of an NHS number with its verification status, under the code system given. */
export function nhsNumberSlice(value: string, status: string | null, system: string = VERIFICATION.system) {
  const coding = [{ system, code: status }];
  const extension = [{ url: VERIFICATION.extension, valueCodeableConcept: { coding } }];
  return { ...(status === null ? {} : { extension }), system: 'https://fhir.nhs.uk/Id/nhs-number', value };
}

/** Patient by what the port should make of it. */
export function patientResource(patient: PeerPatient): TestResource {
  const link = [{ type: 'replaced-by', other: { reference: `Patient/${patient.replacedByLocalId}` } }];
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }];
  return {
    resourceType: 'Patient',
    id: patient.localId,
    ...(patient.restricted ? { meta: { security } } : {}),
    ...(patient.nhsNumber === null
      ? {}
      : { identifier: [nhsNumberSlice(patient.nhsNumber, patient.nhsNumberStatus)] }),
    active: patient.active,
    name: [{ family: `${CANARY}-FAMILY` }],
    ...(patient.dateOfBirth === null ? {} : { birthDate: patient.dateOfBirth }),
    ...(patient.deceasedOn === null ? {} : { deceasedDateTime: patient.deceasedOn }),
    ...(patient.replacedByLocalId === null ? {} : { link }),
  };
}

/** EpisodeOfCare.status for each state. */
export const STATUS_OF: Readonly<Record<MembershipState, string>> = {
  [MembershipState.OPEN]: 'active',
  [MembershipState.ON_HOLD]: 'onhold',
  [MembershipState.WAITING_LIST]: 'waitlist',
  [MembershipState.PLANNED]: 'planned',
  [MembershipState.ENDED]: 'finished',
  [MembershipState.ENTERED_IN_ERROR]: 'entered-in-error',
};

/** EpisodeOfCare of a team. */
export function episodeResource(teamReference: string, membership: PeerMembership): TestResource {
  const { validFrom, validTo, coordinator } = membership;
  return {
    resourceType: 'EpisodeOfCare',
    id: `episode-${membership.patient.localId}`,
    meta: { versionId: '1', lastUpdated: membership.changedAt },
    status: STATUS_OF[membership.state],
    patient: { reference: `Patient/${membership.patient.localId}` },
    managingOrganization: { reference: teamReference },
    period: {
      ...(validFrom === null ? {} : { start: validFrom }),
      ...(validTo === null ? {} : { end: validTo }),
    },
    ...(coordinator === null ? {} : { careManager: { reference: coordinator.reference } }),
  };
}

/** Practitioner with one official name. */
export function practitionerResource(reference: string, name: string | null): TestResource {
  return {
    resourceType: 'Practitioner',
    id: reference.slice('Practitioner/'.length),
    ...(name === null ? {} : { name: [{ use: 'official', text: name }] }),
  };
}
