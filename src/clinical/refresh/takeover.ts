/** Looks for refreshes whose process has died, and finishes them in this one. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../core/error-codes.js';
import { isHubError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { ScheduledSystem } from './refresh.schedule.js';
import type { RefreshService } from './refresh.service.js';

/** Milliseconds between two looks while nobody's lease is about to run out. */
const LOOK_MS = 1_000;
/** Milliseconds by which looks differ at random, so that not every process asks at once. */
const SPREAD_MS = 100;

/** Answers of a takeover that say that another process was quicker. */
const ELSEWHERE: readonly ErrorCode[] = ['HUB_BUSY', 'HUB_LEASE_LOST'];

/** A takeover at work. */
export interface Takeover {
  /** Looks no more, and stops what it has taken over at its next page; another process goes on from there. */
  stop(): Promise<void>;
}

/** Part of the service that a takeover uses. */
export type TakeoverRefresh = Pick<RefreshService, 'takeOver' | 'underWay'>;

/** Starts looking. Any number of processes may: each refresh that was left is taken over by one of them. */
export function startTakeover(
  refresh: TakeoverRefresh,
  systems: readonly ScheduledSystem[],
  logger: Logger,
): Takeover {
  const ending = new AbortController();
  const { signal } = ending;
  const byId = new Map(systems.map((scheduled) => [scheduled.system.id, scheduled]));
  const taking = new Map<string, Promise<void>>();

  async function take({ system, adapter }: ScheduledSystem): Promise<void> {
    try {
      await refresh.takeOver(system, adapter, signal);
    } catch (error) {
      const code = isHubError(error) ? error.code : 'HUB_INTERNAL';
      if (!ELSEWHERE.includes(code))
        logger.warn('taking a caseload refresh over failed', { system: system.code, code });
    } finally {
      taking.delete(system.id);
    }
  }

  /** Takes over what was left; answers how long nobody else can die unseen. */
  async function look(): Promise<number> {
    let next = LOOK_MS;
    const [any] = systems;
    if (any === undefined) return next;
    for (const { systemId, aliveMs } of await refresh.underWay(any.system)) {
      const scheduled = byId.get(systemId);
      if (scheduled === undefined || taking.has(systemId)) continue;
      if (aliveMs > 0) next = Math.min(next, aliveMs);
      else taking.set(systemId, take(scheduled));
    }
    return next;
  }

  const looking = (async () => {
    while (!signal.aborted) {
      const next = await look().catch(() => LOOK_MS);
      await sleep(next + Math.random() * SPREAD_MS, undefined, { ref: false, signal }).catch(() => {});
    }
  })();

  return {
    async stop() {
      ending.abort();
      await looking;
      await Promise.all(taking.values());
    },
  };
}
