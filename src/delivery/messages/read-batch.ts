/** Reads the next messages of a system in one transaction: what they say goes to the sinks, and how they were read to their rows. */
import { setImmediate as turn } from 'node:timers/promises';
import { hintIn } from '../../clinical/hints/hint.service.js';
import type { InboundCapability } from '../../clinical/inbound.port.js';
import type { Scope } from '../../core/caller.js';
import type { ErrorCode } from '../../core/error-codes.js';
import { newId } from '../../core/ids.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { assertFence, type Lease } from '../../platform/database/lease.js';
import { prepared } from '../../platform/database/prepared.js';
import { codeOf } from '../outcome.rules.js';
import { openWorkItem, WorkItemKind } from '../work-item.service.js';
import { MessageState, type MessageSystem } from './message-state.js';
import { BEGIN, CONCERN, CONCERN_NOBODY, HAPPENED, NEXT, SETTLE } from './read-statements.js';
import {
  isPassing,
  parkedBy,
  type ReadMessage,
  readingOf,
  type SettledMessage,
  settledBy,
  type WaitingMessage,
} from './reading.rules.js';
import type { FeedSink, ReceiptSink } from './sinks.js';

/** Who reads on behalf of the hub, in timelines and work items. */
export const READER = 'system:messages';
/** Longest time that the event loop is kept from other work, in milliseconds. */
const TURN_MS = 20;

/** What reading needs. */
export interface ReadContext {
  readonly database: Database;
  readonly system: MessageSystem;
  readonly scope: Scope;
  readonly inbound: Pick<InboundCapability, 'read'>;
  readonly feed: FeedSink;
  readonly receipts: ReceiptSink;
  /** The reader's right to read: whoever lost it changes nothing. */
  readonly lease: Lease;
  /** Awaited before each commit. */
  readonly faultPoint?: (() => void | Promise<void>) | undefined;
}

/** How much at once. */
export interface ReadAmount {
  readonly messages: number;
  readonly bytes: number;
  /** The message to read; default the next ones. */
  readonly only?: string;
}

/**
 * Reads up to so many messages and tells how many there were. All of them are settled or none.
 * @throws what a sink throws that may pass, HUB_LEASE_LOST, and whatever the database throws.
 */
export async function readBatch(context: ReadContext, amount: ReadAmount): Promise<number> {
  const { database, scope, system, inbound } = context;
  return database.transaction('worker', scope, async (tx) => {
    await underLease(tx, context.lease);
    const messages = await prepared<WaitingMessage>(tx, NEXT, [
      system.id,
      amount.messages,
      amount.bytes,
      amount.only ?? null,
    ]);
    if (messages.length === 0) return 0;
    const read: ReadMessage[] = [];
    let since = performance.now();
    for (const message of messages) {
      read.push({ message, reading: readingOf(inbound, message) });
      if (performance.now() - since < TURN_MS) continue;
      await turn();
      since = performance.now();
    }
    await settle(tx, system, await taken(tx, context, read));
    await context.faultPoint?.();
    return messages.length;
  });
}

/**
 * Notes that the next message is about to be read, and commits that. Answers its id, and how often its reading began so without
 * an end; null when none waits.
 */
export async function beginNext(context: ReadContext): Promise<{ id: string; unended: number } | null> {
  return context.database.transaction('worker', context.scope, async (tx) => {
    await underLease(tx, context.lease);
    const [begun] = await prepared<{ id: string; unended: number }>(tx, BEGIN, [context.system.id]);
    return begun ?? null;
  });
}

/** Parks a message without reading it. */
export async function parkUnread(context: ReadContext, messageId: string, code: ErrorCode): Promise<void> {
  const { database, scope, system, lease } = context;
  await database.transaction('worker', scope, async (tx) => {
    await underLease(tx, lease);
    const [message] = await prepared<WaitingMessage>(tx, NEXT, [system.id, 1, 1, messageId]);
    if (!message) return;
    const read: ReadMessage = { message, reading: { kind: 'NOTHING' } };
    await settle(tx, system, [parkedBy(read, code)]);
  });
}

