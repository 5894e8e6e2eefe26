/** Tables of delivery: destinations, signed documents, lanes, deliveries, attempts, and what somebody has to see to. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { UNLESS_FOR_SERVICE_ALONE } from '../directory/service-staff.js';
import { DatabaseRole, IN_AGREEMENT, IN_ORG, IN_TEAMS, secureTable } from '../platform/database/policy.js';

const KINDS = `('PROGRESS_NOTE', 'VOCATIONAL_PROFILE', 'ACTION_PLAN', 'BENEFITS_ADVICE_SUMMARY', 'IN_WORK_SUPPORT_PLAN', 'CLOSURE_SUMMARY')`;

export class Delivery1750000001000 implements MigrationInterface {
  name = 'Delivery1750000001000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [...DESTINATIONS, ...DOCUMENTS, ...LANES, ...ATTEMPTS, ...WORK_ITEMS])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'work_items',
      'delivery_attempts',
      'deliveries',
      'delivery_lanes',
      'signed_documents',
      'destinations',
    ])
      await runner.query(`drop table ${table}`);
  }
}

const DESTINATIONS = [
  // One row per record system that takes documents. Paused while paused_until lies ahead; 'infinity' until somebody resumes it.
  `create table destinations (
    system_id uuid constraint pk_destinations primary key constraint fk_destinations_system references clinical_record_systems,
    organisation_id uuid not null,
    max_in_flight integer not null default 32 constraint ck_destinations_max_in_flight check (max_in_flight between 1 and 256),
    send_timeout_ms integer not null default 10000 constraint ck_destinations_send_timeout check (send_timeout_ms between 100 and 120000),
    labels text[] not null default '{}',
    max_text_bytes integer,
    paused_until timestamptz(3),
    paused_at timestamptz(3),
    paused_by text,
    paused_because text,
    updated_at timestamptz(3) not null default clock_timestamp()
  )`,
  ...secureTable('destinations', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
];

const DOCUMENTS = [
  // Signed versions. Rows are only ever inserted; what becomes of them is told by deliveries and notes.
  `create table signed_documents (
    id uuid constraint pk_signed_documents primary key,
    document_id uuid not null,
    version integer not null,
    organisation_id uuid not null,
    team_id uuid not null constraint fk_signed_documents_team references teams,
    person_id uuid not null constraint fk_signed_documents_person references persons,
    system_id uuid constraint fk_signed_documents_system references clinical_record_systems,
    action text not null constraint ck_signed_documents_action check (action in ('CREATE', 'REPLACE', 'APPEND')),
    predecessor_id uuid constraint fk_signed_documents_predecessor references signed_documents,
    reason text,
    kind text not null constraint ck_signed_documents_kind check (kind in ${KINDS}),
    title text not null,
    text text not null,
    text_hash text not null,
    author_staff_id uuid not null constraint fk_signed_documents_author references staff,
    author_reference text,
    author_name text not null,
    author_employer text not null,
    author_role text not null,
    contact_on date not null,
    contact_started_at timestamptz(3),
    is_late_entry boolean not null,
    written_at timestamptz(3) not null,
    signed_at timestamptz(3) not null,
    visibility text not null constraint ck_signed_documents_visibility check (visibility in ('CLINICAL_RECORD', 'SERVICE_ONLY', 'SHAREABLE')),
    labels text[] not null default '{}',
    urgent boolean not null default false,
    constraint uq_signed_documents_version unique (document_id, version)
  )`,
  // Serves: a person's documents, newest first.
  `create index ix_signed_documents_person on signed_documents (person_id, signed_at desc, id desc)`,
  `create index ix_signed_documents_team on signed_documents (team_id, signed_at desc, id desc)`,
  `create statistics st_signed_documents_team (dependencies) on team_id, person_id, document_id from signed_documents`,
  `create trigger signed_documents_append_only before update or delete or truncate on signed_documents execute function refuse_change()`,
  ...secureTable('signed_documents', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: `${IN_TEAMS} and ${UNLESS_FOR_SERVICE_ALONE}` },
    {
      role: DatabaseRole.READ_ANALYST,
      may: 'select',
      rows: IN_AGREEMENT,
      columns: [
        'id',
        'document_id',
        'version',
        'organisation_id',
        'team_id',
        'person_id',
        'action',
        'kind',
        'contact_on',
        'is_late_entry',
        'written_at',
        'signed_at',
        'visibility',
        'urgent',
      ],
    },
    { role: DatabaseRole.WRITE, may: 'all', rows: `${IN_ORG} and ${IN_TEAMS}` },
    { role: DatabaseRole.WORKER, may: 'select', rows: IN_ORG },
  ]),
];

const LANES = [
  // One lane per person and destination. `due` is both the next time to act and, while held, the end of the lease; `fence` rises
  // with every claim. Whatever is decided about a lane is decided from this row under its lock, never from `deliveries`.
  `create table delivery_lanes (
    id uuid constraint pk_delivery_lanes primary key,
    organisation_id uuid not null,
    system_id uuid not null constraint fk_delivery_lanes_destination references destinations,
    person_id uuid not null constraint fk_delivery_lanes_person references persons,
    head_seq bigint not null default 1,
    last_seq bigint not null default 0,
    state text not null default 'IDLE' constraint ck_delivery_lanes_state check (state in ('IDLE', 'READY', 'PARKED')),
    due timestamptz(3) not null default clock_timestamp(),
    fence bigint not null default 0,
    holder text,
    constraint uq_delivery_lanes_person unique (system_id, person_id)
  ) with (fillfactor = 50)`,
  // Serves: the claim.
  `create index ix_delivery_lanes_due on delivery_lanes (system_id, due) where state = 'READY'`,
  // Serves: counting what is held, and taking over from a holder that died.
  `create index ix_delivery_lanes_holder on delivery_lanes (system_id, holder) where holder is not null`,
  // Serves: lanes of somebody who was merged.
  `create index ix_delivery_lanes_person on delivery_lanes (person_id)`,
  ...secureTable('delivery_lanes', [
    { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
  // Two axes: `ours` is what the hub is doing, `theirs` what the destination has said or shown. `attempts` counts for ever,
  // `tries` and `conflicts` since it was queued or replayed.
  `create table deliveries (
    id uuid constraint pk_deliveries primary key,
    lane_id uuid not null constraint fk_deliveries_lane references delivery_lanes,
    seq bigint not null,
    organisation_id uuid not null,
    team_id uuid not null constraint fk_deliveries_team references teams,
    person_id uuid not null constraint fk_deliveries_person references persons,
    system_id uuid not null constraint fk_deliveries_destination references destinations,
    document_id uuid not null,
    document_version_id uuid not null constraint fk_deliveries_document references signed_documents,
    operation text not null constraint ck_deliveries_operation check (operation in ('FILE', 'WITHDRAW')),
    ours text not null default 'QUEUED' constraint ck_deliveries_ours check (ours in ('QUEUED', 'SENDING', 'SETTLED', 'PARKED', 'CANCELLED')),
    theirs text not null default 'NONE' constraint ck_deliveries_theirs check (theirs in ('NONE', 'ACCEPTED', 'FILED', 'AWAITING_SIGNATURE', 'SIGNED', 'WITHDRAWN', 'REJECTED')),
    attempts integer not null default 0,
    tries integer not null default 0,
    conflicts integer not null default 0,
    may_have_arrived boolean not null default false,
    last_code text,
    last_at timestamptz(3),
    next_at timestamptz(3),
    reference text,
    reference_version text,
    patient_local_id text,
    queued_at timestamptz(3) not null default clock_timestamp(),
    accepted_at timestamptz(3),
    filed_at timestamptz(3),
    ended_at timestamptz(3),
    watch_due timestamptz(3),
    watch_attempts integer not null default 0,
    urgent_due_at timestamptz(3),
    constraint uq_deliveries_seq unique (lane_id, seq)
  ) with (fillfactor = 80)`,
  // Serves: the receipt watch.
  `create index ix_deliveries_watch on deliveries (system_id, watch_due) where watch_due is not null`,
  // Serves: what became of a version.
  `create index ix_deliveries_document_version on deliveries (document_version_id)`,
  // Serves: what became of a document, newest first.
  `create index ix_deliveries_document on deliveries (document_id, seq desc)`,
  // Serves: a team's deliveries by state, newest first.
  `create index ix_deliveries_team on deliveries (team_id, queued_at desc, id desc)`,
  // Serves: an organisation's deliveries for analysts.
  `create index ix_deliveries_organisation on deliveries (organisation_id, queued_at desc, id desc)`,
  // Serves: urgent notes that are not filed in their time.
  `create index ix_deliveries_urgent on deliveries (organisation_id, urgent_due_at) where urgent_due_at is not null and filed_at is null`,
  // Serves: what is parked.
  `create index ix_deliveries_parked on deliveries (system_id, last_code) where ours = 'PARKED'`,
  `create statistics st_deliveries_team (dependencies) on team_id, person_id, document_id from deliveries`,
  ...secureTable('deliveries', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
    {
      role: DatabaseRole.READ_ANALYST,
      may: 'select',
      rows: IN_AGREEMENT,
      columns: [
        'id',
        'organisation_id',
        'team_id',
        'person_id',
        'system_id',
        'document_id',
        'document_version_id',
        'seq',
        'operation',
        'ours',
        'theirs',
        'attempts',
        'last_code',
        'queued_at',
        'accepted_at',
        'filed_at',
        'ended_at',
      ],
    },
    { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
];

const ATTEMPTS = [
  `create table delivery_attempts (
    id uuid constraint pk_delivery_attempts primary key,
    organisation_id uuid not null,
    team_id uuid not null,
    delivery_id uuid not null constraint fk_delivery_attempts_delivery references deliveries,
    number integer not null,
    holder text not null,
    fence bigint not null,
    started_at timestamptz(3) not null default clock_timestamp(),
    ended_at timestamptz(3),
    class text constraint ck_delivery_attempts_class check (class in ('DONE', 'TRANSIENT', 'AMBIGUOUS', 'PERMANENT', 'PAUSED', 'CONFLICT', 'WAITED', 'LOST')),
    code text,
    was_asked_first boolean not null default false
  )`,
  // Serves: the timeline of a delivery.
  `create index ix_delivery_attempts_delivery on delivery_attempts (delivery_id, started_at desc, id desc)`,
  ...secureTable('delivery_attempts', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_TEAMS },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
    { role: DatabaseRole.WRITE, may: 'select', rows: IN_ORG },
  ]),
];

const WORK_ITEMS = [
  // What a person has to see to. At most one open item per kind and subject. `visibility` is that of the note it is about.
  `create table work_items (
    id uuid constraint pk_work_items primary key,
    organisation_id uuid not null,
    team_id uuid not null constraint fk_work_items_team references teams,
    kind text not null constraint ck_work_items_kind check (kind in ('UNLINKED', 'PARKED', 'RECEIPT_MISMATCH', 'RECEIPT_OVERDUE', 'URGENT_NOT_FILED', 'COUNTERSIGN', 'COUNTERSIGN_OVERDUE', 'AUTHOR_UNMAPPED', 'AUTHOR_HAS_LEFT', 'WRONG_PERSON')),
    subject_id uuid not null,
    person_id uuid constraint fk_work_items_person references persons,
    document_id uuid,
    delivery_id uuid constraint fk_work_items_delivery references deliveries,
    assigned_staff_id uuid constraint fk_work_items_staff references staff,
    code text,
    opened_at timestamptz(3) not null default clock_timestamp(),
    due_at timestamptz(3),
    resolved_at timestamptz(3),
    resolved_by text,
    resolution text,
    visibility text not null default 'CLINICAL_RECORD' constraint ck_work_items_visibility check (visibility in ('CLINICAL_RECORD', 'SERVICE_ONLY', 'SHAREABLE'))
  )`,
  `create unique index uq_work_items_open on work_items (kind, subject_id) where resolved_at is null`,
  // Serves: closing what a delivery has opened, once it has arrived.
  `create index ix_work_items_delivery on work_items (delivery_id) where resolved_at is null`,
  // Serves: a team's open items, oldest first.
  `create index ix_work_items_team on work_items (team_id, opened_at, id)`,
  // Serves: the items about a note.
  `create index ix_work_items_document on work_items (document_id) where document_id is not null`,
  ...secureTable('work_items', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: `${IN_TEAMS} and ${UNLESS_FOR_SERVICE_ALONE}` },
    { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
];
