/** A receiving engine that does to each message what its script says; it takes frames apart in a way of its own. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { framedText } from './hl7-peer.js';

/** What happens to a message. */
export type FarEndDeed = (message: FarEndMessage) => void | Promise<void>;

export interface FarEndMessage {
  readonly controlId: string;
  readonly text: string;
  readonly socket: Socket;
  /** From 1, over all connections. */
  readonly number: number;
  /** Writes an acknowledgement, in a frame. */
  acknowledge(code?: string, controlId?: string, more?: string): void;
}

export interface FarEnd {
  readonly host: string;
  readonly port: number;
  /** Texts in the order in which they came whole. */
  readonly received: readonly string[];
  /** All bytes that came, framed or not. */
  readonly heard: () => string;
  /** Connections so far, and those that are open. */
  readonly connections: () => number;
  readonly open: () => number;
  deed: FarEndDeed;
  close(): Promise<void>;
}

/** The acknowledgement of a number. */
export const acknowledgement = (code: string, controlId: string, more = ''): string =>
  `MSH|^~\\&|HUB|RYY|PAS|RXX|20260301||ACK|F${controlId}|P|2.4\rMSA|${code}|${controlId}\r${more}`;

export const ANSWERS_AA: FarEndDeed = ({ acknowledge }) => acknowledge();

/** Starts it. */
export async function startFarEnd(
  deed: FarEndDeed = ANSWERS_AA,
  tls: TlsOptions | null = null,
): Promise<FarEnd> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  let heard = '';
  let connections = 0;

  function serve(socket: Socket): void {
    connections++;
    let bytes = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      bytes += chunk.toString('latin1');
      for (let end = bytes.indexOf('\x1c\r'); end >= 0; end = bytes.indexOf('\x1c\r')) {
        const text = bytes.slice(bytes.indexOf('\v') + 1, end);
        bytes = bytes.slice(end + 2);
        received.push(text);
        const controlId = text.split('|')[9] ?? '';
        const acknowledge = (code = 'AA', id = controlId, more = ''): void =>
          void socket.write(framedText(acknowledgement(code, id, more)));
        void farEnd.deed({ controlId, text, socket, number: received.length, acknowledge });
      }
    });
  }

  const server = tls === null ? createServer(serve) : createTlsServer(tls, serve);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const farEnd: FarEnd = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    received,
    heard: () => heard,
    connections: () => connections,
    open: () => sockets.size,
    deed,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return farEnd;
}
