/** Opens a hub for the length of a command and closes all of it again. */

import { findDataStore } from '../main/data-store.js';
import {
  findRecordSystem,
  type RecordSystem,
  seedDemonstrationDirectory,
  siteProfilesOf,
} from '../main/demonstration.js';
import { type Hub, openHub } from '../main/open-hub.js';
import { createLogger } from '../platform/logging.js';
import { readSettings, type Settings } from '../platform/settings/settings.js';

/** A hub with its record systems, and on a demonstration its record system. */
export interface OpenedHub {
  readonly hub: Hub;
  readonly recordSystem: RecordSystem | null;
}

/** Runs `work` on a hub that is migrated, seeded with its directory and connected to its sites. A command logs warnings only. */
export async function withHub<T>(
  work: (opened: OpenedHub) => Promise<T>,
  settings: Settings = readSettings(process.env),
): Promise<T> {
  const logger = createLogger({ level: settings.logLevel === 'debug' ? 'debug' : 'warn' });
  const store = await findDataStore(settings);
  const closing: (() => Promise<void>)[] = [() => store.stop()];
  try {
    const hub = await openHub(settings, store, logger);
    closing.unshift(() => hub.close());
    let recordSystem: RecordSystem | null = null;
    if (settings.isDemonstration) {
      const found = await findRecordSystem(settings.dataDir);
      recordSystem = found;
      closing.unshift(() => found.stop());
      await seedDemonstrationDirectory(hub, found);
    }
    await hub.connect(siteProfilesOf(settings, recordSystem));
    return await work({ hub, recordSystem });
  } finally {
    for (const close of closing) await close().catch(() => {});
  }
}
