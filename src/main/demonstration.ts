/** The demonstration world on a hub: its directory, its first caseload, its referrals, episodes and notes. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DEMONSTRATION_DIRECTORY,
  DEMONSTRATION_SYSTEM,
  type DemonstrationHub,
  demonstrationHub,
  demonstrationSite,
} from '../../seeds/demonstration/hub-world.js';
import { seedDirectory, seedReferrals } from '../../seeds/demonstration/seed-hub.js';
import { seedEpisodes, seedNotes } from '../../seeds/demonstration/seed-notes.js';
import { addDays, londonDate } from '../core/calendar.js';
import { NO_SCOPE, type Scope } from '../core/caller.js';
import { HubError, isHubError } from '../core/errors.js';
import type { Environment, Settings } from '../platform/settings/settings.js';
import { readSiteProfiles, type SiteProfile } from '../platform/settings/site-profiles.js';
import type { Hub } from './open-hub.js';
import { type RecordSystem, worldDate } from './record-system.js';
import { reviewOrganisation } from './schedules.js';
import { type ConnectedSystem, systemByCode } from './systems.js';

/** A step that takes time, for progress on a terminal. `total` null: not known. */
export type Progress = (step: string, done: number, total: number | null) => void;

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
export async function seedDemonstrationDirectory(hub: Hub): Promise<void> {
  await seedDirectory(hub.database, DEMONSTRATION_DIRECTORY);
}

/** The same where its organisations are not there yet: what somebody has loaded into the directory since stays. */
export async function seedDemonstrationDirectoryOnce(hub: Hub): Promise<void> {
  const first = DEMONSTRATION_DIRECTORY.organisations[0]!.odsCode;
  const rows = await hub.database.transaction('write', NO_SCOPE, (tx) =>
    tx.query('select id from organisations where ods_code = $1', [first]),
  );
  if (rows.length === 0) await seedDemonstrationDirectory(hub);
}

/**
 * Once per data store: the first sweep of every caseload, referrals and their first decisions, then episodes and notes.
 * Notes are signed here and sent by whichever process delivers. Returns whether it did anything.
 */
export async function seedDemonstrationCases(
  hub: Hub,
  recordSystem: RecordSystem,
  progress: Progress,
): Promise<boolean> {
  const { system, adapter } = systemByCode(hub.systems, DEMONSTRATION_SYSTEM);
  const scope = { organisationId: system.organisationId, teamIds: [], organisationIds: [], staffId: null };
  let made: DemonstrationHub | null = null;
  const world = (): DemonstrationHub => {
    made ??= demonstrationHub(recordSystem.baseUrl, worldDate(hub.settings.dataDir));
    return made;
  };
  const decided = await isThere(hub, 'decide', scope, 'select id from eligibility_decisions limit 1');
  if (!decided) await seedCaseload(hub, { system, adapter }, world(), progress);
  const noted = await seedNotesOnce(hub, scope, world, progress);
  return !decided || noted;
}

/** True when the statement finds a row. */
async function isThere(hub: Hub, role: 'decide' | 'worker', scope: Scope, text: string): Promise<boolean> {
  return (await hub.database.transaction(role, scope, (tx) => tx.query(text))).length > 0;
}

/** How long after the world was made its notes are still recent enough to be written. */
const NOTES_WITHIN_DAYS = 20;

/** Episodes and notes, unless the last of them, an amendment, is there. Returns whether it did anything. */
async function seedNotesOnce(
  hub: Hub,
  scope: Scope,
  makeWorld: () => DemonstrationHub,
  progress: Progress,
): Promise<boolean> {
  const last = 'select id from signed_documents where version > 1 limit 1';
  if (await isThere(hub, 'worker', scope, last)) return false;
  const latest = addDays(worldDate(hub.settings.dataDir), NOTES_WITHIN_DAYS);
  if (londonDate(hub.clock.now()) > latest) return false;
  const world = makeWorld();
  const { episodes, notes } = hub.services;
  const directory = await seedDirectory(hub.database, world);
  const seeding = { database: hub.database, episodes, notes, directory };
  const ids = await seedEpisodes(seeding, world, (done, total) => progress('episodes', done, total));
  const versions = await seedNotes(seeding, world, ids);
  hub.logger.info('demonstration notes signed', { count: versions });
  return true;
}

async function seedCaseload(
  hub: Hub,
  { system, adapter }: Pick<ConnectedSystem, 'system' | 'adapter'>,
  world: DemonstrationHub,
  progress: Progress,
): Promise<void> {
  const teams = await whenFree(() =>
    hub.services.refresh.refreshSystem(system, adapter, 'SWEEP', {
      onProgress: (page) => progress(`caseload of ${page.teamReference}`, page.received, page.expected),
    }),
  );
  const failed = teams.find((team) => team.state === 'INCOMPLETE');
  if (failed) throw new HubError(failed.failureCode ?? 'HUB_CASELOAD_INCOMPLETE');
  const received = teams.reduce((sum, team) => sum + team.received, 0);
  hub.logger.info('demonstration caseload read', { received });
  const directory = await seedDirectory(hub.database, world);
  await seedReferrals(hub.services, directory, world.referrals, (done, total) =>
    progress('referrals', done, total),
  );
  await reviewOrganisation(hub, system.organisationId);
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
