/** A statement that writes and is its own transaction: in its scope, committed when it is answered, undone when it fails. */
import { NO_SCOPE, type Scope } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { openDatabase } from '../../../src/platform/database/pg-database.js';
import { DatabaseRole, IN_ORG, secureTable } from '../../../src/platform/database/policy.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const organisationId = newId();
const scope: Scope = { ...NO_SCOPE, organisationId };
const INSERT = 'insert into written (key, organisation_id) values ($1, $2) returning key';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ pools: { worker: 2 } });
  await db.owner.query('create table written (key text, organisation_id uuid)');
  for (const sql of secureTable('written', [{ role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG }]))
    await db.owner.query(sql);
});
afterEach(() => db.owner.query('delete from written'));
afterAll(() => db.close());

const write = (text: string, values: readonly unknown[], name?: string) =>
  db.database.write('worker', scope, { text, values, ...(name ? { name } : {}) });
const keys = async () =>
  (await db.owner.query('select key from written order by key')).rows.map(({ key }) => key);

test('it is committed when it is answered, with what it returns', async () => {
  expect(await write(INSERT, ['a', organisationId], 'named')).toEqual([['a']]);
  expect(await write(INSERT, ['b', organisationId], 'named')).toEqual([['b']]);
  expect(await keys()).toEqual(['a', 'b']);
});

test('it reaches no row beyond its scope, and leaves no scope behind', async () => {
  await expect(write(INSERT, ['a', newId()])).rejects.toMatchObject({ code: 'HUB_ACCESS_REFUSED' });
  const [[left]] = (await db.database.write('worker', NO_SCOPE, {
    text: `select current_setting('hub.org', true)`,
    values: [],
  })) as [[string]];
  expect(left).toBe('');
  expect(await keys()).toEqual([]);
});

test('it is undone as a whole when it fails, at its end too', async () => {
  const half = `with one as (${INSERT}) select 1 / (length(key) - 1) from one`;
  await expect(write(half, ['a', organisationId])).rejects.toMatchObject({ code: 'HUB_INTERNAL' });
  await db.owner.query(`
    create function refuse_it() returns trigger language plpgsql as 'begin raise exception ''planted''; end';
    create constraint trigger planted after insert on written deferrable initially deferred
      for each row execute function refuse_it()`);
  await expect(write(INSERT, ['a', organisationId])).rejects.toMatchObject({ code: 'HUB_INTERNAL' });
  await db.owner.query('drop trigger planted on written; drop function refuse_it()');
  expect(await keys()).toEqual([]);
  expect(await write(INSERT, ['b', organisationId])).toEqual([['b']]);
});

test('when the connection is lost on the way nobody knows what came of it, and the next goes well', async () => {
  const slow = `with one as (${INSERT}), waits as materialized (select pg_sleep(20)) select key from one, waits`;
  const lost = expect(write(slow, ['a', organisationId])).rejects.toMatchObject({
    code: 'HUB_DATABASE_OUTCOME_UNKNOWN',
  });
  for (let ended = 0; ended === 0; ) {
    const { rowCount } = await db.owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(20)%' and pid <> pg_backend_pid()`,
    );
    ended = rowCount ?? 0;
  }
  await lost;
  expect(await write(INSERT, ['b', organisationId])).toEqual([['b']]);
  expect(await keys()).toEqual(['b']);
});

describe('one behind the other', () => {
  const SLOW = `with one as (${INSERT}), waits as materialized (select pg_sleep(0.05)) select key, pg_backend_pid() from one, waits`;

  test('statements that are asked for together go by one connection, each its own transaction', async () => {
    const asked = [...'abcdef'].map((key) =>
      write(SLOW, [key, key === 'c' ? newId() : organisationId], 'slow'),
    );
    const settled = await Promise.allSettled(asked);
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      true,
      false,
      true,
      true,
      true,
    ]);
    const pids = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value[0]![1]] : []));
    expect(new Set(pids).size).toBe(1);
    expect(await keys()).toEqual([...'abdef']);
  });

  test('of two that cannot be prepared each is told the same, also where neither was before', async () => {
    const again = await openDatabase({ ownerUrl: db.ownerUrl, entities: [] });
    const both = [1, 2].map(() =>
      again.write('worker', scope, {
        text: 'insert into absent (key) values ($1)',
        values: ['a'],
        name: 'absent',
      }),
    );
    const codes = (await Promise.allSettled(both)).map(
      (each) => each.status === 'rejected' && each.reason.code,
    );
    await again.close();
    expect(codes).toEqual(['HUB_DATABASE_MIGRATIONS', 'HUB_DATABASE_MIGRATIONS']);
  });

  test('of those that are under way when the connection is lost nobody knows what came, and the next go well', async () => {
    const slow = `with one as (${INSERT}), waits as materialized (select pg_sleep(20)) select key from one, waits`;
    const asked = [
      write(INSERT, ['a', organisationId]),
      write(slow, ['b', organisationId]),
      write(INSERT, ['c', organisationId]),
    ];
    const settled = Promise.allSettled(asked);
    for (let ended = 0; ended === 0; ) {
      const { rowCount } = await db.owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(20)%' and pid <> pg_backend_pid()`,
      );
      ended = rowCount ?? 0;
    }
    expect((await settled).map((each) => (each.status === 'fulfilled' ? 'done' : each.reason.code))).toEqual([
      'done',
      'HUB_DATABASE_OUTCOME_UNKNOWN',
      'HUB_DATABASE_OUTCOME_UNKNOWN',
    ]);
    expect(await write(INSERT, ['d', organisationId])).toEqual([['d']]);
    expect(await keys()).toEqual(['a', 'd']);
  });

  test('whoever waits for the only connection gets it though statements never cease', async () => {
    const one = await openDatabase({ ownerUrl: db.ownerUrl, entities: [], pools: { worker: 1 } });
    let isOver = false;
    const statement = (key: string) => ({ text: SLOW, values: [key, organisationId], name: 'slow' });
    const ceaseless = Array.from({ length: 3 }, async (_none, course) => {
      for (let n = 0; !isOver; n++) await one.write('worker', scope, statement(`${course} ${n}`));
    });
    const tx = (): Promise<number> =>
      one.transaction('worker', scope, async ({ query }) => (await query('select key from written')).length);
    try {
      for (let n = 0; n < 5; n++) await tx();
    } finally {
      isOver = true;
      await Promise.all(ceaseless);
    }
    expect(await tx()).toBe((await keys()).length);
    await one.close();
  });
});
