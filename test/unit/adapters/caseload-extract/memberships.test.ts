/** One row as a membership: what is refused, what is left out and counted, and what is never made up. */
import fc from 'fast-check';
import { FIELDS, type FieldValues } from '../../../../adapters/caseload-extract/fields.js';
import { arrivalFault, notYet } from '../../../../adapters/caseload-extract/folder/arrival.rules.js';
import { MembershipReader } from '../../../../adapters/caseload-extract/reading/membership.rules.js';
import { PlaceNotes } from '../../../../adapters/caseload-extract/reading/place-notes.js';
import { SeenReferences } from '../../../../adapters/caseload-extract/reading/seen.js';
import { parseSettings } from '../../../../adapters/caseload-extract/settings.js';
import { isLocalDate } from '../../../../src/core/calendar.js';
import { parseNhsNumber } from '../../../../src/core/nhs-number.js';
import { testNhsNumber } from '../../../support/fhir-resources.js';

const NOTHING = Object.fromEntries(FIELDS.map((field) => [field, ''])) as Record<
  (typeof FIELDS)[number],
  string
>;
const ROW = { ...NOTHING, team: 'T1', localId: 'p1', state: 'OPEN' };
const COLUMNS = FIELDS.filter((field) => field !== 'asOf').map((field) => `${field}=h-${field}`);

const settingsOf = (change: object) =>
  parseSettings({ folder: '/d', filePattern: '{asOf}', columns: COLUMNS, ...change });
const USUAL = settingsOf({});

function reader(settings = USUAL) {
  const notes = new PlaceNotes(settings.columns);
  return { notes, one: new MembershipReader(settings, notes) };
}

function read(values: Partial<FieldValues>, change?: object) {
  const { notes, one } = reader(change && settingsOf(change));
  const item = one.read(7, { ...ROW, ...values });
  return { item, notes, refused: notes.verdict(1_000, 100)?.details.places ?? [] };
}

test('a row with everything', () => {
  const { item, refused } = read({
    validFrom: '2026-01-05',
    validTo: '2026-02-01',
    state: 'on_hold',
    coordinator: 'w1',
    coordinatorName: 'Kay',
    nhsNumber: testNhsNumber(5),
    nhsNumberStatus: '1',
    dateOfBirth: '1970-01-31',
    deceasedOn: '2026-02-01',
    active: 'no',
    replacedBy: 'p2',
    restricted: 'Y',
  });
  expect(refused).toEqual([]);
  expect(item).toEqual({
    reference: expect.stringMatching(/^Membership\/[0-9a-f]{32}$/) as string,
    complete: true,
    state: 'ON_HOLD',
    validFrom: '2026-01-05',
    validTo: '2026-02-01',
    patient: {
      localId: 'p1',
      nhsNumber: testNhsNumber(5),
      nhsNumberStatus: '01',
      dateOfBirth: '1970-01-31',
      deceasedOn: '2026-02-01',
      active: false,
      replacedByLocalId: 'p2',
      restricted: true,
    },
    careCoordinator: { reference: 'w1', name: 'Kay' },
  });
});

test('a row of a team alone is a team without members', () => {
  expect(read({ ...NOTHING, team: 'T1', teamName: 'North', teamCode: 'N' })).toMatchObject({
    item: null,
    refused: [],
  });
});

test.each([
  [{ team: '' }, 'line 7, team (h-team): EMPTY'],
  [{ localId: '' }, 'line 7, localId (h-localId): EMPTY'],
  [{ localId: 'a\u0000b' }, 'line 7, localId (h-localId): CHARACTERS'],
  [{ localId: 'a\ufffdb' }, 'line 7, localId (h-localId): CHARACTERS'],
  [{ team: 'x'.repeat(101) }, 'line 7, team (h-team): TOO_LONG'],
  [{ state: 'Unheard' }, 'line 7, state (h-state): UNKNOWN_STATE'],
  [{ state: '' }, 'line 7, state (h-state): UNKNOWN_STATE'],
])('%j is refused', (values, place) => {
  expect(read(values)).toMatchObject({ item: null, refused: [place] });
});

