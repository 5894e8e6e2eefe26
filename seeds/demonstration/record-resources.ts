/** Shapes of the demonstration record system's resources: UK Core Patients, EpisodesOfCare, CareTeams, Organizations, Practitioners, Encounters. */
import type {
  Appointment,
  CareTeam,
  Condition,
  Consent,
  Encounter,
  EpisodeOfCare,
  Flag,
  HealthcareService,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
  Reference,
} from 'fhir/r4.js';
import type { LocalDate } from '../../src/core/calendar.js';
import type { EpisodeStatus } from './cast.js';
import type { Gender } from './names.js';

/** Resource types that the demonstration record system is seeded with. */
export type RecordResource =
  | Organization
  | Practitioner
  | PractitionerRole
  | Patient
  | EpisodeOfCare
  | CareTeam
  | Encounter
  | HealthcareService
  | Appointment
  | Condition
  | Flag
  | Consent;

/** Systems of identifiers and codes, as UK Core fixes them. */
export const FhirSystem = {
  NHS_NUMBER: 'https://fhir.nhs.uk/Id/nhs-number',
  ODS_CODE: 'https://fhir.nhs.uk/Id/ods-organization-code',
  SDS_USER: 'https://fhir.nhs.uk/Id/sds-user-id',
  NHS_NUMBER_STATUS: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland',
  /** Retired by UK Core, still sent by systems that were not changed. */
  NHS_NUMBER_STATUS_RETIRED: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus',
  CONFIDENTIALITY: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
  LOCAL_PATIENT: 'https://records.demonstration.example/Id/local-patient',
  LOCAL_EPISODE: 'https://records.demonstration.example/Id/episode',
  LOCAL_TEAM: 'https://records.demonstration.example/Id/team',
  TEAM_TYPE:
    'https://www.datadictionary.nhs.uk/data_elements/service_or_team_type_referred_to__mental_health_.html',
} as const;

const PROFILE = 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-';
const STATUS_EXTENSION = `${PROFILE.replace('UKCore-', 'Extension-UKCore-')}NHSNumberVerificationStatus`;

const STATUS_DISPLAY: Readonly<Record<string, string>> = {
  '01': 'Number present and verified',
  '02': 'Number present but not traced',
  '03': 'Trace required',
};

/** `meta` of a seeded resource; `lastUpdated` is when the record system says that it last changed it. */
export function meta(profile: string, lastUpdated: string, restricted = false): NonNullable<Patient['meta']> {
  return {
    lastUpdated,
    profile: [`${PROFILE}${profile}`],
    ...(restricted
      ? { security: [{ system: FhirSystem.CONFIDENTIALITY, code: 'R', display: 'restricted' }] }
      : {}),
  };
}

/** What a Patient is made of. */
export interface PatientFacts {
  readonly id: string;
  readonly nhsNumber: string | null;
  readonly nhsNumberStatus: string | null;
  readonly oldStatusCoding: boolean;
  readonly given: string;
  readonly family: string;
  readonly gender: Gender;
  /** `YYYY-MM-DD`, or less precise where the record knows less. */
  readonly birthDate: string;
  readonly telephone: string;
  readonly address: { readonly line: string; readonly town: string; readonly postcode: string };
  readonly active: boolean;
  readonly replacedBy: string | null;
  readonly restricted: boolean;
  readonly diedOn: LocalDate | null;
  /** Where they are registered. */
  readonly practice: Reference | null;
  readonly lastUpdated: string;
}

function nhsNumberIdentifier(facts: PatientFacts): NonNullable<Patient['identifier']> {
  if (facts.nhsNumber === null) return [];
  const code = facts.nhsNumberStatus ?? '02';
  const system = facts.oldStatusCoding ? FhirSystem.NHS_NUMBER_STATUS_RETIRED : FhirSystem.NHS_NUMBER_STATUS;
  const coding = [{ system, code, display: STATUS_DISPLAY[code] ?? code }];
  return [
    {
      extension: [{ url: STATUS_EXTENSION, valueCodeableConcept: { coding } }],
      system: FhirSystem.NHS_NUMBER,
      value: facts.nhsNumber,
    },
  ];
}

/** A Patient in the shape of UK Core 2.6: NHS number slice with verification status, official name, managing organisation. */
export function patientResource(facts: PatientFacts): Patient {
  return {
    resourceType: 'Patient',
    id: facts.id,
    meta: meta('Patient', facts.lastUpdated, facts.restricted),
    identifier: [...nhsNumberIdentifier(facts), { system: FhirSystem.LOCAL_PATIENT, value: facts.id }],
    active: facts.active,
    name: [{ use: 'official', family: facts.family, given: [facts.given] }],
    telecom: [{ system: 'phone', value: facts.telephone, use: 'mobile' }],
    gender: facts.gender,
    birthDate: facts.birthDate,
    ...(facts.diedOn ? { deceasedDateTime: facts.diedOn } : {}),
    address: [
      {
        use: 'home',
        line: [facts.address.line],
        city: facts.address.town,
        postalCode: facts.address.postcode,
      },
    ],
    ...(facts.practice ? { generalPractitioner: [facts.practice] } : {}),
    managingOrganization: { reference: 'Organization/trust-a' },
    ...(facts.replacedBy
      ? { link: [{ other: { reference: `Patient/${facts.replacedBy}` }, type: 'replaced-by' as const }] }
      : {}),
  };
}

