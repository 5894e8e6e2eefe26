/** What a record system said of a document in a message of its own. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../../clinical/clinical-record-system.entity.js';

/** One message says one thing of one document; the latest under a number holds. */
@Entity('document_receipts')
@Index('ix_document_receipts_number', { synchronize: false })
export class DocumentReceiptEntity {
  /** The message, which may be deleted before the receipt is. */
  @PrimaryColumn('uuid', { name: 'message_id', primaryKeyConstraintName: 'pk_document_receipts' })
  messageId: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'system_id' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_document_receipts_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  /** Number of the hub's message, or the reference of the document, whichever was named. */
  @Column('text')
  number: string;

  @Column('text')
  says: 'FILED' | 'REJECTED' | 'WITHDRAWN';

  @Column('text', { nullable: true })
  code: string | null;

  /** The patients under whom it says that the document is; empty where it does not say. */
  @Column('text', { name: 'local_ids', array: true, default: '{}' })
  localIds: string[];

  @Column({ type: 'timestamptz', name: 'received_at', precision: 3 })
  receivedAt: Date;
}
