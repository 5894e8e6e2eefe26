/** Tables of a feed: what happened, who is tied to whom by it, how caseloads stand by it, and since when a team is known whole. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, IN_ORG, secureTable } from '../../platform/database/policy.js';

export class Feed1750000001800 implements MigrationInterface {
  name = 'Feed1750000001800';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [...EVENTS, ...TIES, ...STANDINGS, ...DOUBTS, ...BASELINES, ...HINTS])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`revoke insert, update on caseload_hints from ${DatabaseRole.WRITE}`);
    for (const table of ['feed_baselines', 'feed_doubts', 'feed_standings', 'feed_ties', 'feed_events'])
      await runner.query(`drop table ${table}`);
  }
}

/** What happened to whom, and by that where somebody is, is the feed's own work: nobody else reads it. */
const FOR_THE_FEED = [{ role: DatabaseRole.WORKER, may: 'all' as const, rows: IN_ORG }];

const EVENTS = [
  // By source, which is a message or a count: what a message says when it is read again takes the place of what it said before,
  // and touches nothing that another one says too.
  `create table feed_events (
    source_id uuid,
    digest text,
    organisation_id uuid not null,
    system_id uuid not null constraint fk_feed_events_system references clinical_record_systems,
    local_id text not null,
    event jsonb not null,
    kept_at timestamptz(3) not null default clock_timestamp(),
    constraint pk_feed_events primary key (source_id, digest)
  )`,
  // Serves: all events of some patients.
  'create index ix_feed_events_patient on feed_events (system_id, local_id)',
  ...secureTable('feed_events', FOR_THE_FEED),
  `grant delete on feed_events to ${DatabaseRole.WORKER}`,
];

const TIES = [
  // Patients and visits that an event names together. Both ways, so that one index finds the rest from either.
  `create table feed_ties (
    system_id uuid constraint fk_feed_ties_system references clinical_record_systems,
    node text,
    other text,
    organisation_id uuid not null,
    constraint pk_feed_ties primary key (system_id, node, other)
  )`,
  ...secureTable('feed_ties', FOR_THE_FEED),
];

const STANDINGS = [
  `create table feed_standings (
    system_id uuid constraint fk_feed_standings_system references clinical_record_systems,
    reference text,
    organisation_id uuid not null,
    team_reference text not null,
    local_id text not null,
    item jsonb not null,
    version text not null,
    as_of timestamptz(3) not null,
    complete boolean not null,
    changed_at timestamptz(3) not null,
    constraint pk_feed_standings primary key (system_id, reference)
  )`,
  // Serves: a team's pages.
  'create index ix_feed_standings_team on feed_standings (system_id, team_reference, reference)',
  // Serves: what the events of some patients come to.
  'create index ix_feed_standings_patient on feed_standings (system_id, local_id)',
  ...secureTable('feed_standings', FOR_THE_FEED),
];

const DOUBTS = [
  // A doubt that the events no longer leave goes: what there was of it is in the events.
  `create table feed_doubts (
    system_id uuid constraint fk_feed_doubts_system references clinical_record_systems,
    digest text,
    organisation_id uuid not null,
    kind text not null constraint ck_feed_doubts_kind check (kind in ('TEAM_UNKNOWN', 'MOVE_UNTOLD', 'UNDO_UNMATCHED', 'AFTER_THE_END', 'MERGE_REVERSED', 'MERGED_TWICE', 'ID_IN_USE', 'VISIT_OF_TWO', 'VISIT_REVERSED')),
    local_ids text[] not null,
    visit text,
    opened_at timestamptz(3) not null default clock_timestamp(),
    constraint pk_feed_doubts primary key (system_id, digest)
  )`,
  // Serves: the doubts about some patients.
  'create index ix_feed_doubts_patients on feed_doubts using gin (local_ids)',
  ...secureTable('feed_doubts', [
    ...FOR_THE_FEED,
    { role: DatabaseRole.READ_STEWARD, may: 'select', rows: IN_ORG },
  ]),
  `grant delete on feed_doubts to ${DatabaseRole.WORKER}`,
];

const BASELINES = [
  `create table feed_baselines (
    system_id uuid constraint fk_feed_baselines_system references clinical_record_systems,
    team_reference text,
    organisation_id uuid not null,
    as_of timestamptz(3) not null,
    counted integer not null,
    kept_at timestamptz(3) not null default clock_timestamp(),
    constraint pk_feed_baselines primary key (system_id, team_reference)
  )`,
  ...secureTable('feed_baselines', [
    ...FOR_THE_FEED,
    { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_ORG },
  ]),
];

/** Whoever sets a message aside asks for what follows from that. */
const HINTS = [`grant insert, update on caseload_hints to ${DatabaseRole.WRITE}`];
