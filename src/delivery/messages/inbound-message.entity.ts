/** A message that a record system sent by itself. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../../clinical/clinical-record-system.entity.js';
import type { MessageState } from './message-state.js';

/** What is known of a message beside its bytes, which have a retention of their own. */
@Entity('inbound_messages')
@Unique('uq_inbound_messages_number', ['systemId', 'controlId', 'application', 'facility', 'distinction'])
@Index('ix_inbound_messages_kept', ['systemId', 'seq'], { where: `state = 'KEPT'::text` })
@Index('ix_inbound_messages_parked', ['systemId', 'code', 'receivedAt'], {
  where: `state = 'NOT_UNDERSTOOD'::text`,
})
@Index('ix_inbound_messages_system', { synchronize: false })
export class InboundMessageEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_inbound_messages' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'system_id' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false, createForeignKeyConstraints: false })
  @JoinColumn({ name: 'system_id' })
  system: Relation<ClinicalRecordSystemEntity>;

  /**
   * Order of arrival, from 1, with gaps. Messages that were under way together have no order, and the greater may be seen first: it
   * orders what is read together and is never a place to go on from. A bigint, so text in TypeScript.
   */
  @Column('bigint')
  seq: string;

  /** By what its sender would repeat it; null where the message does not say, and then in all three. */
  @Column('text', { nullable: true })
  application: string | null;

  @Column('text', { nullable: true })
  facility: string | null;

  @Column('text', { name: 'control_id', nullable: true })
  controlId: string | null;

  /**
   * Empty for the message that has this number. Else what tells it from that one: code and content of a refused one, its own id
   * of one whose number may be used again.
   */
  @Column('text', { default: '' })
  distinction: string;

  /** SHA-256, lower-case hexadecimal, of what must be equal in a repeat. */
  @Column('text', { name: 'content_hash' })
  contentHash: string;

  /** SHA-256, lower-case hexadecimal, of the bytes as they came; it outlives them. */
  @Column('text', { name: 'bytes_hash' })
  bytesHash: string;

  /** Message and event as the protocol names them. */
  @Column('text', { nullable: true })
  type: string | null;

  /** When its sender says that it was sent. */
  @Column({ type: 'timestamptz', name: 'sent_at', precision: 3, nullable: true })
  sentAt: Date | null;

  /** When it was kept, by the database's clock. */
  @Column({ type: 'timestamptz', name: 'received_at', precision: 3, default: () => 'clock_timestamp()' })
  receivedAt: Date;

  @Column('text', { name: 'remote_address' })
  remoteAddress: string;

  @Column('text', { default: 'KEPT' })
  state: MessageState;

  /** Why it was refused or was not understood. */
  @Column('text', { nullable: true })
  code: string | null;

  /** Where, as the protocol names places. */
  @Column('text', { nullable: true })
  place: string | null;

  /** What its sender was told, and is told again when it repeats the message. */
  @Column('bytea', { nullable: true })
  answer: Buffer | null;

  /** Times that its sender repeated it. */
  @Column('integer', { default: 0 })
  repeats: number;

  @Column({ type: 'timestamptz', name: 'last_repeated_at', precision: 3, nullable: true })
  lastRepeatedAt: Date | null;

  /** Readings that ended. */
  @Column('integer', { default: 0 })
  attempts: number;

  /** Readings that began and of whose end nothing was heard, since the last that ended. */
  @Column('integer', { default: 0 })
  unended: number;

  /** When the last reading ended. */
  @Column({ type: 'timestamptz', name: 'read_at', precision: 3, nullable: true })
  readAt: Date | null;

  /** When somebody last asked for it to be read again. */
  @Column({ type: 'timestamptz', name: 'replayed_at', precision: 3, nullable: true })
  replayedAt: Date | null;
}
