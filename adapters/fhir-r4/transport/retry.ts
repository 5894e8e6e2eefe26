/** Sending a read again after transient answers: few times, spread out, and never longer than allowed. */
import { HubError, isHubError } from '../../../src/core/errors.js';
import type { Budget } from './deadline.js';
import { stopped } from './deadline.js';

/** Chance and waiting, handed in so that tests need neither. */
export interface Timing {
  /** From 0 to below 1. */
  random(): number;
  /** Waits; throws `HUB_UPSTREAM_STOPPED` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Real chance, real waiting. */
export const realTiming: Timing = {
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(stopped());
      const end = () => {
        clearTimeout(timer);
        reject(stopped());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', end);
        resolve();
      }, ms);
      signal.addEventListener('abort', end, { once: true });
    }),
};

/** First step of the back-off and its ceiling; milliseconds. */
export const BACK_OFF = { firstMs: 250, mostMs: 8_000 } as const;

/**
 * Milliseconds before attempt `next` (2 is the first repeat): full jitter, that is anything from nothing to a ceiling that
 * doubles; where the server gave a time, that time and the jitter after it, so that its clients do not all return at once.
 */
export function backOffMs(next: number, retryAfterMs: number | undefined, random: () => number): number {
  const ceiling = Math.min(BACK_OFF.mostMs, BACK_OFF.firstMs * 2 ** (next - 2));
  return Math.round((retryAfterMs ?? 0) + random() * ceiling);
}

/** Limits of the repeats of one read. */
export interface RetryOptions {
  readonly maxAttempts: number;
  readonly budget: Budget;
  readonly timing: Timing;
  /** Told before each wait. */
  readonly onRetry?: (error: HubError, attempt: number) => void;
}

/**
 * Does the work until it succeeds, fails for good, has been tried `maxAttempts` times, or the next wait would not fit into
 * the budget; then its last error is thrown. Only errors of class transient are tried again, and never after the caller stopped.
 */
export async function withRetry<T>(
  options: RetryOptions,
  signal: AbortSignal,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!isHubError(error) || error.retry !== 'transient' || error.code === 'HUB_UPSTREAM_STOPPED')
        throw error;
      if (signal.aborted || attempt >= options.maxAttempts || error.details.circuit === 'OPEN') throw error;
      const wait = backOffMs(attempt + 1, error.retryAfterMs, options.timing.random);
      if (wait >= options.budget.remainingMs()) throw error;
      options.onRetry?.(error, attempt);
      await options.timing.sleep(wait, signal);
    }
  }
}
