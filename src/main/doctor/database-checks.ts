/** Checks of the PostgreSQL server and of what the hub keeps there besides rows: roles, migrations, clock, connections, jobs. */
import pg from 'pg';
import { DEFAULT_POOL_SIZES } from '../../platform/database/pg-database.js';
import { DatabaseRole } from '../../platform/database/policy.js';
import { roleUrl } from '../../platform/database/roles.js';
import type { Check } from './check.js';
import { CONNECT_LIMIT_MS, type Ground, whyNotReached } from './ground.js';
import { fault, fine, skipped, together, type Verdict, warning } from './verdict.js';

const MADE_ROLES = Object.values(DatabaseRole).filter((role) => role !== DatabaseRole.OWNER);
/** Oldest major version of PostgreSQL that has what the schema uses. */
const OLDEST_SERVER = 15;
/** Milliseconds by which clocks may differ; a token's lifetime is counted in minutes. */
const SKEW_LIMIT_MS = 60_000;
/** Processes that one database is expected to bear. */
const PROCESSES = 8;
/** Connections of the job store in a process with the role `worker`. */
const JOB_CONNECTIONS = 1;
/** Connections that listen, for whatever roles a process has. */
const LISTENING_CONNECTIONS = 1;

interface RoleRow {
  readonly name: string;
  readonly escapes: boolean;
}

