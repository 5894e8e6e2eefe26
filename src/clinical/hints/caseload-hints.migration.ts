/** Hints that a caseload has changed: how many were given, how many are answered, and when somebody last set about it. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, openTable } from '../../platform/database/policy.js';

export class CaseloadHints1750000001500 implements MigrationInterface {
  name = 'CaseloadHints1750000001500';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      // One row per system, however many hints: what a hint says is not kept.
      `create table caseload_hints (
        system_id uuid constraint pk_caseload_hints primary key constraint fk_caseload_hints_system references clinical_record_systems,
        organisation_id uuid not null,
        asked bigint not null,
        answered bigint not null default 0,
        begun_at timestamptz(3),
        constraint ck_caseload_hints_answered check (answered between 0 and asked)
      )`,
      ...openTable('caseload_hints', [DatabaseRole.WORKER]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table caseload_hints');
  }
}
