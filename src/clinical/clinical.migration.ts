/** Tables of the clinical side as the hub knows it: record systems, team maps, caseload pulls, memberships and their history. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  DatabaseRole,
  IN_AGREEMENT,
  IN_ORG,
  IN_TEAMS,
  openTable,
  secureTable,
} from '../platform/database/policy.js';

export class Clinical1750000000500 implements MigrationInterface {
  name = 'Clinical1750000000500';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table clinical_record_systems (
        id uuid constraint pk_clinical_record_systems primary key,
        organisation_id uuid not null,
        code text not null constraint uq_clinical_record_systems_code unique,
        name text not null,
        adapter text not null,
        presence_budget_hours integer not null default 168,
        absence_budget_hours integer not null default 26,
        last_answer_at timestamptz(3),
        last_failure_at timestamptz(3),
        last_failure_code text
      )`,
      ...openTable('clinical_record_systems', [DatabaseRole.WRITE, DatabaseRole.WORKER]),
      // team_id null: the site uses a code that nobody has mapped; its memberships are unknown, never absent.
      `create table team_maps (
        id uuid constraint pk_team_maps primary key,
        organisation_id uuid not null,
        system_id uuid not null constraint fk_team_maps_system references clinical_record_systems,
        team_reference text not null,
        team_id uuid constraint fk_team_maps_team references teams,
        label text,
        valid_from date,
        valid_to date,
        found_at timestamptz(3) not null default clock_timestamp(),
        constraint uq_team_maps unique (system_id, team_reference)
      )`,
      ...openTable('team_maps', [DatabaseRole.WRITE, DatabaseRole.WORKER]),
      `create table caseload_pulls (
        id uuid constraint pk_caseload_pulls primary key,
        organisation_id uuid not null,
        system_id uuid not null constraint fk_caseload_pulls_system references clinical_record_systems,
        team_reference text not null,
        team_id uuid constraint fk_caseload_pulls_team references teams,
        kind text not null constraint ck_caseload_pulls_kind check (kind in ('SWEEP', 'INCREMENT')),
        state text not null constraint ck_caseload_pulls_state check (state in ('RUNNING', 'COMPLETE', 'INCOMPLETE')),
        started_at timestamptz(3) not null,
        finished_at timestamptz(3),
        watermark timestamptz(3),
        pages integer not null default 0,
        received integer not null default 0,
        expected integer,
        changed integer not null default 0,
        failure_code text,
        fence bigint not null
      )`,
      // Serves: the last complete sweep and increment of a team, now or as known at an instant.
      `create index ix_caseload_pulls_latest on caseload_pulls (system_id, team_reference, kind, finished_at desc) where state = 'COMPLETE'`,
      ...openTable('caseload_pulls', [DatabaseRole.WORKER]),
      `create table caseload_staging (
        pull_id uuid not null constraint fk_caseload_staging_pull references caseload_pulls,
        organisation_id uuid not null,
        source_reference text not null,
        page integer not null,
        item jsonb not null,
        constraint pk_caseload_staging primary key (pull_id, source_reference)
      )`,
      ...secureTable('caseload_staging', [{ role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG }]),
      `grant delete on caseload_staging to ${DatabaseRole.WORKER}`,
      // Validity (valid_from, valid_to: what was so; valid_to is the first day it was no longer so) and
      // observation (observed_from, observed_to: when the hub knew). A current row has observed_to null.
      `create table caseload_memberships (
        id uuid constraint pk_caseload_memberships primary key,
        organisation_id uuid not null,
        system_id uuid not null constraint fk_caseload_memberships_system references clinical_record_systems,
        team_id uuid constraint fk_caseload_memberships_team references teams,
        team_reference text not null,
        person_id uuid not null constraint fk_caseload_memberships_person references persons,
        local_id text not null,
        source_reference text not null,
        source_version text,
        state text not null constraint ck_caseload_memberships_state check (state in ('OPEN', 'ON_HOLD', 'WAITING_LIST', 'PLANNED', 'ENDED', 'ENTERED_IN_ERROR')),
        valid_from date,
        valid_to date,
        care_coordinator_reference text,
        care_coordinator_name text,
        restricted boolean not null default false,
        complete boolean not null default true,
        source_as_of timestamptz(3),
        observed_from timestamptz(3) not null,
        observed_to timestamptz(3),
        pull_id uuid not null constraint fk_caseload_memberships_pull references caseload_pulls,
        closed_because text constraint ck_caseload_memberships_closed_because check (closed_because in ('CHANGED', 'ABSENT_FROM_SWEEP'))
      )`,
      // Serves: the row that an arriving item replaces; one current row per source and team.
      `create unique index uq_caseload_memberships_current on caseload_memberships (system_id, team_reference, source_reference) where observed_to is null`,
      // Serves: a person's memberships, newest first (eligibility, person in the graph).
      `create index ix_caseload_memberships_person on caseload_memberships (person_id, observed_from desc, id desc)`,
      // Serves: a team's caseload in the graph.
      `create index ix_caseload_memberships_team on caseload_memberships (team_id, observed_from desc, id desc)`,
      // Serves: the row of the same entry under another team, when somebody has moved.
      `create index ix_caseload_memberships_source on caseload_memberships (system_id, source_reference) where observed_to is null`,
      `create statistics st_caseload_memberships_team (dependencies) on team_id, person_id from caseload_memberships`,
      `create statistics st_caseload_memberships_org (dependencies) on organisation_id, person_id from caseload_memberships`,
      ...secureTable('caseload_memberships', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: `${IN_TEAMS} and not restricted` },
        {
          role: DatabaseRole.READ_ANALYST,
          may: 'select',
          rows: `${IN_AGREEMENT} and not restricted`,
          columns: [
            'id',
            'organisation_id',
            'system_id',
            'team_id',
            'person_id',
            'state',
            'valid_from',
            'valid_to',
            'restricted',
            'complete',
            'observed_from',
            'observed_to',
          ],
        },
        { role: DatabaseRole.DECIDE, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
      ]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'caseload_memberships',
      'caseload_staging',
      'caseload_pulls',
      'team_maps',
      'clinical_record_systems',
    ])
      await runner.query(`drop table ${table}`);
  }
}
