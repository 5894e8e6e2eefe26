/** Limits on waiting: one per request, one for everything that belongs to a pull, and the caller's own. */
import { HubError } from '../../../src/core/errors.js';

/** How long everything that belongs together may still take. */
export interface Budget {
  /** Milliseconds left; 0 or less when spent. */
  remainingMs(): number;
}

/** A budget that starts now, by a clock that nobody can set back. */
export function startBudget(totalMs: number, monotonicMs: () => number = () => performance.now()): Budget {
  const end = monotonicMs() + totalMs;
  return { remainingMs: () => end - monotonicMs() };
}

/** The caller stopped waiting. */
export const stopped = (): HubError => new HubError('HUB_UPSTREAM_STOPPED');

/** The errors with which waiting ends, asked for at that moment. */
export interface Ends {
  late(): HubError;
  stopped(): HubError;
}

/** Ends of waiting for a read: nothing has changed at the far end. */
export const READ_ENDS: Ends = { late: () => new HubError('HUB_UPSTREAM_TIMEOUT'), stopped };

/**
 * Does the work under a limit. Its signal aborts when `limitMs` are over (`HUB_UPSTREAM_TIMEOUT`) or one of the outer
 * signals does (`HUB_UPSTREAM_STOPPED`), or with what `ends` says instead; that error is thrown at once, whether or not the
 * work heeds the signal. No timer or listener is left behind.
 */
export async function withinDeadline<T>(
  limitMs: number,
  outer: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
  ends: Ends = READ_ENDS,
): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = () => controller.abort(ends.stopped());
  const timer = setTimeout(() => controller.abort(ends.late()), Math.max(0, limitMs));
  for (const one of outer) one.addEventListener('abort', stop, { once: true });
  if (outer.some((one) => one.aborted)) stop();
  let end = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason);
  });
  ended.catch(() => undefined);
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work(signal), ended]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    // The HTTP client keeps the signal for a long time, and by this listener it would keep the answer.
    signal.removeEventListener('abort', end);
    for (const one of outer) one.removeEventListener('abort', stop);
  }
}
