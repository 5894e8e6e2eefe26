/** When two identities are one and when they dispute: the table, and the properties that must hold for any pair. */
import fc from 'fast-check';
import {
  conflictsBetween,
  conflictsWithin,
  type Identity,
  identityFromRecords,
  isTrusted,
  type LinkedRecord,
  mayBeOne,
  shareLivingSystem,
} from '../../../src/people/identity.rules.js';

const N = '9990000018';
const BORN = '1980-02-29';

function record(systemId: string, more: Partial<LinkedRecord> = {}): LinkedRecord {
  return {
    systemId,
    personId: 'person',
    localId: `${systemId}-1`,
    nhsNumber: N,
    nhsNumberStatus: '01',
    dateOfBirth: BORN,
    deceasedOn: null,
    active: true,
    replacedByLocalId: null,
    restricted: false,
    ...more,
  };
}

/** An identity with one record; none when the system is null, as a referral makes it. */
function identity(systemId: string | null, more: Partial<LinkedRecord> = {}): Identity {
  const { nhsNumber, nhsNumberStatus, dateOfBirth } = record('x', more);
  const records = systemId === null ? [] : [record(systemId, more)];
  return { nhsNumber, nhsNumberStatus: systemId === null ? null : nhsNumberStatus, dateOfBirth, records };
}

const SHARED = 'SHARED_NHS_NUMBER';
const MISMATCH = 'DATE_OF_BIRTH_MISMATCH';
const UNVERIFIED = 'UNVERIFIED_NUMBER';

test.each<[string, Identity, Identity, boolean, string[]]>([
  ['two systems, verified, same birth', identity('A'), identity('B'), true, [SHARED]],
  ['a record and a referral', identity('A'), identity(null), true, [SHARED]],
  ['two referrals', identity(null), identity(null), true, [SHARED]],
  ['two living records of one system', identity('A'), identity('A'), false, [SHARED]],
  [
    'one system, the other record no longer in use',
    identity('A'),
    identity('A', { active: false }),
    true,
    [SHARED],
  ],
  [
    'one system, the other record replaced',
    identity('A'),
    identity('A', { replacedByLocalId: 'A-2' }),
    true,
    [SHARED],
  ],
  ['one unverified', identity('A'), identity('B', { nhsNumberStatus: '02' }), false, [UNVERIFIED]],
  ['one without status', identity('A'), identity('B', { nhsNumberStatus: null }), false, [UNVERIFIED]],
  [
    'unverified beside a referral',
    identity('A', { nhsNumberStatus: '02' }),
    identity(null),
    false,
    [UNVERIFIED],
  ],
  ['unverified within one system', identity('A'), identity('A', { nhsNumberStatus: '02' }), false, [SHARED]],
  [
    'unverified, one birth unknown',
    identity('A', { nhsNumberStatus: '02' }),
    identity('B', { dateOfBirth: null }),
    false,
    [UNVERIFIED],
  ],
  ['births differ', identity('A'), identity('B', { dateOfBirth: '1980-02-28' }), false, [MISMATCH]],
  [
    'births differ within one system',
    identity('A'),
    identity('A', { dateOfBirth: '1980-02-28' }),
    false,
    [SHARED, MISMATCH],
  ],
  [
    'births differ, one unverified',
    identity('A'),
    identity('B', { dateOfBirth: '1980-02-28', nhsNumberStatus: '02' }),
    false,
    [],
  ],
  [
    'births differ from a referral',
    identity('A'),
    identity(null, { dateOfBirth: '1980-02-28' }),
    false,
    [MISMATCH],
  ],
  ['one birth unknown', identity('A'), identity('B', { dateOfBirth: null }), false, [SHARED]],
  ['numbers differ', identity('A'), identity('B', { nhsNumber: '9990000026' }), false, []],
  ['no numbers', identity('A', { nhsNumber: null }), identity('B', { nhsNumber: null }), false, []],
])('%s', (_what, a, b, one, conflicts) => {
  expect(mayBeOne(a, b)).toBe(one);
  expect(mayBeOne(b, a)).toBe(one);
  expect(conflictsBetween(a, b)).toEqual(conflicts);
  expect(conflictsBetween(b, a)).toEqual(conflicts);
});

