/**
 * A process of its own that keeps messages behind a socket, or reads them, until it is killed. It stands by until its parent sends a
 * `MessageOrder`; at the moment named there it kills itself, so that nothing after it can have run.
 */
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import pg from 'pg';
import type { MessageIntake } from '../../src/clinical/inbound.port.js';
import { silentLogger } from '../../src/core/logger.js';
import { type IntakeFaultPoint, StoreIntake } from '../../src/delivery/messages/intake.service.js';
import { startMessageReaders } from '../../src/delivery/messages/message-reader.worker.js';
import type { MessageSystem } from '../../src/delivery/messages/message-state.js';
import type { FeedSink } from '../../src/delivery/messages/sinks.js';
import { openDatabase } from '../../src/platform/database/pg-database.js';
import { madeUp, NotedSinks } from './message-readers.js';
import { arrived } from './message-world.js';

/** What the parent sends. Variants other than `sound` have a planted fault. */
export interface MessageOrder {
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  readonly system: MessageSystem;
  readonly role: 'keeps' | 'reads';
  readonly variant: 'sound' | 'answers first' | 'takes beside';
  /** Null: it works until it is told to end. */
  readonly killAt: IntakeFaultPoint | 'beforeReadCommit' | 'inReading' | null;
  /** The how manieth time that it gets there, from 1. */
  readonly nth: number;
}

async function obey(order: MessageOrder): Promise<void> {
  const database = await openDatabase({ ownerUrl: order.ownerUrl, entities: [], pools: { worker: 3 } });
  let reached = 0;
  const die = (point: MessageOrder['killAt']): void => {
    if (point === order.killAt && ++reached >= order.nth) process.kill(process.pid, 'SIGKILL');
  };
  const { system } = order;
  if (order.role === 'keeps') {
    const intake = new StoreIntake({ database, system, logger: silentLogger, settings: { faultPoint: die } });
    process.send?.({ port: await serve(intake, order.variant) });
  } else {
    await startMessageReaders({
      database,
      ownerUrl: order.ownerUrl,
      systems: [{ ...system, inbound: { read: (...told) => readOrDie(...told, die) } }],
      feed:
        order.variant === 'takes beside'
          ? await besideTransactions(order.superuserUrl)
          : new NotedSinks().feed,
      receipts: new NotedSinks().receipts,
      logger: silentLogger,
      settings: { batch: { messages: 20, bytes: 1e6 }, faultPoint: () => die('beforeReadCommit') },
    });
    process.send?.({ port: 0 });
  }
  process.once('disconnect', () => process.exit(0));
}

/** A message of which processes die has `kills` in it. */
function readOrDie(
  bytes: Uint8Array,
  receivedAt: Date,
  die: (point: 'inReading') => void,
): ReturnType<typeof madeUp.read> {
  if (Buffer.from(bytes).includes('kills')) die('inReading');
  return madeUp.read(bytes, receivedAt);
}

/** A line is a message, `number|text`; its answer is `number` and what became of it. */
async function serve(intake: MessageIntake, variant: MessageOrder['variant']): Promise<number> {
  const server = createServer(async (socket) => {
    socket.on('error', () => {});
    for await (const line of createInterface({ input: socket })) {
      const [number, text] = [line.slice(0, line.indexOf('|')), line.slice(line.indexOf('|') + 1)];
      if (variant === 'answers first') socket.write(`${number} KEPT\n`);
      try {
        const { outcome } = await intake.keep(arrived(number, text));
        if (variant !== 'answers first') socket.write(`${number} ${outcome}\n`);
      } catch {
        socket.write(`${number} FAILED\n`);
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

/** The planted fault: what messages say is taken by another transaction than the one that marks them as read. */
async function besideTransactions(superuserUrl: string): Promise<FeedSink> {
  const client = new pg.Client({ connectionString: superuserUrl });
  client.on('error', () => {});
  await client.connect();
  return {
    async apply(_tx, _system, messages) {
      for (const { messageId } of messages)
        await client.query('insert into fed (message_id) values ($1)', [messageId]);
    },
  };
}

process.once('message', (order) => void obey(order as MessageOrder));
process.once('disconnect', () => setTimeout(() => process.exit(1), 8_000).unref());
process.on('error', () => process.exit(1));
process.send?.('standing by');
