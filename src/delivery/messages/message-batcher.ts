/** Group commit: what arrives while batches are being committed waits for the next. */
import { HubError, isHubError } from '../../core/errors.js';

/** How much at once, and how much may wait. */
export interface BatchLimits {
  /** Items in a batch at most. */
  readonly items: number;
  /** Bytes in a batch at most; an item that is larger goes alone. */
  readonly bytes: number;
  /** Items and bytes that may wait; more is refused. */
  readonly waitingItems: number;
  readonly waitingBytes: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** So long, in ms, a batch waits at most for the items that it wants. */
const PATIENCE_MS = 1;
/** Does something once that time is over, and answers with what calls it off. */
type Patience = (then: () => void) => () => void;
const PATIENCE: Patience = (then) => {
  const timer = setTimeout(then, PATIENCE_MS);
  return () => clearTimeout(timer);
};
/** Batches that are written at once: one is sent while the one before it is at work, so that the database has no pause. */
const MOST_BATCHES = 2;

/**
 * Writes items in batches in the order in which they came. A batch begins when half of those are there that are under way at once, as
 * the last batch and what waited behind it tell: while it is written, the answers to the other half bring the next. Where little
 * arrives, a batch begins at the end of the turn of the event loop that brought it. A batch that fails for the sake of one item is
 * written again one by one; an outage fails its items alike, and the next batch tries anew.
 */
export class MessageBatcher<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private waitingBytes = 0;
  /** Batches that are being written, and their items. */
  private batches = 0;
  private writing = 0;
  /** Items that were under way when the last batch ended. */
  private before = 0;
  private look: NodeJS.Immediate | null = null;
  /** Calls off the wait for more, while there is one. */
  private callOff: (() => void) | null = null;
  /** Those that wait for nothing to be under way. */
  private readonly atRest: (() => void)[] = [];

  constructor(
    /** Writes a batch in one transaction; results in the order of the items. */
    private readonly write: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly limits: BatchLimits,
    private readonly patience: Patience = PATIENCE,
  ) {}

  /** Resolves once the item is committed. @throws HUB_BUSY when too much waits; else what `write` throws. */
  add(item: Item, bytes: number): Promise<Result> {
    const { waitingItems, waitingBytes } = this.limits;
    const isFull = this.waiting.length >= waitingItems || this.waitingBytes + bytes > waitingBytes;
    if (isFull && this.waiting.length > 0) return Promise.reject(new HubError('HUB_BUSY'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, bytes, resolve, reject });
      this.waitingBytes += bytes;
      this.look ??= setImmediate(() => {
        this.look = null;
        this.goOn();
      });
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (this.underWay() === 0) return;
    if (this.batches === 0) this.begin();
    await new Promise<void>((resolve) => this.atRest.push(resolve));
  }

  private goOn(): void {
    if (this.waiting.length === 0 || this.batches === MOST_BATCHES) return;
    if (this.waiting.length >= this.half()) this.begin();
    else if (this.batches === 0) this.callOff ??= this.patience(() => this.begin());
  }

  private begin(): void {
    this.callOff?.();
    this.callOff = null;
    const batch = this.taken();
    this.batches += 1;
    this.writing += batch.length;
    void this.commit(batch);
  }

  /** Half of what is under way at once: with more, a batch would leave the one behind it with less. */
  private half(): number {
    return Math.min(Math.ceil(Math.max(this.before, this.underWay()) / 2), this.limits.items);
  }

  private underWay(): number {
    return this.writing + this.waiting.length;
  }

  private taken(): Waiting<Item, Result>[] {
    const most = this.half();
    let bytes = 0;
    let count = 0;
    for (const each of this.waiting) {
      if (count === most || (count > 0 && bytes + each.bytes > this.limits.bytes)) break;
      bytes += each.bytes;
      count += 1;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private async commit(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const settle = await this.settlement(batch);
    this.before = this.underWay();
    this.batches -= 1;
    this.writing -= batch.length;
    // The next is on its way before anybody hears of this one.
    this.goOn();
    settle();
    if (this.underWay() === 0) for (const rested of this.atRest.splice(0)) rested();
  }

  /** Writes a batch; answers with what tells its items of it. */
  private async settlement(batch: readonly Waiting<Item, Result>[]): Promise<() => void> {
    try {
      const results = await this.write(batch.map(({ item }) => item));
      return () => {
        for (const [n, { resolve }] of batch.entries()) resolve(results[n]!);
      };
    } catch (error) {
      if (batch.length > 1 && !isOutage(error)) {
        for (const each of batch) (await this.settlement([each]))();
        return () => {};
      }
      return () => {
        for (const { reject } of batch) reject(error);
      };
    }
  }
}

/** True when it would fail each of them alike. */
function isOutage(error: unknown): boolean {
  return (
    isHubError(error) &&
    (error.code === 'HUB_DATABASE_UNAVAILABLE' || error.code === 'HUB_DATABASE_OUTCOME_UNKNOWN')
  );
}
