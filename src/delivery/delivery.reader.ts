/** Field maps of delivery: signed versions, deliveries on their two axes, attempts, destinations, work items. */
import { ADMINISTRATORS, ANALYSTS, CARE, CARE_AND_ANALYSTS, CASEWORK } from '../access/policies.js';
import { CLINICAL_RECORD_SYSTEMS } from '../clinical/clinical.reader.js';
import { STAFF, TEAMS } from '../directory/directory.reader.js';
import { PERSONS } from '../people/person.reader.js';
import { type TypeMap, typeMap } from '../platform/database/select/field-map.js';
import {
  among,
  asc,
  bool,
  byOrganisation,
  byTeam,
  date,
  desc,
  equals,
  flag,
  from,
  int,
  many,
  one,
  order,
  text,
  textArray,
  time,
  until,
  uuid,
} from '../platform/database/select/map-words.js';

/** Those who see how a destination stands: who writes for it, and who runs the hub. */
const DESTINATION_WATCHERS = [...CASEWORK, ...ADMINISTRATORS];

/** Signed versions. What was written, and who wrote it, is for those who give care; an analyst sees kinds, days and states. */
export const NOTE_VERSIONS: TypeMap = typeMap({
  type: 'NoteVersion',
  table: 'signed_documents',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    version: int('version', CARE_AND_ANALYSTS),
    action: text('action', CARE_AND_ANALYSTS),
    reason: text('reason', CARE, { nullable: true }),
    title: text('title', CARE, { nullable: true, identifies: true }),
    text: text('text', CARE, { nullable: true, identifies: true }),
    textHash: text('text_hash', CARE, { nullable: true }),
    authorName: text('author_name', CARE, { nullable: true }),
    authorEmployer: text('author_employer', CARE, { nullable: true }),
    authorRole: text('author_role', CARE, { nullable: true }),
    authorReference: text('author_reference', CARE, { nullable: true }),
    contactOn: date('contact_on', CARE_AND_ANALYSTS),
    contactStartedAt: time('contact_started_at', CARE, { nullable: true }),
    isLateEntry: bool('is_late_entry', CARE_AND_ANALYSTS),
    writtenAt: time('written_at', CARE_AND_ANALYSTS),
    signedAt: time('signed_at', CARE_AND_ANALYSTS),
    visibility: text('visibility', CARE_AND_ANALYSTS),
    labels: textArray('labels', CARE, { nullable: true }),
    urgent: bool('urgent', CARE_AND_ANALYSTS),
  },
  one: {
    system: one(() => CLINICAL_RECORD_SYSTEMS, 'system_id', CARE),
    predecessor: one(() => NOTE_VERSIONS, 'predecessor_id', CARE),
  },
  many: { deliveries: many(() => NOTE_DELIVERIES, 'document_version_id', CARE_AND_ANALYSTS) },
  orders: {
    // Lists of versions are of one note, in which a number is there once (uq_signed_documents_version).
    NEWEST: order(CARE_AND_ANALYSTS, desc('version', 'int')),
  },
  subject: { sql: 'person_id', always: true, roles: CARE },
});

/** Deliveries: one operation on one version, with what the hub is doing (`ours`) and what the destination has said or shown (`theirs`). */
export const NOTE_DELIVERIES: TypeMap = typeMap({
  type: 'NoteDelivery',
  table: 'deliveries',
  columns: {
    id: uuid('id', CARE_AND_ANALYSTS),
    operation: text('operation', CARE_AND_ANALYSTS),
    ours: text('ours', CARE_AND_ANALYSTS),
    theirs: text('theirs', CARE_AND_ANALYSTS),
    attempts: int('attempts', CARE_AND_ANALYSTS),
    lastCode: text('last_code', CARE_AND_ANALYSTS, { nullable: true }),
    lastDetail: text('last_detail', CARE, { nullable: true }),
    mayHaveArrived: bool('may_have_arrived', CARE, { nullable: true }),
    queuedAt: time('queued_at', CARE_AND_ANALYSTS),
    lastAt: time('last_at', CARE, { nullable: true }),
    nextAt: time('next_at', CARE, { nullable: true }),
    acceptedAt: time('accepted_at', CARE_AND_ANALYSTS, { nullable: true }),
    filedAt: time('filed_at', CARE_AND_ANALYSTS, { nullable: true }),
    endedAt: time('ended_at', CARE_AND_ANALYSTS, { nullable: true }),
    urgentDueAt: time('urgent_due_at', CARE, { nullable: true }),
    reference: text('reference', CARE, { nullable: true }),
    referenceVersion: text('reference_version', CARE, { nullable: true }),
  },
  one: {
    system: one(() => CLINICAL_RECORD_SYSTEMS, 'system_id', CARE_AND_ANALYSTS, { nullable: false }),
    team: one(() => TEAMS, 'team_id', CARE_AND_ANALYSTS, { nullable: false }),
    person: one(() => PERSONS, 'person_id', CARE_AND_ANALYSTS),
    version: one(() => NOTE_VERSIONS, 'document_version_id', CARE_AND_ANALYSTS),
    // A lane has one parked delivery at most: its head.
    heldBy: one(() => NOTE_DELIVERIES, 'lane_id', CARE, {
      viaSql: `{t}.ours = 'QUEUED' and {to}.lane_id = {t}.lane_id and {to}.ours = 'PARKED' and {to}.seq < {t}.seq`,
    }),
  },
  many: {
    timeline: many(() => DELIVERY_ATTEMPTS, 'delivery_id', CARE, { page: { size: 25, max: 100 } }),
  },
  filters: {
    oursIn: among('ours', 'text[]', CARE_AND_ANALYSTS),
    theirsIn: among('theirs', 'text[]', CARE_AND_ANALYSTS),
    operation: equals('operation', 'text', CARE_AND_ANALYSTS),
    lastCode: equals('last_code', 'text', CARE_AND_ANALYSTS),
    systemId: equals('system_id', 'uuid', CARE_AND_ANALYSTS),
    teamId: equals('team_id', 'uuid', CARE_AND_ANALYSTS),
    filed: flag(CARE_AND_ANALYSTS, '{t}.filed_at is not null', '{t}.filed_at is null'),
    queuedFrom: from('queued_at', 'timestamptz', CARE_AND_ANALYSTS),
    queuedUntil: until('queued_at', 'timestamptz', CARE_AND_ANALYSTS),
  },
  orders: {
    NEWEST: order(CARE_AND_ANALYSTS, desc('queued_at', 'timestamptz'), desc('id', 'uuid')),
    OLDEST: order(CARE_AND_ANALYSTS, asc('queued_at', 'timestamptz'), asc('id', 'uuid')),
  },
  page: { size: 25, max: 250 },
  subject: { sql: 'person_id', always: true, roles: CARE },
  scopes: [byTeam(CARE), byOrganisation(ANALYSTS)],
});

