/** Brings a database to the schema that this version needs, and tells whether it has it. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { HubError } from '../../core/errors.js';
import { mapDatabaseError } from './database-errors.js';
import { QUIET } from './quiet-typeorm.js';
import { ensureRoles } from './roles.js';

/** A migration's class, as a room exports it. */
export type MigrationClass = new () => MigrationInterface;

/** Where a database stands; names of migration classes in the order in which they run. */
export interface MigrationState {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** Applied with other statements than this version has: migrations are never edited once released. */
  readonly altered: readonly string[];
  /** Applied by a version of the hub that is newer than this one. */
  readonly unknown: readonly string[];
}

/** What to migrate where. */
export interface MigrateOptions {
  readonly ownerUrl: string;
  readonly migrations: readonly MigrationClass[];
  /** Changes nothing; the answer's `pending` says what would run and `plan` with which statements. */
  readonly dryRun?: boolean;
}

/** What was done, or in a dry run would be. */
export interface MigrateReport extends MigrationState {
  /** Statements of the pending migrations, before they ran. */
  readonly plan: readonly string[];
}

/** Oldest PostgreSQL with what the schema uses (public schema closed to all, `security_invoker`). */
const OLDEST_SERVER = 150_000;
/** Any constant: names the lock under which migrations of one database run. */
const LOCK = 7_215_004_311;

/** The statements of a migration. Migrations are lists of constant statements, so running one against a recorder tells them all. */
export async function statementsOf(migration: MigrationClass): Promise<readonly string[]> {
  const statements: string[] = [];
  const recorder = {
    query: async (sql: string) => {
      statements.push(sql);
      return [];
    },
  };
  await new migration().up(recorder as unknown as QueryRunner);
  return statements;
}

/** Fingerprint of a migration: the same after re-indenting, another after any change to its statements. */
export async function digestOf(migration: MigrationClass): Promise<string> {
  const text = (await statementsOf(migration)).map((sql) => sql.replace(/\s+/g, ' ').trim()).join(';\n');
  return createHash('sha256').update(text).digest('hex');
}

const nameOf = (migration: MigrationClass): string => new migration().name ?? migration.name;
/** TypeORM runs migrations by the timestamp at the end of their name; timestamps rise from floor to floor. */
const inOrder = (migrations: readonly MigrationClass[]): MigrationClass[] =>
  [...migrations].sort((a, b) => Number(nameOf(a).slice(-13)) - Number(nameOf(b).slice(-13)));

async function connect(ownerUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: 5_000,
    application_name: 'hub migrate',
  });
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

async function readState(client: pg.Client, migrations: readonly MigrationClass[]): Promise<MigrationState> {
  const { rows: tables } = await client.query<{ known: boolean }>(
    `select to_regclass('public.migration_digests') is not null as known`,
  );
  const { rows } = tables[0]?.known
    ? await client.query<{ name: string; digest: string }>(
        'select name, digest from migration_digests order by name',
      )
    : { rows: [] };
  const digests = new Map(rows.map((row) => [row.name, row.digest]));
  const applied: string[] = [];
  const pending: string[] = [];
  const altered: string[] = [];
  for (const migration of inOrder(migrations)) {
    const name = nameOf(migration);
    const digest = digests.get(name);
    if (digest === undefined) pending.push(name);
    else applied.push(name);
    if (digest !== undefined && digest !== (await digestOf(migration))) altered.push(name);
    digests.delete(name);
  }
  return { applied, pending, altered, unknown: [...digests.keys()] };
}

/** Where the database stands; changes nothing. @throws HUB_DATABASE_UNAVAILABLE. */
export async function migrationState(
  ownerUrl: string,
  migrations: readonly MigrationClass[],
): Promise<MigrationState> {
  const client = await connect(ownerUrl);
  try {
    return await readState(client, migrations);
  } catch (error) {
    throw mapDatabaseError(error);
  } finally {
    await client.end();
  }
}

/** Refuses to go on with a schema other than this version's. @throws HUB_DATABASE_MIGRATIONS naming what is pending, altered or unknown. */
export function assertMigrated(state: MigrationState): void {
  const faults = [
    ...state.pending.map((name) => `${name} is pending`),
    ...state.altered.map((name) => `${name} was altered after it ran`),
    ...state.unknown.map((name) => `${name} belongs to a newer version of the hub`),
  ];
  if (faults.length > 0) {
    throw new HubError('HUB_DATABASE_MIGRATIONS', {
      message: `the database schema does not fit: ${faults.join('; ')}`,
      details: { faults },
    });
  }
}

/**
 * Makes the database roles and runs what is pending, each migration in its own transaction, one process at a time.
 * The state in the answer is that before the run when `dryRun`, else that after it.
 * @throws HUB_DATABASE_MIGRATIONS when an applied migration was altered or is unknown to this version, or PostgreSQL is older than 15.
 */
export async function migrate({
  ownerUrl,
  migrations,
  dryRun = false,
}: MigrateOptions): Promise<MigrateReport> {
  const client = await connect(ownerUrl);
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const before = await readState(client, migrations);
    assertMigrated({ ...before, pending: [] });
    const pending = inOrder(migrations).filter((migration) => before.pending.includes(nameOf(migration)));
    const plan = (await Promise.all(pending.map(statementsOf))).flat();
    if (dryRun) return { ...before, plan };
    await assertServer(client);
    await ensureRoles(client, ownerUrl);
    await run(client, ownerUrl, migrations, pending);
    return { ...(await readState(client, migrations)), plan };
  } catch (error) {
    throw mapDatabaseError(error);
  } finally {
    // The lock ends with the session.
    await client.end();
  }
}

async function assertServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number }>(
    `select current_setting('server_version_num')::integer as number`,
  );
  const number = rows[0]?.number ?? 0;
  if (number >= OLDEST_SERVER) return;
  throw new HubError('HUB_DATABASE_MIGRATIONS', {
    message: `PostgreSQL ${Math.floor(number / 10_000)} is too old; the hub needs 15 or newer`,
  });
}

async function run(
  client: pg.Client,
  ownerUrl: string,
  migrations: readonly MigrationClass[],
  pending: readonly MigrationClass[],
): Promise<void> {
  if (pending.length === 0) return;
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    poolSize: 1,
    extra: { application_name: 'hub migrate' },
    migrations: [...migrations],
    migrationsTransactionMode: 'each',
    ...QUIET,
  });
  await source.initialize();
  try {
    await source.runMigrations();
  } finally {
    await source.destroy();
  }
  await client.query(
    'create table if not exists migration_digests (name text primary key, digest text not null, applied_at timestamptz(3) not null default clock_timestamp())',
  );
  for (const migration of pending) {
    await client.query(
      'insert into migration_digests (name, digest) values ($1, $2) on conflict (name) do nothing',
      [nameOf(migration), await digestOf(migration)],
    );
  }
}
