/** The one-Sync way leans on names inside `pg`: here is what must stay true of them, and of the way round when it does not. */
import pg from 'pg';
import { NO_SCOPE, type Scope } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import { silentLogger } from '../../../src/core/logger.js';
import { DatabaseRole } from '../../../src/platform/database/policy.js';
import { ReaderPool } from '../../../src/platform/database/reader-pool.js';
import { roleUrl } from '../../../src/platform/database/roles.js';
import { scopeValues } from '../../../src/platform/database/scope-values.js';
import {
  prepareScope,
  readConfig,
  runInTransaction,
  runScoped,
  SCOPE_STATEMENT,
} from '../../../src/platform/database/scoped-query.js';
import { cloneDatabase } from '../../support/test-database.js';

const scope: Scope = { ...NO_SCOPE, organisationId: newId() };
const LOOK = `select current_setting('hub.org', true)`;
const look = (name?: string) => readConfig(LOOK, [], name);

describe('scoped query', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  let client: pg.Client;
  beforeAll(async () => {
    clone = await cloneDatabase();
  });
  beforeEach(async () => {
    client = new pg.Client({ connectionString: roleUrl(clone.ownerUrl, DatabaseRole.READ_STAFF) });
    await client.connect();
    await prepareScope(client);
  });
  afterEach(() => client.end());
  afterAll(() => clone.drop());

  it('sets the scope for the select alone', async () => {
    expect(await runScoped(client, look(), scopeValues(scope), [])).toEqual([[scope.organisationId]]);
    expect((await client.query(look())).rows).toEqual([['']]);
  });

  it('is one implicit transaction: nothing of BEGIN or COMMIT travels', async () => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const self = readConfig(
      `select xact_start = query_start or xact_start <= clock_timestamp(), state, query from pg_stat_activity where pid = $1`,
      [rows[0]?.pid],
      undefined,
    );
    const [[, state, text]] = (await runScoped(client, self, scopeValues(scope), [])) as [
      [boolean, string, string],
    ];
    expect(state).toBe('active');
    expect(text).not.toMatch(/begin|commit/i);
  });

  describe('when the scope cannot be set', () => {
    it('never runs the select: the prepared statement is gone', async () => {
      await client.query('create temporary table ran (n integer)');
      await client.query(`deallocate ${SCOPE_STATEMENT}`);
      const insert = readConfig('insert into ran values (1) returning n', [], undefined);
      await expect(runScoped(client, insert, scopeValues(scope), [])).rejects.toMatchObject({
        code: '26000',
      });
      expect((await client.query('select n from ran')).rows).toEqual([]);
      expect((await client.query(look())).rows[0]?.[0] ?? '').toBe('');
    });

    it('never runs the select: a value is refused', async () => {
      await client.query('create temporary table ran (n integer)');
      const insert = readConfig('insert into ran values (1) returning n', [], undefined);
      await expect(runScoped(client, insert, ['\u0000', '', '', ''], [])).rejects.toThrow();
      expect((await client.query('select n from ran')).rows).toEqual([]);
      expect(await runScoped(client, look(), scopeValues(scope), [])).toEqual([[scope.organisationId]]);
    });
  });

  it('takes back the scope with everything else when the select fails', async () => {
    await client.query('create temporary table ran (n integer)');
    const half = readConfig(
      'with one as (insert into ran values (1) returning n) select 1 / (n - 1) from one',
      [],
      undefined,
    );
    await expect(runScoped(client, half, scopeValues(scope), [])).rejects.toMatchObject({ code: '22012' });
    expect((await client.query('select n from ran')).rows).toEqual([]);
    expect((await client.query(look())).rows).toEqual([['']]);
  });

  it('drops the statements it is told to, in the same Sync', async () => {
    const prepared = async () =>
      (
        await client.query<{ name: string }>('select name from pg_prepared_statements order by name')
      ).rows.map((row) => row.name);
    await runScoped(client, look('a'), scopeValues(scope), []);
    await runScoped(client, look('b'), scopeValues(scope), []);
    expect(await prepared()).toEqual(['a', 'b', SCOPE_STATEMENT]);
    await runScoped(client, look('c'), scopeValues(scope), ['a']);
    expect(await prepared()).toEqual(['b', 'c', SCOPE_STATEMENT]);
    expect(await runScoped(client, look('a'), scopeValues(scope), ['never prepared'])).toEqual([
      [scope.organisationId],
    ]);
  });

  it('has a way round that answers the same', async () => {
    expect(await runInTransaction(client, look(), scopeValues(scope))).toEqual([[scope.organisationId]]);
    expect((await client.query(look())).rows).toEqual([['']]);
    await expect(
      runInTransaction(client, readConfig('select 1/0', [], undefined), scopeValues(scope)),
    ).rejects.toMatchObject({ code: '22012' });
    expect(await runInTransaction(client, look('named'), scopeValues(NO_SCOPE))).toEqual([['']]);
  });
});

