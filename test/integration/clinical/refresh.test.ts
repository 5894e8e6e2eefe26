/** Caseload in, against the real database: sweeps, increments, unmapped teams, leftovers, privacy. */

import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { HubError } from '../../../src/core/errors.js';
import { acquireLease } from '../../../src/platform/database/lease.js';
import { CaseloadWorld, saidBy, testNhsNumber } from '../../support/caseload-world.js';
import { eventually } from '../../support/eventually.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

let world: CaseloadWorld;
let system: RefreshedSystem;
let record: ScriptedCaseload;
let teamId: string;
let serial = 0;
let team: string;

beforeAll(async () => {
  world = await CaseloadWorld.open();
});
afterAll(() => world.close());

beforeEach(async () => {
  serial++;
  team = `Team/${serial}`;
  system = await world.system(`SYS${serial}`);
  record = new ScriptedCaseload(system.code, world.clock, 3);
  teamId = await world.team('CMHT');
  await world.map(system, team, teamId);
});

function member(n: number, more: Parameters<ScriptedCaseload['put']>[2] | object = {}): void {
  record.put(team, `Episode/${serial}-${n}`, { patient: patient(`p${serial}-${n}`, null), ...more });
}

const current = (): Promise<Map<string, string>> => world.current(team);

test('a sweep brings every membership with its team, source, version and observation', async () => {
  for (let n = 0; n < 7; n++) member(n);
  member(7, {
    state: MembershipState.ON_HOLD,
    careCoordinator: { reference: 'Practitioner/1', name: 'Dr A' },
  });
  const [result] = await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(result).toMatchObject({
    state: 'COMPLETE',
    kind: 'SWEEP',
    pages: 3,
    received: 8,
    expected: 8,
    changed: 8,
    failureCode: null,
  });
  expect(await current()).toEqual(saidBy(record.teamsHeld.get(team)!));
  const [row] = (await world.rows(team)).filter((candidate) => candidate.state === 'ON_HOLD');
  expect(row).toMatchObject({
    team_id: teamId,
    care_coordinator_reference: 'Practitioner/1',
    care_coordinator_name: 'Dr A',
    observed_from: world.clock.now(),
    observed_to: null,
    closed_because: null,
    pull_id: result!.pullId,
  });
  const [pull] = await world.sql('select * from caseload_pulls where id = $1', [result!.pullId]);
  expect(pull).toMatchObject({
    state: 'COMPLETE',
    pages: 3,
    received: 8,
    expected: 8,
    changed: 8,
    watermark: world.clock.now(),
  });
  expect(await world.sql('select 1 from caseload_staging')).toEqual([]);
  const [shown] = await world.sql(
    'select last_answer_at, last_failure_at from clinical_record_systems where id = $1',
    [system.id],
  );
  expect(shown).toEqual({ last_answer_at: world.clock.now(), last_failure_at: null });
});

test('unchanged rows stay as they are; changed ones are closed and written anew; only a sweep closes absent ones', async () => {
  for (let n = 0; n < 5; n++) member(n);
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  const before = await world.rows(team);
  world.clock.advance(3_600_000);
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(await world.rows(team)).toEqual(before);

  world.clock.advance(3_600_000);
  member(1, { state: MembershipState.ENDED, validTo: '2026-03-01' });
  record.remove(team, `Episode/${serial}-2`);
  const [increment] = await world.refresh.refreshSystem(system, record, 'INCREMENT');
  expect(increment).toMatchObject({ kind: 'INCREMENT', received: 1, changed: 1 });
  expect((await current()).size).toBe(5);

  world.clock.advance(3_600_000);
  const [sweep] = await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(sweep).toMatchObject({ received: 4, changed: 1 });
  expect(await current()).toEqual(saidBy(record.teamsHeld.get(team)!));
  const closed = (await world.rows(team)).filter((row) => row.observed_to !== null);
  expect(closed.map((row) => [row.source_reference, row.closed_because])).toEqual(
    expect.arrayContaining([
      [`Episode/${serial}-1`, 'CHANGED'],
      [`Episode/${serial}-2`, 'ABSENT_FROM_SWEEP'],
    ]),
  );
  expect(closed).toHaveLength(2);
});

