/** A progress note or an assessment. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { EmploymentEpisodeEntity } from '../casework/episodes/employment-episode.entity.js';
import { StaffEntity } from '../directory/staff.entity.js';
import { TeamEntity } from '../directory/team.entity.js';
import { PersonEntity } from '../people/person.entity.js';

/** A note of an episode; its id is the document id of every version of it. */
@Entity('notes')
@Index('ix_notes_episode', { synchronize: false })
@Index('ix_notes_organisation', { synchronize: false })
@Index('ix_notes_person', { synchronize: false })
@Index('ix_notes_team', { synchronize: false })
export class NoteEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_notes' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_notes_team' })
  team: Relation<TeamEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_notes_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'episode_id' })
  episodeId: string;

  @ManyToOne(() => EmploymentEpisodeEntity, { nullable: false })
  @JoinColumn({ name: 'episode_id', foreignKeyConstraintName: 'fk_notes_episode' })
  episode: Relation<EmploymentEpisodeEntity>;

  @Column('text')
  kind:
    | 'PROGRESS_NOTE'
    | 'VOCATIONAL_PROFILE'
    | 'ACTION_PLAN'
    | 'BENEFITS_ADVICE_SUMMARY'
    | 'IN_WORK_SUPPORT_PLAN'
    | 'CLOSURE_SUMMARY';

  @Column('text')
  state: 'DRAFT' | 'AWAITING_COUNTERSIGNATURE' | 'SIGNED' | 'RETRACTED' | 'DISCARDED';

  /** Who began it; each version names its own author. */
  @Column('uuid', { name: 'author_id' })
  authorId: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'author_id', foreignKeyConstraintName: 'fk_notes_author' })
  author: Relation<StaffEntity>;

  /** Number of the newest version; 0 until the first is signed. */
  @Column('integer', { name: 'latest_version', default: 0 })
  latestVersion: number;

  /** The latest version's, and the service's alone until there is one; set by a trigger. */
  @Column('text', { default: 'SERVICE_ONLY' })
  visibility: 'CLINICAL_RECORD' | 'SERVICE_ONLY' | 'SHAREABLE';

  /** The latest version's; null until there is one. */
  @Column('date', { name: 'contact_on', nullable: true })
  contactOn: string | null;

  @Column({ type: 'timestamptz', name: 'retracted_at', precision: 3, nullable: true })
  retractedAt: Date | null;

  @Column('text', { name: 'retracted_because', nullable: true })
  retractedBecause: 'ENTERED_IN_ERROR' | 'WRONG_PERSON' | null;

  @Column('text', { name: 'retraction_reason', nullable: true })
  retractionReason: string | null;

  /** The note that took its place under the right person. */
  @Column('uuid', { name: 'refiled_as_id', nullable: true })
  refiledAsId: string | null;

  @ManyToOne(() => NoteEntity)
  @JoinColumn({ name: 'refiled_as_id', foreignKeyConstraintName: 'fk_notes_refiled_as' })
  refiledAs: Relation<NoteEntity> | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'clock_timestamp()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'clock_timestamp()' })
  updatedAt: Date;
}
