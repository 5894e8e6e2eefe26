/** Records that are said to be one person's are somebody's to look at. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const KINDS_BEFORE = `('TEAM_UNKNOWN', 'MOVE_UNTOLD', 'UNDO_UNMATCHED', 'AFTER_THE_END', 'MERGE_REVERSED', 'MERGED_TWICE', 'ID_IN_USE', 'VISIT_OF_TWO', 'VISIT_REVERSED')`;
const KINDS = `('TEAM_UNKNOWN', 'MOVE_UNTOLD', 'UNDO_UNMATCHED', 'AFTER_THE_END', 'MERGE_REVERSED', 'MERGED_TWICE', 'ID_IN_USE', 'LINKED', 'VISIT_OF_TWO', 'VISIT_REVERSED')`;

export class FeedLinks1750000002400 implements MigrationInterface {
  name = 'FeedLinks1750000002400';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      'alter table feed_doubts drop constraint ck_feed_doubts_kind',
      `alter table feed_doubts add constraint ck_feed_doubts_kind check (kind in ${KINDS})`,
    ])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `delete from feed_doubts where kind = 'LINKED'`,
      'alter table feed_doubts drop constraint ck_feed_doubts_kind',
      `alter table feed_doubts add constraint ck_feed_doubts_kind check (kind in ${KINDS_BEFORE})`,
    ])
      await runner.query(sql);
  }
}
