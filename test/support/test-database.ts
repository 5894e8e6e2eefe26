/** A database of one test file's own, cloned from the migrated template in less than a tenth of a second. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { entities } from '../../ormconfig.js';
import type { Logger } from '../../src/core/logger.js';
import type { Database } from '../../src/platform/database/database.js';
import { openDatabase, type PoolSizes } from '../../src/platform/database/pg-database.js';
import {
  BROKER_PORT,
  type DemonstrationMade,
  TEMPLATE,
  type TestServerUrls,
  Wish,
  withDatabase,
} from './test-urls.js';

/** One test file's database, in three views. */
export interface TestDatabase {
  /** The hub's own view: every role, row-level security in force. */
  readonly database: Database;
  /** URL as `hub_owner`, as `DATABASE_URL` would be. */
  readonly ownerUrl: string;
  /** For arranging and inspecting rows: a superuser, whom row-level security does not bind (it does bind the owner). */
  readonly owner: pg.Pool;
  /** Closes both, fails when a connection that somebody else opened is left, and drops the database. */
  close(): Promise<void>;
}

/** What a test sets otherwise than the hub does. */
export interface TestDatabaseOptions {
  readonly pools?: Partial<PoolSizes>;
  readonly statementTimeoutMs?: number;
  readonly logger?: Logger;
}

async function wishFor<Answer>(wish: Wish): Promise<Answer> {
  const port = Number(process.env[BROKER_PORT]);
  if (!port) throw new Error('no test server: run the tests with -c test/jest.config.js');
  const socket = connect({ host: '127.0.0.1', port });
  socket.end(wish);
  const answer = JSON.parse(await text(socket)) as Answer & { error?: string };
  if (answer.error) throw new Error(`the test server did not start: ${answer.error}`);
  return answer;
}

/** URLs of the run's server; starts it when this is the first call of the run. */
export const testServer = (): Promise<TestServerUrls> => wishFor(Wish.SERVER);

/** The run's seeded demonstration, to clone as `DEMONSTRATION`; seeds it when this is the first call of the run. */
export const seededDemonstration = (): Promise<DemonstrationMade> => wishFor(Wish.DEMONSTRATION);

async function administer<T>(superuserUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: withDatabase(superuserUrl, 'postgres') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Grace for connections that are just closing; short of the minute after which a pool that was left open closes what is idle. */
const CLOSING_MS = 30_000;

/** Connections to a database that are still open after that grace. */
async function leftConnections(client: pg.Client, name: string): Promise<string[]> {
  for (const until = performance.now() + CLOSING_MS; ; ) {
    const { rows } = await client.query<{ who: string }>(
      `select usename || ' (' || application_name || '): ' || state as who from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || performance.now() > until) return rows.map((row) => row.who);
    await client.query('select pg_sleep(0.02)');
  }
}

/** A database of its own, and the connections that are left to it, those just closing aside. `drop` is strict as `TestDatabase.close` is. */
export interface ClonedDatabase extends TestServerUrls {
  left(): Promise<string[]>;
  drop(): Promise<void>;
}

/** Clones the template without opening the hub's pools. */
export async function cloneDatabase(template: string = TEMPLATE): Promise<ClonedDatabase> {
  const urls = await testServer();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(urls.superuserUrl, (client) =>
    client.query(`create database ${name} template ${template} owner hub_owner strategy file_copy`),
  );
  return {
    ownerUrl: withDatabase(urls.ownerUrl, name),
    superuserUrl: withDatabase(urls.superuserUrl, name),
    left: () => administer(urls.superuserUrl, (client) => leftConnections(client, name)),
    drop: () =>
      administer(urls.superuserUrl, async (client) => {
        const left = await leftConnections(client, name);
        await client.query(`drop database ${name} with (force)`);
        if (left.length > 0) throw new Error(`connections left open: ${left.join('; ')}`);
      }),
  };
}

/** A fresh database with the hub's pools open. Call `close` in `afterAll`. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const clone = await cloneDatabase();
  const owner = new pg.Pool({
    connectionString: clone.superuserUrl,
    max: 4,
    idleTimeoutMillis: 60_000,
    options: '-c TimeZone=UTC',
    application_name: 'test',
  });
  // Ends of idle connections on `drop … with (force)` are no failure of the test.
  owner.on('error', () => {});
  // Room for tests that hold several transactions of one role open at once.
  const pools = { decide: 2, staff: 4, analyst: 2, ...options.pools };
  const database = await openDatabase({
    ownerUrl: clone.ownerUrl,
    entities,
    connectTimeoutMs: 30_000,
    ...options,
    pools,
  });
  return {
    database,
    ownerUrl: clone.ownerUrl,
    owner,
    async close() {
      await Promise.all([database.close(), owner.end()]);
      await clone.drop();
    },
  };
}
