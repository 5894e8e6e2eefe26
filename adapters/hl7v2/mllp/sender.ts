/**
 * Sends messages by the minimal lower layer protocol and waits for their answers: one message at a time on a connection, which is
 * kept open. Whatever is in doubt about a connection ends it, so that no answer can be taken for that of the next message.
 */
import { setMaxListeners } from 'node:events';
import { HubError } from '../../../src/core/errors.js';
import { breaksFrame } from './frames.js';
import { type Judgement, type OpenConnection, openConnection, type Target } from './sender-connection.js';
import { stoppedBefore } from './sender-failures.js';

/** How a sender sends. Times in milliseconds. */
export interface SenderOptions extends Target {
  readonly answerTimeoutMs: number;
  /** Whether a connection is kept for the next message; false for a far end that closes it after each answer. Default true. */
  readonly keepsOpen?: boolean;
  /** Connections at most, each with one message under way. */
  readonly connections: number;
  /** So often the files of the certificate are looked at, when a message is sent. */
  readonly tlsRefreshMs: number;
}

/** Messages out, answers in. */
export interface MllpSender {
  /**
   * Sends a message once and waits for its answer. Never repeats it.
   * @throws HUB_UPSTREAM_UNREACHABLE, HUB_UPSTREAM_REFUSED (certificates), HUB_UPSTREAM_STOPPED, HUB_DELIVERY_CHARACTERS (bytes of
   * the frame in the message): nothing was sent. HUB_UPSTREAM_AMBIGUOUS: it may have arrived, `details.fault` says what went wrong.
   */
  exchange<T>(
    message: Uint8Array,
    judge: (frame: Uint8Array) => Judgement<T>,
    signal: AbortSignal,
  ): Promise<T>;
  /** Connects, or finds a connection open, and sends nothing. Fails as `exchange` does. */
  reach(signal: AbortSignal): Promise<void>;
  /** Ends every connection; what is under way is in doubt. */
  close(): void;
}

class Sender implements MllpSender {
  private readonly idle: OpenConnection[] = [];
  private readonly busy = new Set<OpenConnection>();
  private readonly waiting: (() => void)[] = [];
  private readonly closing = new AbortController();
  /** Turns that are taken. */
  private taken = 0;
  private lookedAt = performance.now();

  constructor(private readonly options: SenderOptions) {
    setMaxListeners(0, this.closing.signal);
  }

  async exchange<T>(
    message: Uint8Array,
    judge: (frame: Uint8Array) => Judgement<T>,
    signal: AbortSignal,
  ): Promise<T> {
    if (breaksFrame(message)) throw new HubError('HUB_DELIVERY_CHARACTERS', { details: { fault: 'FRAME' } });
    return this.withConnection(signal, (connection, either) =>
      connection.exchange(message, judge, this.options.answerTimeoutMs, either),
    );
  }

  async reach(signal: AbortSignal): Promise<void> {
    await this.withConnection(signal, async () => {});
  }

  close(): void {
    this.closing.abort();
    for (const connection of [...this.idle.splice(0), ...this.busy]) connection.destroy();
  }

  private async withConnection<T>(
    signal: AbortSignal,
    use: (connection: OpenConnection, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const either = AbortSignal.any([signal, this.closing.signal]);
    await this.turn(either);
    let connection: OpenConnection | null = null;
    try {
      this.lookAtFiles();
      connection = (await this.usable()) ?? (await openConnection(this.options, either));
      this.busy.add(connection);
      return await use(connection, either);
    } finally {
      if (connection !== null) this.put(connection);
      this.next();
    }
  }

  private lookAtFiles(): void {
    const now = performance.now();
    if (now - this.lookedAt < this.options.tlsRefreshMs) return;
    this.lookedAt = now;
    this.options.tls?.identity.refresh();
  }

  /** A connection that is open still, and was opened with the certificate of today. */
  private async usable(): Promise<OpenConnection | null> {
    for (let one = this.idle.pop(); one !== undefined; one = this.idle.pop()) {
      // Many a far end closes behind its answer: a turn of the event loop shows it, before a message is lost in between.
      await new Promise((resolve) => setImmediate(resolve));
      const material = this.options.tls?.identity.material ?? null;
      if (one.isUsable && one.material === material && !this.closing.signal.aborted) return one;
      one.destroy();
    }
    return null;
  }

  private put(connection: OpenConnection): void {
    this.busy.delete(connection);
    const { keepsOpen = true } = this.options;
    if (connection.isUsable && keepsOpen && !this.closing.signal.aborted) this.idle.push(connection);
    else connection.destroy();
  }

  /** Waits until a connection may be used; first come, first served. */
  private async turn(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw stoppedBefore();
    if (this.taken < this.options.connections) {
      this.taken++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        reject(stoppedBefore());
      };
      this.waiting.push(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Hands the turn on, so that nobody who comes later gets in between. */
  private next(): void {
    const begin = this.waiting.shift();
    if (begin === undefined) this.taken--;
    else begin();
  }
}

/** A sender by its options. Nothing is opened before the first message. */
export function createSender(options: SenderOptions): MllpSender {
  return new Sender(options);
}
