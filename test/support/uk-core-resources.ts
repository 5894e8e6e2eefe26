/** Valid resources of UK Core as trusts' servers send them, with the parts that the hub does not read; nobody in them exists. */
import { nhsNumberSlice, testNhsNumber } from './fhir-resources.js';
import type { Value } from './mutated-json.js';

/** Identifier system under which documents of the hub have their ids. */
export const DOCUMENT_SYSTEM = 'urn:oid:2.25.1';
/** Version id of the document below. */
export const DOCUMENT_ID = '0190c8e2-1111-7222-8333-444455556666';

const meta = (profile: string): Value => ({
  versionId: '3',
  lastUpdated: '2026-02-14T09:30:00.000Z',
  profile: [`https://fhir.hl7.org.uk/StructureDefinition/UKCore-${profile}`],
});
const NARRATIVE: Value = {
  status: 'generated',
  div: '<div xmlns="http://www.w3.org/1999/xhtml">A record</div>',
};
const concept = (code: string, display: string): Value => ({
  coding: [{ system: 'http://snomed.info/sct', code, display }],
  text: display,
});
const COORDINATOR = concept('768820003', 'Care coordinator');
const reference = (to: string, display: string): Value => ({ reference: to, display });
const PERIOD: Value = { start: '2026-01-12', end: '2026-02-20T16:45:00+00:00' };
const ofTrust = (value: string): Value => ({ system: 'https://northmoor.example/id', value });

const numberOf = (serial: number) =>
  nhsNumberSlice(testNhsNumber(serial), '01') as unknown as Record<string, Value>;

const patient = (id: string, serial: number, birthDate: string, link: Value[]): Value => ({
  resourceType: 'Patient',
  id,
  meta: {
    ...(meta('Patient') as object),
    security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
  },
  text: NARRATIVE,
  extension: [
    {
      url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory',
      valueCodeableConcept: concept('A', 'British'),
    },
  ],
  identifier: [
    numberOf(serial),
    // One that was given in error and taken back.
    { ...numberOf(serial + 1000), use: 'old' },
    ofTrust(`NM${serial}`),
  ],
  active: true,
  name: [{ use: 'official', text: 'Jory Penhallam', family: 'Penhallam', given: ['Jory'], prefix: ['Mr'] }],
  telecom: [
    { system: 'phone', value: '07700 900100', use: 'mobile', rank: 1 },
    { system: 'email', value: 'somebody@example.org' },
  ],
  gender: 'male',
  birthDate,
  deceasedDateTime: '2026-02-25T22:10:00Z',
  address: [
    {
      use: 'home',
      line: ['1 High Street'],
      city: 'Northwick',
      postalCode: 'ZZ1 1ZZ',
      period: { start: '2020-05-01' },
    },
  ],
  contact: [{ relationship: [concept('72705000', 'Mother')], name: { text: 'Somebody Else' } }],
  generalPractitioner: [reference('Organization/gp', 'Northwick Surgery')],
  managingOrganization: reference('Organization/trust', 'Northmoor'),
  link,
});

/** The person whose resources are changed, and another of the same server who must never be taken for them. */
export const PATIENT = patient('p1', 3, '1991-03-14', [
  { type: 'replaced-by', other: { reference: 'Patient/p9' } },
]);
export const OTHER_PATIENT = patient('p2', 77, '1964-11-30', []);

export const EPISODE: Value = {
  resourceType: 'EpisodeOfCare',
  id: 'e1',
  meta: meta('EpisodeOfCare'),
  text: NARRATIVE,
  identifier: [ofTrust('E1')],
  status: 'finished',
  statusHistory: [{ status: 'active', period: PERIOD }],
  type: [concept('718347000', 'Mental health care plan')],
  diagnosis: [{ condition: reference('Condition/c1', 'A problem'), rank: 1 }],
  patient: reference('Patient/p1', 'Jory Penhallam'),
  managingOrganization: reference('Organization/team-one', 'Northmoor CMHT'),
  period: PERIOD,
  careManager: reference('PractitionerRole/r1', 'Ada Okafor'),
  team: [reference('CareTeam/t1', 'The team')],
};

export const CARE_TEAM: Value = {
  resourceType: 'CareTeam',
  id: 't1',
  meta: meta('CareTeam'),
  text: NARRATIVE,
  identifier: [ofTrust('T1')],
  status: 'active',
  category: [concept('735320007', 'Care team')],
  name: 'Those who look after Jory',
  subject: reference('Patient/p1', 'Jory Penhallam'),
  period: PERIOD,
  participant: [
    { member: reference('Organization/team-one', 'Northmoor CMHT'), period: PERIOD },
    { role: [COORDINATOR], member: reference('Practitioner/w1', 'Ada Okafor'), period: PERIOD },
    { role: [concept('224571005', 'Nurse')], member: reference('Practitioner/w2', 'Sol Reyes') },
  ],
  managingOrganization: [reference('Organization/trust', 'Northmoor')],
  telecom: [{ system: 'phone', value: '01632 960100' }],
  note: [{ text: 'Meets on Tuesdays', time: '2026-01-20T09:00:00Z' }],
};

