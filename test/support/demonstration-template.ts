/** The demonstration's world, written once a run by the real `hub seed`: a database to clone, a file of the record system to copy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { londonDate } from '../../src/core/calendar.js';
import { startRecordSystem } from './record-system.js';
import { scratchFolder } from './scratch-folder.js';
import {
  DEMONSTRATION,
  type DemonstrationMade,
  TEMPLATE,
  type TestServerUrls,
  withDatabase,
} from './test-urls.js';

const LOADER = new URL('./typescript-loader.js', import.meta.url).href;
const PROGRAM = new URL('../../src/cli/bin.ts', import.meta.url).pathname;

/** Runs `hub seed --json` as a process of its own on settings that are given whole. */
async function seed(env: Readonly<Record<string, string>>): Promise<DemonstrationMade['said']> {
  const child = spawn(process.execPath, ['--import', LOADER, PROGRAM, 'seed', '--json'], {
    cwd: env.HUB_DATA_DIR,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: code as number, out, err };
}

/** A demonstration that is made when the first test asks for it. */
export class DemonstrationTemplate {
  private readonly folder = scratchFolder('hub-demonstration-');
  private making: Promise<DemonstrationMade> | undefined;

  /** Makes it on `server`, once; the same answer to everybody. */
  on(server: TestServerUrls): Promise<DemonstrationMade> {
    this.making ??= this.make(server);
    return this.making;
  }

  private async make({ ownerUrl, superuserUrl }: TestServerUrls): Promise<DemonstrationMade> {
    const client = new pg.Client({ connectionString: withDatabase(superuserUrl, 'postgres') });
    await client.connect();
    await client.query(
      `create database ${DEMONSTRATION} template ${TEMPLATE} owner hub_owner strategy file_copy`,
    );
    await client.end();
    const today = londonDate(new Date());
    const record = await startRecordSystem({ today, keepIn: this.folder });
    try {
      writeFileSync(join(this.folder, 'record-system.json'), JSON.stringify({ baseUrl: record.baseUrl }));
      writeFileSync(join(this.folder, 'demonstration-world.json'), JSON.stringify({ today }));
      const said = await seed({
        DATABASE_URL: withDatabase(ownerUrl, DEMONSTRATION),
        HUB_DEMONSTRATION: 'on',
        HUB_DATA_DIR: this.folder,
      });
      if (said.code !== 0) throw new Error(`hub seed failed: ${said.err}`);
      return { today, records: record.file, said };
    } finally {
      await record.stop();
    }
  }

  /** Removes its files, if it was made. */
  async remove(): Promise<void> {
    await this.making?.catch(() => {});
    rmSync(this.folder, { recursive: true, force: true });
  }
}
