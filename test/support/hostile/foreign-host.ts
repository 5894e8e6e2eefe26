/** A host that the hub has no business with: keeps every byte that reaches it, and answers with somebody else's record. */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { OTHER_PERSON } from './hostile-record.js';

export interface ForeignHost {
  /** `http://…`, without a slash at the end. */
  readonly origin: string;
  readonly connections: number;
  /** Everything that it was sent. */
  readonly received: string;
  close(): Promise<void>;
}

const BUNDLE = JSON.stringify({
  resourceType: 'Bundle',
  type: 'searchset',
  total: 1,
  entry: [{ resource: OTHER_PERSON, search: { mode: 'match' } }],
});
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\ncontent-length: ${Buffer.byteLength(BUNDLE)}\r\nconnection: close\r\n\r\n${BUNDLE}`;

/** Starts it on a free port. */
export async function startForeignHost(): Promise<ForeignHost> {
  const pieces: Buffer[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (piece) => {
      pieces.push(piece);
      if (piece.includes('\r\n\r\n')) socket.end(ANSWER);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    get received() {
      return Buffer.concat(pieces).toString('latin1');
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
