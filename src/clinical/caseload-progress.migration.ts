/** Where a pull stands, so that it can go on after an interruption, and which refreshes are under way; staged memberships in columns. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, IN_ORG, openTable, secureTable } from '../platform/database/policy.js';

export class CaseloadProgress1750000001200 implements MigrationInterface {
  name = 'CaseloadProgress1750000001200';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      // A refresh that ended has no row. One whose row is there while its lease has run out died, and another finishes it.
      `create table caseload_refreshes (
        system_id uuid constraint pk_caseload_refreshes primary key constraint fk_caseload_refreshes_system references clinical_record_systems,
        organisation_id uuid not null,
        kind text not null constraint ck_caseload_refreshes_kind check (kind in ('SWEEP', 'INCREMENT')),
        asked_at timestamptz(3) not null,
        fence bigint not null
      )`,
      ...openTable('caseload_refreshes', [DatabaseRole.WORKER]),
      `grant delete on caseload_refreshes to ${DatabaseRole.WORKER}`,
      // A cursor is the far end's own text, so that nobody but the refresh may read it.
      // Unlogged, as what is staged: after a crash of the server both are empty, and the next pull reads anew.
      `create unlogged table caseload_progress (
        pull_id uuid constraint pk_caseload_progress primary key constraint fk_caseload_progress_pull references caseload_pulls,
        organisation_id uuid not null,
        since timestamptz(3),
        pages integer not null,
        ended boolean not null,
        expected integer,
        watermark timestamptz(3),
        cursor text not null constraint ck_caseload_progress_cursor check (length(cursor) between 1 and 4000),
        resumes integer not null default 0
      )`,
      ...secureTable('caseload_progress', [{ role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG }]),
      `grant delete on caseload_progress to ${DatabaseRole.WORKER}`,
      // What is staged is read anew by the next pull. Not by delete: row-level security hides the rows from the owner.
      `truncate caseload_staging`,
      `alter table caseload_staging
        drop column item,
        add column membership_id uuid not null,
        add column person_id uuid not null,
        add column link_id uuid not null,
        add column source_version text,
        add column source_as_of timestamptz(3),
        add column state text not null,
        add column valid_from date,
        add column valid_to date,
        add column care_coordinator_reference text,
        add column care_coordinator_name text,
        add column complete boolean not null,
        add column local_id text not null,
        add column nhs_number text,
        add column nhs_number_status text,
        add column date_of_birth date,
        add column deceased_on date,
        add column active boolean not null,
        add column replaced_by_local_id text,
        add column restricted boolean not null,
        add column read_at timestamptz(3) not null`,
      `alter table caseload_staging set unlogged`,
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('truncate caseload_staging');
    await runner.query('alter table caseload_staging set logged');
    await runner.query(`alter table caseload_staging
      drop column membership_id, drop column person_id, drop column link_id, drop column source_version, drop column source_as_of, drop column state, drop column valid_from,
      drop column valid_to, drop column care_coordinator_reference, drop column care_coordinator_name, drop column complete,
      drop column local_id, drop column nhs_number, drop column nhs_number_status, drop column date_of_birth,
      drop column deceased_on, drop column active, drop column replaced_by_local_id, drop column restricted,
      drop column read_at,
      add column item jsonb not null`);
    await runner.query('drop table caseload_progress');
    await runner.query('drop table caseload_refreshes');
  }
}
