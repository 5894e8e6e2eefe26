/** Practices, contacts, problems, warnings and consents as live reads show them: each element, what is not understood, no day invented. */
import fc from 'fast-check';
import { UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';
import { mapConsent } from '../../../../adapters/fhir-r4/record/consent.rules.js';
import {
  countsSince,
  mapAppointment,
  mapEncounter,
} from '../../../../adapters/fhir-r4/record/contact.rules.js';
import { isInForce, mapFlag } from '../../../../adapters/fhir-r4/record/flag.rules.js';
import { mapGeneralPractice } from '../../../../adapters/fhir-r4/record/general-practice.rules.js';
import { readMoment } from '../../../../adapters/fhir-r4/record/moment.rules.js';
import { isInError, mapProblem } from '../../../../adapters/fhir-r4/record/problem.rules.js';
import type { RecordMoment } from '../../../../src/clinical/record.port.js';
import { asJson, changed, type Value } from '../../../support/mutated-json.js';

const BASE = 'https://record.example/fhir/';
const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';
const NOTHING = new Map<string, never>();
let tally: UnmappedTally;
beforeEach(() => {
  tally = new UnmappedTally();
});
const counted = () => Object.fromEntries(tally.byPath);

describe('moments', () => {
  test.each<[unknown, RecordMoment | null]>([
    ['2019', { said: '2019', precision: 'YEAR', day: null, at: null }],
    ['2019-05', { said: '2019-05', precision: 'MONTH', day: null, at: null }],
    ['2019-05-06', { said: '2019-05-06', precision: 'DAY', day: '2019-05-06', at: null }],
    [
      '2026-06-30T23:30:00Z',
      {
        said: '2026-06-30T23:30:00.000Z',
        precision: 'TIME',
        day: '2026-07-01',
        at: '2026-06-30T23:30:00.000Z',
      },
    ],
    [
      '2026-03-01T10:00:00.5+01:00',
      {
        said: '2026-03-01T09:00:00.500Z',
        precision: 'TIME',
        day: '2026-03-01',
        at: '2026-03-01T09:00:00.500Z',
      },
    ],
  ])('%s', (text, expected) => {
    expect(readMoment(text, 'X.when', tally.count)).toEqual(expected);
    expect(counted()).toEqual({});
  });

  test.each(['2019-02-30', '2019-13', '06/05/2019', '2019-05-06T10:00', 20190506, '', null])(
    '%j is none, and counted',
    (text) => {
      expect(readMoment(text, 'X.when', tally.count)).toBeNull();
      expect(counted()).toEqual({ 'X.when': 1 });
    },
  );

  test('what is not there is not counted', () => {
    expect(readMoment(undefined, 'X.when', tally.count)).toBeNull();
    expect(counted()).toEqual({});
  });
});

describe('general practice', () => {
  const included = new Map<string, Record<string, unknown>>([
    [
      'Organization/gp',
      {
        resourceType: 'Organization',
        id: 'gp',
        name: ' The Surgery ',
        identifier: [{ system: ODS, value: 'y12345' }],
      },
    ],
    ['Organization/bare', { resourceType: 'Organization', id: 'bare' }],
    [
      'PractitionerRole/dr',
      { resourceType: 'PractitionerRole', id: 'dr', organization: { reference: 'Organization/gp' } },
    ],
  ]);
  const of = (elements: unknown, more: object = {}) =>
    mapGeneralPractice({ generalPractitioner: elements, ...more }, included, BASE, tally.count);
  const SURGERY = { reference: 'Organization/gp', name: 'The Surgery', odsCode: 'Y12345' };

  test.each<[string, unknown, object | null]>([
    ['by reference', [{ reference: 'Organization/gp' }], SURGERY],
    ['by absolute reference', [{ reference: `${BASE}Organization/gp/_history/2` }], SURGERY],
    ['after the doctor', [{ reference: 'Practitioner/1' }, { reference: 'Organization/gp' }], SURGERY],
    ['of the doctor’s role', [{ reference: 'PractitionerRole/dr' }], SURGERY],
    [
      'by code alone, as the national service sends it',
      [{ type: 'Organization', identifier: { system: ODS, value: 'Y12345' } }],
      { reference: null, name: null, odsCode: 'Y12345' },
    ],
    [
      'by site code and display',
      [
        {
          identifier: { system: 'https://fhir.nhs.uk/Id/ods-site-code', value: 'Y12345001' },
          display: 'Branch',
        },
      ],
      { reference: null, name: 'Branch', odsCode: 'Y12345001' },
    ],
    [
      'that did not come along, by display',
      [{ reference: 'Organization/elsewhere', display: 'Shown' }],
      { reference: 'Organization/elsewhere', name: 'Shown', odsCode: null },
    ],
    ['a doctor is no practice', [{ reference: 'Practitioner/1', display: 'Dr A' }], null],
    ['a name without a kind is no practice', [{ display: 'Dr A' }], null],
    ['none', undefined, null],
  ])('%s', (_name, elements, expected) => {
    expect(of(elements)).toEqual(expected);
    expect(counted()).toEqual({});
  });

  test('that is contained', () => {
    const contained = [
      {
        resourceType: 'Organization',
        id: 'o',
        name: 'Inside',
        identifier: [{ system: ODS, value: 'A1B2C' }],
      },
    ];
    expect(of([{ reference: '#o' }], { contained })).toEqual({
      reference: null,
      name: 'Inside',
      odsCode: 'A1B2C',
    });
  });

  test('one that tells nothing is counted, and the next is taken', () => {
    expect(of([{ reference: 'Organization/bare' }, { reference: 'Organization/gp' }])).toEqual(SURGERY);
    expect(counted()).toEqual({ 'Patient.generalPractitioner': 1 });
  });

  test('a code that is none is counted and never shown', () => {
    expect(of([{ display: 'B', identifier: { system: ODS, value: 'not a code' } }])).toEqual({
      reference: null,
      name: 'B',
      odsCode: null,
    });
    expect(counted()).toEqual({ 'Patient.generalPractitioner.identifier[odsCode].value': 1 });
  });
});

const ENCOUNTER: Value = {
  resourceType: 'Encounter',
  id: 'e1',
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
  type: [{ coding: [{ system: 'http://snomed.info/sct', code: '185389009', display: 'Follow-up visit' }] }],
  serviceType: { text: 'Adult mental health' },
  subject: { reference: 'Patient/p1' },
  period: { start: '2026-02-20T10:00:00+00:00', end: '2026-02-20' },
  serviceProvider: { reference: 'Organization/team', display: 'Team' },
};
const APPOINTMENT: Value = {
  resourceType: 'Appointment',
  id: 'a1',
  status: 'booked',
  appointmentType: { coding: [{ code: 'ROUTINE', display: 'Routine' }] },
  start: '2026-03-09T10:00:00Z',
  end: '2026-03-09T10:45:00Z',
  participant: [
    { actor: { reference: 'Patient/p1' } },
    { actor: { reference: 'HealthcareService/s1', display: 'Team' } },
  ],
};

describe('contacts', () => {
  const encounter = (change: object = {}) =>
    mapEncounter({ ...asJson(ENCOUNTER), ...change }, NOTHING, BASE, tally.count);

  test('an encounter as UK Core has it', () => {
    expect(encounter()).toEqual({
      status: 'finished',
      kind: 'Follow-up visit',
      start: {
        said: '2026-02-20T10:00:00.000Z',
        precision: 'TIME',
        day: '2026-02-20',
        at: '2026-02-20T10:00:00.000Z',
      },
      end: { said: '2026-02-20', precision: 'DAY', day: '2026-02-20', at: null },
      teamReference: 'Organization/team',
      teamName: 'Team',
    });
    expect(counted()).toEqual({});
  });

  test.each<[string, object, string | null]>([
    ['service', { type: undefined }, 'Adult mental health'],
    ['class', { type: undefined, serviceType: undefined }, 'ambulatory'],
    ['code of the class', { type: [], serviceType: undefined, class: { code: 'VR' } }, 'VR'],
    ['nothing', { type: undefined, serviceType: undefined, class: undefined }, null],
  ])('its kind by its %s', (_name, change, kind) => {
    expect(encounter(change).kind).toBe(kind);
  });

  test('a status of the record’s own, and a time that is none, are null and counted', () => {
    expect(encounter({ status: 'done', period: { start: 'Friday', end: '2026' } })).toMatchObject({
      status: null,
      start: null,
      end: { said: '2026', precision: 'YEAR', day: null },
    });
    expect(counted()).toEqual({ 'Encounter.status': 1, 'Encounter.period.start': 1 });
  });

  test('an appointment with its service; a patient is no team', () => {
    expect(mapAppointment(asJson(APPOINTMENT), NOTHING, BASE, tally.count)).toMatchObject({
      status: 'booked',
      kind: 'Routine',
      start: { at: '2026-03-09T10:00:00.000Z' },
      teamReference: 'HealthcareService/s1',
      teamName: 'Team',
    });
    const alone = {
      ...asJson(APPOINTMENT),
      participant: [{ actor: { reference: 'Patient/p1', display: 'P' } }],
    };
    expect(mapAppointment(alone, NOTHING, BASE, tally.count)).toMatchObject({
      teamReference: null,
      teamName: null,
    });
  });

  const at = (text: string | undefined) => readMoment(text, 'x', tally.count);
  test.each<[string, string | undefined, string | undefined, boolean, boolean]>([
    ['ended before', '2025-01-01', '2026-01-31', true, false],
    ['ended on the day', '2025-01-01', '2026-02-01', true, true],
    ['goes on', '2025-01-01', undefined, false, true],
    ['over, its end not told', '2025-01-01', undefined, true, false],
    ['ended in a month of which no day is known', '2025-01-01', '2026-01', true, true],
    ['at a time nobody knows', undefined, undefined, true, true],
    ['in a year', '2025', undefined, true, true],
  ])('%s', (_name, start, end, isOver, counts) => {
    expect(countsSince({ start: at(start), end: at(end) }, '2026-02-01', isOver)).toBe(counts);
  });
});

const CONDITION: Value = {
  resourceType: 'Condition',
  id: 'c1',
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
  },
  verificationStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }],
  },
  category: [{ coding: [{ code: 'problem-list-item', display: 'Problem List Item' }] }],
  code: {
    coding: [
      { system: 'http://snomed.info/sct', code: '58214004', display: 'Schizophrenia' },
      { system: 'http://hl7.org/fhir/sid/icd-10', code: 'F20' },
    ],
  },
  onsetDateTime: '2019-05',
  recordedDate: '2026-01-20',
};

