/** What the checks stand on: settings, a read-only connection, migrations, site profiles. Looks only; starts and makes nothing. */
import pg from 'pg';
import { migrations } from '../../../ormconfig.js';
import { isHubError } from '../../core/errors.js';
import { mapDatabaseError } from '../../platform/database/database-errors.js';
import { findEmbeddedServer } from '../../platform/database/embedded-server.js';
import { type MigrationState, migrationState } from '../../platform/database/migrate.js';
import type { Environment, Settings } from '../../platform/settings/settings.js';
import type { SiteProfile } from '../../platform/settings/site-profiles.js';
import { embeddedFolder } from '../data-store.js';
import { siteProfilesOf } from '../demonstration.js';
import { runningRecordSystem } from '../record-system.js';
import { lenientSettings } from './lenient-settings.js';
import type { Machine } from './machine.js';
import { fault, type Need, skipped, type Verdict } from './verdict.js';

/** Everything that checks may look at. */
export interface Ground {
  readonly env: Environment;
  readonly machine: Machine;
  /** Faulty settings are at their defaults. */
  readonly settings: Settings;
  readonly settingFaults: readonly string[];
  /** URL of the owner; null when there is no database to ask. */
  readonly ownerUrl: string | null;
  /** True when the hub would run the server itself. */
  readonly embedded: boolean;
  /** Whether the database answered, in words. */
  readonly databaseVerdict: Verdict;
  /** Null without a connection. */
  readonly migrations: MigrationState | null;
  /** Whether the site profiles can be read, in words. */
  readonly sitesVerdict: Verdict;
  readonly profiles: readonly SiteProfile[];
  /** On a demonstration: whether its record system runs. */
  readonly recordSystemRuns: boolean;
  /** What cannot be examined, and why. */
  readonly missing: ReadonlyMap<Need, string>;
  /** Rows by the owner's read-only connection; only checks that need `database` may call it. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

interface Asked {
  readonly client: pg.Client | null;
  readonly ownerUrl: string | null;
  readonly verdict: Verdict;
}

/** Milliseconds within which a database must take a connection of the doctor's. */
export const CONNECT_LIMIT_MS = 5_000;

/** Why a database was not reached: SQLSTATE or code of the network where there is one, else in words; nothing of the settings. */
export function whyNotReached(error: unknown): string {
  const { code, message = '' } = error as { code?: string; message?: string };
  if (code !== undefined) return code;
  if (message === 'timeout expired') return `nothing within ${CONNECT_LIMIT_MS / 1_000} s`;
  if (message.includes('does not support SSL')) return 'it speaks no TLS';
  return 'it closed the connection';
}

const MENDS: Readonly<Record<string, string>> = {
  '28P01': 'DATABASE_URL: correct the name or the password of the owner',
  '28000': 'DATABASE_URL: correct the name of the owner, or let it sign in from this machine (pg_hba.conf)',
  '3D000': 'create database <the one in DATABASE_URL> owner <the owner in DATABASE_URL>;',
  '53300': 'raise max_connections, or lower the HUB_POOL_ settings of every process',
};

/** Where a URL points, without the password. */
function placeOf(ownerUrl: string): string {
  const { hostname, port, pathname, username } = new URL(ownerUrl);
  return `${hostname}:${port || '5432'}${pathname} as ${username}`;
}

async function ask(ownerUrl: string): Promise<Asked> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    application_name: 'hub doctor',
    options: '-c default_transaction_read_only=on -c statement_timeout=10000 -c TimeZone=UTC',
  });
  // A connection that is lost between two checks shows in the next one.
  client.on('error', () => {});
  try {
    await client.connect();
    return { client, ownerUrl, verdict: { state: 'OK', found: placeOf(ownerUrl), mend: null } };
  } catch (error) {
    await client.end().catch(() => {});
    const reason = whyNotReached(error);
    const mend =
      MENDS[reason] ?? 'start PostgreSQL there, or correct host, port and TLS parameters in DATABASE_URL';
    return {
      client: null,
      ownerUrl,
      verdict: fault(`${placeOf(ownerUrl)} does not answer (${reason})`, mend),
    };
  }
}