/** Null when the role signs in with the password derived from the owner's; else why not. */
async function signInFault(ownerUrl: string, role: DatabaseRole): Promise<string | null> {
  const client = new pg.Client({
    connectionString: roleUrl(ownerUrl, role),
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    application_name: 'hub doctor',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return null;
  } catch (error) {
    return whyNotReached(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function judgeRole(ground: Ground, role: DatabaseRole, row: RoleRow | undefined): Promise<Verdict> {
  if (!row) return fault(`${role} does not exist`, 'hub migrate');
  if (row.escapes)
    return fault(`${role} escapes row-level security`, `alter role ${role} nosuperuser nobypassrls;`);
  const refused = await signInFault(ground.ownerUrl as string, role);
  if (refused === null) return fine(role);
  return fault(
    `${role} cannot sign in with the password derived from DATABASE_URL (${refused})`,
    'hub migrate',
  );
}

function connectionsOfOneProcess({ settings }: Ground): number {
  const { poolWrite, poolDecide, poolWorker, poolStaff, poolAnalyst, poolAudit } = settings;
  const pools =
    poolWrite + poolDecide + poolWorker + poolStaff + poolAnalyst + poolAudit + DEFAULT_POOL_SIZES.steward;
  return pools + JOB_CONNECTIONS + LISTENING_CONNECTIONS;
}

/** Checks of the server. */
export const databaseChecks: readonly Check[] = [
  {
    name: 'database',
    examines: 'that the owner in DATABASE_URL can connect; a server of the hub’s own is never started for it',
    run: async ({ databaseVerdict }) => databaseVerdict,
  },
  {
    name: 'database-version',
    examines: `that PostgreSQL is ${OLDEST_SERVER} or newer`,
    needs: ['database'],
    async run({ query }) {
      const [row] = await query<{ number: number }>(
        `select current_setting('server_version_num')::integer as number`,
      );
      const major = Math.floor((row?.number ?? 0) / 10_000);
      if (major >= OLDEST_SERVER) return fine(`PostgreSQL ${major}`);
      return fault(
        `PostgreSQL ${major} is too old`,
        `upgrade the server to PostgreSQL ${OLDEST_SERVER} or newer`,
      );
    },
  },
  {
    name: 'database-owner',
    examines: 'that the owner may make roles and tables, and is no superuser',
    needs: ['database'],
    async run({ query }) {
      const [row] = await query<{
        name: string;
        database: string;
        roles: boolean;
        tables: boolean;
        all: boolean;
      }>(
        `select quote_ident(rolname) as name, quote_ident(current_database()) as database, rolcreaterole or rolsuper as roles,
           has_schema_privilege('public', 'create') as tables, rolsuper or rolbypassrls as all
         from pg_roles where rolname = current_user`,
      );
      const { name, database, roles, tables, all } = row!;
      const verdicts: Verdict[] = [];
      if (!roles) verdicts.push(fault(`${name} may not make roles`, `alter role ${name} createrole;`));
      if (!tables)
        verdicts.push(fault(`${name} may not make tables`, `alter database ${database} owner to ${name};`));
      if (all)
        verdicts.push(
          warning(
            `${name} escapes row-level security`,
            `alter role ${name} nosuperuser nobypassrls createrole;`,
          ),
        );
      return together(verdicts, fine(name));
    },
  },
  {
    name: 'database-roles',
    examines: 'that every role of the hub exists, is bound by row-level security and can sign in',
    needs: ['database'],
    async run(ground) {
      const rows = await ground.query<RoleRow>(
        'select rolname as name, rolsuper or rolbypassrls as escapes from pg_roles where rolname = any ($1)',
        [MADE_ROLES],
      );
      const verdicts = MADE_ROLES.map((role) =>
        judgeRole(
          ground,
          role,
          rows.find(({ name }) => name === role),
        ),
      );
      return together(await Promise.all(verdicts), fine(''));
    },
  },
  {
    name: 'migrations',
    examines: 'migrations that are pending, were altered after they ran, or belong to a newer hub',
    needs: ['database'],
    async run({ migrations }) {
      if (!migrations) return fault('the list of migrations cannot be read', 'hub migrate');
      const { applied, pending, altered, unknown } = migrations;
      const each = (names: readonly string[], what: string, mend: string): Verdict[] =>
        names.length > 0 ? [fault(`${what}: ${names.join(', ')}`, mend)] : [];
      return together(
        [
          ...each(pending, 'pending', 'hub migrate'),
          ...each(altered, 'altered after they ran', 'install the release that migrated this database'),
          ...each(
            unknown,
            'of a newer hub',
            'install the release that migrated this database, or a later one',
          ),
        ],
        fine(`all ${applied.length} applied`),
      );
    },
  },
  {
    name: 'clock',
    examines: 'that the clocks of this machine and of the database differ by less than a minute',
    needs: ['database'],
    async run({ query, machine }) {
      const before = machine.now().getTime();
      const [row] = await query<{ ms: number }>(
        'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
      );
      const middle = (before + machine.now().getTime()) / 2;
      const skewMs = Math.abs(row!.ms - middle);
      const found = `${(skewMs / 1000).toFixed(1)} s apart`;
      if (skewMs <= SKEW_LIMIT_MS) return fine(found);
      return fault(found, 'timedatectl set-ntp true, on the machine whose clock is wrong');
    },
  },
  {
    name: 'connections',
    examines: `that the pools of ${PROCESSES} processes (of one, with the hub’s own server) fit max_connections`,
    needs: ['database'],
    async run(ground) {
      const [row] = await ground.query<{ most: number }>(
        `select current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer as most`,
      );
      const each = connectionsOfOneProcess(ground);
      const processes = ground.embedded ? 1 : PROCESSES;
      const [most, wanted] = [row!.most, each * processes];
      const found = `a process uses up to ${each} of ${most} connections`;
      if (wanted <= most) return fine(found);
      return warning(
        `${found}: ${Math.floor(most / each)} processes fit, not ${processes}`,
        `alter system set max_connections = ${wanted + 10}; and restart PostgreSQL, or lower the HUB_POOL_ settings`,
      );
    },
  },
  {
    name: 'jobs',
    examines: 'that the job store is there, so that caseloads are refreshed without anybody asking',
    needs: ['database'],
    async run({ query, settings }) {
      const [row] = await query<{ there: boolean }>(
        `select to_regclass('pgboss.version') is not null as there`,
      );
      if (row?.there) return fine('schema pgboss is there');
      const how = settings.roles.includes('worker') ? 'hub start' : 'HUB_ROLES=worker hub start';
      return warning('no process with the role worker has started on this database', how);
    },
  },
  {
    name: 'demonstration',
    examines: 'that made-up people and real organisations are not in one database',
    needs: ['schema'],
    async run({ query, settings }) {
      const rows = await query<{ code: string }>(
        'select ods_code as code from organisations order by ods_code',
      );
      const made = rows.filter(({ code }) => /^DEMO\d$/.test(code));
      const real = rows.length - made.length;
      if (settings.isDemonstration && real > 0)
        return fault(`a demonstration beside ${real} other organisations`, 'HUB_DEMONSTRATION=off');
      if (settings.isDemonstration) return fine('made-up people only');
      if (made.length === 0) return skipped('this is no demonstration');
      return warning(
        `${made.map(({ code }) => code).join(', ')} of the demonstration are in this directory`,
        'DATABASE_URL=<a database in which no demonstration was written>',
      );
    },
  },
];
