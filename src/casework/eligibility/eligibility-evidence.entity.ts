/** A piece of evidence behind a criterion. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../../clinical/clinical-record-system.entity.js';
import { TeamEntity } from '../../directory/team.entity.js';
import { EligibilityDecisionEntity } from './eligibility-decision.entity.js';

/** What a criterion rests on, from where, and how fresh it was. */
@Entity('eligibility_evidence')
export class EligibilityEvidenceEntity {
  @PrimaryColumn('uuid', { name: 'decision_id', primaryKeyConstraintName: 'pk_eligibility_evidence' })
  decisionId: string;

  @ManyToOne(() => EligibilityDecisionEntity, { nullable: false })
  @JoinColumn({ name: 'decision_id', foreignKeyConstraintName: 'fk_eligibility_evidence_decision' })
  decision: Relation<EligibilityDecisionEntity>;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_eligibility_evidence' })
  position: number;

  /** Place within the criterion, from 0. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_eligibility_evidence' })
  item: number;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  /** The team that it speaks of; null where it speaks of none. */
  @Column('uuid', { name: 'source_team_id', nullable: true })
  sourceTeamId: string | null;

  @ManyToOne(() => TeamEntity)
  @JoinColumn({ name: 'source_team_id', foreignKeyConstraintName: 'fk_eligibility_evidence_source_team' })
  sourceTeam: Relation<TeamEntity> | null;

  /** Counted for the verdict, hidden from the reader. */
  @Column('boolean', { default: false })
  restricted: boolean;

  @Column('text')
  source: 'RECORD' | 'TEAM' | 'PERSON' | 'REFERRAL' | 'IMPLIED_BY_TEAM';

  @Column('text')
  finding: string;

  @Column('uuid', { name: 'system_id', nullable: true })
  systemId: string | null;

  @ManyToOne(() => ClinicalRecordSystemEntity)
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_eligibility_evidence_system' })
  system: Relation<ClinicalRecordSystemEntity> | null;

  @Column('text', { nullable: true })
  reference: string | null;

  /** Version of the source record. */
  @Column('text', { nullable: true })
  version: string | null;

  @Column('date', { name: 'period_from', nullable: true })
  periodFrom: string | null;

  @Column('date', { name: 'period_to', nullable: true })
  periodTo: string | null;

  @Column({ type: 'timestamptz', name: 'source_as_of', precision: 3, nullable: true })
  sourceAsOf: Date | null;

  @Column({ type: 'timestamptz', name: 'fetched_at', precision: 3, nullable: true })
  fetchedAt: Date | null;

  /** Null where freshness does not apply. */
  @Column('boolean', { nullable: true })
  fresh: boolean | null;
}
