/** How a message that was read stands. Pure. */
import type { InboundCapability, MessageReading } from '../../clinical/inbound.port.js';
import type { ErrorCode } from '../../core/error-codes.js';
import { isHubError } from '../../core/errors.js';
import { codeOf } from '../outcome.rules.js';
import { MessageState } from './message-state.js';

/** A message under way to being read. */
export interface WaitingMessage {
  readonly id: string;
  /** Readings that ended before. */
  readonly attempts: number;
  readonly receivedAt: Date;
  /** Null when they are no longer kept. */
  readonly bytes: Buffer | null;
}

/** What its adapter made of a message. */
export interface ReadMessage {
  readonly message: WaitingMessage;
  readonly reading: MessageReading;
}

/** How it is settled. */
export interface SettledMessage {
  readonly message: WaitingMessage;
  readonly state: Extract<MessageState, 'READ' | 'NOTHING' | 'NOT_UNDERSTOOD'>;
  readonly code: ErrorCode | null;
  readonly place: string | null;
  readonly localIds: readonly string[];
}

const notUnderstood = (code: ErrorCode): MessageReading => ({
  kind: 'NOT_UNDERSTOOD',
  code,
  place: null,
  localIds: [],
});

/** Reads a message. An adapter that throws all the same parks it and nothing else. */
export function readingOf(
  inbound: Pick<InboundCapability, 'read'>,
  { bytes, receivedAt }: Pick<WaitingMessage, 'bytes' | 'receivedAt'>,
): MessageReading {
  if (bytes === null) return notUnderstood('HUB_MESSAGE_BODY_GONE');
  try {
    return inbound.read(bytes, receivedAt);
  } catch (error) {
    return notUnderstood(codeOf(error));
  }
}

/** How a message stands of which every sink has taken what it says. */
export function settledBy({ message, reading }: ReadMessage): SettledMessage {
  const base = { message, code: null, place: null, localIds: [] };
  switch (reading.kind) {
    case 'FEED':
      return { ...base, state: MessageState.READ, localIds: reading.localIds };
    case 'RECEIPT':
      return { ...base, state: MessageState.READ };
    case 'NOTHING':
      return { ...base, state: MessageState.NOTHING };
    case 'NOT_UNDERSTOOD': {
      const { code, place, localIds } = reading;
      return { message, state: MessageState.NOT_UNDERSTOOD, code, place, localIds };
    }
  }
}

/** How a message stands that a sink could not take. */
export function parkedBy(read: ReadMessage, code: ErrorCode): SettledMessage {
  return { ...settledBy(read), state: MessageState.NOT_UNDERSTOOD, code, place: null };
}

/** True when the failure says nothing of the message: the same will go well another time. */
export function isPassing(error: unknown): boolean {
  return isHubError(error) && (error.retry === 'transient' || error.retry === 'ambiguous');
}

/** True when the database itself is away, so that nothing can be said of any message. */
export function isAway(error: unknown): boolean {
  return (
    isHubError(error) &&
    ['HUB_DATABASE_UNAVAILABLE', 'HUB_DATABASE_OUTCOME_UNKNOWN', 'HUB_LEASE_LOST'].includes(error.code)
  );
}
