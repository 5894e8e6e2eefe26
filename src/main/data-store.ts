/** The database of a hub: the one that DATABASE_URL names, or the hub's own embedded server; migrated and open. */
import { join } from 'node:path';
import { entities, migrations } from '../../ormconfig.js';
import type { Logger } from '../core/logger.js';
import type { Database } from '../platform/database/database.js';
import { startEmbeddedServer } from '../platform/database/embedded-server.js';
import { migrate } from '../platform/database/migrate.js';
import { openDatabase } from '../platform/database/pg-database.js';
import type { Settings } from '../platform/settings/settings.js';

/** Where rows are kept, before anything is opened. */
export interface DataStore {
  /** URL of the owner. */
  readonly ownerUrl: string;
  /** True when the hub runs the server itself. */
  readonly embedded: boolean;
  stop(): Promise<void>;
}

/** Folder of the embedded server under the data folder. */
export const embeddedFolder = (settings: Pick<Settings, 'dataDir'>): string =>
  join(settings.dataDir, 'postgres');

/** The server that the settings name; starts or joins the embedded one when they name none. */
export async function findDataStore(settings: Settings): Promise<DataStore> {
  if (settings.databaseUrl) return { ownerUrl: settings.databaseUrl, embedded: false, stop: async () => {} };
  const server = await startEmbeddedServer({ dataDir: embeddedFolder(settings) });
  return { ownerUrl: server.url, embedded: true, stop: () => server.stop() };
}

/** Migrates and opens every pool. */
export async function openDataStore(store: DataStore, settings: Settings, logger: Logger): Promise<Database> {
  await migrate({ ownerUrl: store.ownerUrl, migrations });
  return openDatabase({
    ownerUrl: store.ownerUrl,
    entities,
    statementTimeoutMs: settings.statementTimeoutMs,
    pools: {
      write: settings.poolWrite,
      decide: settings.poolDecide,
      worker: settings.poolWorker,
      staff: settings.poolStaff,
      analyst: settings.poolAnalyst,
      audit: settings.poolAudit,
    },
    logger,
  });
}
