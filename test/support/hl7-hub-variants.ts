/** A hub as it is, and hubs with one planted fault each, to show that what is counted would find it. */
import { createSiteSender } from '../../adapters/hl7v2/mllp/sender-settings.js';
import type { Hl7v2Settings } from '../../adapters/hl7v2/settings.js';
import { createDocuments } from '../../adapters/hl7v2/writing/documents.js';
import type { DocumentsCapability } from '../../src/clinical/documents.port.js';
import type { ArrivedMessage, MessageIntake } from '../../src/clinical/inbound.port.js';
import { systemClock } from '../../src/core/clock.js';
import { newId } from '../../src/core/ids.js';
import { silentLogger } from '../../src/core/logger.js';
import { LANE_STATEMENTS, type LaneStatements } from '../../src/delivery/lane-statements.js';
import type { FeedSink } from '../../src/delivery/messages/sinks.js';
import { feedSink } from '../../src/main/feed.js';
import type { Transaction } from '../../src/platform/database/database.js';
import { MARK_BEFORE_SEND, ORDER_BY_CREATED, RESEND_WITHOUT_ASKING } from './lane-mutants.js';

/** The right one, and the planted faults. */
export type Hl7Variant =
  | 'sound'
  /** AA goes out while the commit is still to come. */
  | 'answers first'
  /** Nobody looks whether a number came before. */
  | 'no duplicate check'
  /** What is kept was decoded and written again. */
  | 'keeps text'
  /** A message counts as read, and what it says is taken up later. */
  | 'takes later'
  /** The next answer on a connection is taken for that of the message under way, whatever MSA-2 says. */
  | 'credits by order'
  /** A message that is sent again gets a number of its own. */
  | 'a number for each attempt'
  /** A delivery counts as done when it is taken, before anything has left. */
  | 'marks before it sends'
  /** Nobody remembers that an attempt may have arrived. */
  | 'forgets attempts'
  /** What was signed last goes first. */
  | 'latest first'
  /** What a hub had taken when it died stays its own for an hour. */
  | 'holds after death';

const INTAKES: Partial<Record<Hl7Variant, (intake: MessageIntake) => MessageIntake['keep']>> = {
  'answers first': (intake) => async (message) => {
    intake.keep(message).catch(() => {});
    return { outcome: 'KEPT' };
  },
  'no duplicate check': (intake) => (message) =>
    intake.keep(
      changed(message, { identity: message.identity && { ...message.identity, application: newId() } }),
    ),
  'keeps text': (intake) => (message) =>
    intake.keep(changed(message, { bytes: Buffer.from(Buffer.from(message.bytes).toString('ascii')) })),
};

const changed = (message: ArrivedMessage, change: Partial<ArrivedMessage>): ArrivedMessage => ({
  ...message,
  ...change,
});

/** What keeps messages. */
export function intakeOf(variant: Hl7Variant, intake: MessageIntake): MessageIntake {
  const keep = INTAKES[variant]?.(intake);
  return keep === undefined ? intake : { keep };
}

/** What takes up what messages say of caseloads. */
export function feedOf(
  variant: Hl7Variant,
  apart: (work: (tx: Transaction) => Promise<void>) => Promise<unknown>,
): FeedSink {
  if (variant !== 'takes later') return feedSink;
  return {
    async apply(_tx, system, messages) {
      setTimeout(() => void apart((tx) => feedSink.apply(tx, system, messages)), 300);
    },
  };
}

/** A text with one passage changed; a mutant must not silently become the original. */
function reworded(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`not once in the statement: ${from}`);
  return text.replace(from, to);
}

const STATEMENTS: Partial<Record<Hl7Variant, LaneStatements>> = {
  'marks before it sends': MARK_BEFORE_SEND,
  'forgets attempts': RESEND_WITHOUT_ASKING,
  'latest first': {
    ...ORDER_BY_CREATED,
    load: reworded(
      ORDER_BY_CREATED.load,
      'order by e.queued_at, e.id',
      'order by e.queued_at desc, e.id desc',
    ),
  },
  'holds after death': {
    ...LANE_STATEMENTS,
    claim: reworded(LANE_STATEMENTS.claim, '$4::float8', '($4::float8 + 3600000)'),
    reap: 'select $1::uuid as id, $2::text as holder where false',
  },
};

/** What claims and settles deliveries. */
export const statementsOf = (variant: Hl7Variant): LaneStatements => STATEMENTS[variant] ?? LANE_STATEMENTS;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
/** The bytes of a message with another number (MSH-10). */
const withNumber = (message: Uint8Array, number: string): Buffer =>
  Buffer.from(latin1(message).replace(/^((?:[^|]*\|){9})[^|]*/, `$1${number}`), 'latin1');
/** The bytes of an answer as if it were to that number. */
const answering = (answer: Uint8Array, number: string): Buffer =>
  Buffer.from(latin1(answer).replace(/(\rMSA\|\w\w\|)[^|\r]*/, `$1${number}`), 'latin1');
const numberIn = (message: Uint8Array): string => latin1(message).split('|')[9] ?? '';

/** What sends documents: the adapter's own, or the same over a sender with a planted fault. */
export function documentsOf(
  variant: Hl7Variant,
  own: DocumentsCapability,
  { sending }: Hl7v2Settings,
  system: string,
): DocumentsCapability {
  if (variant !== 'credits by order' && variant !== 'a number for each attempt') return own;
  const given = { system, clock: systemClock, logger: silentLogger };
  const { to, writing } = sending!;
  const sender = createSiteSender(to, given);
  return createDocuments({
    ...given,
    settings: writing,
    sender: {
      exchange: (message, judge, signal) => {
        const number = numberIn(message);
        const sent =
          variant === 'credits by order' ? message : withNumber(message, newId().slice(-12).toUpperCase());
        return sender.exchange(sent, (frame) => judge(answering(frame, number)), signal);
      },
    },
  });
}
