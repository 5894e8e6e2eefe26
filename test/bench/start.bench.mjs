/** Bar 1.1: how long `npm start` takes to its banner, in an empty data folder and when the demonstration world is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './built-hub.mjs';
import { bar, median, spread } from './figures.mjs';
import { freePort } from './servers.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const LIMIT_MS = 200_000;

/** Seconds from the command to the banner; the hub is stopped again as Ctrl-C does. */
async function secondsToBanner(dataDir, port) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['src/runtime/start.mjs', 'start'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HUB_DATA_DIR: dataDir, HUB_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'exit');
  let said = '';
  const seconds = await new Promise((done, fail) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        said = (said + text).slice(-4_000);
        if (said.includes('Stop with Ctrl-C')) done((performance.now() - startedAt) / 1_000);
      });
    child.once('exit', (code, signal) => fail(new Error(`the hub ended (${code ?? signal}): ${said}`)));
  });
  child.kill('SIGINT');
  await ended;
  return seconds;
}

/** Measures; 0 when both bars are met, else 1. */
export async function run() {
  const first = [];
  const next = [];
  for (let round = 0; round < ROUNDS; round++) {
    const dataDir = mkdtempSync(join(tmpdir(), 'hub-bench-start-'));
    try {
      const port = await freePort();
      first.push(await secondsToBanner(dataDir, port));
      next.push(await secondsToBanner(dataDir, port), await secondsToBanner(dataDir, port));
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
  console.log(`first start ${spread(first)} s, next ${spread(next)} s, ${ROUNDS} empty folders`);
  const met = [
    bar('1.1a', 'seconds to the banner of the first start', median(first), 180, 'lower'),
    bar('1.1b', 'seconds to the banner of the next start', median(next), 10, 'lower'),
  ];
  return met.every(Boolean) ? 0 : 1;
}
