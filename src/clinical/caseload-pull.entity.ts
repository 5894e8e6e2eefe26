/** One attempt to read a team's caseload. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { TeamEntity } from '../directory/team.entity.js';
import { ClinicalRecordSystemEntity } from './clinical-record-system.entity.js';

/** A pull of a caseload, whole (sweep) or since a watermark (increment). */
@Entity('caseload_pulls')
@Index('ix_caseload_pulls_latest', { synchronize: false })
export class CaseloadPullEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_caseload_pulls' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'system_id' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_caseload_pulls_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  @Column('text', { name: 'team_reference' })
  teamReference: string;

  /** The team of the directory; null when the reference is not mapped. */
  @Column('uuid', { name: 'team_id', nullable: true })
  teamId: string | null;

  @ManyToOne(() => TeamEntity)
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_caseload_pulls_team' })
  team: Relation<TeamEntity> | null;

  @Column('text')
  kind: 'SWEEP' | 'INCREMENT';

  @Column('text')
  state: 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3 })
  startedAt: Date;

  @Column({ type: 'timestamptz', name: 'finished_at', precision: 3, nullable: true })
  finishedAt: Date | null;

  /** Where the next increment begins. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  watermark: Date | null;

  /** Pages read. */
  @Column('integer', { default: 0 })
  pages: number;

  /** Items read. */
  @Column('integer', { default: 0 })
  received: number;

  /** Items that the system said there would be; null when it did not say. */
  @Column('integer', { nullable: true })
  expected: number | null;

  /** Memberships that changed by it. */
  @Column('integer', { default: 0 })
  changed: number;

  @Column('text', { name: 'failure_code', nullable: true })
  failureCode: string | null;

  /** Fence of the lease under which it ran. A bigint, so text in TypeScript. */
  @Column('bigint')
  fence: string;
}
