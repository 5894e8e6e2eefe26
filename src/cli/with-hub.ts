/** Opens a hub for the length of a command and closes all of it again. */

import { findDataStore } from '../main/data-store.js';
import { seedDemonstrationDirectoryOnce, siteProfilesOf } from '../main/demonstration.js';
import { type Hub, openHub } from '../main/open-hub.js';
import { findRecordSystem, type RecordSystem } from '../main/record-system.js';
import { createLogger } from '../platform/logging.js';
import { readSettings } from '../platform/settings/settings.js';
import type { Surroundings } from './registrar.js';

/** A hub with its record systems, and on a demonstration its record system. */
export interface OpenedHub {
  readonly hub: Hub;
  readonly recordSystem: RecordSystem | null;
}

/** How far a hub is opened. */
export interface OpeningOptions {
  /**
   * False leaves out the record systems of HUB_SITES_FILE: for commands that need none, and for those that write the directory which a site
   * profile must find before it can be kept. Default true.
   */
  readonly sites?: boolean;
}

/**
 * Runs `work` on a hub that is migrated, on a demonstration seeded with its directory, and connected to its sites. A command
 * logs warnings only, and to standard error: standard output is the command's own.
 */
export async function withHub<T>(
  { env, streams }: Pick<Surroundings, 'env' | 'streams'>,
  work: (opened: OpenedHub) => Promise<T>,
  { sites = true }: OpeningOptions = {},
): Promise<T> {
  const settings = readSettings(env);
  const logger = createLogger({
    level: settings.logLevel === 'debug' ? 'debug' : 'warn',
    output: { write: (line) => void streams.err.write(line) },
  });
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
      await seedDemonstrationDirectoryOnce(hub);
    }
    const configured = sites ? settings : { ...settings, sitesFile: null };
    await hub.connect(siteProfilesOf(configured, recordSystem, env));
    return await work({ hub, recordSystem });
  } finally {
    for (const close of closing) await close().catch(() => {});
  }
}
