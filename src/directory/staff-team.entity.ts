/** An assignment of somebody to a team. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { StaffEntity } from './staff.entity.js';
import { TeamEntity } from './team.entity.js';

/** Somebody assigned to a team for a time; the reach of what they see. */
@Entity('staff_teams')
@Unique('uq_staff_teams', ['staffId', 'teamId', 'validFrom'])
@Index('ix_staff_teams_team', ['teamId'])
export class StaffTeamEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_staff_teams' })
  id: string;

  @Column('uuid', { name: 'staff_id' })
  staffId: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'staff_id', foreignKeyConstraintName: 'fk_staff_teams_staff' })
  staff: Relation<StaffEntity>;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_staff_teams_team' })
  team: Relation<TeamEntity>;

  @Column('date', { name: 'valid_from' })
  validFrom: string;

  /** First day after the assignment; null when open. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;
}
