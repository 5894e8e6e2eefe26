/** Receiving engines that nobody here wrote: each answers every message with AA, and remembers what it took. */
import { type AddressInfo, createServer } from 'node:net';
import { Hl7Server } from '@medplum/hl7';
import { Server } from 'node-hl7-server';

/** An engine that listens. */
export interface Engine {
  readonly port: number;
  /** Texts of messages in the order in which it took them, as it has them. */
  readonly taken: readonly string[];
  /**
   * Whether it can be sent more than one message on a connection: node-hl7-server 2.5.0 takes each message again with the next one, and
   * answers both, so that every second message is in doubt.
   */
  readonly keepsOpen: boolean;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function medplum(): Promise<Engine> {
  const taken: string[] = [];
  const server = new Hl7Server((connection) => {
    connection.addEventListener('error', () => {});
    connection.addEventListener('message', ({ message }) => {
      taken.push(message.toString());
      connection.send(message.buildAck());
    });
  });
  const port = await freePort();
  await server.start(port);
  return { port, taken, keepsOpen: true, close: () => server.stop({ forceDrainTimeoutMs: 100 }) };
}

async function nodeHl7Server(): Promise<Engine> {
  const taken: string[] = [];
  const port = await freePort();
  const server = new Server({ bindAddress: '127.0.0.1' });
  const inbound = server.createInbound({ port }, async (request, response) => {
    taken.push(request.getMessage().toString());
    await response.sendResponse('AA');
  });
  inbound
    .on('client.error', () => {})
    .on('data.error', () => {})
    .on('error', () => {});
  await new Promise<void>((resolve) => inbound.on('listen', resolve));
  return { port, taken, keepsOpen: false, close: async () => void (await inbound.close()) };
}

/** By the names of their packages. */
export const ENGINES: Readonly<Record<string, () => Promise<Engine>>> = {
  '@medplum/hl7': medplum,
  'node-hl7-server': nodeHl7Server,
};
