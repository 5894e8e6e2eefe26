/** What of an adapter's counts has been told and what is still due; bounded, whatever an adapter counts. */

/** Places of one system at most; whatever comes after them goes under one name. */
export const MOST_PATHS = 500;
/** The name of what has no place of its own. */
export const OTHER_PATH = 'OTHER';

/** The form of a place; what has another could be something that arrived. */
const PATH = /^[A-Za-z][A-Za-z0-9.[\]_-]{0,119}$/;

/** Places to numbers of times. */
export type PathCounts = ReadonlyMap<string, number>;

/** Counts as they grow, and what of them is not written yet. */
export class UnmappedLedger {
  private readonly entered = new Map<string, number>();
  private readonly waiting = new Map<string, number>();
  private readonly paths = new Set<string>();

  /** What is to be written, by place. */
  get due(): PathCounts {
    return this.waiting;
  }

  /** Takes up what was counted since the last time, adds it to what is due, and answers it. A count that went back is taken as it is from then on. */
  enter(counts: PathCounts): PathCounts {
    const fresh = new Map<string, number>();
    for (const [place, count] of counts) {
      const more = count - (this.entered.get(place) ?? 0);
      if (more === 0) continue;
      this.entered.set(place, count);
      const path = this.nameOf(place);
      if (more > 0) fresh.set(path, (fresh.get(path) ?? 0) + more);
    }
    for (const [path, times] of fresh) this.waiting.set(path, (this.waiting.get(path) ?? 0) + times);
    return fresh;
  }

  /** What has been written is no longer due; what came since still is. */
  settle(written: Iterable<readonly [string, number]>): void {
    for (const [path, times] of written) {
      const left = (this.waiting.get(path) ?? 0) - times;
      if (left > 0) this.waiting.set(path, left);
      else this.waiting.delete(path);
    }
  }

  private nameOf(place: string): string {
    if (this.paths.has(place)) return place;
    if (!PATH.test(place) || this.paths.size >= MOST_PATHS) return OTHER_PATH;
    this.paths.add(place);
    return place;
  }
}
