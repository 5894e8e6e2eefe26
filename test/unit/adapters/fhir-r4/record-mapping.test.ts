/** Patients, care teams, episodes and documents as live reads show them: each element, and what cannot be used. */

import { filedDocument, versionIdsOf } from '../../../../adapters/fhir-r4/documents/filed.rules.js';
import { conceptText } from '../../../../adapters/fhir-r4/mapping/concept.rules.js';
import { nameBehind, personName } from '../../../../adapters/fhir-r4/mapping/names.rules.js';
import { mapPatient } from '../../../../adapters/fhir-r4/mapping/patient.rules.js';
import { UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';
import { mapCareTeam } from '../../../../adapters/fhir-r4/record/care-team.rules.js';
import { mapDemographics } from '../../../../adapters/fhir-r4/record/demographics.rules.js';
import { mapDocument } from '../../../../adapters/fhir-r4/record/record-document.rules.js';
import { mapOpenEpisode } from '../../../../adapters/fhir-r4/record/record-episode.rules.js';
import { newId } from '../../../../src/core/ids.js';
import { nhsNumberSlice, testNhsNumber } from '../../../support/fhir-resources.js';

const BASE = 'https://record.example/fhir/';
const RULES = { baseUrl: BASE, documentIdentifierSystem: 'urn:oid:2.25.1' };
const PATIENT_RULES = { baseUrl: BASE, nhsNumberStatusSystems: [], restrictedCodes: ['R'] };
let tally: UnmappedTally;
beforeEach(() => {
  tally = new UnmappedTally();
});
const counted = () => Object.fromEntries(tally.byPath);

describe('demographics', () => {
  const whole = (patient: object) =>
    mapDemographics('p1', { resourceType: 'Patient', id: 'p1', ...patient }, PATIENT_RULES, tally.count);
  const of = (patient: object) => {
    const { identity, ...shown } = whole(patient);
    expect(identity).toMatchObject({
      localId: 'p1',
      dateOfBirth: shown.dateOfBirth,
      deceasedOn: shown.deceasedOn,
    });
    return shown;
  };
  const EMPTY = {
    name: null,
    gender: null,
    dateOfBirth: null,
    deceasedOn: null,
    telephone: null,
    address: null,
    postcode: null,
    generalPractitioner: null,
    generalPractice: null,
  };

  test('of nothing there is nothing, and nothing is wrong', () => {
    expect(of({})).toEqual(EMPTY);
    expect(counted()).toEqual({});
  });

  test.each<[string, object, Partial<typeof EMPTY> | Record<string, string>]>([
    ['the official name', { name: [{ text: 'A' }, { use: 'official', text: 'B' }] }, { name: 'B' }],
    [
      'the first that is not old',
      {
        name: [
          { use: 'old', text: 'A' },
          { given: ['B'], family: 'C' },
        ],
      },
      { name: 'B C' },
    ],
    ['a date to the day', { birthDate: '1980-02-29' }, { dateOfBirth: '1980-02-29' }],
    [
      'a death by its day in London',
      { deceasedDateTime: '2026-06-30T23:30:00Z' },
      { deceasedOn: '2026-07-01' },
    ],
    [
      'the telephone by rank',
      {
        telecom: [
          { system: 'phone', value: '1' },
          { system: 'phone', value: '2', rank: 1 },
        ],
      },
      { telephone: '2' },
    ],
    [
      'the first of equals',
      {
        telecom: [
          { system: 'phone', value: '1' },
          { system: 'phone', value: '2' },
        ],
      },
      { telephone: '1' },
    ],
    [
      'no fax, no mail, nothing old',
      {
        telecom: [
          { system: 'fax', value: '1' },
          { system: 'email', value: 'a@b' },
          { system: 'phone', use: 'old', value: '3' },
        ],
      },
      {},
    ],
    [
      'the home address in one line',
      {
        address: [
          { city: 'X' },
          { use: 'home', line: ['1 A', 'B'], district: 'D', city: 'C', postalCode: ' ZZ1 1ZZ ' },
        ],
      },
      { address: '1 A, B, D, C, ZZ1 1ZZ', postcode: 'ZZ1 1ZZ' },
    ],
    ['its own text first', { address: [{ text: '1 A\nB', city: 'C' }] }, { address: '1 A, B' }],
    ['no address for bills', { address: [{ use: 'billing', city: 'C' }] }, {}],
    [
      'the practice',
      { generalPractitioner: [{ reference: 'Practitioner/1' }, { display: ' Surgery ' }] },
      { generalPractitioner: 'Surgery' },
    ],
  ])('%s', (_what, patient, expected) => {
    expect(of(patient)).toEqual({ ...EMPTY, ...expected });
    expect(counted()).toEqual({});
  });

  test('whose it is, by the mapping of a caseload', () => {
    const patient = {
      resourceType: 'Patient',
      id: 'p1',
      meta: { security: [{ code: 'N' }, { code: 'R' }] },
      identifier: [nhsNumberSlice(testNhsNumber(1), '01')],
      active: false,
      birthDate: '1980-02-29',
      link: [{ type: 'replaced-by', other: { reference: `${BASE}Patient/p2` } }],
    };
    expect(whole(patient).identity).toEqual({
      localId: 'p1',
      nhsNumber: testNhsNumber(1),
      nhsNumberStatus: '01',
      dateOfBirth: '1980-02-29',
      deceasedOn: null,
      active: false,
      replacedByLocalId: 'p2',
      restricted: true,
    });
    expect(whole(patient).identity).toEqual(mapPatient('p1', patient, PATIENT_RULES, tally.count));
  });

  test('what cannot be used is null and counted', () => {
    expect(of({ gender: 'f', birthDate: '1980', deceasedDateTime: 'yes' })).toEqual(EMPTY);
    expect(counted()).toEqual({ 'Patient.gender': 1, 'Patient.birthDate': 1, 'Patient.deceasedDateTime': 1 });
  });
});

describe('names behind references', () => {
  const included = new Map<string, object>([
    ['Practitioner/1', { resourceType: 'Practitioner', name: [{ text: 'Known' }] }],
    ['Practitioner/2', { resourceType: 'Practitioner' }],
    [
      'PractitionerRole/1',
      { resourceType: 'PractitionerRole', practitioner: { reference: 'Practitioner/1', display: 'Shown' } },
    ],
    [
      'PractitionerRole/2',
      { resourceType: 'PractitionerRole', practitioner: { reference: 'Practitioner/9', display: 'Shown' } },
    ],
    ['PractitionerRole/3', { resourceType: 'PractitionerRole' }],
    ['Organization/1', { resourceType: 'Organization', name: ' Team ' }],
  ]) as ReadonlyMap<string, Record<string, unknown>>;

  test.each([
    [{ reference: 'Practitioner/1', display: 'Other' }, 'Known'],
    [{ reference: 'Practitioner/2', display: 'Shown here' }, 'Shown here'],
    [{ reference: 'PractitionerRole/1' }, 'Known'],
    [{ reference: 'PractitionerRole/2' }, 'Shown'],
    [{ reference: 'PractitionerRole/3', display: 'Here' }, 'Here'],
    [{ reference: 'Organization/1' }, 'Team'],
    [{ reference: `${BASE}Organization/1` }, 'Team'],
    [{ reference: 'https://elsewhere.example/Organization/1' }, null],
    [{ display: 'Only words' }, 'Only words'],
    [{}, null],
    [undefined, null],
  ])('%j is %j', (element, expected) => {
    expect(nameBehind(element, included, BASE)).toBe(expected);
  });

  test('a person without a usable name has none', () => {
    expect([personName(undefined), personName({ name: [{}] }), personName({ name: 'A' })]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

test.each([
  [{ text: ' Words ', coding: [{ display: 'D' }] }, 'Words'],
  [{ coding: [{ code: 'c' }, { display: 'D' }] }, 'D'],
  [{ coding: [{ code: 'c' }] }, 'c'],
  [{ coding: [] }, null],
  ['text', null],
])('the concept %j reads %j', (concept, words) => {
  expect(conceptText(concept)).toBe(words);
});

describe('care teams', () => {
  test('members in their order, with the first role in words', () => {
    const team = {
      status: 'active',
      name: 'Team',
      participant: [
        { role: [{}, { text: 'Lead' }], member: { reference: 'Practitioner/1', display: 'One' } },
        { member: { display: 'Neighbour' } },
        { role: [{ coding: [{ code: 'x' }] }] },
        {},
      ],
    };
    expect(mapCareTeam(team, new Map(), BASE, tally.count)).toEqual({
      name: 'Team',
      status: 'active',
      members: [
        { reference: 'Practitioner/1', name: 'One', role: 'Lead' },
        { reference: null, name: 'Neighbour', role: null },
        { reference: null, name: null, role: 'x' },
      ],
    });
    expect(counted()).toEqual({ 'CareTeam.participant': 1 });
  });

  test('a status of its own making is none', () => {
    expect(mapCareTeam({ status: 'open' }, new Map(), BASE, tally.count)).toEqual({
      name: null,
      status: null,
      members: [],
    });
    expect(counted()).toEqual({ 'CareTeam.status': 1 });
  });
});

describe('open episodes', () => {
  const ON = '2026-03-01';
  const open = (episode: object) =>
    mapOpenEpisode({ resourceType: 'EpisodeOfCare', ...episode }, ON, new Map(), BASE, tally.count);

  test.each([
    ['active without dates', { status: 'active' }, true],
    ['on hold', { status: 'onhold', period: { start: '2026-01-01' } }, true],
    ['begun that day', { status: 'active', period: { start: ON } }, true],
    ['begun the day after', { status: 'active', period: { start: '2026-03-02' } }, false],
    ['ended that day', { status: 'finished', period: { end: ON } }, false],
    ['ended the day after', { status: 'finished', period: { end: '2026-03-02' } }, true],
    ['ended nobody knows when', { status: 'finished' }, false],
    ['active with an end that is past', { status: 'active', period: { end: '2026-02-01' } }, false],
    ['on the waiting list', { status: 'waitlist' }, false],
    ['planned', { status: 'planned' }, false],
    ['entered in error', { status: 'entered-in-error' }, false],
    ['of an unknown status', { status: 'sleeping' }, false],
  ])('%s: %s', (_what, episode, expected) => {
    expect(open(episode) !== null).toBe(expected);
  });

  test('team and coordinator by reference and name; an end without a day is not complete', () => {
    expect(
      open({
        status: 'active',
        period: { start: '2026-01-02', end: '2027' },
        managingOrganization: { reference: 'Organization/1', display: 'Team' },
        careManager: { reference: 'Practitioner/1', display: 'Worker' },
      }),
    ).toEqual({
      complete: false,
      value: {
        teamReference: 'Organization/1',
        teamName: 'Team',
        state: 'OPEN',
        startedOn: '2026-01-02',
        careCoordinator: { reference: 'Practitioner/1', name: 'Worker' },
      },
    });
  });
});

describe('documents', () => {
  const id = newId();
  const own = { system: RULES.documentIdentifierSystem, value: id };

  test('a line of the list', () => {
    const document = {
      id: 'd',
      identifier: [{ system: 'urn:other', value: 'x' }, own],
      status: 'current',
      type: { text: 'Note' },
      date: '2026-03-01T10:00:00+01:00',
      author: [{ reference: 'Practitioner/1' }, { display: 'Somebody' }],
      description: ' About ',
    };
    expect(mapDocument(document, RULES, tally.count)).toEqual({
      reference: 'DocumentReference/d',
      title: 'About',
      type: 'Note',
      status: 'current',
      recordedAt: '2026-03-01T09:00:00.000Z',
      author: 'Somebody',
      documentVersionId: id,
    });
    expect(counted()).toEqual({});
  });

  test('a date without a time and a status of its own making are counted; an identifier that is no uuid is not ours', () => {
    const document = { id: 'd', date: '2026-03-01', status: 'draft', identifier: [{ ...own, value: '7' }] };
    expect(mapDocument(document, RULES, tally.count)).toMatchObject({
      status: null,
      recordedAt: null,
      documentVersionId: null,
    });
    expect(counted()).toEqual({ 'DocumentReference.date': 1, 'DocumentReference.status': 1 });
  });

  const filed = (change: object) =>
    filedDocument(
      {
        id: 'd',
        meta: { versionId: '3' },
        status: 'current',
        docStatus: 'final',
        subject: { reference: 'Patient/p' },
        content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: 'YQ==' } }],
        ...change,
      },
      id,
      RULES,
      tally.count,
    );

  test.each<[string, object, object, boolean]>([
    ['as sent', {}, { status: 'CURRENT', isFinal: true, patientLocalId: 'p', version: '3' }, true],
    ['superseded', { status: 'superseded' }, { status: 'SUPERSEDED', isFinal: true }, true],
    ['in error', { status: 'entered-in-error' }, { status: 'ENTERED_IN_ERROR' }, true],
    ['amended', { docStatus: 'amended' }, { isFinal: true }, true],
    ['waiting', { docStatus: 'preliminary' }, { isFinal: false }, true],
    ['without docStatus', { docStatus: undefined }, { isFinal: true }, true],
    ['of an unknown docStatus', { docStatus: 'signed' }, { isFinal: false }, true],
    ['of an unknown status', { status: 'filed' }, { isFinal: false }, false],
    ['by another address', { subject: { reference: `${BASE}Patient/q` } }, { patientLocalId: 'q' }, true],
    [
      'of nobody here',
      { subject: { reference: 'https://elsewhere.example/Patient/p' } },
      { patientLocalId: '' },
      false,
    ],
    ['of a group', { subject: { reference: 'Group/p' } }, { patientLocalId: '' }, false],
    ['of no text', { content: [] }, { textHash: null }, false],
    ['without a version', { meta: undefined }, { version: null }, true],
  ])('a document %s', (_what, change, expected, complete) => {
    const one = filed(change);
    expect(one.value).toMatchObject(expected);
    expect(one.complete).toBe(complete);
  });

  test('identifiers of other systems, without value or of another shape are not ours', () => {
    expect(
      versionIdsOf({ identifier: [own, { ...own, value: '' }, { value: id }, 'x', null] }, RULES),
    ).toEqual([id]);
  });
});
