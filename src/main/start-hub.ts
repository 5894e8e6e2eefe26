/** Starts a hub as a service: store, hub, demonstration world, sites, schedules, server; and stops them in the opposite order. */
import { readFileSync } from 'node:fs';
import { systemClock } from '../core/clock.js';
import { createLogger } from '../platform/logging.js';
import type { Environment, Settings } from '../platform/settings/settings.js';
import { banner } from './banner.js';
import { watchConformance } from './conformance-watch.js';
import { findDataStore } from './data-store.js';
import { startDelivery } from './delivery.js';
import {
  type Progress,
  seedDemonstrationCases,
  seedDemonstrationDirectory,
  siteProfilesOf,
} from './demonstration.js';
import { startListening, startReading } from './inbound.js';
import { openHub } from './open-hub.js';
import { isRecordSystemStopped, superviseRecordSystem } from './record-system.js';
import { watchReturns } from './return-watch.js';
import { startSchedules } from './schedules.js';
import { serve } from './serve.js';

/** A hub that runs. */
export interface RunningHub {
  /** Base address; null when this process serves nobody (no role `http`). */
  readonly url: string | null;
  /** What to print. */
  readonly banner: string;
  /** Stops taking requests, finishes what is under way, and stops everything that was started. */
  stop(): Promise<void>;
}

/** Version of the hub, from its package. */
export function hubVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const fallback = new URL('../../../package.json', import.meta.url);
  for (const candidate of [file, fallback]) {
    try {
      return (JSON.parse(readFileSync(candidate, 'utf8')) as { version: string }).version;
    } catch {}
  }
  return 'unknown';
}

/** Starts everything that the settings ask for, secrets of sites from `env`; on a failure stops what had been started and rethrows. */
export async function startHub(
  settings: Settings,
  progress: Progress,
  env: Environment = process.env,
): Promise<RunningHub> {
  const startedAt = Date.now();
  const logger = createLogger({ level: settings.logLevel });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse())
      await each().catch((error: unknown) =>
        logger.warn('stopping failed', { errorName: (error as Error).name }),
      );
  };
  try {
    const store = await findDataStore(settings);
    stops.push(() => store.stop());
    const hub = await openHub(settings, store, logger, systemClock);
    stops.push(() => hub.close());
    const recordSystem = settings.isDemonstration
      ? await superviseRecordSystem(settings.dataDir, logger)
      : null;
    if (recordSystem) {
      stops.push(() => recordSystem.stop());
      await seedDemonstrationDirectory(hub);
    }
    await hub.connect(siteProfilesOf(settings, recordSystem, env));
    stops.push(watchConformance(hub));
    if (recordSystem) await seedDemonstrationCases(hub, recordSystem, progress);
    if (settings.roles.includes('worker')) {
      stops.push(await startReading(hub));
      stops.push(await startSchedules(hub));
      stops.push(watchReturns(hub));
    }
    if (settings.roles.includes('delivery')) stops.push(await startDelivery(hub));
    const listening = settings.roles.includes('listener') ? await startListening(hub) : null;
    if (listening) stops.push(() => listening.close());
    let url: string | null = null;
    if (settings.roles.includes('http')) {
      const serving = await serve(hub);
      stops.push(() => serving.close());
      url = serving.url;
    }
    for (const name of settings.unknownNames)
      logger.warn('a variable begins with HUB_ but is no setting', { setting: name });
    const facts = {
      version: hubVersion(),
      url: url ?? '(this process serves no requests)',
      isDemonstration: settings.isDemonstration,
      recordSystem: recordSystem?.baseUrl ?? null,
      listeners: listening?.addresses ?? [],
      recordSystemIsStopped: recordSystem !== null && isRecordSystemStopped(settings.dataDir),
      startedInMs: Date.now() - startedAt,
    };
    return { url, banner: banner(facts), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
