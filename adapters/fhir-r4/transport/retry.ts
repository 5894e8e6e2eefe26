/** Sending a read again after transient answers: few times, spread out, and never longer than allowed. */
import { ceilingMs } from '../../../src/core/backoff.js';
import { type HubError, isHubError } from '../../../src/core/errors.js';
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
  return Math.round((retryAfterMs ?? 0) + random() * ceilingMs(next - 1, BACK_OFF));
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
 * Waits before a piece of work is done again, or throws its error: when that is not of class transient, the caller stopped,
 * it has been tried `maxAttempts` times, the breaker is open, or the wait would not fit into the budget.
 */
export async function beforeRepeat(
  options: RetryOptions,
  signal: AbortSignal,
  error: unknown,
  attempt: number,
): Promise<void> {
  if (!isHubError(error) || error.retry !== 'transient' || error.code === 'HUB_UPSTREAM_STOPPED') throw error;
  if (signal.aborted || attempt >= options.maxAttempts || error.details.circuit === 'OPEN') throw error;
  const wait = backOffMs(attempt + 1, error.retryAfterMs, options.timing.random);
  if (wait >= options.budget.remainingMs()) throw error;
  options.onRetry?.(error, attempt);
  await options.timing.sleep(wait, signal);
}

/** Does the work until it succeeds or `beforeRepeat` lets it be done no more; then its last error is thrown. */
export async function withRetry<T>(
  options: RetryOptions,
  signal: AbortSignal,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      await beforeRepeat(options, signal, error, attempt);
    }
  }
}
