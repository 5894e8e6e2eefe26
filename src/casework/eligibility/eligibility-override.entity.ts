/** A human decision against the hub's verdict. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { StaffEntity } from '../../directory/staff.entity.js';
import { EligibilityDecisionEntity } from './eligibility-decision.entity.js';

/** An override with its reason and clause. Never changed. */
@Entity('eligibility_overrides')
@Index('ix_eligibility_overrides_decision', { synchronize: false })
export class EligibilityOverrideEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_eligibility_overrides' })
  id: string;

  @Column('uuid', { name: 'decision_id' })
  decisionId: string;

  @ManyToOne(() => EligibilityDecisionEntity, { nullable: false })
  @JoinColumn({ name: 'decision_id', foreignKeyConstraintName: 'fk_eligibility_overrides_decision' })
  decision: Relation<EligibilityDecisionEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @Column('text')
  verdict: 'ELIGIBLE' | 'NOT_ELIGIBLE';

  @Column('text')
  reason: string;

  @Column('text')
  clause: string;

  /** Who was told of it. */
  @Column('text', { array: true })
  told: string[];

  @Column('uuid', { name: 'author_id' })
  authorId: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'author_id', foreignKeyConstraintName: 'fk_eligibility_overrides_author' })
  author: Relation<StaffEntity>;

  @Column({ type: 'timestamptz', name: 'made_at', precision: 3 })
  madeAt: Date;
}
