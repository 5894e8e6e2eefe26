/** Messages are kept without looking their system up, nor bodies their message, which would cost a fifth of keeping them. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The system of a message is one of those that the process itself read from their table, from which nothing is ever deleted; bodies are
 * kept and forgotten by the statements that keep and forget their messages, which stand for a reference.
 */
export class MessageReferences1750000002500 implements MigrationInterface {
  name = 'MessageReferences1750000002500';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table inbound_messages drop constraint if exists fk_inbound_messages_system');
    await runner.query('alter table inbound_bodies drop constraint if exists fk_inbound_bodies_message');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table inbound_messages add constraint fk_inbound_messages_system
         foreign key (system_id) references clinical_record_systems`,
    );
    await runner.query(
      `alter table inbound_bodies add constraint fk_inbound_bodies_message
         foreign key (message_id) references inbound_messages on delete cascade`,
    );
  }
}
