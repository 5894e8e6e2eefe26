/** Hints become refreshes: kept for whoever is there, taken up by one process, as many as came in one, and one more for what came meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { keepHint } from '../../../src/clinical/hints/hint.service.js';
import { type HintedRefresh, startHintedRefresh } from '../../../src/clinical/hints/hinted-refresh.js';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { RefreshService } from '../../../src/clinical/refresh/refresh.service.js';
import { HubError } from '../../../src/core/errors.js';
import type { LogFields } from '../../../src/core/logger.js';
import { silentLogger } from '../../../src/core/logger.js';
import { CaseloadWorld, testNhsNumber } from '../../support/caseload-world.js';
import { patient, ScriptedCaseload } from '../../support/scripted-caseload.js';

const REST_MS = 600;
const TEAM = 'Organization/cmht';

let world: CaseloadWorld;
let system: RefreshedSystem;
let record: ScriptedCaseload;
let started: HintedRefresh[];
let warned: [string, LogFields | undefined][];
beforeAll(async () => {
  world = await CaseloadWorld.open();
});
afterAll(() => world.close());
beforeEach(async () => {
  started = [];
  warned = [];
  system = await world.system(`record-${Date.now()}`);
  record = new ScriptedCaseload(system.code, world.clock);
  await world.map(system, TEAM, await world.team('CMHT'));
  record.put(TEAM, `Episode/${system.code}`, { patient: patient(`p-${system.code}`, testNhsNumber(0)) });
  await world.refresh.refreshSystem(system, record, 'SWEEP');
  record.requests.length = 0;
});
afterEach(async () => {
  await Promise.all(started.map((one) => one.stop()));
});

const hint = () => keepHint(world.db.database, system);
/** A process that looks for hints. */
function process(
  refresh: Pick<RefreshService, 'refreshSystem'> = world.refresh,
  restMs = REST_MS,
): HintedRefresh {
  const logger = { ...silentLogger, warn: (m: string, f?: LogFields) => void warned.push([m, f]) };
  const one = startHintedRefresh({
    database: world.db.database,
    refresh,
    systems: [{ system, adapter: record }],
    restMs,
    logger,
    lookMs: 20,
  });
  started.push(one);
  return one;
}
const counts = async () =>
  (
    await world.sql<{ waiting: number }>(
      'select (asked - answered)::integer as waiting from caseload_hints where system_id = $1',
      [system.id],
    )
  )[0]?.waiting;
async function answered(): Promise<void> {
  while ((await counts()) !== 0) await sleep(10);
}

test('a hint is one increment from the last watermark, for a process that starts later', async () => {
  expect(await hint()).toBe(false);
  process();
  await answered();
  expect(record.requests).toEqual([
    expect.objectContaining({ teamReference: TEAM, since: expect.any(String) }),
  ]);
  await sleep(2 * REST_MS);
  expect(record.requests).toHaveLength(1);
});

test('the increment of a hint brings what has changed, and a sweep is left to the schedule', async () => {
  world.clock.set(new Date(world.clock.now().getTime() + 60_000));
  record.put(TEAM, `Episode/new-${system.code}`, { patient: patient(`n-${system.code}`, testNhsNumber(1)) });
  record.remove(TEAM, `Episode/${system.code}`);
  await hint();
  process();
  await answered();
  expect([...(await world.current(TEAM)).keys()]).toEqual(
    expect.arrayContaining([`Episode/${system.code}`, `Episode/new-${system.code}`]),
  );
});

test('many hints are one refresh, and each after the first is told to have joined', async () => {
  const joined = [];
  for (let n = 0; n < 50; n++) joined.push(await hint());
  expect(joined).toEqual([false, ...Array(49).fill(true)]);
  process();
  await answered();
  expect(record.requests).toHaveLength(1);
});

test('of eight processes one takes a hint up', async () => {
  for (let n = 0; n < 8; n++) process();
  await hint();
  await answered();
  await sleep(2 * REST_MS);
  expect(record.requests).toHaveLength(1);
});

