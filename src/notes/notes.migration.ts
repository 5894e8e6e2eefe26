/** Tables of notes: the note, its drafts, countersignatures, telephone calls, incidents of a wrong person, and the policy that applies. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { COLUMNS_OF_READS } from '../access/audit.service.js';
import { UNLESS_FOR_SERVICE_ALONE } from '../directory/service-staff.js';
import {
  DatabaseRole,
  IN_AGREEMENT,
  IN_ORG,
  IN_TEAMS,
  SCOPE_STAFF,
  secureTable,
} from '../platform/database/policy.js';

const KINDS = `('PROGRESS_NOTE', 'VOCATIONAL_PROFILE', 'ACTION_PLAN', 'BENEFITS_ADVICE_SUMMARY', 'IN_WORK_SUPPORT_PLAN', 'CLOSURE_SUMMARY')`;
const OWN_TEAMS = `${IN_ORG} and ${IN_TEAMS}`;

export class Notes1750000001100 implements MigrationInterface {
  name = 'Notes1750000001100';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [...NOTES, ...VISIBILITY, ...DRAFTS, ...COUNTERSIGNATURES, ...AROUND, ...POLICIES])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop trigger work_items_visibility on work_items');
    await runner.query('drop trigger signed_documents_visibility on signed_documents');
    await runner.query('drop function visibility_of_work_item(), visibility_of_note()');
    for (const table of [
      'note_policies',
      'wrong_person_incidents',
      'telephone_calls',
      'countersignatures',
      'note_drafts',
      'notes',
    ])
      await runner.query(`drop table ${table}`);
    await runner.query('drop function visibility_about_note()');
  }
}

const NOTES = [
  // `id` is the document id of every version; `visibility` is the latest version's, and the service's alone until there is one.
  `create table notes (
    id uuid constraint pk_notes primary key,
    organisation_id uuid not null,
    team_id uuid not null constraint fk_notes_team references teams,
    person_id uuid not null constraint fk_notes_person references persons,
    episode_id uuid not null constraint fk_notes_episode references employment_episodes,
    kind text not null constraint ck_notes_kind check (kind in ${KINDS}),
    state text not null constraint ck_notes_state check (state in ('DRAFT', 'AWAITING_COUNTERSIGNATURE', 'SIGNED', 'RETRACTED', 'DISCARDED')),
    author_id uuid not null constraint fk_notes_author references staff,
    latest_version integer not null default 0,
    visibility text not null default 'SERVICE_ONLY' constraint ck_notes_visibility check (visibility in ('CLINICAL_RECORD', 'SERVICE_ONLY', 'SHAREABLE')),
    contact_on date,
    retracted_at timestamptz(3),
    retracted_because text constraint ck_notes_retracted_because check (retracted_because in ('ENTERED_IN_ERROR', 'WRONG_PERSON')),
    retraction_reason text,
    refiled_as_id uuid constraint fk_notes_refiled_as references notes,
    created_at timestamptz(3) not null default clock_timestamp(),
    updated_at timestamptz(3) not null default clock_timestamp()
  )`,
  // Serves: an episode's notes, newest first.
  `create index ix_notes_episode on notes (episode_id, created_at desc, id desc)`,
  // Serves: the list of a team's notes, newest first.
  `create index ix_notes_team on notes (team_id, created_at desc, id desc)`,
  // Serves: an organisation's notes for analysts.
  `create index ix_notes_organisation on notes (organisation_id, created_at desc, id desc)`,
  // Serves: a person's notes.
  `create index ix_notes_person on notes (person_id, created_at desc, id desc)`,
  `create statistics st_notes_team (dependencies) on team_id, person_id, episode_id from notes`,
  `create statistics st_notes_org (dependencies) on organisation_id, person_id, episode_id from notes`,
  ...secureTable('notes', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: `${IN_TEAMS} and ${UNLESS_FOR_SERVICE_ALONE}` },
    {
      role: DatabaseRole.READ_ANALYST,
      may: 'select',
      rows: IN_AGREEMENT,
      columns: [
        'id',
        'organisation_id',
        'team_id',
        'person_id',
        'episode_id',
        'kind',
        'state',
        'author_id',
        'latest_version',
        'contact_on',
        'retracted_at',
        'retracted_because',
        'created_at',
      ],
    },
    { role: DatabaseRole.WRITE, may: 'all', rows: `${OWN_TEAMS} and ${UNLESS_FOR_SERVICE_ALONE}` },
    { role: DatabaseRole.WORKER, may: 'select', rows: IN_ORG },
  ]),
];

const VISIBILITY = [
  // Whoever signs, the note and what has to be seen to about it are as visible as its latest version: row rules turn on it. Earlier
  // versions and deliveries keep to their own, so none may go over from the record to the service alone or back.
  `create function visibility_of_note() returns trigger language plpgsql as $$
   begin
     if new.version > 1 and exists (select from notes n where n.id = new.document_id
       and (n.visibility = 'SERVICE_ONLY') <> (new.visibility = 'SERVICE_ONLY')) then
       raise exception 'a note stays for the record or for the service alone' using errcode = 'check_violation';
     end if;
     update notes set visibility = new.visibility where id = new.document_id and visibility <> new.visibility;
     update work_items set visibility = new.visibility where document_id = new.document_id and visibility <> new.visibility;
     update countersignatures set visibility = new.visibility where note_id = new.document_id and visibility <> new.visibility;
     update telephone_calls set visibility = new.visibility where note_id = new.document_id and visibility <> new.visibility;
     update wrong_person_incidents set visibility = new.visibility where note_id = new.document_id and visibility <> new.visibility;
     return null;
   end $$`,
  `create trigger signed_documents_visibility after insert on signed_documents for each row execute function visibility_of_note()`,
  `create function visibility_of_work_item() returns trigger language plpgsql as $$
   begin
     new.visibility := coalesce((select n.visibility from notes n where n.id = new.document_id), new.visibility);
     return new;
   end $$`,
  `create trigger work_items_visibility before insert on work_items for each row execute function visibility_of_work_item()`,
  `create function visibility_about_note() returns trigger language plpgsql as $$
   begin
     new.visibility := coalesce((select n.visibility from notes n where n.id = new.note_id), new.visibility);
     return new;
   end $$`,
];

/** What is kept about a note is hidden from whom the note is. */
const aboutNote = (table: string): string[] => [
  `create trigger ${table}_visibility before insert on ${table} for each row execute function visibility_about_note()`,
];

