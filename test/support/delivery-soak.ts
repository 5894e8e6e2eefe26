/** Authors, two workers that are stopped and go on in turns, and a record system behind bad answers; what is left is counted from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Caller, Role } from '../../src/core/caller.js';
import { isHubError } from '../../src/core/errors.js';
import { DeliveryService } from '../../src/delivery/delivery.service.js';
import type { WorkerSettings } from '../../src/delivery/worker/settings.js';
import { type AnswerCount, startBadAnswers } from './bad-answers.js';
import { type CaseworkWorld, createCaseworkWorld } from './casework-world.js';
import { openCasebook, type Writing, writeNotes } from './delivery-authors.js';
import { type Acknowledged, readTold, type ToldDelivery } from './delivery-checker.js';
import type { WorkerArguments } from './delivery-worker.js';
import { startRecordSystem, type TestRecordSystem } from './record-system.js';

/** What is run. */
export interface SoakForm extends Writing {
  /** Of all requests, 0 to 1. */
  readonly badAnswers: number;
  /** How long everything may take to come to rest once the last note is written; milliseconds. */
  readonly restMs: number;
  /** How many times shorter leases, patience with answers, and the stops of workers are than shipped; default 1. */
  readonly haste?: number;
}

/** What came of it. The record system's process is gone and its file is there until `close`. */
export interface Soak {
  readonly file: string;
  readonly told: readonly ToldDelivery[];
  readonly acknowledged: Acknowledged;
  readonly answers: AnswerCount;
  /** Attempts that parked their delivery. */
  readonly parked: number;
  /** Attempts by class. */
  readonly attempts: Readonly<Record<string, number>>;
  /** Open work items by kind and code. */
  readonly items: Readonly<Record<string, number>>;
  /** How often a worker was stopped for longer than its leases. */
  readonly stops: number;
  readonly writingMs: number;
  readonly restMs: number;
  close(): Promise<void>;
}

/** Patience for seconds instead of days. */
const SETTINGS: Partial<WorkerSettings> = {
  backoffMs: 60,
  longestBackoffMs: 500,
  waitMs: 100,
  watchMs: 150,
  pauseMs: 100,
  longestPauseMs: 400,
  conflictLimit: 50,
};

/** Times in milliseconds as shipped, and of stops: a stopped worker is away for longer than its leases hold. */
const TIMES = {
  leaseMs: 3_000,
  renewMs: 1_000,
  sendTimeoutMs: 3_000,
  callTimeoutMs: 2_500,
  stoppedAtLeast: 3_500,
  stoppedAtMost: 4_500,
  betweenStops: 2_000,
};
type Times = typeof TIMES;

function timesOf({ haste = 1 }: SoakForm): Times {
  return Object.fromEntries(Object.entries(TIMES).map(([name, ms]) => [name, ms / haste])) as Times;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function startWorker(given: WorkerArguments): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--import', here('./typescript-loader.js'), here('./delivery-worker.ts'), JSON.stringify(given)],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (first !== 'ready') throw new Error(`the worker did not start: ${String(first)}`);
  return child;
}

/** Ends a worker in its own way. */
async function endWorker(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGCONT');
  const ended = once(child, 'exit');
  child.disconnect();
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(late);
}

/** Stops workers in turns until told otherwise; answers how often. */
async function stopInTurns(
  workers: readonly ChildProcess[],
  { stoppedAtLeast, stoppedAtMost, betweenStops }: Times,
  signal: AbortSignal,
): Promise<number> {
  const wait = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined);
  let stops = 0;
  while (!signal.aborted) {
    await wait(stops === 0 ? betweenStops / 4 : betweenStops);
    if (signal.aborted) break;
    const worker = workers[stops % workers.length]!;
    worker.kill('SIGSTOP');
    stops += 1;
    await wait(stoppedAtLeast + Math.random() * (stoppedAtMost - stoppedAtLeast));
    worker.kill('SIGCONT');
  }
  return stops;
}

