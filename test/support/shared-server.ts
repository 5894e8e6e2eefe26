/** The one PostgreSQL of a test run: started when the first test asks for it, with a migrated database to clone. */

import { rmSync } from 'node:fs';
import pg from 'pg';
import { migrations } from '../../ormconfig.js';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/platform/database/embedded-server.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { DemonstrationTemplate } from './demonstration-template.js';
import { scratchFolder } from './scratch-folder.js';
import { type DemonstrationMade, TEMPLATE, type TestServerUrls, Wish, withDatabase } from './test-urls.js';

/** A server that starts once, however many tests ask for it at the same time. */
export class SharedServer {
  private readonly dataDir = scratchFolder('hub-test-');
  private starting: Promise<TestServerUrls> | undefined;
  private server: EmbeddedServer | undefined;
  private demonstration: DemonstrationTemplate | undefined;

  /** What a test process asked for, made if nobody has asked before. */
  async grant(wish: string): Promise<TestServerUrls | DemonstrationMade> {
    const urls = await this.urls();
    if (wish !== Wish.DEMONSTRATION) return urls;
    this.demonstration ??= new DemonstrationTemplate();
    return this.demonstration.on(urls);
  }

  /** URLs of the running server. */
  urls(): Promise<TestServerUrls> {
    this.starting ??= this.start();
    return this.starting;
  }

  private async start(): Promise<TestServerUrls> {
    this.server = await startEmbeddedServer({
      dataDir: this.dataDir,
      durable: false,
      // Signing in is proved by the tests of the roles; here it is only waited for.
      settings: {
        max_connections: 300,
        autovacuum: 'off',
        jit: 'off',
        scram_iterations: 1,
        max_wal_size: '256MB',
      },
    });
    const urls = { ownerUrl: this.server.url, superuserUrl: this.server.superuserUrl };
    const client = new pg.Client({ connectionString: withDatabase(urls.superuserUrl, 'postgres') });
    await client.connect();
    await client.query(`create database ${TEMPLATE} owner hub_owner`);
    await client.end();
    await migrate({ ownerUrl: withDatabase(urls.ownerUrl, TEMPLATE), migrations });
    return urls;
  }

  /** Stops the server if it ever started and removes its files. */
  async stop(): Promise<void> {
    await this.starting?.catch(() => {});
    await this.demonstration?.remove();
    await this.server?.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
