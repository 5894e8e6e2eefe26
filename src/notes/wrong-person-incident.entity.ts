/** A note under the wrong person, put right. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { StaffEntity } from '../directory/staff.entity.js';
import { TeamEntity } from '../directory/team.entity.js';
import { PersonEntity } from '../people/person.entity.js';
import { NoteEntity } from './note.entity.js';

/** What was withdrawn, what took its place, what was cancelled, who had read it. */
@Entity('wrong_person_incidents')
@Index('ix_wrong_person_incidents_note', ['noteId'])
export class WrongPersonIncidentEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_wrong_person_incidents' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_wrong_person_incidents_team' })
  team: Relation<TeamEntity>;

  /** Under whom the note was. */
  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_wrong_person_incidents_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'right_person_id' })
  rightPersonId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'right_person_id', foreignKeyConstraintName: 'fk_wrong_person_incidents_right_person' })
  rightPerson: Relation<PersonEntity>;

  @Column('uuid', { name: 'note_id' })
  noteId: string;

  @ManyToOne(() => NoteEntity, { nullable: false })
  @JoinColumn({ name: 'note_id', foreignKeyConstraintName: 'fk_wrong_person_incidents_note' })
  note: Relation<NoteEntity>;

  @Column('uuid', { name: 'refiled_as_id', nullable: true })
  refiledAsId: string | null;

  @ManyToOne(() => NoteEntity)
  @JoinColumn({ name: 'refiled_as_id', foreignKeyConstraintName: 'fk_wrong_person_incidents_refiled_as' })
  refiledAs: Relation<NoteEntity> | null;

  /** Of the organisation's incident system. */
  @Column('text', { name: 'incident_reference' })
  incidentReference: string;

  @Column('text')
  reason: string;

  /** Who has seen data of the person since the note was signed: subject, role, how often, first and last. */
  @Column('jsonb')
  readers: unknown;

  /** What was derived from the note and cancelled: what it was and its id. */
  @Column('jsonb')
  cancelled: unknown;

  @Column('uuid', { name: 'reported_by' })
  reportedBy: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'reported_by', foreignKeyConstraintName: 'fk_wrong_person_incidents_staff' })
  reporter: Relation<StaffEntity>;

  @Column({ type: 'timestamptz', name: 'reported_at', precision: 3, default: () => 'clock_timestamp()' })
  reportedAt: Date;

  /** That of the note; what is for the service alone is hidden from clinical colleagues. */
  @Column('text', { default: 'CLINICAL_RECORD' })
  visibility: 'CLINICAL_RECORD' | 'SERVICE_ONLY' | 'SHAREABLE';
}
