/** Episodes, care managers, teams and references as read from resources. */
import { mapCareManager } from '../../../../adapters/fhir-r4/mapping/care-manager.rules.js';
import { membershipDates, membershipState } from '../../../../adapters/fhir-r4/mapping/episode.rules.js';
import { observed } from '../../../../adapters/fhir-r4/mapping/observed.rules.js';
import { localReference } from '../../../../adapters/fhir-r4/mapping/references.rules.js';
import { isTeam, mapTeam } from '../../../../adapters/fhir-r4/mapping/team.rules.js';
import { UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';

const BASE = 'https://record.example/fhir/';

function counted<T>(read: (count: UnmappedTally['count']) => T): {
  value: T;
  unmapped: Record<string, number>;
} {
  const tally = new UnmappedTally();
  return { value: read(tally.count), unmapped: Object.fromEntries(tally.byPath) };
}

test.each([
  ['planned', undefined, 'PLANNED'],
  ['waitlist', undefined, 'WAITING_LIST'],
  ['active', undefined, 'OPEN'],
  ['onhold', undefined, 'ON_HOLD'],
  ['finished', '2026-02-01', 'ENDED'],
  ['finished', undefined, 'ENDED'],
  ['cancelled', '2026-02-01', 'ENDED'],
  ['cancelled', undefined, 'PLANNED'],
  ['entered-in-error', undefined, 'ENTERED_IN_ERROR'],
])('status %s with end %p is %s', (status, end, expected) => {
  const episode = { status, period: end === undefined ? {} : { end } };
  expect(counted((count) => membershipState(episode, count))).toEqual({ value: expected, unmapped: {} });
});

test.each(['Active', 'bogus', '', 'constructor', undefined, null, 7])(
  'status %p is not understood, and counted',
  (status) => {
    const read = counted((count) => membershipState({ status }, count));
    expect(read).toEqual({ value: null, unmapped: { 'EpisodeOfCare.status': 1 } });
  },
);

const dates = (period: unknown) => counted((count) => membershipDates({ period }, count));

test('a discharge on a day closes on that day', () => {
  expect(dates({ start: '2026-01-01', end: '2026-02-01' })).toEqual({
    value: { validFrom: '2026-01-01', validTo: '2026-02-01', understood: true },
    unmapped: {},
  });
});

test('times are the days they were in London', () => {
  expect(dates({ start: '2026-06-30T23:30:00Z', end: '2026-07-31T22:59:00Z' }).value).toMatchObject({
    validFrom: '2026-07-01',
    validTo: '2026-07-31',
  });
});

test('no period, no dates', () => {
  expect(dates(undefined)).toEqual({
    value: { validFrom: null, validTo: null, understood: true },
    unmapped: {},
  });
});

test('a start told to the month is null; an end told to the month leaves it open when it ended', () => {
  expect(dates({ start: '2026-01' })).toEqual({
    value: { validFrom: null, validTo: null, understood: true },
    unmapped: { 'EpisodeOfCare.period.start': 1 },
  });
  expect(dates({ start: '2026-01-01', end: '2026-02' })).toEqual({
    value: { validFrom: '2026-01-01', validTo: null, understood: false },
    unmapped: { 'EpisodeOfCare.period.end': 1 },
  });
});

test.each([{ start: 'soon' }, { end: 'later' }, { start: 5 }, { end: null }])(
  'a period that is none (%p) is not understood',
  (period) => {
    expect(dates(period).value.understood).toBe(false);
  },
);

const practitioner = {
  resourceType: 'Practitioner',
  id: 'w',
  name: [
    { use: 'old', text: 'Old' },
    { prefix: ['Dr'], given: ['Ann', 'B'], family: 'Cole' },
  ],
};
const role = {
  resourceType: 'PractitionerRole',
  id: 'r',
  practitioner: { reference: 'Practitioner/w', display: 'Shown on role' },
};
const came = (...resources: { resourceType: string; id: string }[]) =>
  new Map(resources.map((one) => [`${one.resourceType}/${one.id}`, one]));
const manager = (careManager: unknown, included: ReturnType<typeof came> = new Map()) =>
  counted((count) => mapCareManager({ careManager }, included, BASE, count));

test.each([
  [{ reference: 'Practitioner/w' }, came(practitioner), 'Practitioner/w', 'Dr Ann B Cole'],
  [{ reference: `${BASE}Practitioner/w/_history/2` }, came(practitioner), 'Practitioner/w', 'Dr Ann B Cole'],
  [{ reference: 'PractitionerRole/r' }, came(practitioner, role), 'PractitionerRole/r', 'Dr Ann B Cole'],
  [{ reference: 'PractitionerRole/r' }, came(role), 'PractitionerRole/r', 'Shown on role'],
  [{ reference: 'Practitioner/w', display: ' Shown ' }, came(), 'Practitioner/w', 'Shown'],
  [{ reference: 'Practitioner/w' }, came(), 'Practitioner/w', null],
  [
    { reference: 'Practitioner/w' },
    came({ ...practitioner, name: [{ use: 'official', text: 'Ann' }, { text: 'Other' }] } as never),
    'Practitioner/w',
    'Ann',
  ],
  [
    { reference: 'Practitioner/w' },
    came({ ...practitioner, name: [{ given: [7, null] }] } as never),
    'Practitioner/w',
    null,
  ],
])('care manager %p is %s, %s', (element, included, reference, name) => {
  expect(manager(element, included)).toEqual({ value: { reference, name }, unmapped: {} });
});

test('no care manager is none; one that this server cannot name is none and counted', () => {
  expect(manager(undefined)).toEqual({ value: null, unmapped: {} });
  for (const odd of [
    { display: 'Somebody' },
    { reference: 'Organization/o' },
    { reference: 'https://x.example/Practitioner/w' },
    null,
    7,
  ])
    expect(manager(odd)).toEqual({ value: null, unmapped: { 'EpisodeOfCare.careManager': 1 } });
});

test.each([
  ['Patient/1', { type: 'Patient', id: '1' }],
  ['Patient/1/_history/2', { type: 'Patient', id: '1' }],
  [`${BASE}Patient/1`, { type: 'Patient', id: '1' }],
  ['https://record.example/fhir-evil/Patient/1', null],
  ['https://record.example.evil/fhir/Patient/1', null],
  ['Patient/', null],
  ['Patient/..', null],
  ['Patient/1/_history', null],
  ['Patient/1/_history/2/3', null],
  ['Patient/1/other/2', null],
  ['/Patient/1', null],
  ['patient/1', null],
  ['(a+)+/1', null],
  ['Patient/.*', null],
  ['#p', null],
])('reference %s is %p', (reference, expected) => {
  expect(localReference({ reference }, BASE)).toEqual(expected);
});

const RULES = { teamType: null, teamCodeSystem: null };
const ORGANIZATION = {
  resourceType: 'Organization',
  id: 't1',
  name: ' North team ',
  identifier: [{ system: 'a' }, { system: 'a', value: 'A1' }, { system: 'b', value: 'B1' }],
  type: [{ coding: [{ code: 'team' }] }],
  partOf: { reference: 'Organization/trust' },
};

test('a team by its place or by its type, unless it is no longer in use', () => {
  expect(isTeam(ORGANIZATION, RULES)).toBe(true);
  expect(isTeam({ ...ORGANIZATION, partOf: undefined }, RULES)).toBe(false);
  expect(isTeam({ ...ORGANIZATION, active: false }, RULES)).toBe(false);
  expect(isTeam(ORGANIZATION, { ...RULES, teamType: 'team' })).toBe(true);
  expect(isTeam(ORGANIZATION, { ...RULES, teamType: 'dept' })).toBe(false);
});

test('a team has its name and its local code', () => {
  expect(counted((count) => mapTeam('t1', ORGANIZATION, RULES, count)).value).toEqual({
    teamReference: 'Organization/t1',
    name: 'North team',
    code: 'A1',
  });
  expect(
    counted((count) => mapTeam('t1', ORGANIZATION, { ...RULES, teamCodeSystem: 'b' }, count)).value.code,
  ).toBe('B1');
  expect(counted((count) => mapTeam('t1', { id: 't1' }, RULES, count))).toEqual({
    value: { teamReference: 'Organization/t1', name: 't1', code: null },
    unmapped: { 'Organization.name': 1 },
  });
});

test('an observation tells the version and the time that the record itself gives', () => {
  const reading = { system: 'S', fetchedAt: '2026-03-01T09:00:00.000Z' };
  const meta = { versionId: '7', lastUpdated: '2026-02-28T12:00:00Z' };
  expect(observed({ ...ORGANIZATION, meta }, 5, reading, true)).toEqual({
    value: 5,
    source: { system: 'S', reference: 'Organization/t1', version: '7' },
    asOf: '2026-02-28T12:00:00.000Z',
    fetchedAt: '2026-03-01T09:00:00.000Z',
    complete: true,
  });
  expect(observed(ORGANIZATION, 5, reading, false)).toMatchObject({
    asOf: null,
    source: { version: null },
    complete: false,
  });
});