describe('problems', () => {
  const problem = (change: object = {}) => mapProblem({ ...asJson(CONDITION), ...change }, tally.count);

  test('as UK Core has it, with all its codes and no day that was not said', () => {
    expect(problem()).toEqual({
      problem: 'Schizophrenia',
      codes: [
        { system: 'http://snomed.info/sct', code: '58214004', display: 'Schizophrenia' },
        { system: 'http://hl7.org/fhir/sid/icd-10', code: 'F20', display: null },
      ],
      clinicalStatus: 'active',
      verificationStatus: 'confirmed',
      category: 'Problem List Item',
      onset: { said: '2019-05', precision: 'MONTH', day: null, at: null },
      recorded: { said: '2026-01-20', precision: 'DAY', day: '2026-01-20', at: null },
    });
    expect(counted()).toEqual({});
  });

  test('of a server without profiles, codes without a system, words alone', () => {
    expect(
      problem({
        clinicalStatus: { coding: [{ code: 'resolved' }] },
        code: { text: 'Low mood' },
        category: undefined,
      }),
    ).toMatchObject({
      problem: 'Low mood',
      codes: [],
      clinicalStatus: 'resolved',
      category: null,
    });
    expect(counted()).toEqual({});
  });

  test.each<[object, object, string]>([
    [
      { clinicalStatus: { coding: [{ system: 'urn:own', code: 'active' }] } },
      { clinicalStatus: null },
      'Condition.clinicalStatus',
    ],
    [{ clinicalStatus: { text: 'active' } }, { clinicalStatus: null }, 'Condition.clinicalStatus'],
    [
      { verificationStatus: { coding: [{ code: 'sure' }] } },
      { verificationStatus: null },
      'Condition.verificationStatus',
    ],
    [{ onsetDateTime: undefined, onsetAge: { value: 30 } }, { onset: null }, 'Condition.onsetAge'],
    [{ onsetDateTime: undefined, onsetString: 'as a child' }, { onset: null }, 'Condition.onsetString'],
    [{ code: undefined }, { problem: null, codes: [] }, 'Condition.code'],
    [
      { code: { text: 'X', coding: [{ display: 'X' }] } },
      { problem: 'X', codes: [] },
      'Condition.code.coding',
    ],
  ])('%j: %j, and counted', (change, expected, path) => {
    expect(problem(change)).toMatchObject(expected);
    expect(counted()).toEqual({ [path]: 1 });
  });

  test('since the start of a period', () => {
    expect(
      problem({ onsetDateTime: undefined, onsetPeriod: { start: '2018', end: '2019' } }).onset?.said,
    ).toBe('2018');
  });

  test('what was ruled out says so; what was entered in error is none', () => {
    const of = (code: string) => problem({ verificationStatus: { coding: [{ code }] } });
    expect([of('refuted').verificationStatus, isInError(of('refuted'))]).toEqual(['refuted', false]);
    expect(isInError(of('entered-in-error'))).toBe(true);
  });
});