/** A process that is stopped while it reads is ended after some seconds of silence, so that another may go on. */
async function underLease(tx: Transaction, lease: Lease): Promise<void> {
  await assertFence(tx, lease.name, lease.fence);
  await prepared(tx, `select set_config('idle_in_transaction_session_timeout', '3000', true)`);
}

/** Gives what was read to the sinks: all at once, and one by one where that fails, so that one alone is parked. */
async function taken(
  tx: Transaction,
  context: ReadContext,
  read: readonly ReadMessage[],
): Promise<SettledMessage[]> {
  try {
    await attempt(tx, () => give(tx, context, read));
    return read.map(settledBy);
  } catch (error) {
    if (isPassing(error)) throw error;
    if (read.length === 1) return [parkedBy(read[0]!, codeOf(error))];
    const settled: SettledMessage[] = [];
    for (const each of read) settled.push(...(await taken(tx, context, [each])));
    return settled;
  }
}

async function give(tx: Transaction, context: ReadContext, read: readonly ReadMessage[]): Promise<void> {
  const { system, feed, receipts } = context;
  const said = read.flatMap(({ message, reading }) => {
    // What was read before may have said something that it does not say now.
    if (reading.kind !== 'FEED' && message.attempts === 0) return [];
    const events = reading.kind === 'FEED' ? reading.events : [];
    return [{ messageId: message.id, receivedAt: message.receivedAt.toISOString(), events }];
  });
  if (said.length > 0) await feed.apply(tx, system, said);
  const received = read.flatMap(({ message, reading }) =>
    reading.kind === 'RECEIPT'
      ? [
          {
            messageId: message.id,
            receivedAt: message.receivedAt.toISOString(),
            receipt: reading.receipt,
          },
        ]
      : [],
  );
  if (received.length > 0) await receipts.apply(tx, system, received);
}

/** What fails leaves nothing behind, and the transaction goes on. */
async function attempt(tx: Transaction, work: () => Promise<void>): Promise<void> {
  await tx.query('savepoint taking');
  try {
    await work();
  } catch (error) {
    if (!isPassing(error)) await tx.query('rollback to savepoint taking');
    throw error;
  }
  await tx.query('release savepoint taking');
}

async function settle(
  tx: Transaction,
  system: MessageSystem,
  settled: readonly SettledMessage[],
): Promise<void> {
  await prepared(tx, SETTLE, [
    settled.map(({ message }) => message.id),
    settled.map(({ state }) => state),
    settled.map(({ code }) => code),
    settled.map(({ place }) => place),
  ]);
  const again = settled.filter(({ message }) => message.attempts > 0);
  if (again.length > 0) await prepared(tx, CONCERN_NOBODY, [again.map(({ message }) => message.id)]);
  const concerned = settled.flatMap(({ message, localIds }) =>
    [...new Set(localIds)].map((localId) => ({ id: message.id, localId })),
  );
  if (concerned.length > 0)
    await prepared(tx, CONCERN, [
      concerned.map(({ id }) => id),
      concerned.map(({ localId }) => localId),
      system.organisationId,
      system.id,
    ]);
  const told = settled.filter(
    ({ message, state }) => message.attempts > 0 || state === MessageState.NOT_UNDERSTOOD,
  );
  if (told.length === 0) return;
  // Of whom anything follows from the caseloads depends on what could not be understood.
  await hintIn(tx, system);
  await prepared(tx, HAPPENED, [
    told.map(() => newId()),
    told.map(({ message }) => message.id),
    told.map(({ state, code }) => (code === 'HUB_MESSAGE_READING_FAILED' ? 'FAILED' : state)),
    told.map(({ code }) => code),
    told.map(({ place }) => place),
    system.organisationId,
    READER,
  ]);
  for (const { message, state, code } of told)
    if (state === MessageState.NOT_UNDERSTOOD)
      await openWorkItem(tx, {
        kind: WorkItemKind.MESSAGE_NOT_UNDERSTOOD,
        organisationId: system.organisationId,
        teamId: null,
        subjectId: message.id,
        code,
      });
}
