/** One connection of a listener: one message at a time, answers in order, and nothing of a frame that did not come whole. */
import type { Socket } from 'node:net';
import type { FrameBudget } from './frame-budget.js';
import { breaksFrame, CR, type FrameEvent, FrameReader, FS, VT } from './frames.js';
import type { Mishap, Tally } from './tally.js';

/** Who is at the other end. */
export interface Peer {
  /** Address without a port. */
  readonly address: string;
  /** The certificate that was shown and verified; null without one. */
  readonly certificate: { readonly commonName: string; readonly fingerprint: string } | null;
}

/** What goes back, and whether the connection goes on. */
export interface Reply {
  /** Each becomes a frame of its own. */
  readonly answers: readonly Uint8Array[];
  readonly goesOn: boolean;
}

/** What is done with what arrives. */
export interface FrameHandler {
  /** Whether that peer may speak. */
  admits(peer: Peer): boolean;
  /** A whole frame. The next of the connection comes after it resolves. A rejection ends the connection without an answer. */
  frame(bytes: Uint8Array, peer: Peer): Promise<Reply>;
  /** What is said of a frame that is longer than allowed, of which only the beginning is left. The connection ends after it. */
  tooLong(head: Uint8Array, peer: Peer): Reply['answers'];
}

/** What the connections of a listener share. */
export interface Serving {
  readonly handler: FrameHandler;
  readonly budget: FrameBudget;
  readonly tally: Tally;
  readonly maxFrameBytes: number;
  /** Silence within a frame, and a peer that does not take its answer, in milliseconds. */
  readonly frameTimeoutMs: number;
}

/** A frame may take so many times as long as silence within it. */
const LONGEST_FRAME = 10;
/** So long a peer may still send after the hub has said its last; closed at once, it might never see the answer. */
const LINGER_MS = 2_000;

const FAULTS = { TOO_LONG: 'FRAME_TOO_LONG', NO_ROOM: 'FRAME_NO_ROOM', RUBBISH: 'RUBBISH' } as const;

/** Answers as bytes of the wire. */
export function framed(answers: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(answers.flatMap((answer) => [Uint8Array.of(VT), answer, Uint8Array.of(FS, CR)]));
}

const hasCode = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && typeof Reflect.get(error, 'code') === 'string';

/** Serves one connection until it ends. */
export class ServedConnection {
  private readonly reader: FrameReader;
  private isEnding = false;
  private isBusy = false;
  /** When the frame that is under way began; null outside frames. */
  private since: number | null = null;
  /** Resolves when the connection is over. */
  readonly over: Promise<void>;

  constructor(
    private readonly socket: Socket,
    private readonly peer: Peer,
    private readonly serving: Serving,
  ) {
    this.reader = new FrameReader(serving.maxFrameBytes, serving.budget);
    socket.on('timeout', () => this.abandon('FRAME_TIMEOUT'));
    this.over = this.run();
  }

  /** Lets the message that is in work be answered, takes no further one, and ends. */
  finish(): void {
    this.isEnding = true;
    if (!this.isBusy) this.leave();
  }

  private async run(): Promise<void> {
    const { socket, reader } = this;
    try {
      if (await this.readAll()) {
        const last = reader.end();
        if (last !== null) await this.handle(last);
      }
    } catch (error) {
      // A socket's errors have a code: the peer has gone, or the socket was cut, and what was not answered it will send again.
      if (!hasCode(error)) this.serving.tally.note('FAILED');
    } finally {
      reader.drop();
      this.noteDiscarded();
      this.leave();
    }
    if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
  }

  /** True when the peer has said its last, false when the hub is to. */
  private async readAll(): Promise<boolean> {
    // The socket reads no further ahead than its buffer while a message is in work.
    for await (const chunk of this.socket.iterator({ destroyOnReturn: false })) {
      if (this.isEnding) return false;
      this.reader.give(chunk as Uint8Array);
      this.isBusy = true;
      const goesOn = await this.takeAll();
      this.isBusy = false;
      if (!goesOn || this.isEnding) return false;
      this.watchFrame();
    }
    return !this.isEnding;
  }

  /** Every frame that came whole with the last bytes. False when the connection is to end. */
  private async takeAll(): Promise<boolean> {
    for (let event = this.reader.take(); event !== null; event = this.reader.take()) {
      this.since = null;
      if (!(await this.handle(event))) return false;
    }
    return true;
  }

  private async handle(event: FrameEvent): Promise<boolean> {
    const { socket, peer, serving } = this;
    socket.setTimeout(0);
    if (event.kind !== 'FRAME') serving.tally.note(FAULTS[event.kind]);
    if (event.kind === 'NO_ROOM' || event.kind === 'RUBBISH') return false;
    const reply =
      event.kind === 'FRAME'
        ? await serving.handler.frame(event.bytes, peer)
        : { answers: serving.handler.tooLong(event.head, peer), goesOn: false };
    // Half an answer would be worse than none.
    if (reply.answers.some(breaksFrame)) return false;
    if (reply.answers.length > 0) await this.write(framed(reply.answers));
    return reply.goesOn;
  }

  private write(bytes: Uint8Array): Promise<void> {
    const { socket, serving } = this;
    socket.setTimeout(serving.frameTimeoutMs);
    return new Promise((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Silence is allowed for ever between frames, and for a while within one, which has an end as a whole too. */
  private watchFrame(): void {
    const { serving, socket, reader } = this;
    if (!reader.isInFrame) {
      this.since = null;
      socket.setTimeout(0);
      return;
    }
    const now = performance.now();
    this.since ??= now;
    if (now - this.since > LONGEST_FRAME * serving.frameTimeoutMs) this.abandon('FRAME_TIMEOUT');
    else socket.setTimeout(serving.frameTimeoutMs);
  }

  private abandon(reason: Mishap): void {
    this.serving.tally.note(reason);
    this.socket.destroy();
  }

  private noteDiscarded(): void {
    const { frames, bytes } = this.reader.discarded;
    if (frames > 0) this.serving.tally.note('FRAME_UNFINISHED', frames);
    if (bytes > 0) this.serving.tally.note('RUBBISH', bytes);
  }

  /** Says that nothing more will come, and lets the peer do so. */
  private leave(): void {
    const { socket } = this;
    if (socket.destroyed) return;
    socket.setTimeout(0);
    socket.end();
    if (socket.readableEnded) socket.destroySoon();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('end', () => socket.destroySoon());
    socket.once('close', () => clearTimeout(timer));
  }
}
