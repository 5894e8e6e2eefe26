/** A demonstration for the command line: a migrated database of its own, the record system's real process, a data folder that knows it. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { londonDate } from '../../src/core/calendar.js';
import type { Environment } from '../../src/platform/settings/settings.js';
import { startRecordSystem, type TestRecordSystem } from './record-system.js';
import { scratchFolder } from './scratch-folder.js';
import { cloneDatabase } from './test-database.js';
import type { TestServerUrls } from './test-urls.js';

export interface DemonstrationStore {
  /** Settings under which commands find all of it. */
  readonly env: Environment;
  readonly dataDir: string;
  readonly urls: TestServerUrls;
  readonly recordSystem: TestRecordSystem;
  /** Stops the record system, and fails when a command left a connection open. */
  close(): Promise<void>;
}

/** Starts it; nothing is seeded but what the record system holds. */
export async function demonstrationStore(): Promise<DemonstrationStore> {
  const dataDir = scratchFolder('hub-commands-');
  const today = londonDate(new Date());
  const [clone, recordSystem] = await Promise.all([cloneDatabase(), startRecordSystem({ today })]);
  writeFileSync(join(dataDir, 'record-system.json'), JSON.stringify({ baseUrl: recordSystem.baseUrl }));
  writeFileSync(join(dataDir, 'demonstration-world.json'), JSON.stringify({ today }));
  return {
    env: { DATABASE_URL: clone.ownerUrl, HUB_DEMONSTRATION: 'on', HUB_DATA_DIR: dataDir },
    dataDir,
    urls: clone,
    recordSystem,
    async close() {
      await recordSystem.stop();
      rmSync(dataDir, { recursive: true, force: true });
      await clone.drop();
    },
  };
}
