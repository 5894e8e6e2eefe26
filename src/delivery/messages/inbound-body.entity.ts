/** The bytes of a message. */
import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { InboundMessageEntity } from './inbound-message.entity.js';

/** Kept apart, so that it can go before the rest does, and so that whoever sees the rest does not see this. */
@Entity('inbound_bodies')
export class InboundBodyEntity {
  @PrimaryColumn('uuid', { name: 'message_id', primaryKeyConstraintName: 'pk_inbound_bodies' })
  messageId: string;

  @OneToOne(() => InboundMessageEntity, { nullable: false, createForeignKeyConstraints: false })
  @JoinColumn({ name: 'message_id' })
  message: Relation<InboundMessageEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** As they came, without the frame. */
  @Column('bytea')
  bytes: Buffer;
}
