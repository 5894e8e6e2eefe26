/** Under whom a version went whose arrival is in doubt: as a hash, since all that is asked is whether they are known otherwise by now. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DeliveryPatient1750000002200 implements MigrationInterface {
  name = 'DeliveryPatient1750000002200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deliveries add column patient_hash text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deliveries drop column patient_hash');
  }
}
