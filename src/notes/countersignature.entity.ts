/** Somebody else's word on a signed version. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { SignedDocumentEntity } from '../delivery/signed-document.entity.js';
import { StaffEntity } from '../directory/staff.entity.js';
import { TeamEntity } from '../directory/team.entity.js';
import { PersonEntity } from '../people/person.entity.js';
import { NoteEntity } from './note.entity.js';

/** A countersignature asked for; until it is given the version goes nowhere. */
@Entity('countersignatures')
@Index('ix_countersignatures_note', ['noteId'])
@Unique('uq_countersignatures_document', ['documentVersionId'])
@Index('ix_countersignatures_team', { synchronize: false })
export class CountersignatureEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_countersignatures' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_countersignatures_team' })
  team: Relation<TeamEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_countersignatures_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'note_id' })
  noteId: string;

  @ManyToOne(() => NoteEntity, { nullable: false })
  @JoinColumn({ name: 'note_id', foreignKeyConstraintName: 'fk_countersignatures_note' })
  note: Relation<NoteEntity>;

  @Column('uuid', { name: 'document_version_id' })
  documentVersionId: string;

  @ManyToOne(() => SignedDocumentEntity, { nullable: false })
  @JoinColumn({ name: 'document_version_id', foreignKeyConstraintName: 'fk_countersignatures_document' })
  documentVersion: Relation<SignedDocumentEntity>;

  /** Who is asked. */
  @Column('text')
  role: 'TEAM_MANAGER' | 'CARE_COORDINATOR';

  /** Clause of the policy that asks for it. */
  @Column('text')
  clause: string;

  @Column('text', { default: 'PENDING' })
  state: 'PENDING' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN';

  @Column({ type: 'timestamptz', name: 'asked_at', precision: 3, default: () => 'clock_timestamp()' })
  askedAt: Date;

  /** Last day before it is chased. */
  @Column('date', { name: 'due_on' })
  dueOn: string;

  /** By when an urgent version is to be filed, since no delivery can say so yet. */
  @Column({ type: 'timestamptz', name: 'urgent_due_at', precision: 3, nullable: true })
  urgentDueAt: Date | null;

  @Column({ type: 'timestamptz', name: 'chased_at', precision: 3, nullable: true })
  chasedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'decided_at', precision: 3, nullable: true })
  decidedAt: Date | null;

  @Column('uuid', { name: 'decided_by', nullable: true })
  decidedBy: string | null;

  @ManyToOne(() => StaffEntity)
  @JoinColumn({ name: 'decided_by', foreignKeyConstraintName: 'fk_countersignatures_decided_by' })
  decider: Relation<StaffEntity> | null;

  /** Why it was refused. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** That of the note; what is for the service alone is hidden from clinical colleagues. */
  @Column('text', { default: 'CLINICAL_RECORD' })
  visibility: 'CLINICAL_RECORD' | 'SERVICE_ONLY' | 'SHAREABLE';
}