/** Attempts of a delivery, newest first: times, classes and codes; nothing of the document. */
export const DELIVERY_ATTEMPTS: TypeMap = typeMap({
  type: 'DeliveryAttempt',
  table: 'delivery_attempts',
  columns: {
    id: uuid('id', CARE),
    number: int('number', CARE),
    startedAt: time('started_at', CARE),
    endedAt: time('ended_at', CARE, { nullable: true }),
    class: text('class', CARE, { nullable: true }),
    code: text('code', CARE, { nullable: true }),
    wasAskedFirst: bool('was_asked_first', CARE),
  },
  orders: { NEWEST: order(CARE, desc('started_at', 'timestamptz'), desc('id', 'uuid')) },
});

const IS_PAUSED = '{t}.paused_until is not null and {t}.paused_until > clock_timestamp()';
const whilePaused = (column: string): string => `case when ${IS_PAUSED} then {t}.${column} end`;

/** Destinations: record systems that take documents, and whether they are paused. About nobody. */
export const DESTINATIONS: TypeMap = typeMap({
  type: 'Destination',
  table: 'destinations',
  key: 'system_id',
  columns: {
    id: uuid('system_id', DESTINATION_WATCHERS),
    isPaused: bool(`(${IS_PAUSED})`, DESTINATION_WATCHERS),
    // 'infinity' stands for until somebody resumes it.
    pausedUntil: time(
      `case when ${IS_PAUSED} and {t}.paused_until < 'infinity' then {t}.paused_until end`,
      DESTINATION_WATCHERS,
      { nullable: true },
    ),
    pausedAt: time(whilePaused('paused_at'), DESTINATION_WATCHERS, { nullable: true }),
    pausedBy: text(whilePaused('paused_by'), DESTINATION_WATCHERS, { nullable: true }),
    pausedBecause: text(whilePaused('paused_because'), DESTINATION_WATCHERS, { nullable: true }),
    maxInFlight: int('max_in_flight', DESTINATION_WATCHERS),
    sendTimeoutMs: int('send_timeout_ms', DESTINATION_WATCHERS),
    labels: textArray('labels', DESTINATION_WATCHERS),
    maxTextBytes: int('max_text_bytes', DESTINATION_WATCHERS, { nullable: true }),
  },
  one: {
    system: one(() => CLINICAL_RECORD_SYSTEMS, 'system_id', DESTINATION_WATCHERS, { nullable: false }),
  },
  orders: { ID: order(DESTINATION_WATCHERS, asc('system_id', 'uuid')) },
});

/** What somebody has to see to, oldest first. */
export const WORK_ITEMS: TypeMap = typeMap({
  type: 'WorkItem',
  table: 'work_items',
  columns: {
    id: uuid('id', CARE),
    kind: text('kind', CARE),
    code: text('code', CARE, { nullable: true }),
    openedAt: time('opened_at', CARE),
    dueAt: time('due_at', CARE, { nullable: true }),
    resolvedAt: time('resolved_at', CARE, { nullable: true }),
    resolvedBy: text('resolved_by', CARE, { nullable: true }),
    resolution: text('resolution', CARE, { nullable: true }),
  },
  one: {
    team: one(() => TEAMS, 'team_id', CARE, { nullable: false }),
    person: one(() => PERSONS, 'person_id', CARE),
    delivery: one(() => NOTE_DELIVERIES, 'delivery_id', CARE),
    assignedTo: one(() => STAFF, 'assigned_staff_id', CARE),
  },
  filters: {
    kindIn: among('kind', 'text[]', CARE),
    isOpen: flag(CARE, '{t}.resolved_at is null', '{t}.resolved_at is not null'),
    teamId: equals('team_id', 'uuid', CARE),
    assignedToId: equals('assigned_staff_id', 'uuid', CARE),
  },
  orders: {
    OLDEST: order(CARE, asc('opened_at', 'timestamptz'), asc('id', 'uuid')),
    NEWEST: order(CARE, desc('opened_at', 'timestamptz'), desc('id', 'uuid')),
    DUE: order(CARE, asc('due_at', 'timestamptz', "'infinity'"), asc('id', 'uuid')),
  },
  page: { size: 25, max: 250 },
  subject: { sql: 'person_id', always: true, roles: CARE },
  scopes: [byTeam(CARE)],
});
