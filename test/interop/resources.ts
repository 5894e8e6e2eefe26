/** What a run makes on a server: invented people with numbers that are never issued, in the shapes of UK Core. */
import { nhsNumberSlice, VERIFICATION } from '../support/fhir-resources.js';
import type { ToMake } from './marked-data.js';

/** Identifier system of local team codes. */
export const TEAM_CODES = 'https://ips-hub.example/interop/team';

const reference = (to: string) => ({ reference: to });
const coding = (system: string, code: string, display: string) => ({ coding: [{ system, code, display }] });

/** Organization; part of another when it is a team. */
export const organization = (name: string, partOf?: string): ToMake => ({
  resourceType: 'Organization',
  active: true,
  name,
  identifier: [{ system: TEAM_CODES, value: name }],
  ...(partOf === undefined ? {} : { partOf: reference(partOf) }),
});

/** Practitioner with one official name. */
export const practitioner = (text: string): ToMake => ({
  resourceType: 'Practitioner',
  active: true,
  name: [{ use: 'official', text }],
});

/** Patient with a verified number; merged into another when one is given. */
export const patient = (nhsNumber: string, family: string, replacedBy?: string): ToMake => ({
  resourceType: 'Patient',
  active: replacedBy === undefined,
  identifier: [nhsNumberSlice(nhsNumber, '01', VERIFICATION.system)],
  name: [{ use: 'official', family, given: ['Interop'] }],
  gender: 'unknown',
  birthDate: '1980-02-29',
  telecom: [{ system: 'phone', value: '01632 960000', use: 'mobile' }],
  ...(replacedBy === undefined ? {} : { link: [{ type: 'replaced-by', other: reference(replacedBy) }] }),
});

/** When an episode was or is. */
export interface Term {
  readonly status: string;
  readonly start: string;
  readonly end?: string;
}

/** EpisodeOfCare of a team. */
export const episode = (
  who: string,
  team: string,
  { status, ...period }: Term,
  manager?: string,
): ToMake => ({
  resourceType: 'EpisodeOfCare',
  status,
  patient: reference(who),
  managingOrganization: reference(team),
  period,
  ...(manager === undefined ? {} : { careManager: reference(manager) }),
});

/** CareTeam with one member. */
export const careTeam = (who: string, member: string): ToMake => ({
  resourceType: 'CareTeam',
  status: 'active',
  name: 'Interop care team',
  subject: reference(who),
  participant: [{ member: reference(member) }],
});

/** Encounter with somebody, that is over. */
export const encounter = (who: string, by: string): ToMake => ({
  resourceType: 'Encounter',
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
  subject: reference(who),
  participant: [{ individual: reference(by) }],
  period: { start: '2026-02-02T10:00:00Z', end: '2026-02-02T11:00:00Z' },
});

/** Appointment to come. */
export const appointment = (who: string): ToMake => ({
  resourceType: 'Appointment',
  status: 'booked',
  start: '2099-02-02T10:00:00Z',
  end: '2099-02-02T11:00:00Z',
  participant: [{ actor: reference(who), status: 'accepted' }],
});

/** Condition that is active and confirmed. */
export const condition = (who: string): ToMake => ({
  resourceType: 'Condition',
  clinicalStatus: coding('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active', 'Active'),
  verificationStatus: coding(
    'http://terminology.hl7.org/CodeSystem/condition-ver-status',
    'confirmed',
    'Confirmed',
  ),
  code: { text: 'Interop problem' },
  subject: reference(who),
  recordedDate: '2026-02-02',
});

/** Flag in force. */
export const flag = (who: string): ToMake => ({
  resourceType: 'Flag',
  status: 'active',
  code: { text: 'Interop warning' },
  subject: reference(who),
});

/** Consent to share. */
export const consent = (who: string): ToMake => ({
  resourceType: 'Consent',
  status: 'active',
  scope: coding('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy', 'Privacy Consent'),
  category: [coding('http://loinc.org', '59284-0', 'Consent Document')],
  patient: reference(who),
  dateTime: '2026-02-02',
  policyRule: coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'OPTIN', 'opt-in'),
  provision: { type: 'permit' },
});

/** DocumentReference with a line of text. */
export const document = (who: string, by: string): ToMake => ({
  resourceType: 'DocumentReference',
  status: 'current',
  type: coding('http://loinc.org', '11506-3', 'Progress note'),
  category: [coding('http://snomed.info/sct', '823651000000106', 'Clinical note')],
  subject: reference(who),
  date: '2026-02-02T10:00:00Z',
  author: [reference(by)],
  description: 'Interop document',
  content: [
    {
      attachment: {
        contentType: 'text/plain; charset=utf-8',
        data: Buffer.from('Interop text').toString('base64'),
        title: 'Interop document',
      },
    },
  ],
});
