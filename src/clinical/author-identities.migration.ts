/** Table of what each record system calls an author of documents. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, IN_ORG, secureTable } from '../platform/database/policy.js';

export class AuthorIdentities1750000000800 implements MigrationInterface {
  name = 'AuthorIdentities1750000000800';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table author_identities (
        id uuid constraint pk_author_identities primary key,
        organisation_id uuid not null,
        staff_id uuid not null constraint fk_author_identities_staff references staff,
        system_id uuid not null constraint fk_author_identities_system references clinical_record_systems,
        reference text not null,
        employer text not null,
        role_title text not null,
        valid_from date not null,
        valid_to date,
        constraint uq_author_identities unique (staff_id, system_id, valid_from)
      )`,
      ...secureTable('author_identities', [
        { role: DatabaseRole.READ_STAFF, may: 'select', rows: IN_ORG },
        { role: DatabaseRole.WRITE, may: 'all', rows: IN_ORG },
        { role: DatabaseRole.WORKER, may: 'select', rows: IN_ORG },
      ]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table author_identities');
  }
}
