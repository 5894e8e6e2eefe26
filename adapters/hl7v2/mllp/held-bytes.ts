/** The bytes of one frame, copied into blocks, so that a peer that sends one byte at a time costs no more than its bytes. */
import type { FrameBudget } from './frame-budget.js';

/** First block, which most messages fit in, and the largest. Bytes. */
const FIRST_BLOCK = 2_048;
const LARGEST_BLOCK = 65_536;

/** No bytes. */
export const NOTHING: Uint8Array = new Uint8Array(0);

/** Grows by blocks, each of which is charged to the budget until `drop`. */
export class HeldBytes {
  private blocks: Uint8Array[] = [];
  /** Bytes used of the last block. */
  private used = 0;
  private charged = 0;
  private total = 0;

  constructor(private readonly budget: FrameBudget) {}

  /** Bytes held. */
  get length(): number {
    return this.total;
  }

  /**
   * Adds bytes of a chunk; false when the budget has no room, and then part of them may have been added.
   * @param isLast no more will come, so that no room is kept for it. A frame that lies whole in one chunk is not copied.
   */
  add(chunk: Uint8Array, from: number, to: number, isLast = false): boolean {
    if (isLast && this.blocks.length === 0 && to > from) return this.lend(chunk.subarray(from, to));
    let at = from;
    while (at < to) {
      const last = this.blocks.at(-1);
      const free = last === undefined ? 0 : last.length - this.used;
      if (last === undefined || free === 0) {
        if (!this.grow(to - at, isLast)) return false;
        continue;
      }
      const taken = Math.min(free, to - at);
      last.set(chunk.subarray(at, at + taken), this.used);
      this.used += taken;
      this.total += taken;
      at += taken;
    }
    return true;
  }

  /** The first bytes in one piece, as many as there are up to `most`. */
  joined(most: number = this.total): Uint8Array {
    const length = Math.min(most, this.total);
    if (length === 0) return NOTHING;
    const [only] = this.blocks;
    if (only !== undefined && length <= only.length) return only.subarray(0, length);
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const block of this.blocks) {
      const taken = Math.min(block.length, length - at);
      bytes.set(block.subarray(0, taken), at);
      at += taken;
    }
    return bytes;
  }

  /** Lets go of everything. */
  drop(): void {
    if (this.blocks.length === 0) return;
    this.budget.give(this.charged);
    this.blocks = [];
    this.used = 0;
    this.charged = 0;
    this.total = 0;
  }

  private lend(whole: Uint8Array): boolean {
    if (!this.budget.take(whole.length)) return false;
    this.charged = whole.length;
    this.blocks.push(whole);
    this.used = whole.length;
    this.total = whole.length;
    return true;
  }

  private grow(wanted: number, isLast: boolean): boolean {
    const ahead = this.blocks.length === 0 ? FIRST_BLOCK : this.total;
    const size = Math.min(LARGEST_BLOCK, isLast ? wanted : Math.max(ahead, wanted));
    if (!this.budget.take(size)) return false;
    this.charged += size;
    this.blocks.push(new Uint8Array(size));
    this.used = 0;
    return true;
  }
}
