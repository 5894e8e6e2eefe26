/** An HTTP proxy that makes tunnels by CONNECT, keeps all that goes by, and fails as told. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How it treats who wants a tunnel: lets them through, answers with a status, says nothing, or hangs up. */
export type ProxyMood = 'OPEN' | 'SILENT' | 'HANGS_UP' | number;

export interface ConnectProxy {
  readonly port: number;
  /** `host:port` of each tunnel that was asked for. */
  readonly targets: readonly string[];
  /** Header `proxy-authorization` of each. */
  readonly credentials: readonly (string | undefined)[];
  /** Requests that came in the open, as absolute addresses do. */
  readonly open: readonly string[];
  /** Every byte that went through its tunnels, towards the target and back. */
  passed(): string;
  mood: ProxyMood;
  /** Where tunnels really lead; null: where they were asked to. */
  diverted: number | null;
  close(): Promise<void>;
}

/** Starts it on a free port; with a certificate it is spoken to by TLS. */
export async function startConnectProxy(
  options: {
    readonly user?: string;
    readonly certificate?: { readonly key: string; readonly cert: string };
  } = {},
): Promise<ConnectProxy> {
  const targets: string[] = [];
  const credentials: (string | undefined)[] = [];
  const open: string[] = [];
  const pieces: Buffer[] = [];
  const sockets = new Set<Duplex>();
  const keep = <T extends Duplex>(socket: T): T => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    return socket;
  };
  const wanted =
    options.user === undefined ? undefined : `Basic ${Buffer.from(options.user).toString('base64')}`;
  const state: { mood: ProxyMood; diverted: number | null } = { mood: 'OPEN', diverted: null };

  function tunnel(request: IncomingMessage, socket: Duplex): void {
    keep(socket);
    targets.push(request.url ?? '');
    const { 'proxy-authorization': shown } = request.headers;
    credentials.push(shown);
    const { mood } = state;
    if (mood === 'SILENT') return;
    if (mood === 'HANGS_UP') return void socket.destroy();
    const status = wanted !== undefined && shown !== wanted ? 407 : mood;
    if (status !== 'OPEN') return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const target: Socket = keep(connect(state.diverted ?? Number(port), host));
    target.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      for (const [from, to] of [
        [socket, target],
        [target, socket],
      ] as const) {
        from.on('data', (piece: Buffer) => pieces.push(piece));
        from.pipe(to);
      }
    });
    target.once('close', () => socket.destroy());
  }

  const server: Server =
    options.certificate === undefined ? createServer() : createTlsServer(options.certificate);
  server.on('request', (request, response) => {
    open.push(`${request.method} ${request.url}`);
    response.writeHead(500).end();
  });
  server.on('connect', tunnel);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    targets,
    credentials,
    open,
    passed: () => Buffer.concat(pieces).toString('latin1'),
    get mood() {
      return state.mood;
    },
    set mood(mood) {
      state.mood = mood;
    },
    get diverted() {
      return state.diverted;
    },
    set diverted(port) {
      state.diverted = port;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
