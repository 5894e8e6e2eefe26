/** What the demonstration record holds of people beside their time on caseloads: practice, appointment, problem, warning, consent. */
import type {
  Appointment,
  Condition,
  Consent,
  Flag,
  HealthcareService,
  Organization,
  Reference,
} from 'fhir/r4.js';
import { addDays, type LocalDate } from '../../src/core/calendar.js';
import type { HeldEpisode } from './care-teams.js';
import { DEMONSTRATION_TEAMS } from './organisations.js';
import { numberOf } from './random.js';
import { FhirSystem, meta, organizationResource, type PatientFacts } from './record-resources.js';

/** A detail of somebody's record. */
export type RecordDetail = Appointment | Condition | Flag | Consent;

/** General practices, invented as all of this is; their codes have the form of ODS codes. */
const PRACTICES = [
  { id: 'gp-harbour', name: 'Harbour Lane Surgery (demonstration)', odsCode: 'Z99001' },
  { id: 'gp-mill', name: 'Millbrook Medical Centre (demonstration)', odsCode: 'Z99002' },
  { id: 'gp-orchard', name: 'Orchard House Practice (demonstration)', odsCode: 'Z99003' },
] as const;

/** Disorders by SNOMED CT concept. */
const PROBLEMS = [
  ['35489007', 'Depressive disorder'],
  ['13746004', 'Bipolar disorder'],
  ['58214004', 'Schizophrenia'],
  ['197480006', 'Anxiety disorder'],
] as const;

/** Warnings in a code system of the record's own, as trusts have them. */
const WARNINGS = [
  ['two-staff', 'Visit with two members of staff'],
  ['dog', 'Dog at the address'],
  ['no-letters', 'Send no letters to the address'],
] as const;

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';

const coded = (system: string, code: string, display: string) => ({ coding: [{ system, code, display }] });

const serviceOf = (teamReference: string): string => teamReference.replace('Organization/', '');

/** Practices and services of teams, all changed last on one day. */
export function practicesAndServices(lastUpdated: string): (Organization | HealthcareService)[] {
  const nowhere = { localCode: null, teamType: null, partOf: null };
  return [
    ...PRACTICES.map((practice) => organizationResource({ ...practice, ...nowhere, lastUpdated })),
    ...DEMONSTRATION_TEAMS.flatMap(({ reference, name }): HealthcareService[] =>
      reference === null
        ? []
        : [
            {
              resourceType: 'HealthcareService',
              id: serviceOf(reference),
              meta: meta('HealthcareService', lastUpdated),
              active: true,
              providedBy: { reference },
              name,
            },
          ],
    ),
  ];
}

/**
 * Where somebody is registered: most are referred to a practice, some by its ODS code alone, a few are not registered. By the
 * letters of their id, so that it is the same in every world.
 */
export function practiceOf(id: string): Reference | null {
  const turn = numberOf(id);
  const { id: practiceId, name, odsCode } = PRACTICES[turn % PRACTICES.length]!;
  if (turn % 13 === 0) return null;
  if (turn % 7 === 0)
    return {
      type: 'Organization',
      identifier: { system: FhirSystem.ODS_CODE, value: odsCode },
      display: name,
    };
  return { reference: `Organization/${practiceId}` };
}

/** True for those with a part of their own, who have one of everything, and for a share of the others. */
const has = (id: string, every: number): boolean => id.startsWith('demo-') || numberOf(id) % every === 0;

function appointmentOf(patient: Subject, episode: HeldEpisode, day: LocalDate): Appointment {
  const service = { reference: `HealthcareService/${serviceOf(episode.teamReference)}` };
  const known = DEMONSTRATION_TEAMS.some(({ reference }) => reference === episode.teamReference);
  return {
    resourceType: 'Appointment',
    id: `${patient.id}-a1`,
    meta: meta('Appointment', episode.lastUpdated, patient.restricted),
    status: 'booked',
    appointmentType: { text: 'Review with the care coordinator' },
    start: `${day}T14:00:00+00:00`,
    end: `${day}T14:30:00+00:00`,
    participant: [
      { actor: { reference: `Patient/${patient.id}` }, status: 'accepted' },
      ...(known ? [{ actor: service, status: 'accepted' as const }] : []),
    ],
  };
}

function problemOf(patient: Subject, { lastUpdated, start }: HeldEpisode): Condition {
  const [code, display] = PROBLEMS[numberOf(patient.id) % PROBLEMS.length]!;
  return {
    resourceType: 'Condition',
    id: `${patient.id}-p1`,
    meta: meta('Condition', lastUpdated, patient.restricted),
    clinicalStatus: coded(`${TERMINOLOGY}condition-clinical`, 'active', 'Active'),
    verificationStatus: coded(`${TERMINOLOGY}condition-ver-status`, 'confirmed', 'Confirmed'),
    category: [coded(`${TERMINOLOGY}condition-category`, 'problem-list-item', 'Problem List Item')],
    code: coded('http://snomed.info/sct', code, display),
    subject: { reference: `Patient/${patient.id}` },
    // The record knows the month, no more.
    ...(start ? { onsetDateTime: start.slice(0, 7) } : {}),
  };
}

function warningOf(patient: Subject, { lastUpdated }: HeldEpisode): Flag {
  const [code, display] = WARNINGS[numberOf(patient.id) % WARNINGS.length]!;
  return {
    resourceType: 'Flag',
    id: `${patient.id}-w1`,
    meta: meta('Flag', lastUpdated, patient.restricted),
    status: 'active',
    category: [coded(`${TERMINOLOGY}flag-category`, 'safety', 'Safety')],
    code: coded('https://records.demonstration.example/CodeSystem/warning', code, display),
    subject: { reference: `Patient/${patient.id}` },
    period: { start: lastUpdated.slice(0, 10) },
  };
}

function consentOf(patient: Subject, { lastUpdated }: HeldEpisode): Consent {
  return {
    resourceType: 'Consent',
    id: `${patient.id}-s1`,
    meta: meta('Consent', lastUpdated, patient.restricted),
    status: 'active',
    scope: coded(`${TERMINOLOGY}consentscope`, 'patient-privacy', 'Privacy Consent'),
    category: [
      {
        ...coded('http://loinc.org', '59284-0', 'Consent Document'),
        text: 'Sharing with the employment service',
      },
    ],
    patient: { reference: `Patient/${patient.id}` },
    dateTime: lastUpdated.slice(0, 10),
    policyRule: { text: 'Information sharing with partners of the trust' },
    provision: { type: 'permit', period: { start: lastUpdated.slice(0, 10) } },
  };
}

type Subject = Pick<PatientFacts, 'id' | 'restricted'>;

/** The details of somebody's record who is on a caseload; none for anybody else. */
export function detailsOf(
  patient: Subject,
  episodes: readonly HeldEpisode[],
  today: LocalDate,
): readonly RecordDetail[] {
  const episode = episodes.find(({ status, end }) => ['active', 'onhold'].includes(status) && end === null);
  if (!episode) return [];
  const { id } = patient;
  return [
    ...(has(id, 5) ? [appointmentOf(patient, episode, addDays(today, 1 + (numberOf(id) % 28)))] : []),
    ...(has(id, 4) ? [problemOf(patient, episode)] : []),
    ...(has(id, 11) ? [warningOf(patient, episode)] : []),
    ...(has(id, 6) ? [consentOf(patient, episode)] : []),
  ];
}
