/** Field maps of the messages that record systems send: what came, how it stands and what happened to it; nothing of what it says. */
import { ADMINISTRATORS, MACHINES, STEWARDS } from '../../access/policies.js';
import { CLINICAL_RECORD_SYSTEMS } from '../../clinical/clinical.reader.js';
import { FEED_COUNTS, FEED_DOUBTS } from '../../clinical/feed/feed-doubt.reader.js';
import { IDENTITY_RECORDS } from '../../people/identity-conflict.reader.js';
import { SCOPE_ORG } from '../../platform/database/policy.js';
import { addRelations, type Many, type TypeMap, typeMap } from '../../platform/database/select/field-map.js';
import {
  aboutPerson,
  among,
  asc,
  bool,
  desc,
  equals,
  filter,
  from,
  int,
  many,
  one,
  order,
  text,
  time,
  until,
  uuid,
} from '../../platform/database/select/map-words.js';
import { MESSAGE_READERS, MESSAGE_WATCHERS } from './message.policies.js';

/**
 * What happened to messages: the message's own row tells that it came, was answered, was repeated, and of a first reading that
 * ended well; its events tell the rest. `MessageReader.timeline` tells the same.
 */
const HAPPENED = `(
  select id::text as key, id as message_id, received_at as at, 0 as place_in_time, 'RECEIVED' as what, 1 as times,
    case when state = 'REFUSED' then code end as code, null as place, null as by, null as reason from inbound_messages
  union all
  select id::text, id, received_at, 1, 'ANSWERED', 1, null, null, null, null from inbound_messages where answer is not null
  union all
  select id::text, id, last_repeated_at, 2, 'REPEATED', repeats, null, null, null, null from inbound_messages where last_repeated_at is not null
  union all
  select id::text, id, read_at, 3, state, 1, null, null, 'system:messages', null from inbound_messages
  where attempts = 1 and read_at is not null and state in ('READ', 'NOTHING')
  union all
  select id::text, message_id, at, 4, what, 1, code, place, by, reason from inbound_message_events
)`;

/** The timeline of a message, in its order. */
export const MESSAGE_TIMELINE: TypeMap = typeMap({
  type: 'InboundMessageEvent',
  table: HAPPENED,
  key: 'message_id',
  columns: {
    at: time('at', MESSAGE_WATCHERS),
    what: text('what', MESSAGE_WATCHERS),
    times: int('times', MESSAGE_WATCHERS),
    code: text('code', MESSAGE_WATCHERS, { nullable: true }),
    place: text('place', MESSAGE_WATCHERS, { nullable: true }),
    by: text('by', MESSAGE_WATCHERS, { nullable: true }),
    reason: text('reason', MESSAGE_WATCHERS, { nullable: true }),
  },
  orders: {
    TIME: order(MESSAGE_WATCHERS, asc('at', 'timestamptz'), asc('place_in_time', 'int'), asc('key', 'text')),
  },
});

