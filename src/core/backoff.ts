/** Waits that grow: how long before whatever failed is tried again. Pure. */

/** Where waits begin and where they stop growing. Milliseconds. */
export interface Growth {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** The most that may be waited after a failure: twice as long with each further one, up to the ceiling. @param failures from 1. */
export function ceilingMs(failures: number, { firstMs, mostMs }: Growth): number {
  return Math.min(firstMs * 2 ** Math.min(failures - 1, 30), mostMs);
}

/** The wait after a failure: half to the whole of the most, so that those who failed together do not come back together. @param failures from 1. */
export function waitMs(failures: number, growth: Growth, random: () => number = Math.random): number {
  return ceilingMs(failures, growth) * (0.5 + random() / 2);
}

/** The rest of a loop before it looks again: all of its usual time, which is the ceiling, or after failures the wait that follows them. */
export function restMs(failures: number, growth: Growth, random: () => number = Math.random): number {
  return failures === 0 ? growth.mostMs : waitMs(failures, growth, random);
}
