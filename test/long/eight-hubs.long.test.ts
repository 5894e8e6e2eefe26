/**
 * Eight hubs, started as a user starts them, on one database and one record system: one refreshes, none doubles, one that is killed is
 * followed within five seconds from the page that it had kept, and one that was stopped and wakes up changes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_POOL_SIZES } from '../../src/platform/database/pg-database.js';
import { type PacedFhirServer, startPacedFhirServer } from '../support/paced-fhir-server.js';
import { Production, tokenOf } from '../support/production.js';
import { type RunningHubProcess, startHubProcess } from '../support/running-hub.js';

const HUBS = 8;
const TEAM = 'Organization/cmht';
const PEOPLE = 120;
const PAGE = 10;
const PAGES = PEOPLE / PAGE;
const PAGE_MS = 150;
/** What PostgreSQL's default of 100 leaves to roles that are no superusers. */
const CONNECTIONS = 97;

const manager = (): string => tokenOf({ sub: 'max', roles: ['TEAM_MANAGER'] });
const REFRESH =
  'mutation { refreshCaseload(systemCode: "record", kind: SWEEP) { __typename ... on Refusal { code } } }';

let world: Production;
let record: PacedFhirServer;
let hubs: RunningHubProcess[];
let most = 0;
let sampling = true;
let sampler: Promise<void>;

beforeAll(async () => {
  world = await new Production().build();
  record = await startPacedFhirServer(TEAM, PEOPLE, PAGE_MS);
  const settings = {
    baseUrl: record.baseUrl,
    auth: 'BEARER',
    bearerToken: { env: 'HUB_SECRET_RECORD' },
    pageSize: PAGE,
  };
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(HUB_|DATABASE_URL|NODE_OPTIONS|npm_)/.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    ...world.env({ HUB_SITES_FILE: world.sites({ settings }) }),
  };
  // The first builds what is stale, and makes the tables.
  const first = await startHubProcess({ env });
  hubs = [first, ...(await Promise.all(Array.from({ length: HUBS - 1 }, () => startHubProcess({ env }))))];
  sampler = (async () => {
    while (sampling) {
      most = Math.max(most, await connected());
      await sleep(20);
    }
  })();
}, 240_000);
afterAll(async () => {
  sampling = false;
  await sampler;
  for (const { child } of hubs ?? []) child.kill('SIGKILL');
  await record.close();
  await sleep(500);
  await world.close();
}, 60_000);

