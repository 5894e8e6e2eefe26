/** A receipt keeps under whom its record system says that the document is. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ReceiptPatients1750000002700 implements MigrationInterface {
  name = 'ReceiptPatients1750000002700';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table document_receipts add column local_ids text[] not null default '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table document_receipts drop column local_ids');
  }
}
