/** Record systems that could not be reached are asked again by themselves, so that readiness does not call one failing that is back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { organisationScope } from '../clinical/refresh/pull.service.js';
import { NO_SCOPE } from '../core/caller.js';
import type { ErrorCode } from '../core/error-codes.js';
import type { Hub } from './open-hub.js';
import type { ConnectedSystem } from './systems.js';

/** How often it is looked which are to be asked, in milliseconds. */
const LOOK_MS = 15_000;
const PROBE_LIMIT_MS = 10_000;

/** Failures that an answer to something harmless ends. Whatever else failed, as signing in, may fail still. */
const GONE: readonly ErrorCode[] = [
  'HUB_UPSTREAM_UNREACHABLE',
  'HUB_UPSTREAM_TIMEOUT',
  'HUB_UPSTREAM_UNAVAILABLE',
];

const FAILING = `
select id from clinical_record_systems
where id = any ($1::uuid[]) and last_failure_code = any ($2) and last_failure_at > coalesce(last_answer_at, '-infinity')`;

/** A failure after the question was asked stays. */
const ANSWERED = `
update clinical_record_systems set last_answer_at = greatest(last_failure_at + interval '1 millisecond', $3::timestamptz)
where id = $1 and last_failure_code = any ($2) and last_failure_at <= $3`;

type Watched = Pick<Hub, 'systems' | 'database' | 'clock' | 'logger'>;

async function ask(
  { database, clock, logger }: Watched,
  { system, adapter }: ConnectedSystem,
): Promise<void> {
  const askedAt = clock.now();
  const { state } = await adapter.health(AbortSignal.timeout(PROBE_LIMIT_MS));
  if (state !== 'UP') return;
  await database.transaction('worker', organisationScope(system.organisationId), (tx) =>
    tx.query(ANSWERED, [system.id, GONE, askedAt]),
  );
  logger.info('a record system that could not be reached is there again', { system: system.code });
}

/** Asks those that could not be reached something harmless, once. */
export async function askThoseGone(hub: Watched): Promise<void> {
  const ids = hub.systems.map(({ system }) => system.id);
  const rows = await hub.database.read('staff', NO_SCOPE, { text: FAILING, values: [ids, GONE] });
  const gone = new Set(rows.map(([id]) => id));
  await Promise.all(hub.systems.filter(({ system }) => gone.has(system.id)).map((each) => ask(hub, each)));
}

/** Does so every fifteen seconds; the answer stops that. A database that is away is tried again. */
export function watchReturns(hub: Watched): () => Promise<void> {
  const ending = new AbortController();
  const watch = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await sleep(LOOK_MS, undefined, { ref: false, signal: ending.signal }).catch(() => {});
      if (!ending.signal.aborted) await askThoseGone(hub).catch(() => {});
    }
  };
  const watching = watch();
  return async () => {
    ending.abort();
    await watching;
  };
}