test('however often it is hinted, a system is asked once in the rest at most', async () => {
  process();
  process();
  const begins: number[] = [];
  record.beforePage = () => void begins.push(performance.now());
  const begun = performance.now();
  while (performance.now() < begun + 4 * REST_MS) {
    await hint();
    await sleep(15);
  }
  await answered();
  const rests = (performance.now() - begun) / REST_MS;
  expect(begins.length).toBeGreaterThanOrEqual(2);
  expect(begins.length).toBeLessThanOrEqual(Math.ceil(rests) + 1);
});

test('a hint during the refresh of another hint is answered by one more afterwards', async () => {
  process();
  let inside = 0;
  record.beforePage = async () => {
    if (inside++ === 0) await hint();
  };
  await hint();
  await answered();
  expect(record.requests).toHaveLength(2);
});

test('a hint during a scheduled refresh waits for its end, and then is answered at once', async () => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  record.beforePage = async () => {
    record.beforePage = () => {};
    await ended;
  };
  const scheduled = world.refresh.refreshSystem(system, record, 'SWEEP');
  while (record.requests.length === 0) await sleep(5);
  // Long enough to tell being let in at once from waiting for the rest to be over.
  process(world.refresh, 60_000);
  await hint();
  await sleep(REST_MS);
  const meanwhile = [record.requests.length, await counts()];
  end();
  await scheduled;
  expect(meanwhile).toEqual([1, 1]);
  const at = performance.now();
  await answered();
  expect(performance.now() - at).toBeLessThan(25_000);
  expect(record.requests.map(({ since }) => since === null)).toEqual([true, false]);
  expect(warned).toEqual([]);
});

test('a process that dies over it leaves the hint to another', async () => {
  let isDead = false;
  const dying: Pick<RefreshService, 'refreshSystem'> = {
    refreshSystem: () =>
      new Promise(() => {
        isDead = true;
      }),
  };
  await hint();
  void process(dying);
  while (!isDead) await sleep(5);
  started.pop();
  process();
  await answered();
  expect(record.requests).toHaveLength(1);
});

test('a process that stops in the middle leaves the hint too', async () => {
  const one = process();
  record.put(TEAM, 'Episode/x', { patient: patient('x', testNhsNumber(2)) });
  record.beforePage = async () => {
    record.beforePage = () => {};
    void one.stop();
    await sleep(50);
  };
  await hint();
  while (record.requests.length === 0) await sleep(5);
  await one.stop();
  expect(await counts()).toBe(1);
  process();
  await answered();
});

test('a refresh that fails is told, and not repeated: the schedule comes round', async () => {
  let asked = 0;
  process({
    refreshSystem: async () => {
      asked += 1;
      throw new HubError('HUB_UPSTREAM_UNREACHABLE');
    },
  });
  await hint();
  await answered();
  await sleep(2 * REST_MS);
  expect(asked).toBe(1);
  expect(warned).toEqual([
    [
      'a caseload refresh that was hinted at failed',
      { system: system.code, code: 'HUB_UPSTREAM_UNREACHABLE' },
    ],
  ]);
});

test('a hint of a system that this process does not serve stays for one that does', async () => {
  const other = await world.system(`other-${Date.now()}`);
  await keepHint(world.db.database, other);
  process();
  await hint();
  await answered();
  const [row] = await world.sql<{ waiting: number }>(
    'select (asked - answered)::integer as waiting from caseload_hints where system_id = $1 and begun_at is null',
    [other.id],
  );
  expect(row).toEqual({ waiting: 1 });
});

test('nothing of a hint is kept but that there was one', async () => {
  await hint();
  const [row] = await world.sql('select * from caseload_hints where system_id = $1', [system.id]);
  expect(row).toEqual({
    system_id: system.id,
    organisation_id: world.organisationId,
    asked: '1',
    answered: '0',
    begun_at: null,
  });
});
