/** Who carried an episode of employment support for a time. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { StaffEntity } from '../../directory/staff.entity.js';
import { TeamEntity } from '../../directory/team.entity.js';
import { EmploymentEpisodeEntity } from './employment-episode.entity.js';

/** A specialist on an episode from a day until another; rows are ended, never overwritten. */
@Entity('episode_specialists')
@Index('ix_episode_specialists_episode', { synchronize: false })
@Index('uq_episode_specialists_current', ['episodeId'], { unique: true, where: 'valid_to IS NULL' })
export class EpisodeSpecialistEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_episode_specialists' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_episode_specialists_team' })
  team: Relation<TeamEntity>;

  @Column('uuid', { name: 'episode_id' })
  episodeId: string;

  @ManyToOne(() => EmploymentEpisodeEntity, { nullable: false })
  @JoinColumn({ name: 'episode_id', foreignKeyConstraintName: 'fk_episode_specialists_episode' })
  episode: Relation<EmploymentEpisodeEntity>;

  @Column('uuid', { name: 'staff_id' })
  staffId: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'staff_id', foreignKeyConstraintName: 'fk_episode_specialists_staff' })
  staff: Relation<StaffEntity>;

  @Column('date', { name: 'valid_from' })
  validFrom: string;

  /** First day on which they no longer carried it; null while they do. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;
}
