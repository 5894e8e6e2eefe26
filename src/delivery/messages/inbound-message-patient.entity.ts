/** Whom a message concerns. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { InboundMessageEntity } from './inbound-message.entity.js';

/** A patient of the record system, found when the message was read; of one that was not understood, whom it may concern. */
@Entity('inbound_message_patients')
@Index('ix_inbound_message_patients_patient', ['systemId', 'localId', 'messageId'])
export class InboundMessagePatientEntity {
  @PrimaryColumn('uuid', { name: 'message_id', primaryKeyConstraintName: 'pk_inbound_message_patients' })
  messageId: string;

  @ManyToOne(() => InboundMessageEntity, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'message_id', foreignKeyConstraintName: 'fk_inbound_message_patients_message' })
  message: Relation<InboundMessageEntity>;

  @PrimaryColumn('text', { name: 'local_id', primaryKeyConstraintName: 'pk_inbound_message_patients' })
  localId: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'system_id' })
  systemId: string;
}
