/** Tables of contracts: service specifications, their effective-dated versions and the rules of each, clause by clause. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { openTable } from '../platform/database/policy.js';

export class Contracts1750000000400 implements MigrationInterface {
  name = 'Contracts1750000000400';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table service_specifications (
        id uuid constraint pk_service_specifications primary key,
        code text not null constraint uq_service_specifications_code unique,
        source_document text not null,
        name text not null,
        commissioner text,
        provider text
      )`,
      ...openTable('service_specifications'),
      `create table specification_versions (
        id uuid constraint pk_specification_versions primary key,
        specification_id uuid not null constraint fk_specification_versions_specification references service_specifications,
        version integer not null,
        valid_from date,
        valid_to date,
        review_due text,
        activated_at timestamptz(3),
        constraint uq_specification_versions unique (specification_id, version)
      )`,
      ...openTable('specification_versions'),
      // A value of null means that the document is silent; unfilled marks a placeholder that must be filled before activation.
      `create table specification_rules (
        id uuid constraint pk_specification_rules primary key,
        version_id uuid not null constraint fk_specification_rules_version references specification_versions,
        key text not null,
        value jsonb,
        strength text not null constraint ck_specification_rules_strength check (strength in ('HARD', 'SOFT', 'SETTING', 'NOT_SPECIFIED')),
        clause text,
        reading text,
        unfilled boolean not null default false,
        constraint uq_specification_rules unique (version_id, key)
      )`,
      ...openTable('specification_rules'),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['specification_rules', 'specification_versions', 'service_specifications'])
      await runner.query(`drop table ${table}`);
  }
}
