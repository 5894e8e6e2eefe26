/** Something that happened to a message after it was kept. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { InboundMessageEntity } from './inbound-message.entity.js';
import type { MessageHappening } from './message-state.js';

/** One event of its timeline. A first reading that ended well has none until there is a second: the message's own row tells of it. */
@Entity('inbound_message_events')
@Index('ix_inbound_message_events_message', ['messageId', 'at', 'id'])
export class InboundMessageEventEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_inbound_message_events' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'message_id' })
  messageId: string;

  @ManyToOne(() => InboundMessageEntity, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'message_id', foreignKeyConstraintName: 'fk_inbound_message_events_message' })
  message: Relation<InboundMessageEntity>;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  at: Date;

  @Column('text')
  what: MessageHappening;

  @Column('text', { nullable: true })
  code: string | null;

  @Column('text', { nullable: true })
  place: string | null;

  /** Subject of the caller, or `system:<name>`. */
  @Column('text')
  by: string;

  /** Why somebody did it; without personal data. */
  @Column('text', { nullable: true })
  reason: string | null;
}