const DRAFTS = [
  // What is being written: a first version, an amendment that replaces, or an addendum. Only its author sees it. `base_version`
  // is the note's latest version when it was begun, so that what somebody else signed in between is never passed over;
  // `about_version_id` is the version that it replaces or is added to, `signed_version_id` what came of it.
  `create table note_drafts (
    id uuid constraint pk_note_drafts primary key,
    note_id uuid not null constraint fk_note_drafts_note references notes,
    organisation_id uuid not null,
    team_id uuid not null constraint fk_note_drafts_team references teams,
    person_id uuid not null constraint fk_note_drafts_person references persons,
    author_id uuid not null constraint fk_note_drafts_author references staff,
    purpose text not null constraint ck_note_drafts_purpose check (purpose in ('NEW', 'AMEND', 'ADD')),
    state text not null default 'OPEN' constraint ck_note_drafts_state check (state in ('OPEN', 'SIGNED', 'DISCARDED')),
    title text not null,
    text text not null,
    contact_on date not null,
    contact_started_at timestamptz(3),
    visibility text not null constraint ck_note_drafts_visibility check (visibility in ('CLINICAL_RECORD', 'SERVICE_ONLY', 'SHAREABLE')),
    labels text[] not null default '{}',
    urgent boolean not null default false,
    reason text,
    rejection_reason text,
    base_version integer not null default 0,
    about_version_id uuid constraint fk_note_drafts_about_version references signed_documents,
    signed_version_id uuid constraint fk_note_drafts_signed_version references signed_documents,
    revision integer not null default 1,
    written_at timestamptz(3) not null default clock_timestamp(),
    created_at timestamptz(3) not null default clock_timestamp()
  )`,
  // Serves: what somebody has begun and not signed.
  `create index ix_note_drafts_author on note_drafts (author_id, written_at desc, id desc)`,
  `create index ix_note_drafts_note on note_drafts (note_id)`,
  // One at a time by each author; and serves: open drafts of those who have left.
  `create unique index uq_note_drafts_open on note_drafts (note_id, author_id) where state = 'OPEN'`,
  ...secureTable('note_drafts', [
    {
      role: DatabaseRole.READ_STAFF,
      may: 'select',
      rows: `${IN_TEAMS} and author_id = ${SCOPE_STAFF}`,
    },
    { role: DatabaseRole.WRITE, may: 'all', rows: OWN_TEAMS },
    // Whose drafts are left open, never what is in them.
    {
      role: DatabaseRole.WORKER,
      may: 'select',
      rows: IN_ORG,
      columns: ['id', 'note_id', 'organisation_id', 'team_id', 'person_id', 'author_id', 'state'],
    },
  ]),
];

const COUNTERSIGNATURES = [
  `create table countersignatures (
    id uuid constraint pk_countersignatures primary key,
    organisation_id uuid not null,
    team_id uuid not null constraint fk_countersignatures_team references teams,
    person_id uuid not null constraint fk_countersignatures_person references persons,
    note_id uuid not null constraint fk_countersignatures_note references notes,
    document_version_id uuid not null constraint fk_countersignatures_document references signed_documents,
    role text not null,
    clause text not null,
    state text not null default 'PENDING' constraint ck_countersignatures_state check (state in ('PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN')),
    asked_at timestamptz(3) not null default clock_timestamp(),
    due_on date not null,
    urgent_due_at timestamptz(3),
    chased_at timestamptz(3),
    decided_at timestamptz(3),
    decided_by uuid constraint fk_countersignatures_decided_by references staff,
    reason text,
    visibility text not null default 'CLINICAL_RECORD' constraint ck_countersignatures_visibility check (visibility in ('CLINICAL_RECORD', 'SERVICE_ONLY', 'SHAREABLE')),
    constraint uq_countersignatures_document unique (document_version_id)
  )`,
  // Serves: what waits for somebody's signature in a team, oldest first.
  `create index ix_countersignatures_team on countersignatures (team_id, asked_at, id)`,
  // Serves: what a note waits for, and keeping visibility in step when a version is signed.
  `create index ix_countersignatures_note on countersignatures (note_id)`,
  ...aboutNote('countersignatures'),
  ...secureTable('countersignatures', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: `${IN_TEAMS} and ${UNLESS_FOR_SERVICE_ALONE}` },
    { role: DatabaseRole.WRITE, may: 'all', rows: OWN_TEAMS },
    { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
  ]),
];

