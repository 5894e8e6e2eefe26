/** One connection to a far end: opened, one message at a time, and ended as soon as anything about it is in doubt. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { HubError } from '../../../src/core/errors.js';
import { FrameBudget } from './frame-budget.js';
import { type FrameEvent, FrameReader } from './frames.js';
import { failureOfSocket, inDoubt, stoppedBefore } from './sender-failures.js';
import { framed } from './serve-connection.js';
import type { TlsIdentity, TlsMaterial } from './tls-files.js';

/** Where a far end is. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Null: without TLS. `serverName`: the name that its certificate must have; null: the host. */
  readonly tls: { readonly identity: TlsIdentity; readonly serverName: string | null } | null;
  readonly connectTimeoutMs: number;
  /** Answers longer than that are malformed. Bytes. */
  readonly maxAnswerBytes: number;
}

/** What a frame that came is to the message that is waiting. */
export type Judgement<T> =
  /** The answer. */
  | { readonly kind: 'ANSWER'; readonly value: T }
  /** A first answer; another is to follow. Where none follows in time, this one stands. */
  | { readonly kind: 'SO_FAR'; readonly value: T }
  /** A message of its own that is no answer to this one, and that may come here. */
  | { readonly kind: 'ASIDE' }
  /** An answer to another message. */
  | { readonly kind: 'FOREIGN' }
  | { readonly kind: 'MALFORMED' };

/** A message under way. */
interface Waiting {
  frame(bytes: Uint8Array): void;
  failed(error: HubError): void;
}

const KEEP_ALIVE_MS = 60_000;

function startSocket({ host, port, tls }: Target): Socket | TLSSocket {
  if (tls === null) return connect({ host, port });
  const { identity, serverName } = tls;
  const name = serverName ?? host;
  return connectTls({
    ...identity.material,
    host,
    port,
    minVersion: 'TLSv1.2',
    // An address is no name to ask for, but the certificate must be for it all the same.
    ...(isIP(name) === 0 ? { servername: name } : {}),
  });
}

/** Opens a connection. @throws HUB_UPSTREAM_UNREACHABLE, HUB_UPSTREAM_REFUSED, HUB_UPSTREAM_STOPPED */
export async function openConnection(target: Target, signal: AbortSignal): Promise<OpenConnection> {
  if (signal.aborted) throw stoppedBefore();
  const dateFault = target.tls?.identity.dateFault ?? null;
  if (dateFault !== null)
    throw new HubError('HUB_UPSTREAM_REFUSED', { details: { fault: `CLIENT_CERTIFICATE_${dateFault}` } });
  const material = target.tls?.identity.material ?? null;
  const socket = startSocket(target);
  const connection = new OpenConnection(socket, material, target.maxAnswerBytes);
  await new Promise<void>((resolve, reject) => {
    const end = (error: HubError | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (error === null) resolve();
      else {
        socket.destroy();
        reject(error);
      }
    };
    const stop = (): void => end(stoppedBefore());
    const late = new HubError('HUB_UPSTREAM_UNREACHABLE', { details: { fault: 'CONNECT_TIMEOUT' } });
    const timer = setTimeout(() => end(late), target.connectTimeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    socket.once(target.tls === null ? 'connect' : 'secureConnect', () => end(null));
    socket.once('error', (error) => end(failureOfSocket(error, false)));
    socket.once('close', () => end(failureOfSocket(null, false)));
  });
  socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
  return connection;
}

function judged<T>(judge: (frame: Uint8Array) => Judgement<T>, frame: Uint8Array): Judgement<T> {
  try {
    return judge(frame);
  } catch {
    return { kind: 'MALFORMED' };
  }
}

/** A connection that is open. */
export class OpenConnection {
  private readonly reader: FrameReader;
  private waiting: Waiting | null = null;
  private hasEnded = false;

  /** @param material what it was opened with; null without TLS. */
  constructor(
    private readonly socket: Socket,
    readonly material: TlsMaterial | null,
    maxAnswerBytes: number,
  ) {
    this.reader = new FrameReader(maxAnswerBytes, new FrameBudget(2 * maxAnswerBytes + 65_536));
    socket.on('data', (chunk: Uint8Array) => this.arrived(chunk));
    socket.on('end', () => this.ended(this.reader.end()));
    socket.on('error', (error) => this.broken(failureOfSocket(error, true)));
    socket.on('close', () => this.broken(inDoubt('CLOSED')));
  }

  /** True while a message may be sent. */
  get isUsable(): boolean {
    return !this.hasEnded && !this.socket.destroyed && this.socket.writable && this.waiting === null;
  }

  /** Ends it at once. */
  destroy(): void {
    this.hasEnded = true;
    this.socket.destroy();
  }

  /** Sends a message and waits for its answer. @throws HUB_UPSTREAM_AMBIGUOUS, HUB_UPSTREAM_REFUSED, HUB_UPSTREAM_STOPPED */
  exchange<T>(
    message: Uint8Array,
    judge: (frame: Uint8Array) => Judgement<T>,
    answerTimeoutMs: number,
    signal: AbortSignal,
  ): Promise<T> {
    if (signal.aborted) return Promise.reject(stoppedBefore());
    return new Promise<T>((resolve, reject) => {
      let soFar: { readonly value: T } | null = null;
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        this.waiting = null;
      };
      const failed = (error: HubError): void => {
        done();
        this.destroy();
        if (soFar === null) reject(error);
        else resolve(soFar.value);
      };
      const stop = (): void => failed(inDoubt('STOPPED'));
      const timer = setTimeout(() => failed(inDoubt('TIMEOUT')), answerTimeoutMs);
      signal.addEventListener('abort', stop, { once: true });
      const frame = (bytes: Uint8Array): void => {
        const judgement = judged(judge, bytes);
        if (judgement.kind === 'SO_FAR') soFar = judgement;
        else if (judgement.kind === 'ANSWER') {
          done();
          resolve(judgement.value);
        } else if (judgement.kind !== 'ASIDE') failed(inDoubt(`${judgement.kind}_ANSWER`));
      };
      this.waiting = { frame, failed };
      this.socket.write(framed([message]));
    });
  }

  private arrived(chunk: Uint8Array): void {
    this.reader.give(chunk);
    for (let event = this.reader.take(); event !== null; event = this.reader.take()) this.take(event);
    // Nobody waits: what has begun to arrive is late, or a repeat, and must not meet the next message.
    if (this.waiting === null && (this.reader.isInFrame || this.socket.writableLength > 0)) this.destroy();
  }

  private take(event: FrameEvent): void {
    if (this.waiting === null) this.destroy();
    else if (event.kind === 'FRAME') this.waiting.frame(event.bytes);
    else this.waiting.failed(inDoubt('MALFORMED_ANSWER'));
  }

  private ended(last: FrameEvent | null): void {
    if (last !== null) this.take(last);
    this.broken(inDoubt('CLOSED'));
  }

  private broken(error: HubError): void {
    this.waiting?.failed(error);
    this.reader.drop();
    this.destroy();
  }
}