test('the living records of one person may come to disagree', () => {
  const other = record('B', { nhsNumber: '9990000026', dateOfBirth: '1980-02-28' });
  const of = (records: LinkedRecord[]): Identity => ({ ...identity('A'), records });
  expect(conflictsWithin(of([record('A'), other]))).toEqual([SHARED, MISMATCH]);
  expect(conflictsWithin(of([record('A'), { ...other, active: false }]))).toEqual([]);
  expect(conflictsWithin(of([record('A'), { ...other, nhsNumberStatus: '02', dateOfBirth: null }]))).toEqual(
    [],
  );
});

test('dates of birth that a steward knew of are no dispute, however many; another one is', () => {
  const dates = ['1980-02-28', '1980-02-27', '1980-02-26'] as const;
  const of = (count: number): Identity => ({
    ...identity('A'),
    records: dates.slice(0, count).map((dateOfBirth, at) => record(`S${at}`, { dateOfBirth })),
  });
  const agreed = [
    [dates[1], dates[0]],
    [dates[1], dates[2]],
  ] as const;
  expect(conflictsWithin(of(2), agreed)).toEqual([]);
  expect(conflictsWithin(of(3), agreed)).toEqual([]);
  expect(conflictsWithin(of(3), agreed.slice(0, 1))).toEqual([MISMATCH]);
  expect(conflictsWithin(of(2), agreed.slice(1))).toEqual([MISMATCH]);
});

test('a person takes their identity from the best of their records', () => {
  const dead = record('A', {
    active: false,
    nhsNumber: '9990000026',
    deceasedOn: '2026-02-01',
    restricted: true,
  });
  const plain = record('B', { nhsNumberStatus: '02', dateOfBirth: null });
  expect(identityFromRecords([dead, plain])).toEqual({
    nhsNumber: N,
    nhsNumberStatus: '02',
    dateOfBirth: BORN,
    deceasedOn: '2026-02-01',
    restricted: true,
  });
  expect(
    identityFromRecords([plain, record('C', { nhsNumber: null, nhsNumberStatus: null })]).nhsNumber,
  ).toBe(N);
});

const anyRecord = fc.record({
  systemId: fc.constantFrom('A', 'B'),
  personId: fc.constant('person'),
  localId: fc.constantFrom('1', '2', '3'),
  nhsNumber: fc.constantFrom(N, '9990000026', null),
  nhsNumberStatus: fc.constantFrom('01', '02', null),
  dateOfBirth: fc.constantFrom(BORN, '1980-02-28', null),
  deceasedOn: fc.constant(null),
  active: fc.boolean(),
  replacedByLocalId: fc.constantFrom(null, '9'),
  restricted: fc.boolean(),
});
const anyIdentity = fc
  .array(anyRecord, { minLength: 1, maxLength: 3 })
  .map((records): Identity => ({ ...identityFromRecords(records), records }));

test('never one by an unverified number, another birth, or against the word of a system', () => {
  fc.assert(
    fc.property(anyIdentity, anyIdentity, (a, b) => {
      if (!mayBeOne(a, b)) return;
      expect(a.nhsNumber).toBe(b.nhsNumber);
      expect([a.nhsNumberStatus, b.nhsNumberStatus]).toEqual(['01', '01']);
      expect(a.dateOfBirth).toBe(b.dateOfBirth);
      expect(shareLivingSystem(a, b)).toBe(false);
    }),
  );
});

test('whoever shares a number and a birth, or a number and a system, is one or in dispute; and disputes are mutual', () => {
  fc.assert(
    fc.property(anyIdentity, anyIdentity, (a, b) => {
      expect(conflictsBetween(a, b)).toEqual(conflictsBetween(b, a));
      if (a.nhsNumber === null || a.nhsNumber !== b.nhsNumber) return;
      const trusted = isTrusted(a) && isTrusted(b);
      if (shareLivingSystem(a, b)) expect(conflictsBetween(a, b)).toContain(SHARED);
      else if (a.dateOfBirth === b.dateOfBirth)
        expect(conflictsBetween(a, b)).toEqual([trusted ? SHARED : UNVERIFIED]);
    }),
  );
});
