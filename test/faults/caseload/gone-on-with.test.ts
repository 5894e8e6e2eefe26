/**
 * A pull that was interrupted goes on from the last page that was kept: what came before counts, what has gone stale does not, and
 * nobody becomes absent by it.
 */
import type { CaseloadPage, CaseloadRequest } from '../../../src/clinical/clinical-record.port.js';
import type { PullKind, RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { HubError } from '../../../src/core/errors.js';
import { CaseloadWorld, saidBy } from '../../support/caseload-world.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

const TEAM = 'Team/CMHT';
const PAGE = 10;
const MINUTE = 60_000;

/** A record system that keeps a place, and can lose it. */
class PlacedCaseload extends ScriptedCaseload {
  /** True: no cursor is known any more. */
  forgets = false;
  /** A failure instead of a page, each once. */
  readonly failures = new Map<number, HubError>();

  override async *pull(request: CaseloadRequest, signal: AbortSignal): AsyncIterable<CaseloadPage> {
    const [page = 0, watermark = null] =
      request.resume === undefined || this.forgets ? [] : (JSON.parse(request.resume) as [number, string]);
    for await (const each of super.pull(request, signal)) {
      if (each.page <= page) continue;
      const failure = this.failures.get(each.page);
      if (failure && this.failures.delete(each.page)) throw failure;
      const told = watermark ?? each.watermark;
      yield { ...each, watermark: told, cursor: JSON.stringify([each.page, told]) };
    }
  }

  failAt(page: number, code: ConstructorParameters<typeof HubError>[0] = 'HUB_UPSTREAM_UNAVAILABLE'): void {
    this.failures.set(page, new HubError(code));
  }
}

let world: CaseloadWorld;
let system: RefreshedSystem;
let record: PlacedCaseload;

beforeAll(async () => {
  world = await CaseloadWorld.open();
});
beforeEach(async () => {
  await world.sql(`set session_replication_role = replica;
    delete from caseload_memberships; delete from caseload_staging; delete from caseload_progress; delete from caseload_pulls;
    delete from caseload_refreshes; delete from team_maps; delete from teams; delete from clinical_record_systems;
    delete from record_links; delete from persons; delete from leases; set session_replication_role = origin`);
  world.clock.set(new Date('2026-03-02T09:00:00Z'));
  system = await world.system('SYS');
  record = new PlacedCaseload('SYS', world.clock, PAGE);
  await world.map(system, TEAM, await world.team('CMHT'));
  for (let n = 0; n < 50; n++) record.put(TEAM, `Episode/${n}`, { patient: patient(`p${n}`, null) });
});
afterAll(() => world.close());

const run = async (kind: PullKind = 'SWEEP') => (await world.refresh.refreshSystem(system, record, kind))[0]!;
const resumes = () => record.requests.map(({ resume }) => (resume === undefined ? 0 : JSON.parse(resume)[0]));
const count = async (table: string) => (await world.sql(`select 1 from ${table}`)).length;
const whole = async () => expect(await world.current(TEAM)).toEqual(saidBy(record.teamsHeld.get(TEAM)!));

test('it goes on with the next page, under the watermark of the first, and everybody counts', async () => {
  record.failAt(4);
  const first = await run();
  expect(first).toMatchObject({ state: 'INCOMPLETE', failureCode: 'HUB_UPSTREAM_UNAVAILABLE', pages: 3 });
  expect(await count('caseload_memberships')).toBe(0);
  expect(await count('caseload_staging')).toBe(30);
  const watermark = world.clock.now();
  world.clock.advance(10 * MINUTE);
  const second = await run();
  expect(second).toMatchObject({
    pullId: first.pullId,
    state: 'COMPLETE',
    pages: 5,
    received: 50,
    expected: 50,
  });
  expect(resumes()).toEqual([0, 3]);
  await whole();
  expect(await world.sql('select started_at, watermark, pages, received from caseload_pulls')).toEqual([
    { started_at: watermark, watermark, pages: 5, received: 50 },
  ]);
  expect([await count('caseload_staging'), await count('caseload_progress')]).toEqual([0, 0]);
  // What changed after the first page comes by the increment that follows.
  world.clock.advance(MINUTE);
  await run('INCREMENT');
  expect(record.requests.at(-1)!.since).toBe(new Date(watermark.getTime() - 5 * MINUTE).toISOString());
});

test('an increment goes on with an interrupted sweep, for it brings what changed too', async () => {
  await run();
  world.clock.advance(60 * MINUTE);
  record.failAt(3);
  await run('SWEEP');
  const answer = await run('INCREMENT');
  expect(answer).toMatchObject({ kind: 'SWEEP', state: 'COMPLETE' });
  expect(resumes()).toEqual([0, 0, 2]);
});

test('a place that is no longer known: from the start, and what had been staged counts no more', async () => {
  await run();
  world.clock.advance(60 * MINUTE);
  record.failAt(4);
  await run();
  record.forgets = true;
  for (const gone of [0, 1, 2]) record.remove(TEAM, `Episode/${gone}`);
  world.clock.advance(MINUTE);
  const again = await run();
  expect(again).toMatchObject({ state: 'COMPLETE', received: 47, expected: 47 });
  expect(await world.sql('select started_at from caseload_pulls where id = $1', [again.pullId])).toEqual([
    { started_at: world.clock.now() },
  ]);
  await whole();
});

test('fewer than were announced before or after are too few, and the next pull begins from the start', async () => {
  record.failAt(4);
  await run();
  // Two who had not come yet went, and one page is short of one by it.
  record.remove(TEAM, 'Episode/40');
  expect(await run()).toMatchObject({ state: 'INCOMPLETE', failureCode: 'HUB_CASELOAD_INCOMPLETE' });
  expect(await count('caseload_memberships')).toBe(0);
  expect([await count('caseload_staging'), await count('caseload_progress')]).toEqual([0, 0]);
  expect(await run()).toMatchObject({ state: 'COMPLETE', received: 49 });
  expect(resumes()).toEqual([0, 3, 0]);
  await whole();
});

test.each(['HUB_UPSTREAM_PROTOCOL', 'HUB_UPSTREAM_REFUSED', 'HUB_CASELOAD_INCOMPLETE'] as const)(
  'after %s nothing is kept',
  async (code) => {
    record.failAt(4, code);
    await run();
    expect([await count('caseload_staging'), await count('caseload_progress')]).toEqual([0, 0]);
    expect(await run()).toMatchObject({ state: 'COMPLETE' });
    expect(resumes()).toEqual([0, 0]);
  },
);

test('one that is too old, or was gone on with five times in vain, begins from the start', async () => {
  record.failAt(4);
  await run();
  world.clock.advance(121 * MINUTE);
  record.failAt(3);
  await run();
  expect(resumes()).toEqual([0, 0]);
  for (let n = 0; n < 6; n++) {
    record.failAt(3);
    await run();
  }
  expect(resumes().slice(2)).toEqual([2, 2, 2, 2, 2, 0]);
});

test('whole but not applied: the next one applies it and asks for nothing', async () => {
  const lock = await world.db.owner.connect();
  await lock.query('begin');
  await lock.query('lock table record_links in access exclusive mode');
  const first = run();
  let pid: number | undefined;
  while (pid === undefined) {
    const [waiting] = await world.sql<{ pid: number }>(
      `select pid, pg_sleep(0.01) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and usename = 'hub_worker'`,
    );
    pid = waiting?.pid;
  }
  await world.sql('select pg_terminate_backend($1)', [pid]);
  expect(await first).toMatchObject({ state: 'INCOMPLETE', failureCode: 'HUB_DATABASE_UNAVAILABLE' });
  await lock.query('rollback');
  lock.release();
  expect(await run()).toMatchObject({ state: 'COMPLETE', received: 50, pages: 5 });
  expect(record.requests).toHaveLength(1);
  await whole();
});

test('a refresh that was left by its process is finished for the teams that had not come, by one who looks', async () => {
  await world.map(system, 'Team/EIP', null);
  record.put('Team/EIP', 'Episode/e', { patient: patient('e', null) });
  const { refreshSystem } = world.refresh;
  expect(await world.refresh.takeOver(system, record, new AbortController().signal)).toBeNull();
  // As it is left when the process dies between two teams.
  const asked = world.clock.now();
  world.clock.advance(1000);
  await refreshSystem.call(world.refresh, system, record, 'SWEEP');
  await world.sql(
    `update caseload_pulls set finished_at = $1::timestamptz - interval '1 day' where team_reference = 'Team/EIP'`,
    [asked],
  );
  await world.sql(
    `insert into caseload_refreshes (system_id, organisation_id, kind, asked_at, fence) values ($1, $2, 'SWEEP', $3, 0)`,
    [system.id, world.organisationId, asked],
  );
  expect(await world.refresh.underWay(system)).toEqual([{ systemId: system.id, aliveMs: 0 }]);
  const finished = await world.refresh.takeOver(system, record, new AbortController().signal);
  expect(finished!.map(({ teamReference, state }) => [teamReference, state])).toEqual([
    ['Team/EIP', 'COMPLETE'],
  ]);
  expect(await world.refresh.underWay(system)).toEqual([]);
});

test('an increment that finds a sweep left by its process finishes the sweep', async () => {
  await run();
  world.clock.advance(60 * MINUTE);
  await world.sql(
    `insert into caseload_refreshes (system_id, organisation_id, kind, asked_at, fence) values ($1, $2, 'SWEEP', $3, 0)`,
    [system.id, world.organisationId, world.clock.now()],
  );
  world.clock.advance(MINUTE);
  expect(await run('INCREMENT')).toMatchObject({ kind: 'SWEEP', state: 'COMPLETE' });
});

test('whoever asks after that has every team asked once more: what a left sweep had brought before is an increment', async () => {
  await world.map(system, 'Team/EIP', null);
  record.put('Team/EIP', 'Episode/e', { patient: patient('e', null) });
  const left = world.clock.now();
  world.clock.advance(1000);
  await world.refresh.refreshTeam(system, record, { teamReference: TEAM, teamId: null }, 'SWEEP');
  await world.sql(
    `insert into caseload_refreshes (system_id, organisation_id, kind, asked_at, fence) values ($1, $2, 'SWEEP', $3, 0)`,
    [system.id, world.organisationId, left],
  );
  world.clock.advance(60 * MINUTE);
  record.put(TEAM, 'Episode/new', { patient: patient('new', null) });
  const results = await world.refresh.refreshSystem(system, record, 'INCREMENT');
  expect(results.map(({ teamReference, kind, state }) => [teamReference, kind, state]).sort()).toEqual([
    [TEAM, 'INCREMENT', 'COMPLETE'],
    ['Team/EIP', 'SWEEP', 'COMPLETE'],
  ]);
  expect([...(await world.current(TEAM)).keys()]).toContain('Episode/new');
});

describe('what another team has brought since a page was read', () => {
  const EIP = { teamReference: 'Team/EIP', teamId: null };
  const pullOf = (team: { teamReference: string; teamId: string | null }) =>
    world.refresh.refreshTeam(system, record, team, 'SWEEP');
  let cmht: { teamReference: string; teamId: string | null };

  beforeEach(async () => {
    await world.map(system, EIP.teamReference, null);
    const [row] = await world.sql<{ id: string }>('select id from teams');
    cmht = { teamReference: TEAM, teamId: row!.id };
    record.failAt(4);
    expect(await pullOf(cmht)).toMatchObject({ state: 'INCOMPLETE', pages: 3 });
    world.clock.advance(10 * MINUTE);
  });
  async function goneOnWith(): Promise<void> {
    world.clock.advance(10 * MINUTE);
    expect(await pullOf(EIP)).toMatchObject({ state: 'COMPLETE' });
    world.clock.advance(10 * MINUTE);
    expect(await pullOf(cmht)).toMatchObject({ state: 'COMPLETE', received: 50 });
    expect(resumes()).toEqual([0, 0, 3]);
  }

  test('of the same patient stands: nobody who was restricted meanwhile is restricted no more', async () => {
    record.put(EIP.teamReference, 'Episode/e0', {
      patient: patient('p0', null, { restricted: true, deceasedOn: '2026-03-01' }),
    });
    await goneOnWith();
    expect(
      await world.sql('select restricted, deceased_on::text as died from record_links where local_id = $1', [
        'p0',
      ]),
    ).toEqual([{ restricted: true, died: '2026-03-01' }]);
    expect(
      await world.sql(
        'select distinct restricted from caseload_memberships where local_id = $1 and observed_to is null',
        ['p0'],
      ),
    ).toEqual([{ restricted: true }]);
  });

  test('of an entry that has moved there stands: the page before the move says nothing', async () => {
    for (let version = 1; version <= 2; version++)
      record.put(EIP.teamReference, 'Episode/0', { patient: patient('p0', null) });
    await goneOnWith();
    expect(
      await world.sql(
        `select team_reference as team, source_version as version from caseload_memberships
         where source_reference = 'Episode/0' and observed_to is null`,
      ),
    ).toEqual([{ team: 'Team/EIP', version: '2' }]);
    expect((await world.current(TEAM)).size).toBe(49);
  });
});
