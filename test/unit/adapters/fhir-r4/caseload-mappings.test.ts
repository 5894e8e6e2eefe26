/** Memberships as CareTeam, Encounter, Group and List tell them; teams of each kind; the manifest of an export. */
import { deletedIn, readManifest } from '../../../../adapters/fhir-r4/caseload/export-manifest.rules.js';
import type { Json } from '../../../../adapters/fhir-r4/json.js';
import { mapParticipant } from '../../../../adapters/fhir-r4/mapping/care-manager.rules.js';
import { readCareTeam } from '../../../../adapters/fhir-r4/mapping/care-team-membership.rules.js';
import { readEncounter } from '../../../../adapters/fhir-r4/mapping/encounter.rules.js';
import {
  groupFault,
  groupQuantity,
  readGroupMember,
} from '../../../../adapters/fhir-r4/mapping/group-member.rules.js';
import { listFault, readListEntry } from '../../../../adapters/fhir-r4/mapping/list-entry.rules.js';
import type { ReadTerms } from '../../../../adapters/fhir-r4/mapping/membership.rules.js';
import {
  GROUP,
  HEALTHCARE_SERVICE,
  isTeam,
  LIST,
  mapTeam,
} from '../../../../adapters/fhir-r4/mapping/team.rules.js';
import { UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';

const BASE = 'https://record.example/fhir/';

function terms(read: ReadTerms, part: Json) {
  const tally = new UnmappedTally();
  return { value: read(part, tally.count), unmapped: [...tally.byPath.keys()] };
}

const PERIOD = { start: '2026-01-05', end: '2026-02-01T23:30:00Z' };
const DATES = { validFrom: '2026-01-05', validTo: '2026-02-01', understood: true };
const NO_DATES = { validFrom: null, validTo: null, understood: true };

test.each([
  [readCareTeam, { status: 'proposed' }, { state: 'PLANNED', ...NO_DATES }],
  [readCareTeam, { status: 'active', period: PERIOD }, { state: 'OPEN', ...DATES }],
  [readCareTeam, { status: 'suspended' }, { state: 'ON_HOLD', ...NO_DATES }],
  [readCareTeam, { status: 'inactive', period: PERIOD }, { state: 'ENDED', ...DATES }],
  [readCareTeam, { status: 'entered-in-error' }, { state: 'ENTERED_IN_ERROR', ...NO_DATES }],
  [readEncounter, { status: 'planned' }, { state: 'PLANNED', ...NO_DATES }],
  [readEncounter, { status: 'arrived' }, { state: 'OPEN', ...NO_DATES }],
  [readEncounter, { status: 'triaged' }, { state: 'OPEN', ...NO_DATES }],
  [readEncounter, { status: 'in-progress', period: PERIOD }, { state: 'OPEN', ...DATES }],
  [readEncounter, { status: 'onleave' }, { state: 'ON_HOLD', ...NO_DATES }],
  [readEncounter, { status: 'finished', period: PERIOD }, { state: 'ENDED', ...DATES }],
  [readEncounter, { status: 'cancelled' }, { state: 'PLANNED', ...NO_DATES }],
  [readEncounter, { status: 'cancelled', period: PERIOD }, { state: 'ENDED', ...DATES }],
  [readEncounter, { status: 'entered-in-error' }, { state: 'ENTERED_IN_ERROR', ...NO_DATES }],
  [readGroupMember, {}, { state: 'OPEN', ...NO_DATES }],
  [readGroupMember, { inactive: false, period: PERIOD }, { state: 'OPEN', ...DATES }],
  [readGroupMember, { inactive: true, period: PERIOD }, { state: 'ENDED', ...DATES }],
  [readListEntry, {}, { state: 'OPEN', ...NO_DATES }],
  [readListEntry, { date: '2026-01-05T00:30:00Z' }, { state: 'OPEN', ...NO_DATES, validFrom: '2026-01-05' }],
  [readListEntry, { deleted: false }, { state: 'OPEN', ...NO_DATES }],
  // When it was deleted nobody says, so the end stays unknown.
  [
    readListEntry,
    { deleted: true, date: '2026-01-05' },
    { state: 'ENDED', ...NO_DATES, validFrom: '2026-01-05' },
  ],
])('%p of %p is %p', (read, part, expected) => {
  expect(terms(read, part)).toEqual({ value: expected, unmapped: [] });
});

test.each([
  [readCareTeam, { status: 'waitlist' }, 'CareTeam.status'],
  [readCareTeam, { status: 7 }, 'CareTeam.status'],
  [readEncounter, { status: 'unknown' }, 'Encounter.status'],
  [readEncounter, {}, 'Encounter.status'],
  [readGroupMember, { inactive: 'yes' }, 'Group.member.inactive'],
  [readGroupMember, { inactive: null }, 'Group.member.inactive'],
  [readListEntry, { deleted: 'no' }, 'List.entry.deleted'],
])('%p of %p is not understood, and counted', (read, part, path) => {
  expect(terms(read, part)).toEqual({ value: null, unmapped: [path] });
});

test('a care team without a status holds by its period, and not wholly', () => {
  expect(terms(readCareTeam, { period: PERIOD })).toEqual({
    value: { state: 'OPEN', ...DATES, understood: false },
    unmapped: ['CareTeam.status'],
  });
});

test('dates that are none are counted where they were, and never filled up', () => {
  expect(terms(readGroupMember, { period: { end: '2026-02' } })).toEqual({
    value: { state: 'OPEN', validFrom: null, validTo: null, understood: false },
    unmapped: ['Group.member.period.end'],
  });
  expect(terms(readListEntry, { date: '2026' })).toEqual({
    value: { state: 'OPEN', ...NO_DATES },
    unmapped: ['List.entry.date'],
  });
  expect(terms(readListEntry, { date: 'soon' }).value).toMatchObject({ validFrom: null, understood: false });
});

test.each([
  [{ type: 'person', actual: true }, null],
  [{ type: 'person', actual: true, active: true }, null],
  [{ type: 'practitioner', actual: true }, 'Group.type'],
  [{ type: 'person', actual: false }, 'Group.actual'],
  [{ type: 'person' }, 'Group.actual'],
  [{ type: 'person', actual: true, active: false }, 'Group.active'],
])('a group %p tells who is in it unless %p', (group, fault) => {
  expect(groupFault(group)).toBe(fault);
});

test.each([
  [{ quantity: 3 }, 3],
  [{ quantity: -1 }, null],
  [{ quantity: '3' }, null],
  [{}, null],
])('the quantity of %p is %p', (group, expected) => {
  expect(groupQuantity(group)).toBe(expected);
});

const because = (code: string) => ({ emptyReason: { coding: [{ code }] } });

test.each([
  [{ status: 'current', entry: [{}] }, null],
  [{ status: 'current' }, null],
  [{ status: 'current', ...because('nilknown') }, null],
  [{ status: 'current', ...because('closed') }, null],
  [{ status: 'current', ...because('withheld') }, 'List.emptyReason'],
  [{ status: 'current', ...because('unavailable') }, 'List.emptyReason'],
  [{ status: 'current', emptyReason: { text: 'nobody asked' } }, 'List.emptyReason'],
  [{ status: 'retired' }, 'List.status'],
  [{ status: 'entered-in-error' }, 'List.status'],
  [{}, 'List.status'],
])('a list %p tells who is on it unless %p', (list, fault) => {
  expect(listFault(list)).toBe(fault);
});

describe('the care coordinator among participants', () => {
  const role = (code: string) => [{ coding: [{ code }] }];
  const find = (participant: unknown[], elements: Parameters<typeof mapParticipant>[0]) => {
    const tally = new UnmappedTally();
    const included = new Map([
      ['Practitioner/w', { resourceType: 'Practitioner', id: 'w', name: [{ text: 'Ann' }] }],
    ]);
    const value = mapParticipant(elements, ['CC', 'KW'], { participant }, included, BASE, tally.count);
    return { value, unmapped: [...tally.byPath.keys()] };
  };
  const CARE_TEAM = { resource: 'CareTeam', role: 'role', person: 'member' } as const;
  const ENCOUNTER = { resource: 'Encounter', role: 'type', person: 'individual' } as const;

  test('is the first in one of the site’s roles', () => {
    const participants = [
      { role: role('DR'), member: { reference: 'Practitioner/d' } },
      { role: role('KW'), member: { reference: 'Practitioner/w' } },
      { role: role('CC'), member: { reference: 'Practitioner/x' } },
    ];
    const ann = { value: { reference: 'Practitioner/w', name: 'Ann' }, unmapped: [] };
    expect(find(participants, CARE_TEAM)).toEqual(ann);
    const encounters = participants.map((one) => ({ type: one.role, individual: one.member }));
    expect(find(encounters, ENCOUNTER)).toEqual(ann);
  });

  test('is nobody where no role says so, and counted where it is no worker of this server', () => {
    expect(find([{ member: { reference: 'Practitioner/w' } }], CARE_TEAM)).toEqual({
      value: null,
      unmapped: [],
    });
    const foreign = [
      { role: role('CC'), member: { reference: 'Patient/p' } },
      { role: role('CC'), member: { reference: 'Practitioner/w' } },
    ];
    expect(find(foreign, CARE_TEAM)).toEqual({
      value: { reference: 'Practitioner/w', name: 'Ann' },
      unmapped: ['CareTeam.participant.member'],
    });
  });
});

describe('teams of other kinds', () => {
  const any = { teamType: null, teamCodeSystem: null };
  const coded = { teamType: 'caseload', teamCodeSystem: null };
  const code = { coding: [{ code: 'caseload' }] };

  test.each([
    [GROUP, { type: 'person', actual: true }, any, true],
    [GROUP, { type: 'person', actual: true }, coded, false],
    [GROUP, { type: 'person', actual: true, code }, coded, true],
    [GROUP, { type: 'device', actual: true }, any, false],
    [GROUP, { type: 'person', actual: false }, any, false],
    [GROUP, { type: 'person', actual: true, active: false }, any, false],
    [LIST, { status: 'current' }, any, true],
    [LIST, { status: 'retired' }, any, false],
    [LIST, { status: 'current', subject: { reference: 'Patient/p' } }, any, false],
    [LIST, { status: 'current', code }, coded, true],
    [HEALTHCARE_SERVICE, {}, any, true],
    [HEALTHCARE_SERVICE, { active: false }, any, false],
    [HEALTHCARE_SERVICE, { type: [code] }, coded, true],
  ])('%p %p by %p: %p', (kind, resource, rules, expected) => {
    expect(isTeam(resource as Json, rules, kind)).toBe(expected);
  });

  test('a list is called by its title', () => {
    const tally = new UnmappedTally();
    expect(mapTeam('l', { title: ' North ' }, any, tally.count, LIST)).toEqual({
      teamReference: 'List/l',
      name: 'North',
      code: null,
    });
    mapTeam('l', {}, any, tally.count, LIST);
    expect([...tally.byPath.keys()]).toEqual(['List.title']);
  });
});

describe('the manifest of an export', () => {
  const FILE = { type: 'Patient', url: 'https://record.example/fhir/f1' };
  const MANIFEST = {
    transactionTime: '2026-03-01T10:00:00+01:00',
    requiresAccessToken: true,
    output: [{ ...FILE, count: 5 }, FILE],
  };

  test('tells its files, and its time in UTC', () => {
    expect(readManifest({ ...MANIFEST, error: [FILE] })).toEqual({
      transactionTime: '2026-03-01T09:00:00.000Z',
      requiresAccessToken: true,
      output: [
        { ...FILE, count: 5 },
        { ...FILE, count: null },
      ],
      deleted: [],
      error: [{ ...FILE, count: null }],
    });
  });

  test.each([
    { ...MANIFEST, requiresAccessToken: 'no' },
    { ...MANIFEST, requiresAccessToken: undefined },
    { ...MANIFEST, output: undefined },
    { ...MANIFEST, output: {} },
    { ...MANIFEST, output: ['https://record.example/fhir/f1'] },
    { ...MANIFEST, output: [{ type: 'Patient' }] },
    { ...MANIFEST, output: [{ ...FILE, count: -1 }] },
    { ...MANIFEST, output: [{ ...FILE, count: '5' }] },
    { ...MANIFEST, error: 'none' },
    { ...MANIFEST, deleted: [{}] },
    { ...MANIFEST, link: [{ relation: 'next', url: 'https://record.example/fhir/m2' }] },
  ])('%p is none', (manifest) => {
    expect(() => readManifest(manifest)).toThrow(
      expect.objectContaining({
        code: 'HUB_UPSTREAM_PROTOCOL',
        details: expect.objectContaining({ fault: 'MANIFEST' }),
      }),
    );
  });

  test('what was deleted is named by its requests', () => {
    const entry = [
      { request: { method: 'DELETE', url: 'EpisodeOfCare/1' } },
      { request: { method: 'PUT', url: 'EpisodeOfCare/2' } },
      { resource: {} },
    ];
    expect(deletedIn({ resourceType: 'Bundle', entry })).toEqual(['EpisodeOfCare/1']);
    expect(deletedIn({})).toEqual([]);
  });
});