/** Messages, newest first. Only identity stewards may ask by whom one concerns, and that is on record. */
export const INBOUND_MESSAGES: TypeMap = typeMap({
  type: 'InboundMessage',
  table: 'inbound_messages',
  columns: {
    id: uuid('id', MESSAGE_WATCHERS),
    application: text('application', MESSAGE_WATCHERS, { nullable: true }),
    facility: text('facility', MESSAGE_WATCHERS, { nullable: true }),
    controlId: text('control_id', MESSAGE_WATCHERS, { nullable: true }),
    type: text('type', MESSAGE_WATCHERS, { nullable: true }),
    sentAt: time('sent_at', MESSAGE_WATCHERS, { nullable: true }),
    receivedAt: time('received_at', MESSAGE_WATCHERS),
    remoteAddress: text('remote_address', MESSAGE_WATCHERS),
    state: text('state', MESSAGE_WATCHERS),
    code: text('code', MESSAGE_WATCHERS, { nullable: true }),
    place: text('place', MESSAGE_WATCHERS, { nullable: true }),
    bytesHash: text('bytes_hash', MESSAGE_WATCHERS),
    hasBody: bool('(exists (select from inbound_bodies b where b.message_id = {t}.id))', MESSAGE_WATCHERS),
    repeats: int('repeats', MESSAGE_WATCHERS),
    lastRepeatedAt: time('last_repeated_at', MESSAGE_WATCHERS, { nullable: true }),
    attempts: int('attempts', MESSAGE_WATCHERS),
    readAt: time('read_at', MESSAGE_WATCHERS, { nullable: true }),
    replayedAt: time('replayed_at', MESSAGE_WATCHERS, { nullable: true }),
  },
  one: { system: one(() => CLINICAL_RECORD_SYSTEMS, 'system_id', MESSAGE_WATCHERS, { nullable: false }) },
  many: {
    timeline: many(() => MESSAGE_TIMELINE, 'message_id', MESSAGE_WATCHERS, { page: { size: 25, max: 100 } }),
  },
  filters: {
    systemId: equals('system_id', 'uuid', MESSAGE_WATCHERS),
    stateIn: among('state', 'text[]', MESSAGE_WATCHERS),
    type: equals('type', 'text', MESSAGE_WATCHERS),
    application: equals('application', 'text', MESSAGE_WATCHERS),
    facility: equals('facility', 'text', MESSAGE_WATCHERS),
    controlId: equals('control_id', 'text', MESSAGE_WATCHERS),
    code: equals('code', 'text', MESSAGE_WATCHERS),
    receivedFrom: from('received_at', 'timestamptz', MESSAGE_WATCHERS),
    receivedUntil: until('received_at', 'timestamptz', MESSAGE_WATCHERS),
    personId: aboutPerson(
      MESSAGE_READERS,
      (row, value) =>
        `${row}.id in (select p.message_id from record_links l
           join inbound_message_patients p on p.system_id = l.system_id and p.local_id = l.local_id where l.person_id = ${value})`,
    ),
    localId: filter(
      MESSAGE_READERS,
      'text',
      (row, value) =>
        `${row}.id in (select p.message_id from inbound_message_patients p where p.system_id = ${row}.system_id and p.local_id = ${value})`,
    ),
  },
  orders: { NEWEST: order(MESSAGE_WATCHERS, desc('received_at', 'timestamptz'), desc('id', 'uuid')) },
  page: { size: 25, max: 250 },
  // Kept by system: each is read from its own start, however many messages there are.
  scopes: [
    {
      roles: MESSAGE_WATCHERS,
      column: 'system_id',
      ids: `(select array(select s.id from clinical_record_systems s where s.organisation_id = ${SCOPE_ORG}))`,
    },
  ],
});

const standing = (what: string, state: 'KEPT' | 'NOT_UNDERSTOOD'): string =>
  `(select ${what} from inbound_messages m where m.system_id = {t}.system_id and m.state = '${state}')`;

/** How what a record system sends by itself stands; there is none until it was first heard of. */
export const INBOUND_FEEDS: TypeMap = typeMap({
  type: 'InboundFeed',
  table: 'inbound_sources',
  key: 'system_id',
  columns: {
    heardAt: time('heard_at', MESSAGE_WATCHERS),
    isSilent: bool(
      `{t}.heard_at + {t}.silent_after_ms * interval '1 millisecond' < clock_timestamp()`,
      MESSAGE_WATCHERS,
      { nullable: true },
    ),
    unread: int(standing('count(*)::integer', 'KEPT'), MESSAGE_WATCHERS),
    unreadSince: time(standing('min(m.received_at)', 'KEPT'), MESSAGE_WATCHERS, { nullable: true }),
    notUnderstood: int(standing('count(*)::integer', 'NOT_UNDERSTOOD'), MESSAGE_WATCHERS),
    notUnderstoodSince: time(standing('min(m.received_at)', 'NOT_UNDERSTOOD'), MESSAGE_WATCHERS, {
      nullable: true,
    }),
  },
  many: { counts: many(() => FEED_COUNTS, { system_id: 'system_id' }, [...ADMINISTRATORS, ...MACHINES]) },
});

/** Messages about patients of a system; a page of them, the newest first. */
const messagesAbout = (patients: string): Many =>
  many(() => INBOUND_MESSAGES, 'system_id', STEWARDS, {
    viaSql: `{to}.id in (select p.message_id from inbound_message_patients p where p.system_id = {t}.system_id and ${patients})`,
    page: { size: 10, max: 50 },
  });

/** Gives the maps of lower rooms their inverse names; called once, when the graph is assembled. */
export function addMessageRelations(): void {
  addRelations(CLINICAL_RECORD_SYSTEMS, { one: { feed: one(() => INBOUND_FEEDS, 'id', MESSAGE_WATCHERS) } });
  addRelations(FEED_DOUBTS, { many: { messages: messagesAbout('p.local_id = any ({t}.local_ids)') } });
  // Of a record that its system restricts it is told that there is one, and no more.
  addRelations(IDENTITY_RECORDS, {
    many: { messages: messagesAbout('p.local_id = {t}.local_id and not {t}.restricted') },
  });
}
