/** The clinical record systems of a hub: each site profile with its adapter, and its row in the database. */
import { keepAuthors } from '../clinical/author-identity.service.js';
import type { ClinicalRecordAdapter, PublicKey } from '../clinical/clinical-record.port.js';
import type { RefreshedSystem } from '../clinical/refresh/pull.service.js';
import { keepSite } from '../clinical/site.service.js';
import { withUnmappedKept } from '../clinical/unmapped.service.js';
import { NO_SCOPE } from '../core/caller.js';
import type { Clock } from '../core/clock.js';
import { HubError, inputError, isHubError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import { keepDestination } from '../delivery/destination.service.js';
import { keepNotePolicies, type NotePolicyToKeep } from '../notes/note-policy.service.js';
import type { Database } from '../platform/database/database.js';
import { processMetrics } from '../platform/metrics.js';
import type { SiteProfile } from '../platform/settings/site-profiles.js';
import { lateStore, withFeed } from './feed.js';
import { adapterFor, partsOf } from './site-adapter.js';
import { watchedAdapter } from './watched-system.js';

/** A record system that the hub speaks to. */
export interface ConnectedSystem {
  readonly system: RefreshedSystem;
  readonly profile: SiteProfile;
  readonly adapter: ClinicalRecordAdapter;
}

/** Public keys of all sites, each once: what their authorisation servers check the hub's assertions with. */
export function publishedKeys(profiles: readonly SiteProfile[]): readonly PublicKey[] {
  const keys = profiles.flatMap((profile) =>
    partsOf(profile).flatMap(({ module, settings }) => module.publicKeys?.(settings) ?? []),
  );
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}

/**
 * Keeps a site with everything that its profile says: the system and its teams, then authors, policies of notes and, where the
 * adapter takes documents, the destination. Throws `HUB_INPUT_INVALID` naming the place in the profile.
 */
async function keepProfile(
  database: Database,
  profile: SiteProfile,
  adapter: ClinicalRecordAdapter,
): Promise<RefreshedSystem> {
  const system = await database.transaction('write', NO_SCOPE, (tx) => keepSite(tx, profile));
  const target = { systemId: system.id, organisationId: system.organisationId };
  const scope = { ...NO_SCOPE, organisationId: system.organisationId };
  await database.transaction('write', scope, async (tx) => {
    await keepAuthors(tx, { ...target, code: profile.code }, profile.authors ?? []);
    if (adapter.documents) {
      const { labels, maxTextBytes } = adapter.documents.traits;
      await keepDestination(tx, { ...target, ...profile.destination, labels, maxTextBytes });
    }
    const policies = (profile.notePolicies ?? []) as readonly NotePolicyToKeep[];
    await keepNotePolicies(tx, system.organisationId, system.id, policies);
  });
  return system;
}

/** Keeps every site in the database and connects its adapter, watched. */
export async function connectSystems(
  profiles: readonly SiteProfile[],
  database: Database,
  clock: Clock,
  logger: Logger,
): Promise<readonly ConnectedSystem[]> {
  const systems: ConnectedSystem[] = [];
  try {
    for (const profile of profiles) {
      const store = lateStore(database, logger);
      const adapter = adapterFor(profile, { clock, logger, receipts: store.receipts, intake: store.intake });
      const system = await keepProfile(database, profile, adapter);
      store.begin(system, adapter.inbound);
      const fed = withFeed(adapter, system, { database, clock, logger });
      const kept = withUnmappedKept(fed, system, {
        database,
        clock,
        logger,
        onCounted: (code, path, times) => processMetrics().unmapped(code, path, times),
      });
      const watched = watchedAdapter(kept, system, { database, clock, logger });
      systems.push({ system, profile, adapter: watched });
    }
    return systems;
  } catch (error) {
    await Promise.all(systems.map(({ adapter }) => adapter.close()));
    throw isHubError(error) ? error : new HubError('HUB_INTERNAL', { cause: error });
  }
}

/** The site profile with that code. Throws `HUB_INPUT_INVALID` naming those there are. */
export function byCode(profiles: readonly SiteProfile[], code: string): SiteProfile {
  const found = profiles.find((profile) => profile.code === code);
  if (!found)
    throw inputError(
      'system',
      `${code} is not a record system of this hub`,
      profiles.map((profile) => profile.code).join(', ') || 'none is configured',
    );
  return found;
}

/** The system with that code. Throws as `byCode`. */
export function systemByCode(systems: readonly ConnectedSystem[], code: string): ConnectedSystem {
  const profile = byCode(
    systems.map((system) => system.profile),
    code,
  );
  return systems.find((system) => system.profile === profile)!;
}
