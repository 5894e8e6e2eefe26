/** A demonstration for the command line: a seeded database of its own, the record system's real process, a data folder that knows it. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../src/platform/settings/settings.js';
import type { Said } from './command-line.js';
import { startRecordSystem, type TestRecordSystem } from './record-system.js';
import { scratchFolder } from './scratch-folder.js';
import { cloneDatabase, seededDemonstration } from './test-database.js';
import { DEMONSTRATION, type TestServerUrls } from './test-urls.js';

export interface DemonstrationStore {
  /** Settings under which commands find all of it. */
  readonly env: Environment;
  readonly dataDir: string;
  readonly urls: TestServerUrls;
  readonly recordSystem: TestRecordSystem;
  /** What `hub seed --json` answered when it wrote the world. */
  readonly seeded: Said;
  /** Stops the record system, and fails when a command left a connection open. */
  close(): Promise<void>;
}

/** Starts it, seeded. The first of a run takes half a minute. */
export async function demonstrationStore(): Promise<DemonstrationStore> {
  const dataDir = scratchFolder('hub-commands-');
  const { today, records, said } = await seededDemonstration();
  const [clone, recordSystem] = await Promise.all([
    cloneDatabase(DEMONSTRATION),
    startRecordSystem({ today, copyOf: records }),
  ]);
  writeFileSync(join(dataDir, 'record-system.json'), JSON.stringify({ baseUrl: recordSystem.baseUrl }));
  writeFileSync(join(dataDir, 'demonstration-world.json'), JSON.stringify({ today }));
  return {
    env: { DATABASE_URL: clone.ownerUrl, HUB_DEMONSTRATION: 'on', HUB_DATA_DIR: dataDir },
    dataDir,
    urls: clone,
    recordSystem,
    seeded: said,
    async close() {
      await recordSystem.stop();
      rmSync(dataDir, { recursive: true, force: true });
      await clone.drop();
    },
  };
}
