/** A hub started as a user starts it, in a folder of its own. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NEVER_MS } from './eventually.js';
import { scratchFolder } from './scratch-folder.js';
import { cloneDatabase, seededDemonstration } from './test-database.js';
import { DEMONSTRATION } from './test-urls.js';

export const ROOT = resolve(import.meta.dirname, '../..');

/** A folder for a hub's data. */
export interface HubFolder {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly port: number;
  remove(): void;
}

export interface RunningHubProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly banner: string;
  /** Everything it wrote, so far. */
  said(): string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** A fresh folder and port; no setting of the surroundings reaches the hub. */
export async function hubFolder(): Promise<HubFolder> {
  const dataDir = scratchFolder('hub-e2e-');
  const port = await freePort();
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(HUB_|DATABASE_URL|NODE_ENV|NODE_OPTIONS|npm_)/.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    HUB_DATA_DIR: dataDir,
    HUB_PORT: String(port),
  };
  return { dataDir, env, port, remove: () => rmSync(dataDir, { recursive: true, force: true }) };
}

/** As `hubFolder`, of a demonstration that was seeded: its database is a clone on the run's server, its record system's file a copy. */
export async function seededFolder(): Promise<Omit<HubFolder, 'remove'> & { remove(): Promise<void> }> {
  const { today, records } = await seededDemonstration();
  const [folder, clone] = await Promise.all([hubFolder(), cloneDatabase(DEMONSTRATION)]);
  copyFileSync(records, join(folder.dataDir, 'record-system.sqlite'));
  writeFileSync(join(folder.dataDir, 'demonstration-world.json'), JSON.stringify({ today }));
  return {
    ...folder,
    env: { ...folder.env, DATABASE_URL: clone.ownerUrl, HUB_DEMONSTRATION: 'on' },
    async remove() {
      folder.remove();
      await clone.drop();
    },
  };
}

/** Listens to a process from within: what it writes to a record is judged at the end of the run. */
const LISTENED_TO = {
  NODE_OPTIONS: `--import ${new URL('./emitted/in-a-process.js', import.meta.url).href}`,
};

/** Starts the hub and waits for its banner. */
export async function startHubProcess(
  folder: Pick<HubFolder, 'env'>,
  limitMs = 180_000,
): Promise<RunningHubProcess> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, ['src/runtime/start.mjs', 'start'], {
    cwd: ROOT,
    env: { ...folder.env, ...LISTENED_TO },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  while (!/Stop with Ctrl-C/.test(text)) {
    if (child.exitCode !== null || Date.now() - startedAt > limitMs)
      throw new Error(`the hub did not start:\n${text}`);
    await sleep(50);
  }
  const banner = text.slice(text.lastIndexOf('  IPS Hub'));
  const url = /GraphQL\s+(\S+)\/graphql/.exec(banner)![1]!;
  return { child, url, banner, said: () => text };
}

/** Processes whose command line names the folder. */
export function processesOf(folder: Pick<HubFolder, 'dataDir'>): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(folder.dataDir) && !line.includes('ps -eo'));
}

/** Waits until no process of the folder is left; answers those that are after a minute. */
export async function untilNoneLeft(folder: Pick<HubFolder, 'dataDir'>): Promise<string[]> {
  const until = Date.now() + NEVER_MS;
  while (processesOf(folder).length > 0 && Date.now() < until) await sleep(100);
  return processesOf(folder);
}

/** Sends a signal to a hub and waits for its end; answers the exit code. */
export async function endWith(hub: RunningHubProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(hub.child, 'exit');
  hub.child.kill(signal);
  const [code] = await ended;
  return code as number | null;
}