const FLAG: Value = {
  resourceType: 'Flag',
  id: 'f1',
  status: 'active',
  category: [{ coding: [{ code: 'safety', display: 'Safety' }] }],
  code: { coding: [{ system: 'urn:trust', code: 'two-staff', display: 'Two to visit' }] },
  period: { start: '2026-01', end: '2026-12-01' },
};

test('warnings: in force when active, or when their status is not understood', () => {
  const flag = mapFlag(asJson(FLAG), tally.count);
  expect(flag).toEqual({
    flag: 'Two to visit',
    codes: [{ system: 'urn:trust', code: 'two-staff', display: 'Two to visit' }],
    category: 'Safety',
    status: 'active',
    start: { said: '2026-01', precision: 'MONTH', day: null, at: null },
    end: { said: '2026-12-01', precision: 'DAY', day: '2026-12-01', at: null },
  });
  expect(counted()).toEqual({});
  expect(isInForce(mapFlag({ ...asJson(FLAG), status: 'inactive' }, tally.count))).toBe(false);
  expect(isInForce(mapFlag({ ...asJson(FLAG), status: 'entered-in-error' }, tally.count))).toBe(false);
  const odd = mapFlag({ ...asJson(FLAG), status: 'ACTIVE' }, tally.count);
  expect([odd.status, isInForce(odd), counted()]).toEqual([null, true, { 'Flag.status': 1 }]);
});