async function connected(): Promise<number> {
  const [row] = await world.sql<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and application_name <> 'test'`,
  );
  return row!.n;
}

/** Asks a hub to refresh; answers DONE, or the code of what came of it. */
async function refreshAt(hub: RunningHubProcess): Promise<string> {
  const { data, codes } = await world.ask(hub, manager(), REFRESH);
  return (data?.refreshCaseload as { code?: string } | null)?.code ?? codes[0] ?? 'DONE';
}

/** The hub that holds the lease of the system. */
async function holder(): Promise<RunningHubProcess> {
  for (;;) {
    const [row] = await world.sql<{ pid: number }>(
      `select split_part(holder, ' ', 2)::int as pid from leases where name like 'caseload %' and holder is not null`,
    );
    const hub = hubs.find(({ child }) => child.pid === row?.pid);
    if (hub) return hub;
    await sleep(10);
  }
}

/** Waits until so many pages were asked for. */
async function untilAsked(count: number, limitMs = 20_000): Promise<void> {
  for (let waited = 0; record.asked.length < count; waited += 5) {
    if (waited > limitMs) throw new Error(`only ${record.asked.length} pages were asked for`);
    await sleep(5);
  }
}

/** Waits until no refresh is under way. */
async function untilOver(): Promise<void> {
  while ((await world.sql('select 1 from caseload_refreshes')).length > 0) await sleep(50);
}

const pulls = () =>
  world.sql<{ id: string; state: string; pages: number; received: number }>(
    'select id, state, pages, received from caseload_pulls where team_reference = $1 order by started_at desc',
    [TEAM],
  );
const current = async (): Promise<number> =>
  (await world.sql('select 1 from caseload_memberships where observed_to is null')).length;

/** The pages asked for, by pull, in the order of their first request. */
function askedByPull(): number[][] {
  return [...Map.groupBy(record.asked, ({ pull }) => pull).values()].map((those) =>
    those.map(({ page }) => page),
  );
}

const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);

test('asked at once, one of eight works and none doubles', async () => {
  const answers = await Promise.all(hubs.map(refreshAt));
  expect(answers.sort()).toEqual(['DONE', ...Array.from({ length: HUBS - 1 }, () => 'HUB_BUSY')]);
  expect(askedByPull()).toEqual([upTo(PAGES)]);
  expect(await pulls()).toEqual([
    { id: expect.any(String) as string, state: 'COMPLETE', pages: PAGES, received: PEOPLE },
  ]);
  expect(await current()).toBe(PEOPLE);
}, 60_000);

test('one that is killed is followed within five seconds, from the page that it had kept', async () => {
  record.asked.length = 0;
  const answers = hubs.map((hub) => refreshAt(hub).catch(() => 'gone'));
  await untilAsked(6);
  const dead = await holder();
  const before = record.asked.length;
  dead.child.kill('SIGKILL');
  const killedAt = performance.now();
  hubs = hubs.filter((hub) => hub !== dead);
  await untilAsked(before + 1);
  const tookMs = record.asked[before]!.at - killedAt;
  process.stdout.write(`eight hubs: followed after ${Math.round(tookMs)} ms\n`);
  expect(tookMs).toBeLessThan(5_000);
  await untilOver();
  await Promise.all(answers);
  const [first, second, ...more] = askedByPull();
  expect(more).toEqual([]);
  expect(first).toEqual(upTo(first!.length));
  // It asks once more for the last page that was kept, to see that nothing has moved, and goes on with the next.
  const kept = second![0]!;
  expect(kept).toBeGreaterThan(first!.length - 3);
  expect(second).toEqual(upTo(PAGES, kept));
  const [latest, ...others] = await pulls();
  expect(latest).toMatchObject({ state: 'COMPLETE', pages: PAGES, received: PEOPLE });
  expect(others).toHaveLength(1);
  expect(await world.sql('select 1 from caseload_staging')).toEqual([]);
  expect(await current()).toBe(PEOPLE);
}, 60_000);

test('one that is stopped in the middle is followed too, and changes nothing when it wakes up', async () => {
  record.asked.length = 0;
  const answers = hubs.map((hub) => refreshAt(hub));
  await untilAsked(5);
  const asleep = await holder();
  asleep.child.kill('SIGSTOP');
  try {
    await untilOver();
    const rows = await world.sql('select * from caseload_memberships order by id');
    const finished = await pulls();
    const asked = record.asked.length;
    asleep.child.kill('SIGCONT');
    expect((await Promise.all(answers)).filter((code) => code !== 'HUB_BUSY')).toEqual(['HUB_LEASE_LOST']);
    expect(record.asked.length - asked).toBeLessThanOrEqual(1);
    expect(await world.sql('select * from caseload_memberships order by id')).toEqual(rows);
    expect(await pulls()).toEqual(finished);
    expect(finished[0]).toMatchObject({ state: 'COMPLETE', received: PEOPLE });
    expect(await world.sql('select 1 from caseload_staging')).toEqual([]);
  } finally {
    asleep.child.kill('SIGCONT');
  }
}, 60_000);

test('all eight fit PostgreSQL’s default of 100 connections, busy or not', async () => {
  const read = 'query { teams(first: 10) { nodes { name } } referrals(first: 10) { nodes { id } } }';
  const busy = hubs.flatMap((hub) =>
    [manager(), tokenOf(), tokenOf({ sub: 'cas', roles: ['CARE_COORDINATOR'] })].flatMap((token) =>
      Array.from({ length: 6 }, () => world.ask(hub, token, read)),
    ),
  );
  await Promise.all(busy);
  const pools = Object.values(DEFAULT_POOL_SIZES).reduce((sum, size) => sum + size, 0);
  process.stdout.write(
    `eight hubs: ${most} connections at most, ${HUBS * (pools + 2)} if every pool were full\n`,
  );
  // One for jobs and one that listens beside the pools.
  expect(HUBS * (pools + 2)).toBeLessThanOrEqual(CONNECTIONS);
  expect(most).toBeLessThanOrEqual(CONNECTIONS);
  expect(most).toBeGreaterThan(HUBS * 4);
}, 60_000);
