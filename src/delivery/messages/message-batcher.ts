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

/** Turns of the event loop for which a batch waits at most, each of which has to bring something. */
const MOST_TURNS = 8;

/**
 * Writes items in batches, one after the other, in the order in which they came. A batch begins once a turn of the event loop brings
 * nothing more: what is about to arrive is better written with it than by a commit of its own, and where little arrives that is
 * at once. A batch that fails for the sake of one item is written again one by one; an outage fails its items alike, and the next
 * batch tries anew.
 */
export class MessageBatcher<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private waitingBytes = 0;
  /** The work from the first item that waits until nothing waits; null else. */
  private work: Promise<void> | null = null;

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
      this.work ??= this.commitAll();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    while (this.work !== null) await this.work;
  }

  private async commitAll(): Promise<void> {
    while (this.waiting.length > 0) {
      await this.gathered();
      await this.commit(this.take());
    }
    this.work = null;
  }

  private async gathered(): Promise<void> {
    let before = 0;
    for (let turns = 0; turns < MOST_TURNS && this.waiting.length > before; turns++) {
      before = this.waiting.length;
      if (before >= this.limits.items) return;
      await nextTurn();
    }
  }

  private take(): Waiting<Item, Result>[] {
    const { items, bytes: most } = this.limits;
    let bytes = 0;
    let count = 0;
    for (const each of this.waiting) {
      if (count === items || (count > 0 && bytes + each.bytes > most)) break;
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

/** The next turn of the event loop, when what has arrived by then is there. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** True when it would fail each of them alike. */
function isOutage(error: unknown): boolean {
  return (
    isHubError(error) &&
    (error.code === 'HUB_DATABASE_UNAVAILABLE' || error.code === 'HUB_DATABASE_OUTCOME_UNKNOWN')
  );
}
