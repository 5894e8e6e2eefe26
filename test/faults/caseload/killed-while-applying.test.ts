/** The connection or the process dies in the middle of applying a pull: what is known is the old caseload or the new one, never between. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { CaseloadWorld, saidBy } from '../../support/caseload-world.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

const TEAM = 'Team/1';
const loader = fileURLToPath(new URL('../../support/typescript-loader.js', import.meta.url));
const refresher = fileURLToPath(new URL('refresher.ts', import.meta.url));

let world: CaseloadWorld;
let system: RefreshedSystem;
let record: ScriptedCaseload;

beforeEach(async () => {
  world = await CaseloadWorld.open();
  system = await world.system('SYS');
  record = new ScriptedCaseload('SYS', world.clock, 50);
  await world.map(system, TEAM, null);
  for (let n = 0; n < 100; n++) record.put(TEAM, `Episode/${n}`, { patient: patient(`p${n}`, null) });
  await world.refresh.refreshSystem(system, record, 'SWEEP');
});
afterEach(() => world.close());

/** The places where an apply is held up, by a lock on the row or table that it changes there. */
const PLACES: [string, string][] = [
  ['before persons are linked', 'lock table record_links in access exclusive mode'],
  ['before rows are closed', 'lock table caseload_memberships in share mode'],
  ['after rows are written, before the pull is complete', 'lock table caseload_pulls in share mode'],
  ['at the last statement but the audit', 'select 1 from clinical_record_systems for no key update'],
  ['at the audit', 'lock table audit_events in share mode'],
];

/** Holds a lock while `work` runs; `work` gets the means to wait for the session that the lock holds up. */
async function holding(lock: string, work: (blocked: () => Promise<number>) => Promise<void>): Promise<void> {
  const client: pg.PoolClient = await world.db.owner.connect();
  try {
    await client.query('begin');
    await client.query(lock);
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await work(async () => {
      for (;;) {
        const [waiting] = await world.sql<{ pid: number }>(
          `select pid, pg_sleep(0.01) from pg_stat_activity where $1 = any(pg_blocking_pids(pid))`,
          [rows[0]!.pid],
        );
        if (waiting) return waiting.pid;
      }
    });
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/** The same trust a day later: half gone, half still there but changed, as many new. */
function aDayLater(): void {
  world.clock.advance(86_400_000);
  for (let n = 0; n < 50; n++) record.remove(TEAM, `Episode/${n}`);
  for (let n = 50; n < 150; n++) {
    record.put(TEAM, `Episode/${n}`, { patient: patient(`p${n}`, null), validFrom: '2026-02-02' });
  }
}

test.each(PLACES)('the connection is cut %s', async (_place, lock) => {
  // The pull itself must get as far as applying, so the lock is taken when its last page has gone by.
  const before = await world.rows(TEAM);
  aDayLater();
  const reached = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const pull = record.pull.bind(record);
  record.pull = async function* (request, signal) {
    yield* pull(request, signal);
    reached.resolve();
    await locked.promise;
  };
  const refreshed = world.refresh.refreshSystem(system, record, 'SWEEP');
  await reached.promise;
  await holding(lock, async (blocked) => {
    locked.resolve();
    await world.sql('select pg_terminate_backend($1)', [await blocked()]);
  });
  const [result] = await refreshed;
  expect(result).toMatchObject({ state: 'INCOMPLETE', changed: 0 });
  expect(result!.failureCode).toMatch(/^HUB_(DATABASE|AUDIT)_/);
  expect(await world.rows(TEAM)).toEqual(before);
  expect(await world.sql('select 1 from record_links')).toHaveLength(100);

  record.pull = pull;
  expect((await world.refresh.refreshSystem(system, record, 'SWEEP'))[0]!.state).toBe('COMPLETE');
  expect(await world.current(TEAM)).toEqual(saidBy(record.teamsHeld.get(TEAM)!));
});

async function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode;
}

test('the process is killed while it applies; the next one finds the old caseload and finishes the work', async () => {
  const before = await world.rows(TEAM);
  aDayLater();
  await holding('select 1 from clinical_record_systems for no key update', async (blocked) => {
    const args = [world.db.ownerUrl, world.organisationId, system.id, TEAM];
    const child = spawn(process.execPath, ['--import', loader, refresher, ...args], { stdio: 'inherit' });
    await Promise.race([
      blocked(),
      once(child, 'exit').then(() => {
        throw new Error('the refresher ended before it could be killed');
      }),
    ]);
    child.kill('SIGKILL');
    expect(await ended(child)).toBe('SIGKILL');
  });
  expect(await world.rows(TEAM)).toEqual(before);
  const running = await world.sql(`select 1 from caseload_pulls where state = 'RUNNING'`);
  expect(running).toHaveLength(1);

  const [result] = await world.refresh.refreshSystem(system, record, 'SWEEP');
  expect(result!.state).toBe('COMPLETE');
  expect(await world.sql(`select failure_code from caseload_pulls where state = 'INCOMPLETE'`)).toEqual([
    { failure_code: 'HUB_LEASE_LOST' },
  ]);
  expect(await world.sql('select 1 from caseload_staging')).toEqual([]);
  const current = await world.current(TEAM);
  expect([...current.keys()].sort()).toEqual([...record.teamsHeld.get(TEAM)!.keys()].sort());
});
