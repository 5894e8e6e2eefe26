/** A question to a clinical team. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { TeamEntity } from '../../directory/team.entity.js';
import { PersonEntity } from '../../people/person.entity.js';
import { ReferralEntity } from '../referrals/referral.entity.js';
import { EligibilityDecisionEntity } from './eligibility-decision.entity.js';

/** The question whether somebody is on a caseload, and its answer. */
@Entity('confirmation_requests')
@Index('ix_confirmation_requests_due', ['dueOn'], { where: `state = 'ASKED'::text` })
@Index('ix_confirmation_requests_referral', { synchronize: false })
export class ConfirmationRequestEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_confirmation_requests' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_confirmation_requests_team' })
  team: Relation<TeamEntity>;

  /** The team that was asked; null when not known which. */
  @Column('uuid', { name: 'asked_team_id', nullable: true })
  askedTeamId: string | null;

  @ManyToOne(() => TeamEntity)
  @JoinColumn({ name: 'asked_team_id', foreignKeyConstraintName: 'fk_confirmation_requests_asked_team' })
  askedTeam: Relation<TeamEntity> | null;

  /** The asking and the asked team, for row-level security. */
  @Column('uuid', { name: 'visible_team_ids', array: true })
  visibleTeamIds: string[];

  @Column('uuid', { name: 'referral_id' })
  referralId: string;

  @ManyToOne(() => ReferralEntity, { nullable: false })
  @JoinColumn({ name: 'referral_id', foreignKeyConstraintName: 'fk_confirmation_requests_referral' })
  referral: Relation<ReferralEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_confirmation_requests_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'decision_id' })
  decisionId: string;

  @ManyToOne(() => EligibilityDecisionEntity, { nullable: false })
  @JoinColumn({ name: 'decision_id', foreignKeyConstraintName: 'fk_confirmation_requests_decision' })
  decision: Relation<EligibilityDecisionEntity>;

  @Column('text', { name: 'asked_of' })
  askedOf: 'CARE_COORDINATOR' | 'DUTY_CONTACT';

  @Column('text')
  state: 'ASKED' | 'ESCALATED' | 'ANSWERED' | 'WITHDRAWN';

  @Column('text', { name: 'asked_by' })
  askedBy: string;

  @Column({ type: 'timestamptz', name: 'asked_at', precision: 3 })
  askedAt: Date;

  /** When it is escalated if unanswered. */
  @Column('date', { name: 'due_on' })
  dueOn: string;

  @Column({ type: 'timestamptz', name: 'escalated_at', precision: 3, nullable: true })
  escalatedAt: Date | null;

  @Column('text', { name: 'escalated_to', nullable: true })
  escalatedTo: string | null;

  @Column('text', { nullable: true })
  answer: 'ON_CASELOAD' | 'NOT_ON_CASELOAD' | 'CANNOT_SAY' | null;

  @Column('date', { name: 'answer_from', nullable: true })
  answerFrom: string | null;

  @Column('date', { name: 'answer_to', nullable: true })
  answerTo: string | null;

  @Column('text', { name: 'answered_by', nullable: true })
  answeredBy: string | null;

  @Column({ type: 'timestamptz', name: 'answered_at', precision: 3, nullable: true })
  answeredAt: Date | null;
}