test.each([
  ['state', { state: MembershipState.WAITING_LIST }],
  ['start', { validFrom: '2026-01-06' }],
  ['end', { validTo: '2026-09-01' }],
  ['coordinator', { careCoordinator: { reference: 'Practitioner/2', name: null } }],
])('a change of %s makes a new version', async (_what, change) => {
  member(1);
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  world.clock.advance(1000);
  member(1, change);
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(await world.rows(team)).toHaveLength(2);
  expect(await current()).toEqual(saidBy(record.teamsHeld.get(team)!));
});

test('an increment starts five minutes before the last watermark, and is a sweep when there is none', async () => {
  member(1);
  const [first] = await world.refresh.refreshSystem(system, record, 'INCREMENT');
  expect(first!.kind).toBe('SWEEP');
  const watermark = world.clock.now();
  world.clock.advance(900_000);
  await world.refresh.refreshSystem(system, record, 'INCREMENT');
  expect(record.requests.map((request) => request.since)).toEqual([
    null,
    new Date(watermark.getTime() - 300_000).toISOString(),
  ]);
});

test('members of a team that nobody has mapped are kept without a team, and take it on once it is mapped', async () => {
  member(1);
  record.put(`Odd/${serial}`, 'Episode/odd', { patient: patient(`odd${serial}`, null) });
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  const maps = await world.sql(
    'select team_reference, team_id, label from team_maps where system_id = $1 and team_id is null',
    [system.id],
  );
  expect(maps).toEqual([{ team_reference: `Odd/${serial}`, team_id: null, label: `Team Odd/${serial}` }]);
  expect(await world.rows(`Odd/${serial}`)).toMatchObject([{ team_id: null, observed_to: null }]);

  const mapped = await world.team('EIP');
  await world.map(system, `Odd/${serial}`, mapped);
  world.clock.advance(1000);
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect((await world.rows(`Odd/${serial}`)).map((row) => row.team_id)).toEqual([null, mapped]);
});

test('a team that fails leaves the others alone and is shown on the system', async () => {
  await world.map(system, `Z/${serial}`, teamId);
  member(1);
  record.put(`Z/${serial}`, 'Episode/z', { patient: patient(`z${serial}`, null) });
  record.fault = { kind: 'stop', team, page: 1 };
  const results = await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(results.map((result) => [result.state, result.failureCode])).toEqual([
    ['INCOMPLETE', 'HUB_UPSTREAM_UNREACHABLE'],
    ['COMPLETE', null],
  ]);
  const [shown] = await world.sql('select last_failure_code from clinical_record_systems where id = $1', [
    system.id,
  ]);
  expect(shown).toEqual({ last_failure_code: 'HUB_UPSTREAM_UNREACHABLE' });
  const audit = await world.sql(
    `select outcome from audit_events where details->>'system' = $1 order by id`,
    [system.code],
  );
  expect(audit).toEqual([{ outcome: 'FAILED' }, { outcome: 'DONE' }]);
});

test('progress is told page by page, and a stop signal leaves everything as it was', async () => {
  for (let n = 0; n < 8; n++) member(n);
  const stop = new AbortController();
  const seen: number[] = [];
  const [result] = await world.refresh.refreshSystem(system, record, 'SWEEP', {
    signal: stop.signal,
    onProgress: ({ page, received, expected }) => {
      seen.push(page, received, expected!);
      if (page === 2) stop.abort();
    },
  });
  expect(seen).toEqual([1, 3, 8, 2, 6, 8]);
  expect(result).toMatchObject({ state: 'INCOMPLETE', failureCode: 'HUB_UPSTREAM_STOPPED' });
  expect(await world.rows(team)).toEqual([]);
  const [shown] = await world.sql('select last_failure_code from clinical_record_systems where id = $1', [
    system.id,
  ]);
  expect(shown).toEqual({ last_failure_code: null });
});

test('a second refresher is told that the system is busy; what a dead one left is cleared by the next', async () => {
  member(1);
  const dead = await acquireLease(world.db.database, `caseload ${system.id}`, 'dead', 60_000);
  await expect(world.refresh.refreshSystem(system, record, 'SWEEP')).rejects.toMatchObject({
    code: 'HUB_BUSY',
  });
  const pullId = '00000000-0000-7000-8000-00000000000'.concat(String(serial % 10));
  await world.sql(
    `insert into caseload_pulls (id, organisation_id, system_id, team_reference, kind, state, started_at, fence)
     values ($1, $2, $3, $4, 'SWEEP', 'RUNNING', now(), $5)`,
    [pullId, world.organisationId, system.id, team, dead!.fence],
  );
  await world.sql(
    `insert into caseload_staging (pull_id, organisation_id, source_reference, page, membership_id, person_id, link_id, state, complete, local_id, active, restricted, read_at)
     values ($1, $2, 'x', 1, $1, $1, $1, 'OPEN', true, 'p', true, false, now())`,
    [pullId, world.organisationId],
  );
  await world.sql(`update leases set expires_at = '-infinity' where name = $1`, [`caseload ${system.id}`]);
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(await world.sql('select state, failure_code from caseload_pulls where id = $1', [pullId])).toEqual([
    { state: 'INCOMPLETE', failure_code: 'HUB_LEASE_LOST' },
  ]);
  expect(await world.sql('select 1 from caseload_staging')).toEqual([]);
});

