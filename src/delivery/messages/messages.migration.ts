/** Tables of the message store: messages, their bytes, whom they concern, what happened to them, and when a system was last heard of. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { UNLESS_FOR_SERVICE_ALONE } from '../../directory/service-staff.js';
import { DatabaseRole, IN_ORG, IN_TEAMS, secureTable } from '../../platform/database/policy.js';

const KINDS_BEFORE = `('UNLINKED', 'PARKED', 'RECEIPT_MISMATCH', 'RECEIPT_OVERDUE', 'URGENT_NOT_FILED', 'COUNTERSIGN', 'COUNTERSIGN_OVERDUE', 'AUTHOR_UNMAPPED', 'AUTHOR_HAS_LEFT', 'WRONG_PERSON')`;
const KINDS = `('UNLINKED', 'PARKED', 'RECEIPT_MISMATCH', 'RECEIPT_OVERDUE', 'URGENT_NOT_FILED', 'COUNTERSIGN', 'COUNTERSIGN_OVERDUE', 'AUTHOR_UNMAPPED', 'AUTHOR_HAS_LEFT', 'WRONG_PERSON', 'MESSAGE_NOT_UNDERSTOOD')`;

const WORK_ITEMS = [
  'alter table work_items drop constraint ck_work_items_kind',
  `alter table work_items add constraint ck_work_items_kind check (kind in ${KINDS})`,
  // A message is no team's: whoever runs the hub sees to it. The item names no person.
  'alter table work_items alter column team_id drop not null',
  `alter table work_items add constraint ck_work_items_team check (team_id is not null or kind = 'MESSAGE_NOT_UNDERSTOOD')`,
  `alter policy work_items_${DatabaseRole.READ_STAFF} on work_items
     using ((${IN_TEAMS} and ${UNLESS_FOR_SERVICE_ALONE}) or (team_id is null and ${IN_ORG}))`,
];

export class InboundMessages1750000001700 implements MigrationInterface {
  name = 'InboundMessages1750000001700';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [...MESSAGES, ...BODIES, ...PATIENTS, ...EVENTS, ...SOURCES, ...WORK_ITEMS])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `delete from work_items where kind = 'MESSAGE_NOT_UNDERSTOOD'`,
      'alter table work_items drop constraint ck_work_items_team',
      'alter table work_items alter column team_id set not null',
      'alter table work_items drop constraint ck_work_items_kind',
      `alter table work_items add constraint ck_work_items_kind check (kind in ${KINDS_BEFORE})`,
      `alter policy work_items_${DatabaseRole.READ_STAFF} on work_items using (${IN_TEAMS} and ${UNLESS_FOR_SERVICE_ALONE})`,
      'drop table inbound_sources',
      'drop table inbound_message_events',
      'drop table inbound_message_patients',
      'drop table inbound_bodies',
      'drop table inbound_messages',
      'drop sequence inbound_messages_seq',
    ])
      await runner.query(sql);
  }
}

const MESSAGES = [
  // Order of arrival. No column default: the statement that keeps messages numbers them in the order in which they wait.
  'create sequence inbound_messages_seq',
  `grant usage on sequence inbound_messages_seq to ${DatabaseRole.WORKER}`,
  // A number is taken by the row whose distinction is empty, so that two connections cannot both take it; the same index finds
  // what else came under that number.
  `create table inbound_messages (
    id uuid constraint pk_inbound_messages primary key,
    organisation_id uuid not null,
    system_id uuid not null constraint fk_inbound_messages_system references clinical_record_systems,
    seq bigint not null,
    application text,
    facility text,
    control_id text,
    distinction text not null default '',
    content_hash text not null,
    bytes_hash text not null,
    type text constraint ck_inbound_messages_type check (type ~ '^[A-Z0-9^_]{1,20}$'),
    sent_at timestamptz(3),
    received_at timestamptz(3) not null default clock_timestamp(),
    remote_address text not null,
    state text not null default 'KEPT' constraint ck_inbound_messages_state check (state in ('KEPT', 'READ', 'NOTHING', 'NOT_UNDERSTOOD', 'REFUSED', 'SET_ASIDE')),
    code text,
    place text,
    answer bytea,
    repeats integer not null default 0,
    last_repeated_at timestamptz(3),
    attempts integer not null default 0,
    unended integer not null default 0,
    read_at timestamptz(3),
    replayed_at timestamptz(3),
    constraint uq_inbound_messages_number unique (system_id, control_id, application, facility, distinction),
    constraint ck_inbound_messages_number check ((control_id is null) = (application is null) and (control_id is null) = (facility is null))
  ) with (fillfactor = 85)`,
  // Serves: the reader.
  `create index ix_inbound_messages_kept on inbound_messages (system_id, seq) where state = 'KEPT'`,
  // Serves: what waits for somebody.
  `create index ix_inbound_messages_parked on inbound_messages (system_id, code, received_at) where state = 'NOT_UNDERSTOOD'`,
  // Serves: lists, newest first, and retention.
  `create index ix_inbound_messages_system on inbound_messages (system_id, received_at desc, id desc)`,
  ...secureTable('inbound_messages', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.READ_STEWARD, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
  `grant delete on inbound_messages to ${DatabaseRole.WORKER}`,
];

const BODIES = [
  `create table inbound_bodies (
    message_id uuid constraint pk_inbound_bodies primary key constraint fk_inbound_bodies_message references inbound_messages on delete cascade,
    organisation_id uuid not null,
    bytes bytea not null
  )`,
  // No reading role sees more than that they are there: bytes are shown in the transaction that puts on record to whom and why.
  ...secureTable('inbound_bodies', [
    {
      role: DatabaseRole.READ_STAFF,
      may: 'select',
      rows: IN_ORG,
      columns: ['message_id', 'organisation_id'],
    },
    {
      role: DatabaseRole.READ_STEWARD,
      may: 'select',
      rows: IN_ORG,
      columns: ['message_id', 'organisation_id'],
    },
    { role: DatabaseRole.WRITE, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
  `grant delete on inbound_bodies to ${DatabaseRole.WORKER}`,
];

const PATIENTS = [
  `create table inbound_message_patients (
    message_id uuid constraint fk_inbound_message_patients_message references inbound_messages on delete cascade,
    local_id text,
    organisation_id uuid not null,
    system_id uuid not null,
    constraint pk_inbound_message_patients primary key (message_id, local_id)
  )`,
  // Serves: the messages of a patient.
  `create index ix_inbound_message_patients_patient on inbound_message_patients (system_id, local_id, message_id)`,
  // Whose record a number is says who somebody is: for those who settle that, and for the record of who saw what.
  ...secureTable('inbound_message_patients', [
    { role: DatabaseRole.READ_STEWARD, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.WRITE, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
];

const EVENTS = [
  `create table inbound_message_events (
    id uuid constraint pk_inbound_message_events primary key,
    organisation_id uuid not null,
    message_id uuid not null constraint fk_inbound_message_events_message references inbound_messages on delete cascade,
    at timestamptz(3) not null default clock_timestamp(),
    what text not null constraint ck_inbound_message_events_what check (what in ('READ', 'NOTHING', 'NOT_UNDERSTOOD', 'FAILED', 'REPLAYED', 'SET_ASIDE')),
    code text,
    place text,
    by text not null,
    reason text
  )`,
  // Serves: the timeline of a message.
  `create index ix_inbound_message_events_message on inbound_message_events (message_id, at, id)`,
  ...secureTable('inbound_message_events', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.READ_STEWARD, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
];

const SOURCES = [
  `create table inbound_sources (
    system_id uuid constraint pk_inbound_sources primary key constraint fk_inbound_sources_system references clinical_record_systems,
    organisation_id uuid not null,
    heard_at timestamptz(3) not null
  )`,
  ...secureTable('inbound_sources', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.READ_STEWARD, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
];
