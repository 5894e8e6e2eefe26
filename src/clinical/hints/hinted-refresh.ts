/** Refreshes what record systems have hinted at, beside the schedule and never instead of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../core/error-codes.js';
import { isHubError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Database } from '../../platform/database/database.js';
import type { ScheduledSystem } from '../refresh/refresh.schedule.js';
import type { RefreshService } from '../refresh/refresh.service.js';
import { answerHints, beginHinted, leaveHints, systemsHinted } from './hint.service.js';

/** Milliseconds between two looks. */
const LOOK_MS = 1_000;
/** Milliseconds by which looks differ at random, so that not every process asks at once. */
const SPREAD_MS = 100;

/** Answers of a refresh that say that another is under way, which began before the hint may have come. */
const ELSEWHERE: readonly ErrorCode[] = ['HUB_BUSY', 'HUB_LEASE_LOST'];

/** What it works with. */
export interface HintedRefreshOptions {
  readonly database: Database;
  readonly refresh: Pick<RefreshService, 'refreshSystem'>;
  readonly systems: readonly ScheduledSystem[];
  /** Least milliseconds between the beginnings of two refreshes of one system that were hinted at. */
  readonly restMs: number;
  readonly logger: Logger;
  /** Milliseconds between two looks. Default 1,000. */
  readonly lookMs?: number;
}

/** Refreshes by hint at work. */
export interface HintedRefresh {
  /** Looks no more, and stops a refresh under way at its next page; another process finishes it, and the hint still waits. */
  stop(): Promise<void>;
}

/**
 * Starts looking for hints. Any number of processes may: each hint is taken up by one of them, as one ordinary increment. What is
 * hinted while that runs is answered by one more afterwards. A refresh that fails is not repeated: the schedule comes round.
 */
export function startHintedRefresh(options: HintedRefreshOptions): HintedRefresh {
  const { database, refresh, systems, restMs, logger, lookMs = LOOK_MS } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const byId = new Map(systems.map((scheduled) => [scheduled.system.id, scheduled]));
  const under = new Map<string, Promise<void>>();

  async function refreshOnce({ system, adapter }: ScheduledSystem): Promise<void> {
    const asked = await beginHinted(database, system, restMs);
    if (asked === null) return;
    try {
      await refresh.refreshSystem(system, adapter, 'INCREMENT', { signal, handsOver: true });
    } catch (error) {
      const code = isHubError(error) ? error.code : 'HUB_INTERNAL';
      if (ELSEWHERE.includes(code)) return leaveHints(database, system);
      logger.warn('a caseload refresh that was hinted at failed', { system: system.code, code });
    }
    if (!signal.aborted) await answerHints(database, system, asked);
  }

  async function take(scheduled: ScheduledSystem): Promise<void> {
    const { id, code: system } = scheduled.system;
    try {
      await refreshOnce(scheduled);
    } catch (error) {
      // The hint stays as it is, and is looked at again.
      logger.warn('a hint could not be answered', {
        system,
        code: isHubError(error) ? error.code : 'HUB_INTERNAL',
      });
    } finally {
      under.delete(id);
    }
  }

  async function look(): Promise<void> {
    const [any] = systems;
    if (any === undefined) return;
    for (const id of await systemsHinted(database, any.system, restMs)) {
      const scheduled = byId.get(id);
      if (scheduled !== undefined && !under.has(id)) under.set(id, take(scheduled));
    }
  }

  const looking = (async () => {
    while (!signal.aborted) {
      await look().catch(() => {});
      await sleep(lookMs + Math.random() * SPREAD_MS, undefined, { ref: false, signal }).catch(() => {});
    }
  })();

  return {
    async stop() {
      ending.abort();
      await looking;
      await Promise.all(under.values());
    },
  };
}
