/** The demonstration world on a hub: its record system as a process of its own, its directory, its first caseload, its referrals. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DEMONSTRATION_SYSTEM,
  demonstrationHub,
  demonstrationSite,
} from '../../seeds/demonstration/hub-world.js';
import { seedDirectory, seedReferrals } from '../../seeds/demonstration/seed-hub.js';
import { CONTROL_PATH } from '../../seeds/record-system/control-endpoint.js';
import { startRecordSystemProcess } from '../../seeds/record-system/record-system-process.js';
import { isLocalDate, type LocalDate, londonDate } from '../core/calendar.js';
import { HubError, isHubError } from '../core/errors.js';
import type { Environment, Settings } from '../platform/settings/settings.js';
import { readSiteProfiles, type SiteProfile } from '../platform/settings/site-profiles.js';
import type { Hub } from './open-hub.js';
import { reviewOrganisation } from './schedules.js';
import { systemByCode } from './systems.js';

/** A step that takes time, for progress on a terminal. `total` null: not known. */
export type Progress = (step: string, done: number, total: number | null) => void;

/** The demonstration record system as this process found or started it. */
export interface RecordSystem {
  readonly baseUrl: string;
  /** Stops it if this process started it. */
  stop(): Promise<void>;
}

const ADDRESS_FILE = 'record-system.json';
const WORLD_FILE = 'demonstration-world.json';

/** Asks the control endpoint: only ours has one, and faults planted on the record system leave it alone. */
async function answers(baseUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL(`${CONTROL_PATH}/faults`, baseUrl), {
      signal: AbortSignal.timeout(1_500),
      redirect: 'error',
    });
    return Array.isArray(((await answer.json()) as { pending?: unknown }).pending);
  } catch {
    return false;
  }
}

function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return null;
  }
}

const knownAddress = (dataDir: string): { baseUrl: string } | null =>
  readJson<{ baseUrl: string }>(join(dataDir, ADDRESS_FILE));

/** The demonstration record system that is running on this data folder, or null; starts nothing. */
export async function runningRecordSystem(dataDir: string): Promise<RecordSystem | null> {
  const known = knownAddress(dataDir);
  return known && (await answers(known.baseUrl)) ? { baseUrl: known.baseUrl, stop: async () => {} } : null;
}

/** Uses the demonstration record system that is running on this data folder, or starts it. */
export async function findRecordSystem(dataDir: string): Promise<RecordSystem> {
  const running = await runningRecordSystem(dataDir);
  if (running) return running;
  const addressFile = join(dataDir, ADDRESS_FILE);
  const known = knownAddress(dataDir);
  mkdirSync(dataDir, { recursive: true });
  try {
    // The same port again, so that what was written down about it stays true.
    const port = known ? Number(new URL(known.baseUrl).port) : 0;
    const options = { file: join(dataDir, 'record-system.sqlite'), today: worldDate(dataDir) };
    const started = await startRecordSystemProcess({ ...options, port }).catch(() =>
      startRecordSystemProcess(options),
    );
    writeFileSync(addressFile, JSON.stringify({ baseUrl: started.baseUrl, pid: started.pid }));
    return { baseUrl: started.baseUrl, stop: () => started.stop() };
  } catch (cause) {
    throw new HubError('HUB_UPSTREAM_UNREACHABLE', {
      message: 'The demonstration record system did not start.',
      cause,
    });
  }
}

/** The day to which the world's dates are relative: the day of the first start, kept from then on. */
export function worldDate(dataDir: string): LocalDate {
  const file = join(dataDir, WORLD_FILE);
  const kept = readJson<{ today: string }>(file)?.today;
  if (kept && isLocalDate(kept)) return kept;
  const today = londonDate(new Date());
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, JSON.stringify({ today }));
  return today;
}

/** Site profiles of a hub: those of the sites file, and on a demonstration its record system's. Secrets are read from `env`. */
export function siteProfilesOf(
  settings: Settings,
  recordSystem: Pick<RecordSystem, 'baseUrl'> | null,
  env: Environment = process.env,
): readonly SiteProfile[] {
  const configured = readSiteProfiles(settings.sitesFile, env);
  if (!recordSystem) return configured;
  const site = demonstrationSite(recordSystem.baseUrl);
  return [...configured, { ...site, teams: [...site.teams], shownSettings: site.settings }];
}

/** Writes what must be there before a site can be kept: specifications and the demonstration's directory. */
export async function seedDemonstrationDirectory(hub: Hub, recordSystem: RecordSystem): Promise<void> {
  await seedDirectory(hub.database, demonstrationHub(recordSystem.baseUrl, worldDate(hub.settings.dataDir)));
}

/** Once per data store: the first sweep of every caseload, then referrals and their first decisions. Returns whether it did anything. */
export async function seedDemonstrationCases(
  hub: Hub,
  recordSystem: RecordSystem,
  progress: Progress,
): Promise<boolean> {
  const { system, adapter } = systemByCode(hub.systems, DEMONSTRATION_SYSTEM);
  const scope = { organisationId: system.organisationId, teamIds: [], organisationIds: [], staffId: null };
  const [seeded] = await hub.database.transaction('decide', scope, (tx) =>
    tx.query('select id from eligibility_decisions limit 1'),
  );
  if (seeded) return false;
  const teams = await whenFree(() =>
    hub.services.refresh.refreshSystem(system, adapter, 'SWEEP', {
      onProgress: (page) => progress(`caseload of ${page.teamReference}`, page.received, page.expected),
    }),
  );
  const failed = teams.find((team) => team.state === 'INCOMPLETE');
  if (failed) throw new HubError(failed.failureCode ?? 'HUB_CASELOAD_INCOMPLETE');
  const received = teams.reduce((sum, team) => sum + team.received, 0);
  hub.logger.info('demonstration caseload read', { received });
  const world = demonstrationHub(recordSystem.baseUrl, worldDate(hub.settings.dataDir));
  const directory = await seedDirectory(hub.database, world);
  await seedReferrals(hub.services, directory, world.referrals, (done, total) =>
    progress('referrals', done, total),
  );
  await reviewOrganisation(hub, system.organisationId);
  return true;
}

/** Longest wait for a start that was killed, or that is under way beside this one. */
const FREE_LIMIT_MS = 60_000;

/** Does something that another process may be doing: waits while it is, or until its lease has run out. */
async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + FREE_LIMIT_MS; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!isHubError(error) || error.code !== 'HUB_BUSY' || Date.now() > until) throw error;
      await sleep(500);
    }
  }
}
