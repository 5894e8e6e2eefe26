/** The demonstration record system of a data folder: found, started, watched over while the hub runs, stopped and started again by hand. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROL_PATH } from '../../seeds/record-system/control-endpoint.js';
import {
  type RecordSystemProcess,
  startRecordSystemProcess,
} from '../../seeds/record-system/record-system-process.js';
import { isLocalDate, type LocalDate, londonDate } from '../core/calendar.js';
import { HubError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';

/** The demonstration record system as this process found or started it. */
export interface RecordSystem {
  readonly baseUrl: string;
  /** Stops it if this process started it. */
  stop(): Promise<void>;
}

const ADDRESS_FILE = 'record-system.json';
const STOPPED_FILE = 'record-system.stopped';
const WORLD_FILE = 'demonstration-world.json';
/** How often the hub looks whether the record system is wanted and alive, in milliseconds. */
const LOOK_MS = 250;

/** Asks the control endpoint: only ours has one, and faults planted on the record system leave it alone. */
async function answers(baseUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL(`${CONTROL_PATH}/faults`, baseUrl), {
      signal: AbortSignal.timeout(1_500),
      redirect: 'error',
    });
    return Array.isArray(((await answer.json()) as { pending?: unknown }).pending);
  } catch {
    return false;
  }
}

function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return null;
  }
}

const knownAddress = (dataDir: string): { baseUrl: string } | null =>
  readJson<{ baseUrl: string }>(join(dataDir, ADDRESS_FILE));

const foundAt = (baseUrl: string): RecordSystem => ({ baseUrl, stop: async () => {} });

const notHere = (): HubError =>
  new HubError('HUB_STATE_CONFLICT', {
    message:
      'No hub runs on this data folder: start one with npm start, or see whether HUB_DATA_DIR names the folder of the one that runs.',
  });

/** True while somebody has stopped it by hand (`hub records stop`). */
export function isRecordSystemStopped(dataDir: string): boolean {
  return existsSync(join(dataDir, STOPPED_FILE));
}

/**
 * Says that it shall be stopped, or run again. The hub that started it acts on it within a second; so does every later start.
 * Resolves when it has stopped or answers; `HUB_STATE_CONFLICT` when no hub has run there, or none acts within the limit (20 s).
 */
export async function setRecordSystemStopped(
  dataDir: string,
  stopped: boolean,
  limitMs = 20_000,
): Promise<void> {
  if (knownAddress(dataDir) === null) throw notHere();
  const file = join(dataDir, STOPPED_FILE);
  if (stopped) writeFileSync(file, '');
  else rmSync(file, { force: true });
  for (const until = Date.now() + limitMs; ; ) {
    const known = knownAddress(dataDir);
    if (known !== null && (await answers(known.baseUrl)) === !stopped) return;
    if (Date.now() > until) throw notHere();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The demonstration record system that is running on this data folder, or null; starts nothing. */
export async function runningRecordSystem(dataDir: string): Promise<RecordSystem | null> {
  const known = knownAddress(dataDir);
  return known && (await answers(known.baseUrl)) ? foundAt(known.baseUrl) : null;
}

/** The day to which the world's dates are relative: the day of the first start, kept from then on. */
export function worldDate(dataDir: string): LocalDate {
  const file = join(dataDir, WORLD_FILE);
  const kept = readJson<{ today: string }>(file)?.today;
  if (kept && isLocalDate(kept)) return kept;
  const today = londonDate(new Date());
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, JSON.stringify({ today }));
  return today;
}

async function startOn(dataDir: string): Promise<RecordSystemProcess> {
  const known = knownAddress(dataDir);
  mkdirSync(dataDir, { recursive: true });
  try {
    // The same port again, so that what was written down about it stays true.
    const port = known ? Number(new URL(known.baseUrl).port) : 0;
    const options = { file: join(dataDir, 'record-system.sqlite'), today: worldDate(dataDir) };
    const started = await startRecordSystemProcess({ ...options, port }).catch(() =>
      startRecordSystemProcess(options),
    );
    writeFileSync(
      join(dataDir, ADDRESS_FILE),
      JSON.stringify({ baseUrl: started.baseUrl, pid: started.pid }),
    );
    return started;
  } catch (cause) {
    throw new HubError('HUB_UPSTREAM_UNREACHABLE', {
      message: 'The demonstration record system did not start.',
      cause,
    });
  }
}

/** Uses the demonstration record system that is running on this data folder, or starts it. One stopped by hand is left alone. */
export async function findRecordSystem(dataDir: string): Promise<RecordSystem> {
  const running = await runningRecordSystem(dataDir);
  if (running) return running;
  const known = knownAddress(dataDir);
  if (known && isRecordSystemStopped(dataDir)) return foundAt(known.baseUrl);
  const started = await startOn(dataDir);
  return { baseUrl: started.baseUrl, stop: () => started.stop() };
}

/**
 * As `findRecordSystem`, and from then on keeps it running: one that died is started again on its port, one stopped by hand is
 * stopped and started when asked. For the hub that serves; `stop` ends both.
 */
export async function superviseRecordSystem(dataDir: string, logger: Logger): Promise<RecordSystem> {
  const running = await runningRecordSystem(dataDir);
  let child = running || isRecordSystemStopped(dataDir) ? null : await startOn(dataDir);
  const baseUrl = running?.baseUrl ?? child?.baseUrl ?? knownAddress(dataDir)?.baseUrl;
  if (baseUrl === undefined) throw new HubError('HUB_UPSTREAM_UNREACHABLE');
  let ended = false;
  let looking: Promise<void> | null = null;
  const watch = (started: RecordSystemProcess): void => {
    void started.exited.then(() => {
      if (child === started) child = null;
    });
  };
  if (child) watch(child);

  const look = async (): Promise<void> => {
    if (isRecordSystemStopped(dataDir)) {
      const running = child;
      child = null;
      await running?.stop();
    } else if (!child && !(await answers(baseUrl))) {
      child = await startOn(dataDir);
      watch(child);
      logger.info('demonstration record system started');
    }
  };
  const timer = setInterval(() => {
    if (ended || looking) return;
    looking = look()
      .catch(() => logger.warn('demonstration record system did not start'))
      .finally(() => {
        looking = null;
      });
  }, LOOK_MS);
  return {
    baseUrl,
    async stop() {
      ended = true;
      clearInterval(timer);
      await looking;
      await child?.stop();
    },
  };
}