/** Somebody on duty who replays what was parked. */
async function replayParked(world: CaseworkWorld, signal: AbortSignal): Promise<void> {
  const service = new DeliveryService(world.database, world.clock);
  const { manager } = world.callers;
  const duty: Caller = { ...manager, role: Role.TEAM_MANAGER };
  while (!signal.aborted) {
    const parked = await world.sql<{ id: string }>(`select id from deliveries where ours = 'PARKED'`);
    for (const { id } of parked) {
      const form = { idempotencyKey: world.key(), deliveryId: id, reason: 'looked at, sent again' };
      await service.replay(duty, form).catch((error: unknown) => {
        // A retraction or an amendment may have come first.
        if (!isHubError(error) || error.code !== 'HUB_STATE_CONFLICT') throw error;
      });
    }
    await sleep(200, undefined, { signal }).catch(() => undefined);
  }
}

const ACTIVE = `select count(*)::integer as n from deliveries
  where ours in ('QUEUED', 'SENDING', 'PARKED') or (ours = 'SETTLED' and watch_due is not null)`;

/** Waits until nothing is to be sent or read back any more; answers the milliseconds. Gives up quietly: the checker tells what is left. */
async function untilAtRest(world: CaseworkWorld, atMostMs: number): Promise<number> {
  const since = performance.now();
  for (;;) {
    const [row] = await world.sql<{ n: number }>(ACTIVE);
    const took = performance.now() - since;
    if (row!.n === 0 || took > atMostMs) return took;
    await sleep(100);
  }
}

async function counted(world: CaseworkWorld, text: string): Promise<Readonly<Record<string, number>>> {
  const rows = await world.sql<{ what: string; n: number }>(text);
  return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
}

/** Runs it whole. Call `close` afterwards. */
export async function runSoak(form: SoakForm): Promise<Soak> {
  const times = timesOf(form);
  const { leaseMs, renewMs, sendTimeoutMs, callTimeoutMs } = times;
  const world = await createCaseworkWorld({ pools: { write: 8 } });
  let record: TestRecordSystem | null = null;
  const workers: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const worker of workers) worker.kill('SIGKILL');
    await record?.stop();
    await world.close();
  };
  try {
    record = await startRecordSystem({ world: 'empty' });
    const { file } = record;
    const answers = await startBadAnswers({
      target: record.baseUrl,
      share: form.badAnswers,
      seed: form.seed,
    });
    const casebook = await openCasebook(world, form, { maxInFlight: 32, sendTimeoutMs });
    const site = {
      baseUrl: answers.baseUrl,
      auth: 'NONE',
      callTimeoutMs,
      maxAttempts: 2,
    };
    const given: WorkerArguments = {
      ownerUrl: world.db.ownerUrl,
      systemId: world.systemId,
      organisationId: world.organisations.home,
      site,
      settings: { ...SETTINGS, leaseMs, renewMs },
    };
    workers.push(...(await Promise.all([startWorker(given), startWorker(given)])));
    const quiet = new AbortController();
    const ended = new AbortController();
    const stopping = stopInTurns(workers, times, quiet.signal);
    const duty = replayParked(world, ended.signal);
    const startedAt = performance.now();
    const acknowledged = await writeNotes(world, casebook, form);
    const writingMs = performance.now() - startedAt;
    const restMs = await untilAtRest(world, form.restMs);
    quiet.abort();
    ended.abort();
    const [stops] = await Promise.all([stopping, duty]);
    await Promise.all(workers.map(endWorker));
    await answers.close();
    await record.kill('SIGTERM');
    const classes = await counted(
      world,
      `select class as what, count(*)::integer as n from delivery_attempts where class is not null group by 1`,
    );
    return {
      file,
      told: await readTold(world.db.owner),
      acknowledged,
      answers: answers.count(),
      parked: classes.PERMANENT ?? 0,
      attempts: classes,
      items: await counted(
        world,
        `select concat_ws(' ', kind, code) as what, count(*)::integer as n from work_items where resolved_at is null group by 1`,
      ),
      stops,
      writingMs,
      restMs,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
