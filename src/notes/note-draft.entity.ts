/** What somebody has begun to write. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { SignedDocumentEntity } from '../delivery/signed-document.entity.js';
import { StaffEntity } from '../directory/staff.entity.js';
import { TeamEntity } from '../directory/team.entity.js';
import { PersonEntity } from '../people/person.entity.js';
import { NoteEntity } from './note.entity.js';

/** A draft: of a first version, of an amendment or of an addendum. Only its author reads it. */
@Entity('note_drafts')
@Index('ix_note_drafts_author', { synchronize: false })
@Index('ix_note_drafts_note', ['noteId'])
@Index('uq_note_drafts_open', ['noteId', 'authorId'], { unique: true, where: `state = 'OPEN'::text` })
export class NoteDraftEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_note_drafts' })
  id: string;

  @Column('uuid', { name: 'note_id' })
  noteId: string;

  @ManyToOne(() => NoteEntity, { nullable: false })
  @JoinColumn({ name: 'note_id', foreignKeyConstraintName: 'fk_note_drafts_note' })
  note: Relation<NoteEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_note_drafts_team' })
  team: Relation<TeamEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_note_drafts_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'author_id' })
  authorId: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'author_id', foreignKeyConstraintName: 'fk_note_drafts_author' })
  author: Relation<StaffEntity>;

  @Column('text')
  purpose: 'NEW' | 'AMEND' | 'ADD';

  @Column('text', { default: 'OPEN' })
  state: 'OPEN' | 'SIGNED' | 'DISCARDED';

  @Column('text')
  title: string;

  /** As typed; normalised when it is signed. */
  @Column('text')
  text: string;

  @Column('date', { name: 'contact_on' })
  contactOn: string;

  @Column({ type: 'timestamptz', name: 'contact_started_at', precision: 3, nullable: true })
  contactStartedAt: Date | null;

  @Column('text')
  visibility: 'CLINICAL_RECORD' | 'SERVICE_ONLY' | 'SHAREABLE';

  @Column('text', { array: true, default: () => `'{}'` })
  labels: string[];

  @Column('boolean', { default: false })
  urgent: boolean;

  /** Why it is amended. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** Why a countersignature was refused, when it came back to its author for that. */
  @Column('text', { name: 'rejection_reason', nullable: true })
  rejectionReason: string | null;

  /** The note's latest version when this was begun. */
  @Column('integer', { name: 'base_version', default: 0 })
  baseVersion: number;

  /** The version that it replaces or is added to. */
  @Column('uuid', { name: 'about_version_id', nullable: true })
  aboutVersionId: string | null;

  @ManyToOne(() => SignedDocumentEntity)
  @JoinColumn({ name: 'about_version_id', foreignKeyConstraintName: 'fk_note_drafts_about_version' })
  aboutVersion: Relation<SignedDocumentEntity> | null;

  /** What came of it. */
  @Column('uuid', { name: 'signed_version_id', nullable: true })
  signedVersionId: string | null;

  @ManyToOne(() => SignedDocumentEntity)
  @JoinColumn({ name: 'signed_version_id', foreignKeyConstraintName: 'fk_note_drafts_signed_version' })
  signedVersion: Relation<SignedDocumentEntity> | null;

  /** Rises with every edit, so that two windows do not overwrite each other. */
  @Column('integer', { default: 1 })
  revision: number;

  @Column({ type: 'timestamptz', name: 'written_at', precision: 3, default: () => 'clock_timestamp()' })
  writtenAt: Date;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'clock_timestamp()' })
  createdAt: Date;
}
