/** One criterion of a decision. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { EligibilityDecisionEntity } from './eligibility-decision.entity.js';

/** How one rule of the specification came out. */
@Entity('eligibility_criteria')
export class EligibilityCriterionEntity {
  @PrimaryColumn('uuid', { name: 'decision_id', primaryKeyConstraintName: 'pk_eligibility_criteria' })
  decisionId: string;

  @ManyToOne(() => EligibilityDecisionEntity, { nullable: false })
  @JoinColumn({ name: 'decision_id', foreignKeyConstraintName: 'fk_eligibility_criteria_decision' })
  decision: Relation<EligibilityDecisionEntity>;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'pk_eligibility_criteria' })
  position: number;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  /** Key of the specification's rule. */
  @Column('text')
  key: string;

  @Column('text')
  result: 'PASS' | 'FAIL' | 'UNKNOWN' | 'CONFIRM' | 'LATER' | 'NOT_SPECIFIED';

  @Column('text')
  strength: 'HARD' | 'SOFT' | 'NOT_SPECIFIED';

  @Column('text')
  reason: string;

  /** Clause of the document that it comes from. */
  @Column('text', { nullable: true })
  clause: string | null;

  @Column('text', { name: 'confirm_by', nullable: true })
  confirmBy: string | null;

  /** For `LATER`: the day on which it is met. */
  @Column('date', { name: 'later_on', nullable: true })
  laterOn: string | null;

  /** Which kind of evidence settled it; null while unsettled. */
  @Column('text', { name: 'settled_by', nullable: true })
  settledBy: string | null;
}
