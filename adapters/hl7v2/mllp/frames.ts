/**
 * Frames of the minimal lower layer protocol (HL7 UK A.3 section 2.4.1) out of a stream of bytes: `<VT>data<FS><CR>`. Whatever the
 * stream does, a frame comes out whole or not at all. Pure: bytes in, frames out; linear in time, and in memory as the budget allows.
 */
import type { FrameBudget } from './frame-budget.js';
import { HeldBytes, NOTHING } from './held-bytes.js';

/** Start of a frame. */
export const VT = 0x0b;
/** First byte of the end of a frame. */
export const FS = 0x1c;
/** Second byte of the end of a frame. */
export const CR = 0x0d;

/** True of bytes within which their frame would end, or another begin. */
export function breaksFrame(message: Uint8Array): boolean {
  if (message.includes(VT)) return true;
  for (let at = message.indexOf(FS); at >= 0; at = message.indexOf(FS, at + 1))
    if (at === message.length - 1 || message[at + 1] === CR) return true;
  return false;
}

/** The next place of a byte; a neighbour is looked at first, as there may be a million of them. */
const nextOf = (chunk: Uint8Array, byte: number, from: number): number =>
  chunk[from] === byte ? from : chunk.indexOf(byte, from);

/** Where the frame that bytes are of ends, or may end with what comes next; their length where it goes on. Any other FS is a byte of it. */
function endIn(chunk: Uint8Array, from: number): number {
  for (let at = nextOf(chunk, FS, from); at >= 0; at = nextOf(chunk, FS, at + 1)) {
    const next = chunk[at + 1];
    if (next === undefined || next === CR || next === VT) return at;
  }
  return chunk.length;
}

/** What came out of the stream. */
export type FrameEvent =
  | { readonly kind: 'FRAME'; readonly bytes: Uint8Array }
  /** A frame is longer than allowed; `head` is how it begins. Nothing more comes out of this stream. */
  | { readonly kind: 'TOO_LONG'; readonly head: Uint8Array }
  /** There is no room for more of an unfinished frame, or as much rubbish came as a frame may be long. Nothing more comes out. */
  | { readonly kind: 'NO_ROOM' }
  | { readonly kind: 'RUBBISH' };

/** What was left out. */
export interface Discarded {
  /** Frames that were begun and never finished. */
  readonly frames: number;
  /** Bytes outside frames. */
  readonly bytes: number;
}

/** So much of a frame that is too long is handed out, for its header. Bytes. */
const HEAD_BYTES = 4_096;

/**
 * Reads one stream. Bytes are handed in by `give` and frames are taken out one by one: `take` until it is null, then `give` again.
 * A frame counts against the budget until the next is taken, or the stream ends.
 */
export class FrameReader {
  private state: 'OUTSIDE' | 'BODY' | 'AFTER_FS' | 'OVER' = 'OUTSIDE';
  private chunk = NOTHING;
  private at = 0;
  private readonly held: HeldBytes;
  private frames = 0;
  private bytes = 0;
  /** Bytes outside frames since the last frame began. */
  private rubbish = 0;
  /** True while the last frame taken out is still held. */
  private isOut = false;

  constructor(
    private readonly maxFrameBytes: number,
    budget: FrameBudget,
  ) {
    this.held = new HeldBytes(budget);
  }

  /** True while a frame is begun and not finished. */
  get isInFrame(): boolean {
    return this.state === 'BODY' || this.state === 'AFTER_FS';
  }

  /** What was left out so far. */
  get discarded(): Discarded {
    return { frames: this.frames, bytes: this.bytes };
  }

  /** Hands in what came next; what was handed in before must be used up. */
  give(chunk: Uint8Array): void {
    this.chunk = chunk;
    this.at = 0;
  }

  /** The next that the bytes handed in give; null when more bytes are needed. */
  take(): FrameEvent | null {
    const { chunk } = this;
    this.putBack();
    while (this.at < chunk.length) {
      const event = this.step(chunk);
      if (event !== null) return event;
    }
    this.chunk = NOTHING;
    this.at = 0;
    return null;
  }

  /** The stream ended: a frame whose end was begun is whole, any other that was begun is dropped. */
  end(): FrameEvent | null {
    if (this.state !== 'AFTER_FS') {
      this.drop();
      return null;
    }
    const event = this.finished();
    this.state = 'OVER';
    return event;
  }

  /** Lets go of everything: nothing is in work any more, and nothing more will come. */
  drop(): void {
    this.putBack();
    if (this.isInFrame) this.frames++;
    this.state = 'OVER';
    this.held.drop();
  }

  private putBack(): void {
    if (!this.isOut) return;
    this.isOut = false;
    this.held.drop();
  }

  private step(chunk: Uint8Array): FrameEvent | null {
    if (this.state === 'OUTSIDE') return this.outside(chunk);
    if (this.state === 'BODY') return this.body(chunk);
    if (this.state === 'AFTER_FS') return this.afterFs(chunk[this.at]!);
    this.at = chunk.length;
    return null;
  }

  private outside(chunk: Uint8Array): FrameEvent | null {
    let start = this.at;
    while (start < chunk.length && chunk[start] !== VT) start++;
    const skipped = start - this.at;
    this.bytes += skipped;
    this.rubbish += skipped;
    if (this.rubbish > this.maxFrameBytes) return this.over({ kind: 'RUBBISH' });
    this.at += skipped;
    if (start < chunk.length) this.begin();
    return null;
  }

  private begin(): void {
    this.at++;
    this.rubbish = 0;
    this.state = 'BODY';
  }

  private body(chunk: Uint8Array): FrameEvent | null {
    let from = this.at;
    // One frame may not be longer than allowed, so no further than that is looked.
    let limit = from + this.maxFrameBytes - this.held.length;
    let at = endIn(chunk, from);
    for (let begun = nextOf(chunk, VT, from); begun >= 0 && begun < at && begun <= limit + 1; ) {
      this.frames++;
      this.held.drop();
      from = begun + 1;
      limit = from + this.maxFrameBytes;
      begun = nextOf(chunk, VT, from);
    }
    at = Math.min(at, limit + 1);
    this.at = at;
    const fault = this.hold(chunk, from, at, at < chunk.length);
    if (fault !== null) return fault;
    if (at < chunk.length) {
      this.at++;
      this.state = 'AFTER_FS';
    }
    return null;
  }

  /** The byte after an FS: the end of the frame, a new one which says that this one had ended, or nothing special. */
  private afterFs(byte: number): FrameEvent | null {
    if (byte === CR) this.at++;
    if (byte === CR || byte === VT) return this.finished();
    this.state = 'BODY';
    return this.hold(Uint8Array.of(FS), 0, 1);
  }

  private hold(chunk: Uint8Array, from: number, to: number, isLast = false): FrameEvent | null {
    if (this.held.length + to - from > this.maxFrameBytes) {
      this.held.add(chunk, from, Math.min(to, from + HEAD_BYTES));
      return this.over({ kind: 'TOO_LONG', head: this.held.joined(HEAD_BYTES) });
    }
    return this.held.add(chunk, from, to, isLast) ? null : this.over({ kind: 'NO_ROOM' });
  }

  private finished(): FrameEvent {
    this.state = 'OUTSIDE';
    this.isOut = true;
    return { kind: 'FRAME', bytes: this.held.joined() };
  }

  private over(event: FrameEvent): FrameEvent {
    if (event.kind !== 'RUBBISH') this.frames++;
    this.state = 'OVER';
    this.held.drop();
    return event;
  }
}