export const ENCOUNTER: Value = {
  resourceType: 'Encounter',
  id: 'n1',
  meta: meta('Encounter'),
  text: NARRATIVE,
  identifier: [ofTrust('N1')],
  status: 'in-progress',
  statusHistory: [{ status: 'arrived', period: PERIOD }],
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
  type: [concept('308335008', 'Patient encounter procedure')],
  subject: reference('Patient/p1', 'Jory Penhallam'),
  participant: [
    { type: [COORDINATOR], period: PERIOD, individual: reference('Practitioner/w1', 'Ada Okafor') },
    { type: [concept('224571005', 'Nurse')], individual: reference('Practitioner/w2', 'Sol Reyes') },
  ],
  period: PERIOD,
  reasonCode: [concept('224363007', 'Employed')],
  location: [{ location: reference('Location/l1', 'Northmoor House'), status: 'active' }],
  serviceProvider: reference('Organization/team-one', 'Northmoor CMHT'),
};

export const GROUP: Value = {
  resourceType: 'Group',
  id: 'g1',
  meta: meta('Group'),
  text: NARRATIVE,
  identifier: [ofTrust('G1')],
  active: true,
  type: 'person',
  actual: true,
  code: concept('768820003', 'Caseload'),
  name: 'Caseload of Northmoor CMHT',
  quantity: 2,
  managingEntity: reference('Organization/team-one', 'Northmoor CMHT'),
  characteristic: [
    { code: concept('1', 'Area'), valueCodeableConcept: concept('2', 'North'), exclude: false },
  ],
  member: [
    { entity: reference('Patient/p1', 'Jory Penhallam'), period: PERIOD, inactive: true },
    { entity: reference('Patient/p2', 'Somebody'), period: { start: '2025-06-02' } },
  ],
};

export const LIST: Value = {
  resourceType: 'List',
  id: 'l1',
  meta: meta('List'),
  text: NARRATIVE,
  identifier: [ofTrust('L1')],
  status: 'current',
  mode: 'working',
  title: 'Caseload of Northmoor CMHT',
  code: concept('768820003', 'Caseload'),
  date: '2026-02-14T09:00:00Z',
  source: reference('Organization/team-one', 'Northmoor CMHT'),
  orderedBy: concept('3', 'By name'),
  note: [{ text: 'Kept by the team', time: '2026-01-20T09:00:00Z' }],
  entry: [
    {
      flag: concept('4', 'New'),
      deleted: false,
      date: '2026-01-12',
      item: reference('Patient/p1', 'Jory Penhallam'),
    },
    { date: '2025-06-02T08:15:00Z', item: reference('Patient/p2', 'Somebody') },
  ],
};

export const PRACTITIONER: Value = {
  resourceType: 'Practitioner',
  id: 'w1',
  meta: meta('Practitioner'),
  text: NARRATIVE,
  identifier: [{ system: 'https://fhir.hl7.org.uk/Id/gmc-number', value: 'C1234567' }, ofTrust('W1')],
  active: true,
  name: [{ use: 'official', family: 'Okafor', given: ['Ada'], prefix: ['Ms'] }],
  telecom: [{ system: 'phone', value: '01632 960101', use: 'work' }],
  gender: 'female',
  qualification: [{ code: concept('5', 'Nurse'), period: PERIOD }],
};

export const ROLE: Value = {
  resourceType: 'PractitionerRole',
  id: 'r1',
  meta: meta('PractitionerRole'),
  text: NARRATIVE,
  identifier: [ofTrust('R1')],
  active: true,
  period: { start: '2024-09-01' },
  practitioner: reference('Practitioner/w1', 'Ada Okafor'),
  organization: reference('Organization/team-one', 'Northmoor CMHT'),
  code: [COORDINATOR],
  specialty: [concept('394587001', 'Psychiatry')],
  location: [reference('Location/l1', 'Northmoor House')],
  telecom: [{ system: 'phone', value: '01632 960101' }],
};

