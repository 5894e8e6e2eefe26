/** The other end of a wire in tests: sends any bytes in any pieces, and takes frames apart in a way of its own. */
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { NEVER_MS } from './eventually.js';

/** `<VT>text<FS><CR>`, one byte for each character. */
export const framedText = (text: string): Buffer => Buffer.from(`\v${text}\x1c\r`, 'latin1');

/** An admission of that number; `more` follows the version in the header. */
export const admission = (controlId: string, more = '', rest = 'EVN|A01\rPID|1||7^^^RXX^MR\r'): string =>
  `MSH|^~\\&|PAS|RXX|IPSHUB|RYY|20260301085959||ADT^A01|${controlId}|P|2.4${more}\r${rest}`;

/** MSA-1 and MSA-2 of an answer, as `AA 7`. */
export function saidIn(answer: string): string {
  const [, code, number] = /\rMSA\|(\w\w)\|([^|\r]*)/.exec(answer) ?? [];
  return `${code} ${number}`;
}

export class Hl7Peer {
  readonly answers: string[] = [];
  /** What it was closed by: nothing yet, the far end's last word, or an error's code. */
  end: 'OPEN' | 'ENDED' | 'CLOSED' | string = 'OPEN';
  private bytes = '';
  private readonly changed = new Set<() => void>();

  constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.bytes += chunk.toString('latin1');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the protocol is made of them
      for (let match = /^\v([^\x1c]*)\x1c\r/.exec(this.bytes); match !== null; ) {
        this.answers.push(match[1]!);
        this.bytes = this.bytes.slice(match[0].length);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the protocol is made of them
        match = /^\v([^\x1c]*)\x1c\r/.exec(this.bytes);
      }
      this.tell();
    });
    socket.on('end', () => this.ends('ENDED'));
    socket.on('error', (error) => this.ends(String(Reflect.get(error, 'code'))));
    socket.on('close', () => this.ends('CLOSED'));
  }

  /** Codes and numbers of the answers that came. */
  get said(): readonly string[] {
    return this.answers.map(saidIn);
  }

  write(...pieces: readonly (string | Uint8Array)[]): this {
    for (const piece of pieces)
      this.socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    return this;
  }

  /** Resolves when there are so many answers. */
  answered(count: number, withinMs = NEVER_MS): Promise<readonly string[]> {
    return this.until(() => this.answers.length >= count, withinMs).then(() => this.said);
  }

  /** Resolves with how the connection ended. */
  ended(withinMs = NEVER_MS): Promise<string> {
    return this.until(() => this.end !== 'OPEN', withinMs).then(() => this.end);
  }

  close(): void {
    this.socket.destroy();
  }

  private ends(how: string): void {
    if (this.end === 'OPEN') this.end = how;
    this.tell();
  }

  private tell(): void {
    for (const look of this.changed) look();
  }

  private until(holds: () => boolean, withinMs: number): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.changed.delete(look);
        reject(new Error(`not within ${withinMs} ms; so far: ${this.said.join(', ')}; ${this.end}`));
      }, withinMs).unref();
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.changed.delete(look);
        resolve();
      };
      this.changed.add(look);
    });
  }
}

/** Connects to `host:port`. */
export async function dial(address: string, localAddress?: string): Promise<Hl7Peer> {
  const [host = '', port = ''] = address.split(/:(?=\d+$)/);
  const socket = connect({
    host,
    port: Number(port),
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  const peer = new Hl7Peer(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return peer;
}

/** Connects by TLS; resolves when the hub's side of the handshake is through, and rejects with the error of the client otherwise. */
export async function dialTls(address: string, options: ConnectionOptions): Promise<Hl7Peer> {
  const [host = '', port = ''] = address.split(/:(?=\d+$)/);
  const socket = connectTls({ host, port: Number(port), ...options });
  const peer = new Hl7Peer(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  return peer;
}
