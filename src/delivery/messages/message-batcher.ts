/** Group commit: what arrives while batches are being committed waits for the next. */
import { HubError, isHubError } from '../../core/errors.js';

/** How much at once, and how much may wait. */
export interface BatchLimits {
  /** Items in a batch at most. */
  readonly items: number;
  /** Bytes in a batch at most; an item that is larger goes alone. */
  readonly bytes: number;
  /** Batches under way at once. While there is one, another begins when at least so many items wait for it. */
  readonly batches: number;
  readonly worthIt: number;
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

/**
 * Writes items in batches, in the order in which they came; batches that are under way at once may end in any. They share what there is:
 * one large batch and one small would take as long as the large one. A batch that fails for the sake of one item is written again
 * one by one; an outage fails its items alike, and the next batch tries anew.
 */
export class MessageBatcher<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private waitingBytes = 0;
  private isStarting = false;
  /** Items in batches under way, and those batches. */
  private underWay = 0;
  private readonly running = new Set<Promise<void>>();

  constructor(
    /** Writes a batch in one transaction; results in the order of the items. */
    private readonly write: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly limits: BatchLimits,
  ) {}

  /** Resolves once the item is committed. @throws HUB_BUSY when too much waits; else what `write` throws. */
  add(item: Item, bytes: number): Promise<Result> {
    const { waitingItems, waitingBytes } = this.limits;
    const isFull = this.waiting.length >= waitingItems || this.waitingBytes + bytes > waitingBytes;
    if (isFull && this.waiting.length > 0) return Promise.reject(new HubError('HUB_BUSY'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, bytes, resolve, reject });
      this.waitingBytes += bytes;
      this.start();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    while (this.isStarting || this.running.size > 0)
      await (this.running.size > 0 ? Promise.race(this.running) : new Promise(setImmediate));
  }

  /** Begins batches once everything is there that arrives in the same turn of the event loop. */
  private start(): void {
    if (this.isStarting) return;
    this.isStarting = true;
    setImmediate(() => {
      this.isStarting = false;
      while (this.mayBegin()) this.begin();
    });
  }

  private mayBegin(): boolean {
    const { batches, worthIt } = this.limits;
    if (this.running.size === 0) return this.waiting.length > 0;
    return this.running.size < batches && this.waiting.length >= worthIt;
  }

  private begin(): void {
    const batch = this.take();
    this.underWay += batch.length;
    const running = this.commit(batch).finally(() => {
      this.underWay -= batch.length;
      this.running.delete(running);
      if (this.waiting.length > 0) this.start();
    });
    this.running.add(running);
  }

  private take(): Waiting<Item, Result>[] {
    const { items, bytes: most, batches, worthIt } = this.limits;
    const share = Math.ceil((this.waiting.length + this.underWay) / batches);
    const atMost = Math.min(items, Math.max(share, worthIt));
    let bytes = 0;
    let count = 0;
    for (const each of this.waiting) {
      if (count === atMost || (count > 0 && bytes + each.bytes > most)) break;
      bytes += each.bytes;
      count += 1;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private async commit(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.write(batch.map(({ item }) => item));
      for (const [n, { resolve }] of batch.entries()) resolve(results[n]!);
    } catch (error) {
      if (batch.length > 1 && !isOutage(error)) for (const each of batch) await this.commit([each]);
      else for (const { reject } of batch) reject(error);
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
