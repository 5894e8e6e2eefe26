/** Finds messages and tells what became of them; nothing of what they say. */
import type { AuditTrail } from '../../access/audit.service.js';
import { type Caller, Role } from '../../core/caller.js';
import { HubError, inputError } from '../../core/errors.js';
import { isId } from '../../core/ids.js';
import type { Database } from '../../platform/database/database.js';
import { MESSAGE_READERS, MESSAGE_WATCHERS, mayOnly } from './message.policies.js';
import { filterValues, MEANT, type MessageFilter } from './message-filter.js';
import { MessageHappening, MessageState } from './message-state.js';

/** A message without what it says. Instants are ISO. */
export interface MessageSummary {
  readonly id: string;
  readonly systemId: string;
  readonly application: string | null;
  readonly facility: string | null;
  readonly controlId: string | null;
  readonly type: string | null;
  readonly sentAt: string | null;
  readonly receivedAt: string;
  readonly remoteAddress: string;
  readonly state: MessageState;
  readonly code: string | null;
  readonly place: string | null;
  /** SHA-256 of the bytes, lower-case hexadecimal. */
  readonly bytesHash: string;
  /** False once they are no longer kept. */
  readonly hasBody: boolean;
  readonly isAnswered: boolean;
  readonly repeats: number;
  readonly lastRepeatedAt: string | null;
  /** Readings that ended. */
  readonly attempts: number;
  readonly readAt: string | null;
  readonly replayedAt: string | null;
}

/** Where a page ended; the next begins after it. */
export interface MessagePlace {
  readonly receivedAt: string;
  readonly id: string;
}

/** What is asked for. */
export interface MessageQuestion extends MessageFilter {
  /** Only those that concern this patient of the record system. */
  readonly localId?: string;
  /** Only those that concern this person, by whichever of the system's records is theirs; uuid. */
  readonly personId?: string;
  readonly after?: MessagePlace;
  /** 1 to 250. Default 25. */
  readonly size?: number;
}

/** Some messages, the newest first. */
export interface MessagePage {
  readonly messages: readonly MessageSummary[];
  /** Null when there are no more. */
  readonly next: MessagePlace | null;
}

/** Something that happened to a message; `times` is more than 1 for repeats alone. */
export interface TimelineEntry {
  /** ISO instant. Of repeats: of the last. */
  readonly at: string;
  readonly what: 'RECEIVED' | 'ANSWERED' | 'REPEATED' | MessageHappening;
  readonly times: number;
  readonly code: string | null;
  readonly place: string | null;
  /** Null: the sender. */
  readonly by: string | null;
  readonly reason: string | null;
}

/** How the messages of a system stand. */
export interface SourceStanding {
  /** When the system was last heard of; null: never. ISO instant. */
  readonly heardAt: string | null;
  /** Kept and not read, and since when the oldest waits. */
  readonly waiting: number;
  readonly waitingSince: string | null;
  /** Not understood and not set aside, and since when. */
  readonly parked: number;
  readonly parkedSince: string | null;
}

const SUMMARY = `json_build_object('id', m.id, 'systemId', m.system_id, 'application', m.application, 'facility', m.facility,
  'controlId', m.control_id, 'type', m.type, 'sentAt', m.sent_at, 'receivedAt', m.received_at, 'remoteAddress', m.remote_address,
  'state', m.state, 'code', m.code, 'place', m.place, 'bytesHash', m.bytes_hash, 'isAnswered', m.answer is not null,
  'hasBody', exists (select b.message_id from inbound_bodies b where b.message_id = m.id), 'repeats', m.repeats, 'lastRepeatedAt', m.last_repeated_at, 'attempts', m.attempts,
  'readAt', m.read_at, 'replayedAt', m.replayed_at)`;

const AFTER = `($8::timestamptz is null or (m.received_at, m.id) < ($8, $9::uuid))`;
const PAGE = `
select ${SUMMARY} from inbound_messages m
where ${MEANT} and ${AFTER} order by m.received_at desc, m.id desc limit $10`;

/** Of a person: the records of everybody who was merged into them too. */
const PAGE_OF_PATIENT = `
select ${SUMMARY} from inbound_messages m
where ${MEANT} and ${AFTER} and m.id in (
  select p.message_id from inbound_message_patients p
  where p.system_id = $1 and (p.local_id = $11 or p.local_id in (
    select l.local_id from record_links l where l.system_id = $1 and l.person_id = $12::uuid)))
order by m.received_at desc, m.id desc limit $10`;

const EVENTS = `
select json_build_object('at', at, 'what', what, 'times', 1, 'code', code, 'place', place, 'by', by, 'reason', reason)
from inbound_message_events where message_id = $1 order by at, id`;

const STANDING = `
select json_build_object(
  'heardAt', (select heard_at from inbound_sources where system_id = $1::uuid),
  'waiting', (select count(*) from inbound_messages where system_id = $1 and state = 'KEPT'),
  'waitingSince', (select received_at from inbound_messages where system_id = $1 and state = 'KEPT' order by seq limit 1),
  'parked', (select count(*) from inbound_messages where system_id = $1 and state = 'NOT_UNDERSTOOD'),
  'parkedSince', (select min(received_at) from inbound_messages where system_id = $1 and state = 'NOT_UNDERSTOOD'))`;

