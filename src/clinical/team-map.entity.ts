/** What a record system calls a team. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { TeamEntity } from '../directory/team.entity.js';
import { ClinicalRecordSystemEntity } from './clinical-record-system.entity.js';

/** A team reference of a record system and the team of the directory that it stands for. */
@Entity('team_maps')
@Unique('uq_team_maps', ['systemId', 'teamReference'])
export class TeamMapEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_team_maps' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'system_id' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_team_maps_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  @Column('text', { name: 'team_reference' })
  teamReference: string;

  /** Null: nobody has mapped it, so its memberships are unknown, never absent. */
  @Column('uuid', { name: 'team_id', nullable: true })
  teamId: string | null;

  @ManyToOne(() => TeamEntity)
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_team_maps_team' })
  team: Relation<TeamEntity> | null;

  /** What the system shows for it. */
  @Column('text', { nullable: true })
  label: string | null;

  @Column('date', { name: 'valid_from', nullable: true })
  validFrom: string | null;

  /** First day on which it no longer stood for the team; null when open. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;

  @Column({ type: 'timestamptz', name: 'found_at', precision: 3, default: () => 'clock_timestamp()' })
  foundAt: Date;
}
