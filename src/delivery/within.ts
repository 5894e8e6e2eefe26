/** Deadlines that hold even when what is waited for does not heed its signal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HubError } from '../core/errors.js';

/**
 * Runs `call` for at most `ms` milliseconds or until `signal` is aborted; what comes later is not looked at.
 * @throws HUB_UPSTREAM_TIMEOUT, HUB_UPSTREAM_STOPPED, or what `call` throws.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let reject!: (error: HubError) => void;
  const ended = new Promise<never>((_resolve, refuse) => {
    reject = refuse;
  });
  const end = (code: 'HUB_UPSTREAM_TIMEOUT' | 'HUB_UPSTREAM_STOPPED') => (): void => {
    const error = new HubError(code);
    reject(error);
    controller.abort(error);
  };
  const stopped = end('HUB_UPSTREAM_STOPPED');
  const timer = setTimeout(end('HUB_UPSTREAM_TIMEOUT'), ms);
  signal.addEventListener('abort', stopped, { once: true });
  ended.catch(() => {});
  if (signal.aborted) stopped();
  try {
    return await Promise.race([ended, call(controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stopped);
  }
}

/** Waits; ends early and quietly when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
