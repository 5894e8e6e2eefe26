/** An eligibility decision. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { SpecificationVersionEntity } from '../../contracts/specification-version.entity.js';
import { TeamEntity } from '../../directory/team.entity.js';
import { PersonEntity } from '../../people/person.entity.js';
import { ReferralEntity } from '../referrals/referral.entity.js';

/** A verdict with what it rests on. Never changed; a later one replaces it. */
@Entity('eligibility_decisions')
@Index('ix_eligibility_decisions_organisation', { synchronize: false })
@Index('ix_eligibility_decisions_person', ['personId'])
@Index('ix_eligibility_decisions_referral', { synchronize: false })
@Index('ix_eligibility_decisions_team', { synchronize: false })
export class EligibilityDecisionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_eligibility_decisions' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_eligibility_decisions_team' })
  team: Relation<TeamEntity>;

  @Column('uuid', { name: 'referral_id' })
  referralId: string;

  @ManyToOne(() => ReferralEntity, { nullable: false })
  @JoinColumn({ name: 'referral_id', foreignKeyConstraintName: 'fk_eligibility_decisions_referral' })
  referral: Relation<ReferralEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_eligibility_decisions_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'version_id' })
  versionId: string;

  @ManyToOne(() => SpecificationVersionEntity, { nullable: false })
  @JoinColumn({ name: 'version_id', foreignKeyConstraintName: 'fk_eligibility_decisions_version' })
  version: Relation<SpecificationVersionEntity>;

  @Column('text')
  purpose: 'ENTRY' | 'CONTINUE' | 'RE_ENTRY';

  /** The day that the question is about. */
  @Column('date', { name: 'as_of' })
  asOf: string;

  /** What the hub knew at this instant was used. */
  @Column({ type: 'timestamptz', name: 'known_at', precision: 3 })
  knownAt: Date;

  @Column('text')
  verdict: 'ELIGIBLE' | 'NOT_YET' | 'NEEDS_CONFIRMATION' | 'CANNOT_TELL' | 'NOT_ELIGIBLE';

  @Column('text')
  reason: string;

  /** For `NOT_YET`: the first day on which the answer may change. */
  @Column('date', { name: 'not_yet_until', nullable: true })
  notYetUntil: string | null;

  /** For `NEEDS_CONFIRMATION`: who can settle it. */
  @Column('text', { name: 'confirm_by', nullable: true })
  confirmBy: 'TEAM' | 'PERSON' | 'COMMISSIONER' | 'IDENTITY_STEWARD' | null;

  /** How far the service may go meanwhile. */
  @Column('text', { name: 'may_proceed' })
  mayProceed: 'ENGAGE' | 'CONTACT' | 'NONE';

  @Column('text', { array: true, default: () => `'{}'` })
  flags: string[];

  /** Subject of the caller. */
  @Column('text', { name: 'decided_by' })
  decidedBy: string;

  @Column({ type: 'timestamptz', name: 'decided_at', precision: 3 })
  decidedAt: Date;
}
