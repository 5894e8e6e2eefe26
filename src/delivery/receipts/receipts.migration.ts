/** Receipts: what record systems say, in messages of their own, of documents that they were sent. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, IN_ORG, secureTable } from '../../platform/database/policy.js';

export class DocumentReceipts1750000001900 implements MigrationInterface {
  name = 'DocumentReceipts1750000001900';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table document_receipts (
        message_id uuid constraint pk_document_receipts primary key,
        organisation_id uuid not null,
        system_id uuid not null constraint fk_document_receipts_system references clinical_record_systems,
        number text not null,
        says text not null constraint ck_document_receipts_says check (says in ('FILED', 'REJECTED', 'WITHDRAWN')),
        code text,
        received_at timestamptz(3) not null
      )`,
      // Serves: the last word under a number.
      'create index ix_document_receipts_number on document_receipts (system_id, number, received_at desc)',
      ...secureTable('document_receipts', [{ role: DatabaseRole.WORKER, may: 'all', rows: IN_ORG }]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table document_receipts');
  }
}
