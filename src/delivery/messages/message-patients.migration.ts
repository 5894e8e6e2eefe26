/** Whom a message concerns is what its last reading says: whom an earlier one named and it does not is taken out. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole } from '../../platform/database/policy.js';

export class MessagePatients1750000002300 implements MigrationInterface {
  name = 'MessagePatients1750000002300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`grant delete on inbound_message_patients to ${DatabaseRole.WORKER}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`revoke delete on inbound_message_patients from ${DatabaseRole.WORKER}`);
  }
}
