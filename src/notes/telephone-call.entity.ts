/** A telephone call about a note. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { StaffEntity } from '../directory/staff.entity.js';
import { TeamEntity } from '../directory/team.entity.js';
import { PersonEntity } from '../people/person.entity.js';
import { NoteEntity } from './note.entity.js';

/** Who was told by telephone, when, and by whom. */
@Entity('telephone_calls')
@Index('ix_telephone_calls_note', ['noteId'])
export class TelephoneCallEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_telephone_calls' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_telephone_calls_team' })
  team: Relation<TeamEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_telephone_calls_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'note_id' })
  noteId: string;

  @ManyToOne(() => NoteEntity, { nullable: false })
  @JoinColumn({ name: 'note_id', foreignKeyConstraintName: 'fk_telephone_calls_note' })
  note: Relation<NoteEntity>;

  @Column('text', { name: 'spoke_to' })
  spokeTo: string;

  @Column({ type: 'timestamptz', name: 'called_at', precision: 3 })
  calledAt: Date;

  @Column('uuid', { name: 'recorded_by' })
  recordedBy: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'recorded_by', foreignKeyConstraintName: 'fk_telephone_calls_staff' })
  recorder: Relation<StaffEntity>;

  @Column({ type: 'timestamptz', name: 'recorded_at', precision: 3, default: () => 'clock_timestamp()' })
  recordedAt: Date;

  /** That of the note; what is for the service alone is hidden from clinical colleagues. */
  @Column('text', { default: 'CLINICAL_RECORD' })
  visibility: 'CLINICAL_RECORD' | 'SERVICE_ONLY' | 'SHAREABLE';
}
