/** The demonstration world on a hub: its directory, its first caseload, its referrals. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DEMONSTRATION_SYSTEM,
  demonstrationHub,
  demonstrationSite,
} from '../../seeds/demonstration/hub-world.js';
import { seedDirectory, seedReferrals } from '../../seeds/demonstration/seed-hub.js';
import { HubError, isHubError } from '../core/errors.js';
import type { Environment, Settings } from '../platform/settings/settings.js';
import { readSiteProfiles, type SiteProfile } from '../platform/settings/site-profiles.js';
import type { Hub } from './open-hub.js';
import { type RecordSystem, worldDate } from './record-system.js';
import { reviewOrganisation } from './schedules.js';
import { systemByCode } from './systems.js';

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
