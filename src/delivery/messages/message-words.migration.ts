/** What words a message's row may hold is said by types of their own: checks of a table cost a tenth of keeping a batch. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A check of a table is read from its text again by each statement that inserts; that of a domain once by a connection. The pattern of
 * a type is told without a regular expression.
 */
export class MessageWords1750000002600 implements MigrationInterface {
  name = 'MessageWords1750000002600';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `create domain inbound_message_state as text constraint ck_inbound_message_state check (value in ('KEPT', 'READ', 'NOTHING', 'NOT_UNDERSTOOD', 'REFUSED', 'SET_ASIDE'))`,
      `create domain inbound_message_type as text constraint ck_inbound_message_type check (length(value) between 1 and 20 and translate(value, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789^_', '') = '')`,
      `alter table inbound_messages drop constraint ck_inbound_messages_state, drop constraint ck_inbound_messages_type,
         alter column state type inbound_message_state, alter column type type inbound_message_type`,
    ])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `alter table inbound_messages alter column state type text, alter column type type text,
         add constraint ck_inbound_messages_state check (state in ('KEPT', 'READ', 'NOTHING', 'NOT_UNDERSTOOD', 'REFUSED', 'SET_ASIDE')),
         add constraint ck_inbound_messages_type check (type ~ '^[A-Z0-9^_]{1,20}$')`,
      'drop domain inbound_message_state',
      'drop domain inbound_message_type',
    ])
      await runner.query(sql);
  }
}
