/** Which team took over from which. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { TeamEntity } from './team.entity.js';

/** One team taking over the work of another; splits and mergers are several rows. */
@Entity('team_successions')
@Unique('uq_team_successions', ['formerTeamId', 'successorTeamId'])
export class TeamSuccessionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_team_successions' })
  id: string;

  @Column('uuid', { name: 'former_team_id' })
  formerTeamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'former_team_id', foreignKeyConstraintName: 'fk_team_successions_former' })
  formerTeam: Relation<TeamEntity>;

  @Column('uuid', { name: 'successor_team_id' })
  successorTeamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'successor_team_id', foreignKeyConstraintName: 'fk_team_successions_successor' })
  successorTeam: Relation<TeamEntity>;

  /** First day of the successor. */
  @Column('date', { name: 'took_effect_on' })
  tookEffectOn: string;
}
