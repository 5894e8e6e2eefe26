/** Records that are said to be one person's are somebody's to look at. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const KINDS_BEFORE = `'TEAM_UNKNOWN', 'MOVE_UNTOLD', 'UNDO_UNMATCHED', 'AFTER_THE_END', 'MERGE_REVERSED', 'MERGED_TWICE', 'ID_IN_USE', 'VISIT_OF_TWO', 'VISIT_REVERSED'`;
const checked = (kinds: string): string =>
  `alter table feed_doubts add constraint ck_feed_doubts_kind check (kind in (${kinds}))`;

export class FeedLinks1750000002400 implements MigrationInterface {
  name = 'FeedLinks1750000002400';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table feed_doubts drop constraint ck_feed_doubts_kind');
    await runner.query(checked(`${KINDS_BEFORE}, 'LINKED'`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from feed_doubts where kind = 'LINKED'`);
    await runner.query('alter table feed_doubts drop constraint ck_feed_doubts_kind');
    await runner.query(checked(KINDS_BEFORE));
  }
}
