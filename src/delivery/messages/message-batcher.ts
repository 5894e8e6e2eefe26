/** Group commit: what arrives while a batch is being committed waits for the next. */
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

/**
 * Writes items in batches, one batch at a time, in the order in which they came. A batch that fails for the sake of one item is
 * written again one by one; an outage fails its items alike, and the next batch tries anew.
 */
export class MessageBatcher<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | null = null;

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
      this.running ??= this.run();
    });
  }

  /** Resolves when nothing waits. */
  async drained(): Promise<void> {
    while (this.running) await this.running;
  }

  private async run(): Promise<void> {
    // What arrives in the same turn of the event loop belongs together.
    await new Promise(setImmediate);
    while (this.waiting.length > 0) await this.commit(this.take());
    this.running = null;
  }

  private take(): Waiting<Item, Result>[] {
    let bytes = 0;
    let count = 0;
    for (const each of this.waiting) {
      if (count === this.limits.items || (count > 0 && bytes + each.bytes > this.limits.bytes)) break;
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
