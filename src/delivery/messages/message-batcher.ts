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

/** Items that are written together. `write` may be called again, one after the other. */
interface Batch<Item, Result> {
  readonly items: readonly Waiting<Item, Result>[];
  readonly write: () => Promise<readonly Result[]>;
}

/** So long, in ms, a batch waits at most for the items that it wants. */
const PATIENCE_MS = 1;

/**
 * Writes items in batches, one after the other, in the order in which they came. A batch begins when half of those are there that are
 * under way at once, as the last batch and what waited behind it tell: while it is written, the answers to the other half bring the
 * next, which is made ready meanwhile. Where little arrives, a batch begins at the end of the turn of the event loop that brought it.
 * A batch that fails for the sake of one item is written again one by one; an outage fails its items alike, and the next batch tries
 * anew.
 */
export class MessageBatcher<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private waitingBytes = 0;
  /** The batch that is being written; null when none is. */
  private work: Promise<void> | null = null;
  /** Items of that batch. */
  private writing = 0;
  /** Items that were under way when the last batch ended. */
  private before = 0;
  /** The one behind it, made ready. */
  private next: Batch<Item, Result> | null = null;
  private look: NodeJS.Immediate | null = null;
  private patience: NodeJS.Timeout | null = null;

  constructor(
    /** Makes a batch ready to be written in one transaction; results in the order of the items. */
    private readonly ready: (items: readonly Item[]) => () => Promise<readonly Result[]>,
    private readonly limits: BatchLimits,
  ) {}

  /** Resolves once the item is committed. @throws HUB_BUSY when too much waits; else what the writing throws. */
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
    while (this.work !== null || this.waiting.length > 0) {
      if (this.work === null) this.begin(this.taken());
      await this.work;
    }
    // Whoever was to be told at the end of this turn has been.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Begins the next batch, or makes it ready where another is being written, once enough is there. */
  private goOn(): void {
    const isDue = this.waiting.length > 0 && this.waiting.length >= this.half();
    if (this.work !== null) {
      if (isDue) this.next ??= this.taken();
    } else if (this.next !== null || isDue) this.begin(this.next ?? this.taken());
    else if (this.waiting.length > 0)
      this.patience ??= setTimeout(() => this.begin(this.taken()), PATIENCE_MS);
  }

  private begin(batch: Batch<Item, Result>): void {
    if (this.patience !== null) clearTimeout(this.patience);
    this.patience = null;
    this.next = null;
    this.writing = batch.items.length;
    this.work = this.commit(batch);
  }

  /** Half of what is under way at once: with more, a batch would leave the one behind it with less. */
  private half(): number {
    return Math.min(Math.ceil(Math.max(this.before, this.underWay()) / 2), this.limits.items);
  }

  private underWay(): number {
    return this.writing + (this.next?.items.length ?? 0) + this.waiting.length;
  }

  private taken(): Batch<Item, Result> {
    const most = this.half();
    let bytes = 0;
    let count = 0;
    for (const each of this.waiting) {
      if (count === most || (count > 0 && bytes + each.bytes > this.limits.bytes)) break;
      bytes += each.bytes;
      count += 1;
    }
    this.waitingBytes -= bytes;
    const items = this.waiting.splice(0, count);
    return { items, write: this.ready(items.map(({ item }) => item)) };
  }

  private async commit(batch: Batch<Item, Result>): Promise<void> {
    const settle = await this.settlement(batch);
    this.before = this.underWay();
    this.work = null;
    this.writing = 0;
    // The next is on its way before anybody hears of this one, whose answers would else be written first.
    this.goOn();
    if (this.work === null) settle();
    else setImmediate(settle);
  }

  /** Writes a batch; answers with what tells its items of it. */
  private async settlement({ items, write }: Batch<Item, Result>): Promise<() => void> {
    try {
      const results = await write();
      return () => {
        for (const [n, { resolve }] of items.entries()) resolve(results[n]!);
      };
    } catch (error) {
      if (items.length > 1 && !isOutage(error)) {
        for (const one of items) {
          const settle = await this.settlement({ items: [one], write: this.ready([one.item]) });
          settle();
        }
        return () => {};
      }
      return () => {
        for (const { reject } of items) reject(error);
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
