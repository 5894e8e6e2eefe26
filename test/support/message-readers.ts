/** Readers of messages in tests: a made-up protocol, and sinks that write down in the same transaction what they were given. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedEvent } from '../../src/clinical/feed.port.js';
import type { ArrivedMessage, InboundCapability, MessageReading } from '../../src/clinical/inbound.port.js';
import type { ErrorCode } from '../../src/core/error-codes.js';
import { HubError } from '../../src/core/errors.js';
import { silentLogger } from '../../src/core/logger.js';
import {
  type MessageReaders,
  type ReaderOptions,
  type ReaderSettings,
  startMessageReaders,
} from '../../src/delivery/messages/message-reader.worker.js';
import type { FeedSink, ReceiptSink } from '../../src/delivery/messages/sinks.js';
import { arrived, type MessageWorld } from './message-world.js';

/** What a made-up message says. */
export interface Said {
  readonly kind: 'feed' | 'nothing' | 'odd' | 'receipt' | 'throws';
  /** Patients. */
  readonly of?: readonly string[];
  /** What its events are to do when they are applied. */
  readonly does?: 'refused' | 'breaks' | 'busy' | 'sql';
  /** Milliseconds until it is read. */
  readonly code?: ErrorCode;
}

/** A message that says so. */
export const saying = (controlId: string, said: Said, change: Partial<ArrivedMessage> = {}): ArrivedMessage =>
  arrived(controlId, JSON.stringify(said), change);

const eventOf = (localId: string, then = ''): FeedEvent => ({
  happenedAt: '2026-03-11T11:00:00.000Z',
  recordedAt: '2026-03-11T11:00:00.000Z',
  localId,
  patient: {},
  change: then === '' ? { kind: 'DETAILS' } : { kind: 'LEFT', visit: then, on: null },
});

/** Reads made-up messages. */
export const madeUp: Pick<InboundCapability, 'read'> = {
  read(bytes): MessageReading {
    const text = Buffer.from(bytes).toString();
    const said = JSON.parse(text.slice(text.indexOf('|') + 1)) as Said;
    const localIds = said.of ?? [];
    switch (said.kind) {
      case 'feed':
        return { kind: 'FEED', localIds, events: localIds.map((localId) => eventOf(localId, said.does)) };
      case 'nothing':
        return { kind: 'NOTHING' };
      case 'odd':
        return { kind: 'NOT_UNDERSTOOD', code: said.code ?? 'HUB_INPUT_INVALID', place: 'PID-3', localIds };
      case 'receipt':
        return {
          kind: 'RECEIPT',
          receipt: {
            controlId: text.split('|')[0]!,
            documentReference: null,
            says: 'FILED',
            code: null,
            localIds: [],
          },
        };
      case 'throws':
        throw new TypeError('a fault of the adapter');
    }
  },
};

/** Where the sinks write. */
export async function layDown(world: MessageWorld): Promise<void> {
  await world.sql(`
    create table fed (n serial, message_id uuid, local_id text);
    create table received (n serial, message_id uuid, control_id text);
    grant insert, select on fed, received to hub_worker;
    grant usage on sequence fed_n_seq, received_n_seq to hub_worker`);
}

/** Sinks that write down what they are given, and fail as its events say. `busy` counts down. */
export class NotedSinks {
  busy = 0;
  /** Slows each call down, in milliseconds. */
  slow = 0;
  readonly feed: FeedSink = {
    apply: async (tx, _system, messages) => {
      if (this.slow > 0) await sleep(this.slow);
      for (const { messageId, events } of messages) {
        if (events.length === 0)
          await tx.query('insert into fed (message_id, local_id) values ($1, null)', [messageId]);
        for (const { localId, change } of events) {
          await tx.query('insert into fed (message_id, local_id) values ($1, $2)', [messageId, localId]);
          if (change.kind !== 'LEFT') continue;
          if (change.visit === 'refused') throw new HubError('HUB_STATE_CONFLICT');
          if (change.visit === 'breaks') throw new TypeError('a fault of the sink');
          if (change.visit === 'sql') await tx.query('select 1 / 0');
          if (change.visit === 'busy' && this.busy-- > 0) throw new HubError('HUB_BUSY');
        }
      }
    },
  };

  readonly receipts: ReceiptSink = {
    apply: async (tx, _system, messages) => {
      for (const { messageId, receipt } of messages)
        await tx.query('insert into received (message_id, control_id) values ($1, $2)', [
          messageId,
          receipt.controlId,
        ]);
    },
  };
}

/** Everything quicker than it is meant. */
export const QUICK: Partial<ReaderSettings> = {
  batch: { messages: 10, bytes: 1_000_000 },
  gatherMs: 5,
  pollMs: 20,
  takeOverMs: 50,
  backoffMs: 10,
  longestBackoffMs: 40,
};

/** Readers of the world's system. */
export function readersIn(
  world: MessageWorld,
  sinks: Pick<ReaderOptions, 'feed' | 'receipts'>,
  settings: Partial<ReaderSettings> = {},
  inbound = madeUp,
): Promise<MessageReaders> {
  return startMessageReaders({
    database: world.db.database,
    ownerUrl: world.db.ownerUrl,
    systems: [{ ...world.system, inbound }],
    feed: sinks.feed,
    receipts: sinks.receipts,
    logger: silentLogger,
    settings: { ...QUICK, ...settings },
  });
}