const AROUND = [
  // An urgent note is told by telephone as well: who was told, when, by whom.
  `create table telephone_calls (
    id uuid constraint pk_telephone_calls primary key,
    organisation_id uuid not null,
    team_id uuid not null constraint fk_telephone_calls_team references teams,
    person_id uuid not null constraint fk_telephone_calls_person references persons,
    note_id uuid not null constraint fk_telephone_calls_note references notes,
    spoke_to text not null,
    called_at timestamptz(3) not null,
    recorded_by uuid not null constraint fk_telephone_calls_staff references staff,
    recorded_at timestamptz(3) not null default clock_timestamp(),
    visibility text not null default 'CLINICAL_RECORD' constraint ck_telephone_calls_visibility check (visibility in ('CLINICAL_RECORD', 'SERVICE_ONLY', 'SHAREABLE'))
  )`,
  `create index ix_telephone_calls_note on telephone_calls (note_id)`,
  ...aboutNote('telephone_calls'),
  ...secureTable('telephone_calls', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: `${IN_TEAMS} and ${UNLESS_FOR_SERVICE_ALONE}` },
    { role: DatabaseRole.WRITE, may: 'all', rows: OWN_TEAMS },
  ]),
  // A note under the wrong person, put right in one act: what was withdrawn, what took its place, what was cancelled, who had read it.
  `create table wrong_person_incidents (
    id uuid constraint pk_wrong_person_incidents primary key,
    organisation_id uuid not null,
    team_id uuid not null constraint fk_wrong_person_incidents_team references teams,
    person_id uuid not null constraint fk_wrong_person_incidents_person references persons,
    right_person_id uuid not null constraint fk_wrong_person_incidents_right_person references persons,
    note_id uuid not null constraint fk_wrong_person_incidents_note references notes,
    refiled_as_id uuid constraint fk_wrong_person_incidents_refiled_as references notes,
    incident_reference text not null,
    reason text not null,
    readers jsonb not null,
    cancelled jsonb not null,
    reported_by uuid not null constraint fk_wrong_person_incidents_staff references staff,
    reported_at timestamptz(3) not null default clock_timestamp(),
    visibility text not null default 'CLINICAL_RECORD' constraint ck_wrong_person_incidents_visibility check (visibility in ('CLINICAL_RECORD', 'SERVICE_ONLY', 'SHAREABLE'))
  )`,
  `create index ix_wrong_person_incidents_note on wrong_person_incidents (note_id)`,
  ...aboutNote('wrong_person_incidents'),
  ...secureTable('wrong_person_incidents', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: `${IN_TEAMS} and ${UNLESS_FOR_SERVICE_ALONE}` },
    { role: DatabaseRole.WRITE, may: 'all', rows: OWN_TEAMS },
  ]),
  // Who has read a note: the writer of an incident may look at the record of reads of its own organisation, nothing else of it.
  `grant select (${COLUMNS_OF_READS.join(', ')}) on audit_events to ${DatabaseRole.WRITE}`,
  `create policy audit_events_reads_of_own_organisation on audit_events for select to ${DatabaseRole.WRITE} using (${IN_ORG} and kind = 'READ')`,
];

const POLICIES = [
  // Effective-dated. The row that names both specification and destination comes first, then one of them, then neither.
  `create table note_policies (
    id uuid constraint pk_note_policies primary key,
    organisation_id uuid not null,
    specification_id uuid constraint fk_note_policies_specification references service_specifications,
    system_id uuid constraint fk_note_policies_system references clinical_record_systems,
    valid_from date not null,
    valid_to date,
    clause text not null,
    late_after_hours integer not null,
    latest_back_days integer not null,
    countersign_role text constraint ck_note_policies_countersign_role check (countersign_role in ('TEAM_MANAGER', 'CARE_COORDINATOR')),
    countersign_kinds text[] not null default '{}',
    chase_after_working_days integer not null,
    urgent_within_minutes integer not null,
    urgent_escalate_to uuid constraint fk_note_policies_escalate_to references staff
  )`,
  // One row per scope and first day; and serves: what holds in an organisation.
  `create unique index uq_note_policies on note_policies (organisation_id, specification_id, system_id, valid_from) nulls not distinct`,
  ...secureTable('note_policies', [
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_ORG },
    { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
    { role: DatabaseRole.WORKER, may: 'select', rows: IN_ORG },
  ]),
];