const CONSENT: Value = {
  resourceType: 'Consent',
  id: 'k1',
  status: 'active',
  scope: { coding: [{ code: 'patient-privacy' }] },
  category: [{ text: 'Sharing' }],
  dateTime: '2026-01',
  provision: { type: 'permit', period: { start: '2026-01-05' }, provision: [{ type: 'deny' }] },
};

test('consents: what holds, since when, and whether there are exceptions', () => {
  expect(mapConsent(asJson(CONSENT), tally.count)).toEqual({
    status: 'active',
    scope: 'patient-privacy',
    category: 'Sharing',
    recorded: { said: '2026-01', precision: 'MONTH', day: null, at: null },
    provision: 'permit',
    start: { said: '2026-01-05', precision: 'DAY', day: '2026-01-05', at: null },
    end: null,
    hasExceptions: true,
  });
  expect(mapConsent({}, tally.count)).toMatchObject({ status: null, provision: null, hasExceptions: false });
  expect(counted()).toEqual({});
  expect(mapConsent({ status: 'on', provision: { type: 'maybe' } }, tally.count)).toMatchObject({
    provision: null,
  });
  expect(counted()).toEqual({ 'Consent.status': 1, 'Consent.provision.type': 1 });
});

const PATIENT: Value = {
  generalPractitioner: [
    { reference: 'Organization/gp', identifier: { system: ODS, value: 'Y12345' }, display: 'S' },
  ],
  contained: [{ resourceType: 'Organization', id: 'o', name: 'N' }],
};
const PRECISION = {
  YEAR: /^\d{4}$/,
  MONTH: /^\d{4}-\d\d$/,
  DAY: /^\d{4}-\d\d-\d\d$/,
  TIME: /^\d{4}-.*T.*Z$/,
};

test.each<[string, Value, (resource: Record<string, unknown>) => object | null]>([
  ['practice', PATIENT, (one) => mapGeneralPractice(one, NOTHING, BASE, tally.count)],
  ['encounter', ENCOUNTER, (one) => mapEncounter(one, NOTHING, BASE, tally.count)],
  ['appointment', APPOINTMENT, (one) => mapAppointment(one, NOTHING, BASE, tally.count)],
  ['problem', CONDITION, (one) => mapProblem(one, tally.count)],
  ['flag', FLAG, (one) => mapFlag(one, tally.count)],
  ['consent', CONSENT, (one) => mapConsent(one, tally.count)],
])(
  '%s changed at random: never a throw, never a day or a precision that was not said',
  (_name, resource, map) => {
    fc.assert(
      fc.property(changed(resource), (other) => {
        const json = asJson(other);
        for (const value of Object.values(map(json) ?? {})) {
          if (typeof value !== 'object' || value === null || !('precision' in value)) continue;
          const { said, precision, day, at } = value as RecordMoment;
          expect(said).toMatch(PRECISION[precision]);
          expect([day !== null, at !== null]).toEqual([
            !['YEAR', 'MONTH'].includes(precision),
            precision === 'TIME',
          ]);
          // As a time it may be written in another zone; anything less stands there word for word.
          if (precision !== 'TIME') expect(JSON.stringify(json)).toContain(`"${said}"`);
        }
      }),
      { numRuns: 500 },
    );
  },
);
