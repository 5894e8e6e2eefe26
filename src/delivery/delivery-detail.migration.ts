/** What was wrong, beside the code that says which kind of thing it is. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DeliveryDetail1750000002000 implements MigrationInterface {
  name = 'DeliveryDetail1750000002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table deliveries add column last_detail text constraint ck_deliveries_last_detail check (length(last_detail) <= 500)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deliveries drop column last_detail');
  }
}