export const ORGANIZATION: Value = {
  resourceType: 'Organization',
  id: 'team-one',
  meta: meta('Organization'),
  text: NARRATIVE,
  identifier: [{ system: 'https://trust.example/team', value: 'N-CMHT' }, ofTrust('O1')],
  active: true,
  type: [concept('310122002', 'Community mental health team')],
  name: 'Northmoor CMHT',
  alias: ['North team'],
  telecom: [{ system: 'phone', value: '01632 960100' }],
  address: [{ line: ['2 High Street'], city: 'Northwick', postalCode: 'ZZ1 2ZZ' }],
  partOf: reference('Organization/trust', 'Northmoor'),
};

export const DOCUMENT: Value = {
  resourceType: 'DocumentReference',
  id: 'd1',
  meta: meta('DocumentReference'),
  text: NARRATIVE,
  masterIdentifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${DOCUMENT_ID}` },
  identifier: [{ system: DOCUMENT_SYSTEM, value: DOCUMENT_ID }, ofTrust('D1')],
  status: 'current',
  docStatus: 'final',
  type: {
    coding: [{ system: 'http://loinc.org', code: '11506-3', display: 'Progress note' }],
    text: 'IPS progress note',
  },
  category: [concept('823651000000106', 'Clinical note')],
  subject: reference('Patient/p1', 'Jory Penhallam'),
  date: '2026-02-14T09:00:00+00:00',
  author: [reference('Practitioner/w1', 'Ada Okafor')],
  custodian: { identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'RX0' } },
  description: 'A first meeting',
  content: [
    {
      attachment: {
        contentType: 'text/plain; charset=utf-8',
        data: Buffer.from('Met at the library.').toString('base64'),
        size: 19,
        creation: '2026-02-14T09:00:00Z',
      },
    },
  ],
  context: { period: { start: '2026-02-13T10:00:00Z', end: '2026-02-13T10:45:00Z' } },
};

export const APPOINTMENT: Value = {
  resourceType: 'Appointment',
  id: 'a1',
  meta: meta('Appointment'),
  text: NARRATIVE,
  identifier: [ofTrust('A1')],
  status: 'booked',
  serviceType: [concept('310123007', 'Mental health')],
  appointmentType: concept('185389009', 'Follow-up'),
  description: 'Review of the care plan',
  start: '2026-03-09T10:00:00Z',
  end: '2026-03-09T10:45:00Z',
  created: '2026-02-14',
  comment: 'By the side door',
  participant: [
    { actor: reference('Patient/p1', 'Jory Penhallam'), status: 'accepted' },
    { actor: reference('HealthcareService/s1', 'Northmoor CMHT'), status: 'accepted' },
    { actor: reference('Practitioner/w1', 'Ada Okafor'), status: 'tentative' },
  ],
};

export const CONDITION: Value = {
  resourceType: 'Condition',
  id: 'c1',
  meta: meta('Condition'),
  text: NARRATIVE,
  identifier: [ofTrust('C1')],
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
  },
  verificationStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }],
  },
  category: [concept('439401001', 'Diagnosis')],
  severity: concept('24484000', 'Severe'),
  code: concept('58214004', 'Schizophrenia'),
  subject: reference('Patient/p1', 'Jory Penhallam'),
  onsetDateTime: '2019-05',
  recordedDate: '2026-01-20',
  asserter: reference('Practitioner/w1', 'Ada Okafor'),
  note: [{ text: 'Told by himself', time: '2026-01-20T09:00:00Z' }],
};

export const FLAG: Value = {
  resourceType: 'Flag',
  id: 'f1',
  meta: meta('Flag'),
  text: NARRATIVE,
  identifier: [ofTrust('F1')],
  status: 'active',
  category: [concept('225338004', 'Risk assessment')],
  code: concept('225915006', 'Risk of violence'),
  subject: reference('Patient/p1', 'Jory Penhallam'),
  period: { start: '2026-01-12T14:00:00Z', end: '2026-09-30' },
  author: reference('Practitioner/w1', 'Ada Okafor'),
};

export const CONSENT: Value = {
  resourceType: 'Consent',
  id: 'k1',
  meta: meta('Consent'),
  text: NARRATIVE,
  identifier: [ofTrust('K1')],
  status: 'active',
  scope: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }],
  },
  category: [concept('61861000000100', 'Consent to share')],
  patient: reference('Patient/p1', 'Jory Penhallam'),
  dateTime: '2026-01-20T09:00:00Z',
  performer: [reference('Patient/p1', 'Jory Penhallam')],
  organization: [reference('Organization/trust', 'Northmoor')],
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
  provision: {
    type: 'permit',
    period: { start: '2026-01-20', end: '2027-01-20' },
    purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' }],
    provision: [
      {
        type: 'deny',
        actor: [{ role: concept('1', 'Relative'), reference: reference('RelatedPerson/x', 'X') }],
      },
    ],
  },
};
