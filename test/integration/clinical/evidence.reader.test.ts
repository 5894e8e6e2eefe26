/** What a decision is given: versions as known at an instant, merged persons, sweeps and budgets, quickly for many. */

import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { type CaseloadEvidence, readCaseloadEvidence } from '../../../src/clinical/evidence.reader.js';
import { absenceStanding } from '../../../src/clinical/freshness.rules.js';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { CaseloadWorld, testNhsNumber } from '../../support/caseload-world.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

let world: CaseloadWorld;
let system: RefreshedSystem;
let record: ScriptedCaseload;
let teamId: string;
const HOUR = 3_600_000;
const kinds = new Set(['CMHT']);

beforeEach(async () => {
  world = await CaseloadWorld.open();
  system = await world.system('SYS');
  record = new ScriptedCaseload('SYS', world.clock, 100);
  teamId = await world.team('CMHT');
  await world.map(system, 'T', teamId);
});
afterEach(() => world.close());

const read = (personIds: string[], knownAt = world.clock.now()): Promise<CaseloadEvidence> =>
  world.as('decide', (tx) => readCaseloadEvidence(tx, world.organisationId, personIds, knownAt));
const sweep = (): Promise<unknown> => world.refresh.refreshSystem(system, record, 'SWEEP');

test('everything a decision cites is there', async () => {
  record.put('T', 'Episode/1', {
    patient: patient('p', null, { restricted: true }),
    careCoordinator: { reference: 'Practitioner/1', name: null },
  });
  await sweep();
  const { id } = await world.personOf('p');
  const seen = world.clock.now();
  const { memberships, sweeps } = await read([id, teamId]);
  expect([...memberships.keys()]).toEqual([id]);
  expect(memberships.get(id)).toEqual([
    {
      personId: id,
      membershipId: expect.any(String),
      systemId: system.id,
      systemCode: 'SYS',
      teamReference: 'T',
      teamId,
      teamName: expect.stringContaining('CMHT'),
      teamKind: 'CMHT',
      sourceReference: 'Episode/1',
      sourceVersion: '1',
      state: MembershipState.OPEN,
      validFrom: '2026-01-05',
      validTo: null,
      restricted: true,
      complete: true,
      hasCareCoordinator: true,
      sourceAsOf: seen,
      observedFrom: seen,
      lastSeenAt: seen,
      presenceBudgetHours: 168,
    },
  ]);
  expect(sweeps).toEqual([
    {
      systemId: system.id,
      systemCode: 'SYS',
      teamReference: 'T',
      teamId,
      teamName: expect.stringContaining('CMHT'),
      teamKind: 'CMHT',
      sweepStartedAt: seen,
      presenceBudgetHours: 168,
      absenceBudgetHours: 26,
    },
  ]);
});

test('what the hub knew at an instant stays what it knew', async () => {
  record.put('T', 'Episode/1', { patient: patient('p', null) });
  await sweep();
  const { id } = await world.personOf('p');
  const before = world.clock.now();
  world.clock.advance(HOUR);
  record.put('T', 'Episode/1', {
    patient: patient('p', null),
    state: MembershipState.ENDED,
    validTo: '2026-02-01',
  });
  await sweep();
  const ended = world.clock.now();
  world.clock.advance(HOUR);
  record.remove('T', 'Episode/1');
  await sweep();
  const states = async (at: Date): Promise<unknown[]> =>
    ((await read([id], at)).memberships.get(id) ?? []).map((one) => [one.state, one.lastSeenAt]);
  expect(await states(new Date(before.getTime() - 1))).toEqual([]);
  expect(await states(before)).toEqual([['OPEN', before]]);
  expect(await states(new Date(ended.getTime() - 1))).toEqual([['OPEN', before]]);
  expect(await states(ended)).toEqual([['ENDED', ended]]);
  expect(await states(world.clock.now())).toEqual([]);
  expect((await read([id], before)).sweeps[0]!.sweepStartedAt).toEqual(before);
});

test('a complete sweep renews what it saw; an increment renews only what it changed; a failed one renews nothing', async () => {
  for (const n of [1, 2]) record.put('T', `Episode/${n}`, { patient: patient(`p${n}`, null) });
  await sweep();
  const first = world.clock.now();
  const [one, two] = [await world.personOf('p1'), await world.personOf('p2')];
  const lastSeen = async (): Promise<Date[]> => {
    const { memberships } = await read([one.id, two.id]);
    return [one, two].map(({ id }) => memberships.get(id)![0]!.lastSeenAt);
  };
  world.clock.advance(HOUR);
  record.put('T', 'Episode/1', { patient: patient('p1', null), state: MembershipState.ON_HOLD });
  await world.refresh.refreshSystem(system, record, 'INCREMENT');
  const second = world.clock.now();
  expect(await lastSeen()).toEqual([second, first]);
  world.clock.advance(HOUR);
  record.fault = { kind: 'stop', team: 'T', page: 1 };
  await sweep();
  expect(await lastSeen()).toEqual([second, first]);
  await sweep();
  expect(await lastSeen()).toEqual([world.clock.now(), world.clock.now()]);
});

test('evidence follows merges from either end, through a chain', async () => {
  for (const n of [1, 2, 3]) record.put('T', `Episode/${n}`, { patient: patient(`p${n}`, null) });
  await sweep();
  const ids = await Promise.all(['p1', 'p2', 'p3'].map(async (local) => (await world.personOf(local)).id));
  record.put('T', 'Episode/1', { patient: patient('p1', null, { active: false, replacedByLocalId: 'p2' }) });
  record.put('T', 'Episode/2', { patient: patient('p2', null, { active: false, replacedByLocalId: 'p3' }) });
  await sweep();
  const { memberships } = await read(ids);
  for (const id of ids) {
    expect(
      memberships
        .get(id)!
        .map((one) => one.sourceReference)
        .sort(),
    ).toEqual(['Episode/1', 'Episode/2', 'Episode/3']);
  }
});

test('absence is proved by a complete sweep of every reference, of those nobody has mapped too', async () => {
  const standing = async (): Promise<string | null> =>
    absenceStanding((await read([])).sweeps, kinds, world.clock.now()).fault;
  expect(await standing()).toBe('NEVER_SWEPT');
  await sweep();
  expect(await standing()).toBeNull();
  await world.map(system, 'Odd', null);
  expect(await standing()).toBe('NEVER_SWEPT');
  await sweep();
  expect(await standing()).toBeNull();
  world.clock.advance(26 * HOUR);
  await world.refresh.refreshSystem(system, record, 'INCREMENT');
  expect(await standing()).toBeNull();
  world.clock.advance(1);
  expect(await standing()).toBe('STALE');
});

test('1,000 persons in one call', async () => {
  for (let n = 0; n < 1000; n++)
    record.put('T', `Episode/${n}`, { patient: patient(`p${n}`, testNhsNumber(n)) });
  await sweep();
  const ids = (await world.sql<{ id: string }>('select id from persons')).map((row) => row.id);
  expect((await read(ids)).memberships.size).toBe(1000);
  const leastMs = async (some: string[]): Promise<number> => {
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round++) {
      const started = performance.now();
      await read(some);
      least = Math.min(least, performance.now() - started);
    }
    return least;
  };
  const [one, all] = [await leastMs(ids.slice(0, 1)), await leastMs(ids)];
  process.stdout.write(`evidence of 1,000 persons: ${all.toFixed(1)} ms, of one: ${one.toFixed(1)} ms\n`);
  expect(all).toBeLessThan(200 * one);
});
