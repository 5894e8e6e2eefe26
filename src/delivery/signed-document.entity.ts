/** A signed version of a document. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../clinical/clinical-record-system.entity.js';
import type { DocumentAction, DocumentKind, DocumentLabel } from '../clinical/documents.port.js';
import { StaffEntity } from '../directory/staff.entity.js';
import { TeamEntity } from '../directory/team.entity.js';
import { PersonEntity } from '../people/person.entity.js';

/** What was signed, once and for ever. What became of it is told by its deliveries. */
@Entity('signed_documents')
@Unique('uq_signed_documents_version', ['documentId', 'version'])
@Index('ix_signed_documents_person', { synchronize: false })
@Index('ix_signed_documents_team', { synchronize: false })
export class SignedDocumentEntity {
  /** The identity of the send for ever. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_signed_documents' })
  id: string;

  /** Shared by all versions. */
  @Column('uuid', { name: 'document_id' })
  documentId: string;

  @Column('integer')
  version: number;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_signed_documents_team' })
  team: Relation<TeamEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_signed_documents_person' })
  person: Relation<PersonEntity>;

  /** Where it is to be filed; null when it stays in the service. */
  @Column('uuid', { name: 'system_id', nullable: true })
  systemId: string | null;

  @ManyToOne(() => ClinicalRecordSystemEntity)
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_signed_documents_system' })
  system: Relation<ClinicalRecordSystemEntity> | null;

  @Column('text')
  action: DocumentAction;

  @Column('uuid', { name: 'predecessor_id', nullable: true })
  predecessorId: string | null;

  @ManyToOne(() => SignedDocumentEntity)
  @JoinColumn({ name: 'predecessor_id', foreignKeyConstraintName: 'fk_signed_documents_predecessor' })
  predecessor: Relation<SignedDocumentEntity> | null;

  /** Why it replaces its predecessor. */
  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text')
  kind: DocumentKind;

  @Column('text')
  title: string;

  @Column('text')
  text: string;

  /** SHA-256 of the text in UTF-8, lower-case hexadecimal. */
  @Column('text', { name: 'text_hash' })
  textHash: string;

  @Column('uuid', { name: 'author_staff_id' })
  authorStaffId: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'author_staff_id', foreignKeyConstraintName: 'fk_signed_documents_author' })
  author: Relation<StaffEntity>;

  /** The author's own identifier in the destination; null when it stays in the service. */
  @Column('text', { name: 'author_reference', nullable: true })
  authorReference: string | null;

  @Column('text', { name: 'author_name' })
  authorName: string;

  @Column('text', { name: 'author_employer' })
  authorEmployer: string;

  @Column('text', { name: 'author_role' })
  authorRole: string;

  @Column('date', { name: 'contact_on' })
  contactOn: string;

  @Column({ type: 'timestamptz', name: 'contact_started_at', precision: 3, nullable: true })
  contactStartedAt: Date | null;

  @Column('boolean', { name: 'is_late_entry' })
  isLateEntry: boolean;

  @Column({ type: 'timestamptz', name: 'written_at', precision: 3 })
  writtenAt: Date;

  @Column({ type: 'timestamptz', name: 'signed_at', precision: 3 })
  signedAt: Date;

  @Column('text')
  visibility: 'CLINICAL_RECORD' | 'SERVICE_ONLY' | 'SHAREABLE';

  @Column('text', { array: true, default: () => `'{}'` })
  labels: DocumentLabel[];

  @Column('boolean', { default: false })
  urgent: boolean;
}
