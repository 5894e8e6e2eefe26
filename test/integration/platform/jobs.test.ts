/** Jobs on the real pg-boss: done once, tried again, scheduled once however often it is said, and nothing left open. */
import { silentLogger } from '../../../src/core/logger.js';
import { Jobs } from '../../../src/platform/jobs.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

let db: TestDatabase;
let jobs: Jobs;

beforeAll(async () => {
  db = await createTestDatabase();
  jobs = make();
  await jobs.start();
});
afterAll(async () => {
  await jobs.stop();
  await db.close();
});

const make = (): Jobs => new Jobs({ connectionString: db.ownerUrl, logger: silentLogger, pollSeconds: 0.5 });

async function schedules(): Promise<{ name: string; key: string; cron: string }[]> {
  const { rows } = await db.owner.query('select name, key, cron from pgboss.schedule order by name, key');
  return rows as { name: string; key: string; cron: string }[];
}

test('a job is done once, in one of the processes that work on the queue', async () => {
  const other = make();
  await other.start();
  const seen: number[] = [];
  const all = Promise.withResolvers<void>();
  const handler = async ({ n }: { n: number }): Promise<void> => {
    seen.push(n);
    if (seen.length === 3) all.resolve();
  };
  await jobs.work('count', handler);
  await other.work('count', handler);
  for (const n of [1, 2, 3]) await jobs.enqueue('count', { n });
  await all.promise;
  await other.stop();
  expect(seen.sort()).toEqual([1, 2, 3]);
});

test('a job that is refused waits to be tried again, and holds ids only', async () => {
  const tried = Promise.withResolvers<void>();
  await jobs.work('refuse', async () => {
    tried.resolve();
    throw new Error('not now');
  });
  const id = await jobs.enqueue('refuse', { systemId: 's' });
  await tried.promise;
  for (;;) {
    const { rows } = await db.owner.query(
      `select state, retry_limit, data, pg_sleep(0.02) from pgboss.job where id = $1 and state <> 'active'`,
      [id],
    );
    if (rows[0]?.state !== 'retry') continue;
    expect(rows[0]).toMatchObject({ retry_limit: 6, data: { systemId: 's' } });
    break;
  }
});

test('a schedule said twice is one; what is no longer wanted goes', async () => {
  const every = (key: string, everyMinutes: number): Promise<void> =>
    jobs.schedule({ name: 'refresh', key, everyMinutes, data: { systemId: key } });
  await every('a', 15);
  await every('b', 720);
  await every('a', 20);
  expect(await schedules()).toEqual([
    { name: 'refresh', key: 'a', cron: 'FREQ=MINUTELY;INTERVAL=20' },
    { name: 'refresh', key: 'b', cron: 'FREQ=MINUTELY;INTERVAL=720' },
  ]);
  await jobs.keepSchedules('refresh', new Set(['b']));
  expect((await schedules()).map((schedule) => schedule.key)).toEqual(['b']);
});

test.each([0, -1, 1.5])('%s minutes is refused by name', async (everyMinutes) => {
  await expect(jobs.schedule({ name: 'refresh', key: 'x', everyMinutes, data: {} })).rejects.toMatchObject({
    code: 'HUB_INPUT_INVALID',
    details: { field: 'everyMinutes' },
  });
});

test('the queue is of policy standard', async () => {
  await jobs.enqueue('plain', {});
  const { rows } = await db.owner.query(
    `select policy, retry_delay, retry_backoff from pgboss.queue where name = 'plain'`,
  );
  expect(rows).toEqual([{ policy: 'standard', retry_delay: 30, retry_backoff: true }]);
});