test('one that was overtaken while its pages streamed changes nothing', async () => {
  for (let n = 0; n < 8; n++) member(n);
  record.beforePage = async (_team, page) => {
    if (page !== 3) return;
    await overtake();
  };
  const late = world.refresh.refreshTeam(system, record, { teamReference: team, teamId }, 'SWEEP');
  await expect(late).rejects.toThrow(HubError);
  await expect(late).rejects.toMatchObject({ code: 'HUB_LEASE_LOST' });
  expect(await world.rows(team)).toEqual([]);
  expect(await world.sql('select 1 from caseload_staging')).toEqual([]);
});

test('one that was overtaken after its last page is stopped by the fence', async () => {
  member(1);
  const { renew } = await overtakeAfterLastPage();
  const late = world.refresh.refreshTeam(system, renew, { teamReference: team, teamId }, 'SWEEP');
  await expect(late).rejects.toMatchObject({ code: 'HUB_LEASE_LOST' });
  expect(await world.rows(team)).toEqual([]);
});

/** Takes the lease from whoever holds it, who may be renewing it at the same moment. */
async function overtake(): Promise<void> {
  const name = `caseload ${system.id}`;
  await eventually(async () => {
    await world.sql(`update leases set expires_at = '-infinity' where name = $1`, [name]);
    return (await acquireLease(world.db.database, name, 'other', 60_000)) !== null;
  });
}

async function overtakeAfterLastPage(): Promise<{ renew: ScriptedCaseload }> {
  const original = record.pull.bind(record);
  record.pull = async function* (request, signal) {
    yield* original(request, signal);
    await overtake();
  };
  return { renew: record };
}

test('nothing that names a person is kept of those who were never referred', async () => {
  member(1, { patient: patient(`p${serial}-1`, testNhsNumber(serial)) });
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  const [person] = await world.sql(
    'select p.* from persons p join record_links l on l.person_id = p.id where l.system_id = $1',
    [system.id],
  );
  expect(person).toMatchObject({
    given_name: null,
    family_name: null,
    telephone: null,
    postcode: null,
    visible_team_ids: [],
  });
});

test('a bad value in one item fails the pull only where leaving it out would read as absence', async () => {
  member(1, {
    validFrom: '2026-02-31',
    careCoordinator: { reference: 'Practitioner/\u0000', name: '\u0000' },
  });
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(await world.rows(team)).toMatchObject([
    { valid_from: null, care_coordinator_reference: 'Practitioner/', care_coordinator_name: null },
  ]);
  member(2, { state: 'SOMETHING' as MembershipState });
  const [result] = await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(result).toMatchObject({ state: 'INCOMPLETE', failureCode: 'HUB_UPSTREAM_PROTOCOL' });
  expect(await world.rows(team)).toHaveLength(1);
});

test('2,200 memberships are applied in seconds, not minutes', async () => {
  const big = new ScriptedCaseload(system.code, world.clock, 100);
  for (let n = 0; n < 2200; n++)
    big.put(team, `Episode/${serial}-${n}`, { patient: patient(`b${serial}-${n}`, testNhsNumber(1000 + n)) });
  const started = performance.now();
  const [result] = await world.refresh.refreshSystem(system, big, 'SWEEP');
  const took = performance.now() - started;
  expect(result).toMatchObject({ state: 'COMPLETE', received: 2200, changed: 2200 });
  const again = performance.now();
  await world.refresh.refreshSystem(system, big, 'SWEEP');
  process.stdout.write(
    `2,200 memberships: first ${Math.round(took)} ms, unchanged ${Math.round(performance.now() - again)} ms\n`,
  );
  expect(took).toBeLessThan(60_000);
});