const MOST = 250;

/** Messages, for those who watch over what record systems send. Each question is on record before its answer leaves. */
export class MessageReader {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Messages of a system, the newest first. By patient or person only for those who may know whom a message concerns.
   * @throws HUB_ACCESS_REFUSED, HUB_INPUT_INVALID, HUB_AUDIT_UNAVAILABLE.
   */
  async list(caller: Caller, question: MessageQuestion): Promise<MessagePage> {
    const { localId, personId, after, size = 25 } = question;
    const isOfSomebody = localId !== undefined || personId !== undefined;
    mayOnly(caller, isOfSomebody ? MESSAGE_READERS : MESSAGE_WATCHERS);
    if (!Number.isInteger(size) || size < 1 || size > MOST)
      throw inputError('size', 'not possible', `1 to ${MOST}`);
    if (personId !== undefined && !isId(personId))
      throw inputError('personId', 'not an id', 'the id of a person');
    const values = [...filterValues(question), after?.receivedAt ?? null, after?.id ?? null, size + 1];
    const messages = isOfSomebody
      ? await this.read<MessageSummary>(caller, PAGE_OF_PATIENT, [
          ...values,
          localId ?? null,
          personId ?? null,
        ])
      : await this.read<MessageSummary>(caller, PAGE, values);
    const page = messages.slice(0, size);
    const last = page.at(-1);
    await this.audit.record(caller, {
      kind: 'READ',
      operation: 'messages',
      personIds: personId === undefined ? [] : [personId],
      details: { systemId: question.systemId, count: page.length, isOfSomebody },
    });
    return {
      messages: page,
      next: messages.length > size && last ? { receivedAt: last.receivedAt, id: last.id } : null,
    };
  }

  /** One message. @throws HUB_ACCESS_REFUSED, HUB_NOT_FOUND, HUB_AUDIT_UNAVAILABLE. */
  async find(caller: Caller, messageId: string): Promise<MessageSummary> {
    mayOnly(caller, MESSAGE_WATCHERS);
    const [message] = isId(messageId)
      ? await this.read<MessageSummary>(caller, `select ${SUMMARY} from inbound_messages m where m.id = $1`, [
          messageId,
        ])
      : [];
    if (!message) throw new HubError('HUB_NOT_FOUND', { details: { field: 'messageId' } });
    await this.recorded(caller, 'message', messageId);
    return message;
  }

  /** What happened to a message, in its order. Throws as `find` does. */
  async timeline(caller: Caller, messageId: string): Promise<readonly TimelineEntry[]> {
    const message = await this.find(caller, messageId);
    const events = await this.read<TimelineEntry>(caller, EVENTS, [messageId]);
    return timelineOf(message, events);
  }

  /** How the messages of a system stand: for whoever watches over it. @throws HUB_ACCESS_REFUSED, HUB_INPUT_INVALID. */
  async standing(caller: Caller, systemId: string): Promise<SourceStanding> {
    mayOnly(caller, MESSAGE_WATCHERS);
    if (!isId(systemId)) throw inputError('systemId', 'not an id', 'the id of a record system');
    const [standing] = await this.read<SourceStanding>(caller, STANDING, [systemId]);
    return standing!;
  }

  private async recorded(caller: Caller, operation: string, messageId: string): Promise<void> {
    await this.audit.record(caller, { kind: 'READ', operation, personIds: [], details: { messageId } });
  }

  private async read<Row>(caller: Caller, text: string, values: readonly unknown[]): Promise<Row[]> {
    const pool = caller.role === Role.IDENTITY_STEWARD ? 'steward' : 'staff';
    const rows = await this.database.read(pool, caller.scope, { text, values });
    return rows.map(([row]) => row as Row);
  }
}

const sender = { times: 1, code: null, place: null, by: null, reason: null };

/** A message's row and its events as one line of time. Pure. */
export function timelineOf(
  message: MessageSummary,
  events: readonly TimelineEntry[],
): readonly TimelineEntry[] {
  const { receivedAt: at, state } = message;
  const isRefused = state === MessageState.REFUSED;
  const entries: TimelineEntry[] = [
    { ...sender, at, what: 'RECEIVED', code: isRefused ? message.code : null },
  ];
  if (message.isAnswered) entries.push({ ...sender, at, what: 'ANSWERED' });
  if (message.lastRepeatedAt !== null)
    entries.push({ ...sender, at: message.lastRepeatedAt, what: 'REPEATED', times: message.repeats });
  // A first reading that ended well is in the row alone.
  if (
    message.attempts === 1 &&
    message.readAt !== null &&
    (state === MessageState.READ || state === MessageState.NOTHING)
  )
    entries.push({ ...sender, at: message.readAt, what: state, by: 'system:messages' });
  return [...entries, ...events].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