test('what cannot be read is left out and counted, and never makes a record more usable', () => {
  const { item, notes } = read({
    validFrom: '05/01/2026',
    dateOfBirth: '1970',
    nhsNumber: '9990000001',
    nhsNumberStatus: 'ok',
    active: 'perhaps',
    restricted: 'perhaps',
    deceasedOn: 'yes',
  });
  expect(item).toMatchObject({
    complete: false,
    validFrom: null,
    patient: {
      nhsNumber: null,
      nhsNumberStatus: null,
      dateOfBirth: null,
      deceasedOn: null,
      active: false,
      restricted: true,
    },
  });
  expect(notes.leftOut).toEqual({
    validFrom: 1,
    dateOfBirth: 1,
    nhsNumber: 1,
    nhsNumberStatus: 1,
    active: 1,
    restricted: 1,
    deceasedOn: 1,
  });
});

test('words of a state are the site’s; without the column the end decides', () => {
  const stateCodes = ['OPEN=Current', 'OPEN=', 'ENDED=Discharged'];
  expect(read({ state: 'current' }, { stateCodes }).item?.state).toBe('OPEN');
  expect(read({ state: '' }, { stateCodes }).item?.state).toBe('OPEN');
  expect(read({ state: 'OPEN' }, { stateCodes }).item).toBeNull();
  const columns = COLUMNS.filter((entry) => !entry.startsWith('state='));
  expect(read({ state: '' }, { columns }).item?.state).toBe('OPEN');
  expect(read({ state: '', validTo: '2026-01-05' }, { columns }).item?.state).toBe('ENDED');
});

test('a reference is the same tomorrow, and another for another team, person, first day or id', () => {
  const referenceOf = (values: Partial<FieldValues>) => read(values).item!.reference;
  const others = [{ team: 'T2' }, { localId: 'p2' }, { validFrom: '2026-01-05' }, { membership: 'm1' }];
  expect(referenceOf({})).toBe(referenceOf({ coordinator: 'w2', validTo: '2026-01-05' }));
  expect(new Set([{}, ...others].map(referenceOf)).size).toBe(5);
  expect(referenceOf({ membership: 'm1', team: 'T9' })).toBe(referenceOf({ membership: 'm1' }));
  expect(referenceOf({})).not.toContain('p1');
});

test('no values make a reader throw, or invent a date or a number', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '',
      '2026-01-05',
      '2026-02-30',
      '1970',
      testNhsNumber(3),
      'OPEN',
      'Y',
      '01',
      '09',
      'NULL',
    ),
  );
  let reached = 0;
  const values = fc.record(Object.fromEntries(FIELDS.map((field) => [field, value])));
  fc.assert(
    fc.property(values, fc.boolean(), (drawn, isPlain) => {
      const row = (isPlain ? { ...drawn, team: 'T1', localId: 'p1', state: 'OPEN' } : drawn) as FieldValues;
      const { item } = read(row);
      if (item === null) return;
      reached += 1;
      for (const [field, day] of [
        ['validFrom', item.validFrom],
        ['validTo', item.validTo],
        ['dateOfBirth', item.patient.dateOfBirth],
        ['deceasedOn', item.patient.deceasedOn],
      ] as const) {
        expect(day === null || (isLocalDate(day) && day === row[field])).toBe(true);
      }
      expect(item.patient.nhsNumber).toBe(row.nhsNumber === '' ? null : parseNhsNumber(row.nhsNumber));
      expect(item.complete).toBe(
        (row.validFrom === '' || item.validFrom !== null) && (row.validTo === '' || item.validTo !== null),
      );
    }),
    { numRuns: 10_000 },
  );
  expect(reached).toBeGreaterThan(4_000);
});

