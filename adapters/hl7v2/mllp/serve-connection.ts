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

/** How a peer begins that speaks TLS: a record of the handshake, of any version. */
const TLS_RECORD = Uint8Array.of(0x16, 0x03);

const FAULTS = { TOO_LONG: 'FRAME_TOO_LONG', NO_ROOM: 'FRAME_NO_ROOM', RUBBISH: 'RUBBISH' } as const;

/** Answers as bytes of the wire. */
export function framed(answers: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(answers.reduce((length, answer) => length + answer.length + 3, 0));
  let at = 0;
  for (const answer of answers) {
    bytes[at] = VT;
    bytes.set(answer, at + 1);
    at += answer.length + 3;
    bytes[at - 2] = FS;
    bytes[at - 1] = CR;
  }
  return bytes;
}

const hasCode = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && typeof Reflect.get(error, 'code') === 'string';

/** Serves one connection until it ends. */
export class ServedConnection {
  private readonly reader: FrameReader;
  /** What came and was not looked at: while a message is in work the socket is read no further than that. */
  private readonly ahead: Uint8Array[] = [];
  /** The first bytes of all, as many as a record of TLS is known by. */
  private first = new Uint8Array(0);
  private isEnding = false;
  private isBusy = false;
  /** The peer has said its last. */
  private isAllHere = false;
  private hasLeft = false;
  /** When the frame that is under way began; null outside frames. */
  private since: number | null = null;
  /** Resolves when the connection is over and nothing of it is in work. */
  readonly over: Promise<void>;
  private ended: () => void = () => {};
  /** The silence that is allowed at the moment, in ms; 0 where it is for ever. */
  private silence = 0;

  constructor(
    private readonly socket: Socket,
    private readonly peer: Peer,
    private readonly serving: Serving,
  ) {
    this.reader = new FrameReader(serving.maxFrameBytes, serving.budget);
    this.over = new Promise((resolve) => {
      this.ended = resolve;
    });
    socket.once('close', () => {
      if (!this.isBusy) this.leave();
    });
    socket.on('timeout', () => this.abandon('FRAME_TIMEOUT'));
    socket.on('data', (chunk: Uint8Array) => this.came(chunk));
    socket.on('end', () => {
      this.isAllHere = true;
      if (!this.isBusy) this.goOn();
    });
  }

  /** Lets what has arrived whole be answered, takes nothing further, and ends. */
  finish(): void {
    this.isEnding = true;
    if (!this.isBusy) this.leave();
  }

  private came(chunk: Uint8Array): void {
    if (this.hasLeft) return;
    if (this.first.length < TLS_RECORD.length && this.beginsTls(chunk)) {
      this.abandon('TLS_TO_CLEAR');
      return;
    }
    this.ahead.push(chunk);
    if (this.isBusy) this.socket.pause();
    else this.goOn();
  }

  /** Whether what has come so far is the beginning of TLS, of which no byte is to be taken for something else. */
  private beginsTls(chunk: Uint8Array): boolean {
    this.first = Uint8Array.of(...this.first, ...chunk.subarray(0, TLS_RECORD.length - this.first.length));
    return this.first.length === TLS_RECORD.length && TLS_RECORD.every((byte, at) => byte === this.first[at]);
  }

  /** Takes the next frame into work; where there is none, waits for more bytes, or ends with the last. */
  private goOn(): void {
    let event: FrameEvent | null;
    try {
      event = this.next();
    } catch (error) {
      // There is no memory for more of it.
      this.failed(error);
      return;
    }
    if (event !== null) {
      this.since = null;
      this.isBusy = true;
      this.handle(event).then(
        (goesOn) => this.handled(goesOn),
        (error: unknown) => this.failed(error),
      );
    } else if (this.isAllHere || this.isEnding) this.leave();
    else {
      this.watchFrame();
      if (this.socket.isPaused()) this.socket.resume();
    }
  }

  private next(): FrameEvent | null {
    if (this.hasLeft) return null;
    let event = this.reader.take();
    while (event === null) {
      const chunk = this.ahead.shift();
      if (chunk === undefined) return this.isAllHere ? this.reader.end() : null;
      this.reader.give(chunk);
      event = this.reader.take();
    }
    return event;
  }

  private handled(goesOn: boolean): void {
    this.isBusy = false;
    // What could not be written ends the connection, which may be known before the socket acts on it.
    if (!goesOn || this.socket.destroyed || this.socket.errored !== null) this.leave();
    else this.goOn();
  }

  private failed(error: unknown): void {
    // A socket's errors have a code: the peer has gone, or the socket was cut, and what was not answered it will send again.
    if (!hasCode(error)) this.serving.tally.note('FAILED');
    this.isBusy = false;
    this.leave();
  }

  private async handle(event: FrameEvent): Promise<boolean> {
    const { peer, serving } = this;
    this.watch(0);
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

  /** Null when the system has taken it at once, as it mostly does; else resolves when it has. */
  private write(bytes: Uint8Array): Promise<void> | null {
    const { socket, serving } = this;
    let settle: (error?: Error | null) => void = () => {};
    socket.write(bytes, (error) => settle(error));
    if (socket.writableLength === 0) return null;
    this.watch(serving.frameTimeoutMs);
    return new Promise((resolve, reject) => {
      settle = (error) => (error ? reject(error) : resolve());
    });
  }

  /** Silence is allowed for ever between frames, and for a while within one, which has an end as a whole too. */
  private watchFrame(): void {
    const { serving, reader } = this;
    if (!reader.isInFrame) {
      this.since = null;
      this.watch(0);
      return;
    }
    const now = performance.now();
    this.since ??= now;
    if (now - this.since > LONGEST_FRAME * serving.frameTimeoutMs) this.abandon('FRAME_TIMEOUT');
    else this.watch(serving.frameTimeoutMs);
  }

  private watch(silence: number): void {
    if (silence === 0 && this.silence === 0) return;
    this.silence = silence;
    this.socket.setTimeout(silence);
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

  /** Lets go of what was held, says that nothing more will come, and lets the peer do so. */
  private leave(): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    const { socket } = this;
    this.ahead.length = 0;
    this.reader.drop();
    this.noteDiscarded();
    if (socket.closed) this.ended();
    else socket.once('close', this.ended);
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
