/** A decision that would be made differently now. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { EligibilityDecisionEntity } from './eligibility-decision.entity.js';

/** What the verdict would be on what is known now. */
@Entity('decision_reviews')
@Unique('uq_decision_reviews', ['decisionId', 'verdictNow'])
@Index('ix_decision_reviews_team', { synchronize: false })
export class DecisionReviewEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_decision_reviews' })
  id: string;

  @Column('uuid', { name: 'decision_id' })
  decisionId: string;

  @ManyToOne(() => EligibilityDecisionEntity, { nullable: false })
  @JoinColumn({ name: 'decision_id', foreignKeyConstraintName: 'fk_decision_reviews_decision' })
  decision: Relation<EligibilityDecisionEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @Column('text', { name: 'verdict_now' })
  verdictNow: 'ELIGIBLE' | 'NOT_YET' | 'NEEDS_CONFIRMATION' | 'CANNOT_TELL' | 'NOT_ELIGIBLE';

  @Column('text', { name: 'reason_now' })
  reasonNow: string;

  @Column({ type: 'timestamptz', name: 'known_at', precision: 3 })
  knownAt: Date;

  /** When the difference was first seen. */
  @Column({ type: 'timestamptz', name: 'found_at', precision: 3 })
  foundAt: Date;
}