async function findDatabase(env: Environment, settings: Settings): Promise<Asked> {
  if (settings.databaseUrl) return ask(settings.databaseUrl);
  const nothing = (found: string): Asked => ({ client: null, ownerUrl: null, verdict: skipped(found) });
  if (env.DATABASE_URL?.trim()) return nothing('DATABASE_URL is not acceptable; see settings');
  if (!settings.isDemonstration) return nothing('DATABASE_URL is not set; see settings');
  try {
    const { url, cluster } = findEmbeddedServer(embeddedFolder(settings));
    if (url) return await ask(url);
    const folder = cluster ? 'its data are there' : 'there are no data yet';
    return nothing(`the hub's own PostgreSQL is not running, so only its folder was examined: ${folder}`);
  } catch (error) {
    // The check of the data folder tells why.
    return nothing(`the hub's own PostgreSQL cannot run: ${isHubError(error) ? error.code : 'HUB_INTERNAL'}`);
  }
}

async function readMigrations({ client, ownerUrl }: Asked): Promise<MigrationState | null> {
  return client && ownerUrl ? migrationState(ownerUrl, migrations).catch(() => null) : null;
}

interface Sites {
  readonly profiles: readonly SiteProfile[];
  readonly recordSystemRuns: boolean;
  readonly verdict: Verdict;
}

async function readSites(env: Environment, settings: Settings): Promise<Sites> {
  const recordSystem = settings.isDemonstration ? await runningRecordSystem(settings.dataDir) : null;
  const recordSystemRuns = recordSystem !== null;
  try {
    const profiles = siteProfilesOf(settings, recordSystem, env);
    const codes = profiles.map(({ code }) => code).join(', ');
    const verdict =
      profiles.length > 0 || settings.isDemonstration
        ? { state: 'OK' as const, found: codes || 'none beside the demonstration', mend: null }
        : {
            state: 'WARNING' as const,
            found: 'no clinical record system is configured: nobody is on a caseload',
            mend: 'HUB_SITES_FILE=<a JSON file; see docs/configuration.md, Site profiles>',
          };
    return { profiles, recordSystemRuns, verdict };
  } catch (error) {
    if (!isHubError(error)) throw error;
    return { profiles: [], recordSystemRuns, verdict: fault(error.message, 'correct HUB_SITES_FILE there') };
  }
}

/** Gathers what the checks stand on. Close it afterwards. */
export async function openGround(env: Environment, machine: Machine): Promise<Ground> {
  const { settings, faults: settingFaults } = lenientSettings(env);
  const sites = await readSites(env, settings);
  const asked = await findDatabase(env, settings);
  const state = await readMigrations(asked);
  const missing = new Map<Need, string>();
  if (!asked.client) missing.set('database', 'there is no database to ask');
  if (!state || state.pending.length > 0)
    missing.set('schema', asked.client ? 'migrations are pending' : 'there is no database to ask');
  if (sites.verdict.state === 'FAULT') missing.set('sites', 'the site profiles cannot be read');
  return {
    env,
    machine,
    settings,
    settingFaults,
    ownerUrl: asked.ownerUrl,
    embedded: settings.databaseUrl === null && settings.isDemonstration,
    databaseVerdict: asked.verdict,
    migrations: state,
    sitesVerdict: sites.verdict,
    profiles: sites.profiles,
    recordSystemRuns: sites.recordSystemRuns,
    missing,
    async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      try {
        return ((await asked.client?.query(text, [...values]))?.rows ?? []) as Row[];
      } catch (error) {
        throw mapDatabaseError(error);
      }
    },
    async close() {
      await asked.client?.end().catch(() => {});
    },
  };
}