describe('rows beyond what an answer may hold', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  let client: pg.Client;
  beforeAll(async () => {
    clone = await cloneDatabase();
    client = new pg.Client({ connectionString: roleUrl(clone.ownerUrl, DatabaseRole.READ_STAFF) });
    await client.connect();
    await prepareScope(client);
  });
  afterAll(async () => {
    await client.end();
    await clone.drop();
  });
  const megabytes = (count: number) =>
    readConfig(`select repeat('x', 1000000) from generate_series(1, $1)`, [count], undefined);
  const values = scopeValues(scope);

  it.each<[string, (config: pg.QueryArrayConfig) => Promise<unknown[][]>]>([
    ['in one Sync', (config) => runScoped(client, config, values, [])],
    ['in a transaction', (config) => runInTransaction(client, config, values)],
  ])('are let go, and the connection is as good as before: %s', async (_way, ask) => {
    expect(await ask(megabytes(60))).toHaveLength(60);
    await expect(ask(megabytes(65)).then(({ length }) => length)).rejects.toMatchObject({
      code: 'HUB_INPUT_LIMIT',
      details: { limit: 'answer', maximum: 64_000_000 },
    });
    expect(await ask(look())).toEqual([[scope.organisationId]]);
  });

  it('hold no more memory than the bound, however many there are', async () => {
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().heapUsed);
    }, 5);
    const before = process.memoryUsage().heapUsed;
    await expect(
      runScoped(client, megabytes(400), values, []).then(({ length }) => length),
    ).rejects.toMatchObject({
      code: 'HUB_INPUT_LIMIT',
    });
    clearInterval(watch);
    expect(most - before).toBeLessThan(300_000_000);
  });
});

describe('ReaderPool', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  beforeAll(async () => {
    clone = await cloneDatabase();
  });
  afterAll(() => clone.drop());
  const open = (type: typeof pg.Client = pg.Client) =>
    new pg.Pool({
      connectionString: roleUrl(clone.ownerUrl, DatabaseRole.READ_STAFF),
      max: 1,
      Client: type,
    } as pg.PoolConfig);

  it('keeps no more prepared statements on a connection than its limit', async () => {
    const reader = new ReaderPool(open(), silentLogger, 3);
    for (let n = 0; n < 12; n++)
      await reader.read(scope, { text: `${LOOK}, ${n}`, values: [], name: `s${n}` });
    const held = await reader.read(scope, {
      text: 'select name from pg_prepared_statements order by name',
      values: [],
    });
    expect(held.flat()).toEqual(['s10', 's11', 's9', SCOPE_STATEMENT]);
    expect(reader.mode).toBe('one-sync');
    await reader.close();
  });

  it('prepares again what somebody else dropped', async () => {
    const reader = new ReaderPool(open(), silentLogger);
    const named = { text: LOOK, values: [], name: 'dropped' };
    await reader.read(scope, named);
    await reader.read(scope, { text: 'select 1', values: [], name: 'other' });
    await reader.read(scope, { text: 'deallocate all', values: [] });
    expect(await reader.read(scope, named)).toEqual([[scope.organisationId]]);
    await reader.close();
  });

  it('goes the way round, with a warning, when the scope does not take effect in one Sync', async () => {
    /** As a later `pg` might: it no longer calls the query's own `prepare`. */
    class OtherClient extends pg.Client {
      override query(...given: unknown[]): never {
        const [query] = given as [{ prepare?: unknown; constructor: { name: string } }];
        if (query.constructor.name === 'ScopedQuery') {
          const base = Object.getPrototypeOf(Object.getPrototypeOf(query)) as {
            prepare: unknown;
            handleDataRow: unknown;
            handleCommandComplete: unknown;
          };
          Object.assign(query, {
            prepare: base.prepare,
            handleDataRow: base.handleDataRow,
            handleCommandComplete: base.handleCommandComplete,
          });
        }
        return (super.query as (...all: unknown[]) => never).apply(this, given);
      }
    }
    const warnings: string[] = [];
    const reader = new ReaderPool(open(OtherClient), {
      ...silentLogger,
      warn: (message) => warnings.push(message),
    });
    expect(await reader.read(scope, { text: LOOK, values: [] })).toEqual([[scope.organisationId]]);
    expect(await reader.read(NO_SCOPE, { text: LOOK, values: [], name: 'way-round' })).toEqual([['']]);
    expect(reader.mode).toBe('transaction');
    expect(warnings).toHaveLength(1);
    await reader.close();
  });
});
