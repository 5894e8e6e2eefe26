/** Waiting for what comes of itself: machines are slow at times, and only what never comes is a failure. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds after which it is believed that something never comes; below the time that a test has. */
export const NEVER_MS = 60_000;

/** Waits until something holds; fails when it never does. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  saying: () => string = () => 'it never came to that',
): Promise<void> {
  const end = performance.now() + NEVER_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(saying());
    await sleep(10);
  }
}

/** Fails when what should end at once takes longer than the limit, in ms, each of three times: a machine stands still for a moment once. */
export async function atOnce(limitMs: number, took: () => Promise<number>): Promise<void> {
  const times: number[] = [];
  while (times.length < 3) {
    times.push(await took());
    if (times.at(-1)! < limitMs) return;
  }
  throw new Error(`it took ${times.map(Math.round).join(', ')} ms, where ${limitMs} is the most`);
}
