/** Patients as read from UK Core resources. */
import { mapPatient } from '../../../../adapters/fhir-r4/mapping/patient.rules.js';
import { UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';
import { nhsNumberSlice, testNhsNumber, VERIFICATION } from '../../../support/fhir-resources.js';

const RULES = {
  baseUrl: 'https://record.example/fhir/',
  nhsNumberStatusSystems: ['https://trust.example/status'],
  restrictedCodes: ['R', 'V', 'Restricted'],
};
const NUMBER = testNhsNumber(1);
const OTHER = testNhsNumber(2);

function read(patient: object) {
  const tally = new UnmappedTally();
  const identity = mapPatient('p1', { resourceType: 'Patient', id: 'p1', ...patient }, RULES, tally.count);
  return { identity, unmapped: Object.fromEntries(tally.byPath) };
}

test('a full record', () => {
  expect(
    read({
      meta: { security: [{ code: 'U' }] },
      identifier: [{ system: 'https://trust.example/pas', value: '12345' }, nhsNumberSlice(NUMBER, '01')],
      active: true,
      birthDate: '1980-02-29',
      deceasedDateTime: '2026-06-30T23:30:00Z',
      link: [{ type: 'seealso', other: { reference: 'Patient/p9' } }],
    }),
  ).toEqual({
    identity: {
      localId: 'p1',
      nhsNumber: NUMBER,
      nhsNumberStatus: '01',
      dateOfBirth: '1980-02-29',
      deceasedOn: '2026-07-01',
      active: true,
      replacedByLocalId: null,
      restricted: false,
    },
    unmapped: {},
  });
});

test('a record with nothing in it is active, not restricted, and known by its local id alone', () => {
  expect(read({}).identity).toEqual({
    localId: 'p1',
    nhsNumber: null,
    nhsNumberStatus: null,
    dateOfBirth: null,
    deceasedOn: null,
    active: true,
    replacedByLocalId: null,
    restricted: false,
  });
});

test.each([VERIFICATION.system, VERIFICATION.retired, 'https://trust.example/status'])(
  'verification status under %s',
  (system) => {
    for (const status of ['01', '02', '03', '04', '05', '06', '07', '08'])
      expect(read({ identifier: [nhsNumberSlice(NUMBER, status, system)] }).identity).toMatchObject({
        nhsNumber: NUMBER,
        nhsNumberStatus: status,
      });
  },
);

test.each([
  ['a code system nobody named', nhsNumberSlice(NUMBER, '01', 'https://elsewhere.example/status')],
  ['a code that is none', nhsNumberSlice(NUMBER, '09')],
  [
    'a word of the retired system',
    nhsNumberSlice(NUMBER, 'number-present-and-verified', VERIFICATION.retired),
  ],
])('%s is no status, and counted', (_what, slice) => {
  expect(read({ identifier: [slice] })).toMatchObject({
    identity: { nhsNumber: NUMBER, nhsNumberStatus: null },
    unmapped: { 'Patient.identifier.extension[NHSNumberVerificationStatus]': 1 },
  });
});

test('two different statuses for one number are none', () => {
  const coding = ['01', '04'].map((code) => ({ system: VERIFICATION.system, code }));
  const slice = {
    ...nhsNumberSlice(NUMBER, null),
    extension: [{ url: VERIFICATION.extension, valueCodeableConcept: { coding } }],
  };
  expect(read({ identifier: [slice] }).identity.nhsNumberStatus).toBeNull();
});

test.each(['9990000000', `${NUMBER}0`, NUMBER.slice(0, 9), 'not known', '0000000000'])(
  'the invalid number %s is null and counted, and its status goes with it',
  (value) => {
    expect(read({ identifier: [nhsNumberSlice(value, '01')] })).toMatchObject({
      identity: { nhsNumber: null, nhsNumberStatus: null },
      unmapped: { 'Patient.identifier[nhsNumber].value': 1 },
    });
  },
);

test('a number printed with spaces is the same number', () => {
  const printed = `${NUMBER.slice(0, 3)} ${NUMBER.slice(3, 6)} ${NUMBER.slice(6)}`;
  expect(read({ identifier: [nhsNumberSlice(printed, '01')] }).identity.nhsNumber).toBe(NUMBER);
});

test('a status without a number is kept: it says that there is none', () => {
  const { value: _value, ...slice } = nhsNumberSlice(NUMBER, '07');
  expect(read({ identifier: [slice] }).identity).toMatchObject({ nhsNumber: null, nhsNumberStatus: '07' });
});

test('of two different numbers neither is believed; an old one is not looked at', () => {
  const both = [nhsNumberSlice(NUMBER, '01'), nhsNumberSlice(OTHER, '01')];
  expect(read({ identifier: both })).toMatchObject({
    identity: { nhsNumber: null, nhsNumberStatus: null },
    unmapped: { 'Patient.identifier[nhsNumber]': 1 },
  });
  expect(read({ identifier: [{ ...both[0], use: 'old' }, both[1]] }).identity.nhsNumber).toBe(OTHER);
});

test.each(['1980', '1980-02', '1980-02-30', '29/02/1980', ''])(
  'birth date %p is not filled up',
  (birthDate) => {
    expect(read({ birthDate })).toMatchObject({
      identity: { dateOfBirth: null },
      unmapped: { 'Patient.birthDate': 1 },
    });
  },
);

test('a death without a day is counted and not dated', () => {
  expect(read({ deceasedBoolean: true })).toMatchObject({
    identity: { deceasedOn: null },
    unmapped: { 'Patient.deceasedBoolean': 1 },
  });
  expect(read({ deceasedDateTime: '2026' })).toMatchObject({
    identity: { deceasedOn: null },
    unmapped: { 'Patient.deceasedDateTime': 1 },
  });
  expect(read({ deceasedBoolean: false }).unmapped).toEqual({});
});

test('an inactive record says so; an odd value is counted', () => {
  expect(read({ active: false }).identity.active).toBe(false);
  expect(read({ active: 'no' })).toMatchObject({
    identity: { active: true },
    unmapped: { 'Patient.active': 1 },
  });
});

test.each([
  ['Patient/p2', 'p2'],
  ['Patient/p2/_history/3', 'p2'],
  ['https://record.example/fhir/Patient/p2', 'p2'],
])('a record replaced by %s', (reference, id) => {
  const link = [{ type: 'replaced-by', other: { reference } }];
  expect(read({ link })).toMatchObject({ identity: { replacedByLocalId: id }, unmapped: {} });
});

test.each([
  'https://elsewhere.example/fhir/Patient/p2',
  'RelatedPerson/r',
  '#p2',
  'urn:uuid:7',
  'Patient/../p2',
])('a replacement that this server cannot read (%s) is counted', (reference) => {
  const link = [{ type: 'replaced-by', other: { reference } }];
  expect(read({ link })).toMatchObject({
    identity: { replacedByLocalId: null },
    unmapped: { 'Patient.link.other': 1 },
  });
});

test('the other directions of a link are no replacement', () => {
  const link = ['replaces', 'refer', 'seealso'].map((type) => ({ type, other: { reference: 'Patient/p2' } }));
  expect(read({ link })).toMatchObject({ identity: { replacedByLocalId: null }, unmapped: {} });
});

test.each(['R', 'V', 'Restricted'])('security label %s restricts, in whatever system', (code) => {
  expect(
    read({ meta: { security: [{ code: 'N' }, { system: 'https://trust.example', code }] } }).identity
      .restricted,
  ).toBe(true);
});