/** What an EpisodeOfCare is made of. */
export interface EpisodeFacts {
  readonly id: string;
  readonly status: EpisodeStatus;
  readonly patientId: string;
  /** `Organization/<id>` of the team. */
  readonly teamReference: string;
  /** Any precision FHIR allows, or null where nothing is recorded. */
  readonly start: string | null;
  readonly end: string | null;
  readonly careManager: { readonly reference: string; readonly display: string } | null;
  readonly restricted: boolean;
  readonly lastUpdated: string;
}

/** One person's time on one team's caseload; the team is the managing organisation. */
export function episodeResource(facts: EpisodeFacts): EpisodeOfCare {
  const period = { ...(facts.start ? { start: facts.start } : {}), ...(facts.end ? { end: facts.end } : {}) };
  return {
    resourceType: 'EpisodeOfCare',
    id: facts.id,
    meta: meta('EpisodeOfCare', facts.lastUpdated, facts.restricted),
    identifier: [{ system: FhirSystem.LOCAL_EPISODE, value: facts.id }],
    status: facts.status,
    patient: { reference: `Patient/${facts.patientId}` },
    managingOrganization: { reference: facts.teamReference },
    ...(Object.keys(period).length > 0 ? { period } : {}),
    ...(facts.careManager ? { careManager: facts.careManager } : {}),
  };
}

/** What a CareTeam is made of. */
export interface CareTeamFacts {
  readonly id: string;
  readonly name: string;
  readonly patientId: string;
  readonly teamReference: string;
  /** Any precision FHIR allows, or null where nothing is recorded. */
  readonly start: string | null;
  /** The lead first. */
  readonly members: readonly {
    readonly reference: string;
    readonly display: string;
    readonly role: string;
  }[];
  readonly restricted: boolean;
  readonly lastUpdated: string;
}

/** Who looks after one person, under the team whose caseload they are on. */
export function careTeamResource(facts: CareTeamFacts): CareTeam {
  return {
    resourceType: 'CareTeam',
    id: facts.id,
    meta: meta('CareTeam', facts.lastUpdated, facts.restricted),
    status: 'active',
    name: facts.name,
    subject: { reference: `Patient/${facts.patientId}` },
    ...(facts.start ? { period: { start: facts.start } } : {}),
    participant: facts.members.map(({ reference, display, role }) => ({
      role: [{ text: role }],
      member: { reference, display },
    })),
    managingOrganization: [{ reference: facts.teamReference }],
  };
}

/** A trust, or a team as a part of one. */
export function organizationResource(facts: {
  readonly id: string;
  readonly name: string;
  readonly odsCode: string | null;
  readonly localCode: string | null;
  readonly teamType: string | null;
  readonly partOf: string | null;
  readonly lastUpdated: string;
}): Organization {
  return {
    resourceType: 'Organization',
    id: facts.id,
    meta: meta('Organization', facts.lastUpdated),
    identifier: [
      ...(facts.odsCode ? [{ system: FhirSystem.ODS_CODE, value: facts.odsCode }] : []),
      ...(facts.localCode ? [{ system: FhirSystem.LOCAL_TEAM, value: facts.localCode }] : []),
    ],
    active: true,
    ...(facts.teamType
      ? { type: [{ coding: [{ system: FhirSystem.TEAM_TYPE, code: facts.teamType }] }] }
      : {}),
    name: facts.name,
    ...(facts.partOf ? { partOf: { reference: facts.partOf } } : {}),
  };
}

/** A member of a clinical team with the role held there. */
export function practitionerResources(facts: {
  readonly id: string;
  readonly given: string;
  readonly family: string;
  readonly teamReference: string;
  readonly title: string;
  readonly lastUpdated: string;
}): [Practitioner, PractitionerRole] {
  return [
    {
      resourceType: 'Practitioner',
      id: facts.id,
      meta: meta('Practitioner', facts.lastUpdated),
      identifier: [{ system: FhirSystem.SDS_USER, value: `demo-${facts.id}` }],
      active: true,
      name: [{ use: 'official', family: facts.family, given: [facts.given] }],
    },
    {
      resourceType: 'PractitionerRole',
      id: `${facts.id}-role`,
      meta: meta('PractitionerRole', facts.lastUpdated),
      active: true,
      practitioner: { reference: `Practitioner/${facts.id}`, display: `${facts.given} ${facts.family}` },
      organization: { reference: facts.teamReference },
      code: [{ text: facts.title }],
    },
  ];
}

/** A contact that took place within an episode. */
export function encounterResource(facts: {
  readonly id: string;
  readonly patientId: string;
  readonly episodeId: string;
  readonly practitionerReference: string;
  readonly teamReference: string;
  readonly start: string;
  readonly end: string;
  readonly lastUpdated: string;
}): Encounter {
  return {
    resourceType: 'Encounter',
    id: facts.id,
    meta: meta('Encounter', facts.lastUpdated),
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    subject: { reference: `Patient/${facts.patientId}` },
    episodeOfCare: [{ reference: `EpisodeOfCare/${facts.episodeId}` }],
    participant: [{ individual: { reference: facts.practitionerReference } }],
    serviceProvider: { reference: facts.teamReference },
    period: { start: facts.start, end: facts.end },
  };
}
