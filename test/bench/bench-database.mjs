/** A database of its own for a benchmark: embedded PostgreSQL, durable as shipped, migrated and filled, removed at the end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { hubModule } from './built-hub.mjs';
import { fillWorld } from './world.mjs';

/** Opens it, filled by `fill`. `client` is a superuser's; `postmaster` the server's process id; `open` the hub's own pools. */
export async function openBenchDatabase(fill = fillWorld) {
  const { startEmbeddedServer } = await hubModule('src/platform/database/embedded-server.js');
  const { migrate } = await hubModule('src/platform/database/migrate.js');
  const { openDatabase } = await hubModule('src/platform/database/pg-database.js');
  const { entities, migrations } = await hubModule('ormconfig.js');
  const { seedSpecifications } = await hubModule('src/contracts/specification.service.js');
  const { ALL_SPECIFICATIONS } = await hubModule('seeds/specifications/all-specifications.js');
  const { NO_SCOPE } = await hubModule('src/core/caller.js');

  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'));
  console.log('starting PostgreSQL, filling the world:');
  const server = await startEmbeddedServer({ dataDir: folder });
  const client = new pg.Client({ connectionString: server.superuserUrl, application_name: 'bench' });
  // Started by root, the server keeps its files elsewhere than in the folder given to it.
  let serverFolder = folder;
  const close = async () => {
    await client.end().catch(() => {});
    await server.stop();
    for (const each of [serverFolder, folder]) rmSync(each, { recursive: true, force: true });
  };
  try {
    await migrate({ ownerUrl: server.url, migrations });
    const open = (pools) => openDatabase({ ownerUrl: server.url, entities, pools });
    const database = await open({});
    await database.transaction('write', NO_SCOPE, (tx) => seedSpecifications(tx, ALL_SPECIFICATIONS));
    await database.close();
    await client.connect();
    const { rows } = await client.query('show data_directory');
    const dataDirectory = rows[0].data_directory;
    serverFolder = dirname(dataDirectory);
    await fill(client);
    const postmaster = Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return {
      folder: serverFolder,
      client,
      postmaster,
      ownerUrl: server.url,
      superuserUrl: server.superuserUrl,
      open,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
