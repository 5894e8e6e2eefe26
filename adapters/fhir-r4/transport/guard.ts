/** Protects the server and the hub from each other: a limit on requests under way, and a breaker when it keeps failing. */
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  TaskCancelledError,
} from 'cockatiel';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { stopped } from './deadline.js';

/** Failures in a row that open the breaker, how long it stays open, and how many may wait for their turn. */
export const GUARD = { failures: 8, openMs: 15_000, queue: 200 } as const;

/** One per adapter instance, for reads and writes alike: what it does not let through was not sent. */
export interface Guard {
  /** Runs the request in its turn. `HUB_UPSTREAM_UNAVAILABLE` with `details.circuit` or `details.queue` when it is not let through. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** True while the breaker lets nothing through. */
  readonly open: boolean;
}

const TROUBLE = [
  'HUB_UPSTREAM_UNREACHABLE',
  'HUB_UPSTREAM_TIMEOUT',
  'HUB_UPSTREAM_UNAVAILABLE',
  'HUB_UPSTREAM_AMBIGUOUS',
];

/** Answers that say the server itself is in trouble: not one that is merely asking for a slower pace, nor our own turning away. */
function isTrouble(error: unknown): boolean {
  if (!isHubError(error) || error.details.status === 429 || error.details.fault === 'STOPPED') return false;
  return TROUBLE.includes(error.code);
}

/** A guard that lets `maxConcurrent` requests run at once; while it is open it tells for how long it still will be. */
export function createGuard(
  maxConcurrent: number,
  monotonicMs: () => number = () => performance.now(),
): Guard {
  const turns = bulkhead(maxConcurrent, GUARD.queue);
  const breaker = circuitBreaker(handleWhen(isTrouble), {
    halfOpenAfter: GUARD.openMs,
    breaker: new ConsecutiveBreaker(GUARD.failures),
  });
  let opened = 0;
  breaker.onBreak(() => {
    opened = monotonicMs();
  });
  return {
    get open() {
      return breaker.state === CircuitState.Open;
    },
    async run(work, signal) {
      try {
        return await turns.execute(() => breaker.execute(work, signal), signal);
      } catch (error) {
        if (error instanceof TaskCancelledError) throw stopped();
        if (error instanceof BrokenCircuitError)
          throw new HubError('HUB_UPSTREAM_UNAVAILABLE', {
            retryAfterMs: Math.max(0, Math.ceil(opened + GUARD.openMs - monotonicMs())),
            details: { circuit: 'OPEN' },
          });
        if (error instanceof BulkheadRejectedError)
          throw new HubError('HUB_UPSTREAM_UNAVAILABLE', { details: { queue: 'FULL' } });
        throw error;
      }
    },
  };
}
