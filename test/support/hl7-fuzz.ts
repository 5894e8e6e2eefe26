/** Throws bytes at a listener for a while: messages, halves, mutations and rubbish, in any pieces, with any end of the connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import { framesIn } from './hl7-frame-model.js';
import type { TestListener } from './hl7-listener.js';
import { admission, dial, framedText } from './hl7-peer.js';

/** What came of it. */
export interface FuzzReport {
  readonly connections: number;
  readonly bytes: number;
  readonly accepted: number;
  readonly kept: number;
  /** Accepts of what was not kept, and what was kept and had never been sent whole. Both must be empty. */
  readonly faults: readonly string[];
}

/** How many times its time a run may take for its connections. */
const PATIENCE = 30;

/** Numbers from 0 to 1 by a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Fuzz {
  private readonly sent = new Set<string>();
  /** Numbers of the messages that were kept and not refused. */
  private readonly taken = new Set<string>();
  private readonly faults: string[] = [];
  private number = 0;
  private connections = 0;
  private bytes = 0;
  private accepted = 0;
  private looked = 0;
  private kept = 0;

  constructor(
    private readonly listener: TestListener,
    private readonly random: () => number,
  ) {}

  async run(forMs: number, atLeast: number): Promise<FuzzReport> {
    const begun = performance.now();
    const isEnough = (passed: number): boolean =>
      passed > PATIENCE * forMs || (passed > forMs && Math.min(this.connections, this.accepted) >= atLeast);
    while (!isEnough(performance.now() - begun))
      await Promise.all([this.connection(), this.connection(), this.connection()]);
    const { connections, bytes, accepted, faults } = this;
    return { connections, bytes, accepted, kept: this.kept + this.looked, faults };
  }

  private upTo(most: number): number {
    return Math.floor(this.random() * most);
  }

  private one<T>(values: readonly T[]): T {
    return values[this.upTo(values.length)]!;
  }

  private noise(length: number): string {
    const likely = [
      '\v',
      '\x1c',
      '\r',
      '\n',
      '|',
      '^',
      '~',
      '\\',
      '&',
      'MSH|^~\\&|',
      '\rMSA|AA|',
      '\x00',
      '\xff',
      '\xfe',
    ];
    let text = '';
    while (text.length < length)
      text += this.random() < 0.4 ? this.one(likely) : String.fromCharCode(this.upTo(256));
    return text;
  }

  private message(): string {
    const id = `Z${++this.number}`;
    const more = this.one([
      '',
      '',
      '|||AL|AL',
      '|||AL|NE',
      '|||NE|NE',
      '|||ER|SU',
      '||||||UNICODE UTF-8',
      '||||||8859/1',
    ]);
    return admission(
      id,
      more,
      this.one(['EVN|A01\r', `NTE|1||${'x'.repeat(this.upTo(3_000))}\r`, 'EVN|A01\nPID|1\n', '']),
    );
  }

  private mutated(text: string): string {
    let spoilt = text;
    for (let times = this.upTo(4) + 1; times > 0; times--) {
      const at = this.upTo(spoilt.length);
      spoilt = spoilt.slice(0, at) + this.noise(this.upTo(3)) + spoilt.slice(at + this.upTo(4));
    }
    return spoilt;
  }

  private part(): string {
    const whole = framedText(this.message()).toString('latin1');
    const cut = whole.slice(0, this.upTo(whole.length));
    return this.one([
      () => whole,
      () => whole,
      () => whole + whole,
      () => cut,
      () => this.mutated(whole),
      () => this.noise(this.upTo(60)),
      () => `\v${this.noise(this.upTo(200))}\x1c\r`,
      () => whole.slice(0, -1),
      () => framedText(`MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.4\rMSA|AA|Z${this.number}\r`).toString('latin1'),
      () => (this.random() < 0.02 ? `\v${'x'.repeat(40_000)}` : whole),
    ])();
  }

  private async connection(): Promise<void> {
    const peer = await dial(this.listener.address).catch((error: unknown) => String(error));
    if (typeof peer === 'string') {
      this.faults.push(peer);
      await sleep(100);
      return;
    }
    this.connections++;
    const stream = Array.from({ length: this.upTo(8) + 1 }, () => this.part()).join('');
    const sent = this.random() < 0.3 ? stream.slice(0, this.upTo(stream.length)) : stream;
    // Noted before it leaves; what the end of the connection ends may have come as far as any byte of it.
    for (const frame of framesIn(sent).frames) this.sent.add(frame);
    this.bytes += sent.length;
    for (let at = 0; at < sent.length; ) {
      const piece = this.random() < 0.5 ? sent.length : this.upTo(400) + 1;
      peer.write(sent.slice(at, at + piece));
      at += piece;
      if (this.random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.random() < 0.6) peer.socket.end();
    await Promise.race([peer.ended(60_000), sleep(this.upTo(20))]);
    // With something still to be written, Node never gets to its own end after a reset.
    const isWritten = peer.socket.writableLength === 0 && !peer.socket.writableEnded;
    if (isWritten && this.random() < 0.3) peer.socket.resetAndDestroy();
    else peer.close();
    this.check(peer.said);
  }

  private check(said: readonly string[]): void {
    const { kept } = this.listener.intake;
    for (const { bytes, identity, refusal } of kept.slice(this.looked)) {
      if (refusal === null && identity !== null) this.taken.add(identity.controlId);
      if (!this.sent.has(Buffer.from(bytes).toString('latin1')))
        this.faults.push('kept and never sent whole');
    }
    this.looked = kept.length;
    for (const answer of said) {
      if (!/^[AC]A /.test(answer)) continue;
      this.accepted++;
      if (!this.taken.has(answer.slice(3))) this.faults.push(`accepted and not kept: ${answer}`);
    }
    // What was looked at is let go of, so that minutes of it take no more memory than seconds.
    if (kept.length > 2_000) {
      this.kept += kept.length;
      kept.length = 0;
      this.looked = 0;
    }
  }
}

/**
 * Fuzzes a listener for so long, and on until there were so many connections and accepts, for which a busy machine takes longer;
 * the intake fails now and then. One listener is fuzzed once, as what is kept is held against what this run sent.
 */
export function fuzz(
  listener: TestListener,
  seed: number,
  forMs: number,
  atLeast: number,
): Promise<FuzzReport> {
  const random = randomOf(seed);
  listener.intake.moodOf = () => {
    const drawn = random();
    return drawn < 0.03 ? 'BUSY' : drawn < 0.05 ? 'FAILS' : 'KEEPS';
  };
  return new Fuzz(listener, random).run(forMs, atLeast);
}
