/** Everybody in a process hears over one connection, which is there while somebody hears. */
import { silentLogger } from '../../../src/core/logger.js';
import { DatabaseRole } from '../../../src/platform/database/policy.js';
import { type Listen, shareListener } from '../../../src/platform/database/shared-listener.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

let db: TestDatabase;
let listen: Listen;

beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(() => {
  const { ownerUrl } = db;
  listen = shareListener({
    ownerUrl,
    role: DatabaseRole.WORKER,
    channels: ['one', 'two'],
    logger: silentLogger,
  });
});
afterAll(() => db.close());

async function connections(): Promise<number> {
  const { rows } = await db.owner.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'hub listener'`,
  );
  return rows[0]!.n;
}

/** Somebody who keeps what happens. */
function somebody(...channels: string[]) {
  const events: string[] = [];
  const hearing = {
    channels,
    onNotice: (channel: string, payload: string) => void events.push(`${channel} ${payload}`),
    onUp: (name: string) => void events.push(`up ${name}`),
    onDown: () => void events.push('down'),
  };
  return { events, hearing };
}

/** Waits until something happened to everybody given. */
async function until(check: () => boolean): Promise<void> {
  while (!check()) await db.owner.query('select pg_sleep(0.01)');
}

test('one connection for all; each hears its own channels, and who comes later is told that it stands', async () => {
  const [first, second] = [somebody('one'), somebody('one', 'two')];
  const hearings = await Promise.all([first, second].map(({ hearing }) => listen(hearing)));
  const late = somebody('two');
  hearings.push(await listen(late.hearing));
  expect(await connections()).toBe(1);
  await db.owner.query(`select pg_notify('one', 'a'), pg_notify('two', 'b')`);
  await until(() => late.events.length === 2 && second.events.length === 3);
  const up = first.events[0]!;
  expect([first.events, second.events, late.events]).toEqual([
    [up, 'one a'],
    [up, 'one a', 'two b'],
    [up, 'two b'],
  ]);
  await hearings[0]!.close();
  await db.owner.query(`select pg_notify('one', 'c')`);
  await until(() => second.events.length === 4);
  expect(first.events).toHaveLength(2);
  await Promise.all(hearings.map((hearing) => hearing.close()));
  while ((await connections()) > 0) await db.owner.query('select pg_sleep(0.01)');
});

test('everybody is told when it is lost and when another stands, which holds a lock of its own', async () => {
  const [first, second] = [somebody('one'), somebody('two')];
  const hearings = await Promise.all([first, second].map(({ hearing }) => listen(hearing)));
  await db.owner.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'hub listener'`,
  );
  await until(() => first.events.length === 3 && second.events.length === 3);
  const [up, down, again] = first.events;
  expect(second.events).toEqual([up, down, again]);
  expect([down, again === up]).toEqual(['down', false]);
  const { rows } = await db.owner.query<{ free: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended($1, 7)) as free`,
    [again!.slice(3)],
  );
  expect(rows[0]!.free).toBe(false);
  await Promise.all(hearings.map((hearing) => hearing.close()));
});

test('a first connection that fails is tried again by the next who asks', async () => {
  const { ownerUrl } = db;
  const nowhere = new URL(ownerUrl);
  nowhere.pathname = '/there_is_none';
  const failing = shareListener({
    ownerUrl: nowhere.href,
    role: DatabaseRole.WORKER,
    channels: ['one'],
    logger: silentLogger,
  });
  for (const one of [somebody('one'), somebody('one')])
    await expect(failing(one.hearing)).rejects.toMatchObject({ name: 'HubError' });
});
