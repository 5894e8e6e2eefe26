/** A message intake in memory: keeps as the store does, or refuses, fails or never settles; and knows what was kept and told. */
import { hash } from 'node:crypto';
import type { ArrivedMessage, MessageIntake, MessageKept } from '../../src/clinical/inbound.port.js';
import { HubError } from '../../src/core/errors.js';

/** How it takes what comes. */
export type IntakeMood = 'KEEPS' | 'BUSY' | 'FAILS' | 'HANGS';

export class MemoryIntake implements MessageIntake {
  readonly kept: ArrivedMessage[] = [];
  /** How each message is taken, by its place from 0; the default is `mood`. */
  moodOf: (index: number) => IntakeMood = () => this.mood;
  mood: IntakeMood = 'KEEPS';
  /** Milliseconds that keeping takes. */
  delayMs = 0;
  /** Messages that are being kept, and the most there were at once. */
  now = 0;
  most = 0;
  private readonly held = new Map<string, ArrivedMessage & { answered: Uint8Array | null }>();
  private count = 0;

  async keep(message: ArrivedMessage): Promise<MessageKept> {
    // The bytes are the caller's; what is kept is a copy, as it is in a database.
    const own = { ...message, bytes: Uint8Array.from(message.bytes) };
    const mood = this.moodOf(this.count++);
    this.most = Math.max(this.most, ++this.now);
    try {
      if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
      if (mood === 'HANGS') return await new Promise(() => {});
      if (mood === 'BUSY') throw new HubError('HUB_BUSY');
      if (mood === 'FAILS') throw new Error('planted');
      return this.put(own);
    } finally {
      this.now--;
    }
  }

  /** Texts of what was kept. */
  get texts(): readonly string[] {
    return this.kept.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  }

  private put(message: ArrivedMessage): MessageKept {
    const { identity, contentHash, refusal } = message;
    const number = identity && [identity.application, identity.facility, identity.controlId].join('\0');
    const key = number === null ? hash('sha256', message.bytes, 'hex') : `${number}\0${refusal ?? ''}`;
    const before = number === null ? undefined : this.held.get(key);
    if (before?.contentHash === contentHash) return { outcome: 'REPEATED', answer: before.answered };
    this.kept.push(message);
    if (before !== undefined) return { outcome: 'OTHER' };
    this.held.set(key, { ...message, answered: message.answer });
    return { outcome: 'KEPT' };
  }
}
