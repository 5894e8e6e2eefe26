/** Tables of the platform: leases. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseRole, openTable } from './database/policy.js';

/** Makes the table of leases. */
export class Platform1750000000000 implements MigrationInterface {
  name = 'Platform1750000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create table leases (
        name text constraint pk_leases primary key,
        holder text,
        fence bigint not null default 0,
        expires_at timestamptz(3) not null default '-infinity'
      )`,
      ...openTable('leases', [DatabaseRole.WORKER, DatabaseRole.WRITE]),
    ]) {
      await runner.query(sql);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table leases');
  }
}
