/** How long a record system that tells of caseloads may be silent, beside when it was heard of: its site profile says so. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FeedPatience1750000002100 implements MigrationInterface {
  name = 'FeedPatience1750000002100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table inbound_sources add column silent_after_ms bigint
         constraint ck_inbound_sources_silent_after_ms check (silent_after_ms > 0)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table inbound_sources drop column silent_after_ms');
  }
}