describe('how much may be unreadable', () => {
  const verdict = (bad: number, good: number, rows: number, percent: number) => {
    const { notes } = reader();
    for (let n = 0; n < bad; n++) notes.leaveOut(n + 2, 'dateOfBirth', 'NOT_A_DATE');
    for (let n = 0; n < good; n++) notes.read('dateOfBirth');
    return notes.verdict(rows, percent);
  };

  test('a share of the rows, and five in any case', () => {
    expect(verdict(10, 990, 1_000, 1)).toBeNull();
    expect(verdict(11, 989, 1_000, 1)).toMatchObject({
      code: 'HUB_CASELOAD_FILE_VALUES',
      details: { fault: 'UNREADABLE', count: 11 },
    });
    expect(verdict(5, 5, 10, 1)).toBeNull();
    expect(verdict(6, 4, 10, 1)).not.toBeNull();
  });

  test('none where none is allowed, and never a whole column', () => {
    expect(verdict(1, 999, 1_000, 0)).not.toBeNull();
    expect(verdict(0, 999, 1_000, 0)).toBeNull();
    expect(verdict(3, 0, 1_000, 1)).not.toBeNull();
  });

  test('places are told as far as twenty, and counted beyond', () => {
    const { notes } = reader();
    for (let n = 0; n < 30; n++) notes.refuse(n + 2, 'team', 'EMPTY');
    expect(notes.isHopeless).toBe(true);
    const { details } = notes.verdict(1_000, 1)!;
    expect(details.count).toBe(30);
    expect(details.places).toHaveLength(20);
  });
});

test('references seen before are known, those not seen are not', () => {
  const seen = new SeenReferences();
  const reference = (n: number) =>
    `Membership/${(BigInt(n) * 0x9e3779b97f4a7c15n).toString(16).padStart(32, '0').slice(-32)}`;
  for (let n = 0; n < 30_000; n++) expect(seen.add(reference(n))).toBe(true);
  for (let n = 0; n < 30_000; n += 7) expect(seen.add(reference(n))).toBe(false);
  expect(seen.add(reference(30_001))).toBe(true);
});

describe('whether a file may follow the one in force', () => {
  const now = new Date('2026-03-02T09:00:00Z');
  const before = { asOf: '2026-03-01T02:00:00.000Z', rows: 100 };
  const fault = (asOf: string, rows: number, percent = 20) =>
    arrivalFault({ asOf: new Date(asOf), rows }, before, percent, now)?.details.fault ?? null;

  test.each([
    ['2026-03-02T02:00:00Z', 80, null],
    ['2026-03-02T02:00:00Z', 79, 'FEWER_ROWS'],
    ['2026-03-02T02:00:00Z', 0, 'FEWER_ROWS'],
    ['2026-03-02T02:00:00Z', 500, null],
    ['2026-03-01T02:00:00Z', 100, null],
    ['2026-03-01T01:59:59Z', 100, 'BEFORE_THE_ONE_IN_FORCE'],
    ['2026-03-02T10:00:00Z', 100, null],
    ['2026-03-02T10:00:01Z', 100, 'FUTURE'],
  ])('of %s with %d rows: %s', (asOf, rows, expected) => {
    expect(fault(asOf, rows)).toBe(expected);
  });

  test('the share is the site’s, and the first file has none before it', () => {
    expect(fault('2026-03-02T02:00:00Z', 1, 100)).toBeNull();
    expect(fault('2026-03-02T02:00:00Z', 99, 0)).toBe('FEWER_ROWS');
    expect(arrivalFault({ asOf: new Date('2020-01-01'), rows: 0 }, null, 0, now)).toBeNull();
  });
});

test('a file is left alone for a while, and for an hour without its control file', () => {
  const now = new Date('2026-03-02T09:00:00Z');
  const ago = (ms: number) => now.getTime() - ms;
  expect(notYet(ago(59_999), false, 60, now)).toBe(true);
  expect(notYet(ago(60_000), false, 60, now)).toBe(false);
  expect(notYet(ago(-60_000), false, 60, now)).toBe(true);
  expect(notYet(ago(0), false, 0, now)).toBe(false);
  expect(notYet(ago(3_599_999), true, 60, now)).toBe(true);
  expect(notYet(ago(3_600_000), true, 60, now)).toBe(false);
});
