/** A listener of the minimal lower layer protocol, plain or behind TLS: who may connect, how many, and an orderly end. */
import { constants } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { type AddressFault, addressFault } from '../../../src/core/address-faults.js';
import { HubError } from '../../../src/core/errors.js';
import { type AddressList, plainAddress } from './addresses.rules.js';
import { FrameBudget } from './frame-budget.js';
import { type FrameHandler, type Peer, ServedConnection } from './serve-connection.js';
import type { Tally } from './tally.js';
import type { TlsIdentity } from './tls-files.js';

/** How a listener listens. Times in milliseconds. */
export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How host and port are called where somebody states them. Default: `host` and `port`. */
  readonly names?: Readonly<Record<AddressFault['part'], string>>;
  /** Null: without TLS. Whoever connects must show a certificate where there is an authority in it. */
  readonly tls: TlsIdentity | null;
  readonly allows: AddressList;
  readonly maxConnections: number;
  readonly maxFrameBytes: number;
  /** Bytes of frames unfinished or in work, of all connections. */
  readonly maxHeldBytes: number;
  readonly frameTimeoutMs: number;
  /** So often the files of the certificate are looked at. */
  readonly tlsRefreshMs: number;
  /** So long an end waits for what is in work. */
  readonly closeTimeoutMs: number;
}

/** An open listener. */
export interface MllpServer {
  /** `host:port`. */
  readonly address: string;
  readonly budget: FrameBudget;
  /** Connections that are open. */
  readonly connections: number;
  close(): Promise<void>;
}

/** A peer that has gone without a word is found out by probes after so long. */
const KEEP_ALIVE_MS = 60_000;
const HANDSHAKE_MS = 10_000;

function tlsOptions({ material }: TlsIdentity) {
  return {
    ...material,
    minVersion: 'TLSv1.2' as const,
    // A session that is taken up again shows no certificate; connections last, so nothing is gained by tickets.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

function peerOf(socket: Socket): Peer {
  const address = plainAddress(socket.remoteAddress);
  if (!(socket instanceof TLSSocket)) return { address, certificate: null };
  const shown = socket.getPeerCertificate();
  const fingerprint: string | undefined = shown.fingerprint256;
  if (!socket.authorized || fingerprint === undefined) return { address, certificate: null };
  const name: unknown = shown.subject?.CN;
  return { address, certificate: { commonName: typeof name === 'string' ? name : '', fingerprint } };
}

const endOf = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
const otherEnd = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** Makes the server; it is not listening yet. */
class Listener implements MllpServer {
  readonly budget: FrameBudget;
  private readonly open = new Set<ServedConnection>();
  private readonly sockets = new Set<Socket>();
  /** Sockets on which TLS has begun and nothing else, by the address and port of the other end. */
  private readonly beginning = new Map<string, Socket>();
  private readonly server: Server;
  private refresh: NodeJS.Timeout | null = null;

  constructor(
    private readonly options: ServerOptions,
    private readonly handler: FrameHandler,
    private readonly tally: Tally,
  ) {
    this.budget = new FrameBudget(options.maxHeldBytes);
    const begin = options.tls === null ? (socket: Socket) => this.serve(socket) : this.beginTls(options.tls);
    const sockets = {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    };
    this.server = createServer(sockets, (socket) => {
      if (!this.isAllowed(socket)) return;
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      begin(socket);
    });
    this.server.maxConnections = options.maxConnections;
    this.server.on('drop', () => tally.note('CONNECTIONS_EXCEEDED'));
  }

  get address(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return endOf(address, port);
  }

  get connections(): number {
    return this.open.size;
  }

  async listen(): Promise<void> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      const refused = (cause: NodeJS.ErrnoException): void => {
        const { part, says } = addressFault(cause) ?? { part: 'HOST', says: `cannot be had (${cause.code})` };
        reject(
          new HubError('HUB_SETTINGS_INVALID', {
            message: `${this.options.names?.[part] ?? part.toLowerCase()}: ${endOf(host, port)} ${says}`,
            details: { port, fault: cause.code ?? null },
            cause,
          }),
        );
      };
      this.server.once('error', refused);
      this.server.listen({ host, port }, () => {
        this.server.off('error', refused);
        this.server.on('error', () => this.tally.note('FAILED'));
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    if (this.refresh !== null) clearInterval(this.refresh);
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    const late = setTimeout(() => {
      for (const socket of this.sockets) socket.destroy();
    }, this.options.closeTimeoutMs);
    for (const socket of this.beginning.values()) socket.destroy();
    for (const connection of this.open) connection.finish();
    await closed;
    clearTimeout(late);
  }

  /** What begins TLS on a connection. Whoever may not connect at all never gets so far, and learns nothing. */
  private beginTls(identity: TlsIdentity): (socket: Socket) => void {
    const isAsked = identity.material.ca !== undefined;
    const server = createTlsServer({
      ...tlsOptions(identity),
      requestCert: isAsked,
      rejectUnauthorized: isAsked,
      handshakeTimeout: HANDSHAKE_MS,
    });
    server.on('secureConnection', (socket) => {
      this.beginning.delete(otherEnd(socket));
      this.serve(socket);
    });
    server.on('tlsClientError', (_error, socket) => {
      this.tally.note('TLS_FAILED');
      socket.destroy();
    });
    this.refresh = setInterval(() => {
      if (identity.refresh()) server.setSecureContext(tlsOptions(identity));
    }, this.options.tlsRefreshMs);
    this.refresh.unref();
    return (socket) => {
      const end = otherEnd(socket);
      this.beginning.set(end, socket);
      socket.once('close', () => this.beginning.delete(end));
      server.emit('connection', socket);
    };
  }

  private isAllowed(socket: Socket): boolean {
    socket.on('error', () => undefined);
    if (this.options.allows(plainAddress(socket.remoteAddress))) return true;
    this.tally.note('ADDRESS_REFUSED');
    socket.destroy();
    return false;
  }

  private serve(socket: Socket): void {
    socket.on('error', () => undefined);
    const peer = peerOf(socket);
    if (!this.handler.admits(peer)) {
      this.tally.note('CERTIFICATE_REFUSED');
      socket.destroy();
      return;
    }
    const { maxFrameBytes, frameTimeoutMs } = this.options;
    const { handler, budget, tally } = this;
    const connection = new ServedConnection(socket, peer, {
      handler,
      budget,
      tally,
      maxFrameBytes,
      frameTimeoutMs,
    });
    this.open.add(connection);
    void connection.over.finally(() => this.open.delete(connection));
  }
}

/** Opens a listener. @throws HUB_SETTINGS_INVALID when the address cannot be had, by its name and why. */
export async function openMllpServer(
  options: ServerOptions,
  handler: FrameHandler,
  tally: Tally,
): Promise<MllpServer> {
  const listener = new Listener(options, handler, tally);
  await listener.listen();
  return listener;
}
