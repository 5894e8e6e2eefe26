/** Table of what record systems held and the hub did not understand: places and counts, never values. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, IN_ORG, secureTable } from '../platform/database/policy.js';

export class Unmapped1750000001600 implements MigrationInterface {
  name = 'Unmapped1750000001600';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table unmapped_elements (
        system_id uuid not null constraint fk_unmapped_elements_system references clinical_record_systems,
        path text not null constraint ck_unmapped_elements_path check (path ~ '^[A-Za-z][A-Za-z0-9.[\\]_-]{0,119}$'),
        organisation_id uuid not null,
        times bigint not null constraint ck_unmapped_elements_times check (times > 0),
        first_seen timestamptz(3) not null,
        last_seen timestamptz(3) not null,
        constraint pk_unmapped_elements primary key (system_id, path)
      )`,
      ...secureTable('unmapped_elements', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG },
      ]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table unmapped_elements');
  }
}
