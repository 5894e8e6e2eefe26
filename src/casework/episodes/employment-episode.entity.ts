/** An episode of employment support. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../../clinical/clinical-record-system.entity.js';
import { ServiceSpecificationEntity } from '../../contracts/service-specification.entity.js';
import { StaffEntity } from '../../directory/staff.entity.js';
import { TeamEntity } from '../../directory/team.entity.js';
import { PersonEntity } from '../../people/person.entity.js';
import { ReferralEntity } from '../referrals/referral.entity.js';

/** Support of one person by a named specialist, from an accepted referral until it is closed with a reason. */
@Entity('employment_episodes')
@Unique('uq_employment_episodes_referral', ['referralId'])
@Index('ix_employment_episodes_team', { synchronize: false })
@Index('ix_employment_episodes_organisation', { synchronize: false })
@Index('ix_employment_episodes_person', { synchronize: false })
export class EmploymentEpisodeEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_employment_episodes' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** The host team: the one that received the referral. */
  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_employment_episodes_team' })
  team: Relation<TeamEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_employment_episodes_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'referral_id' })
  referralId: string;

  @ManyToOne(() => ReferralEntity, { nullable: false })
  @JoinColumn({ name: 'referral_id', foreignKeyConstraintName: 'fk_employment_episodes_referral' })
  referral: Relation<ReferralEntity>;

  @Column('uuid', { name: 'specification_id' })
  specificationId: string;

  @ManyToOne(() => ServiceSpecificationEntity, { nullable: false })
  @JoinColumn({ name: 'specification_id', foreignKeyConstraintName: 'fk_employment_episodes_specification' })
  specification: Relation<ServiceSpecificationEntity>;

  /** Who carries it now; `episode_specialists` tells who did before. */
  @Column('uuid', { name: 'specialist_id' })
  specialistId: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'specialist_id', foreignKeyConstraintName: 'fk_employment_episodes_specialist' })
  specialist: Relation<StaffEntity>;

  /** The record system that its notes go to; null while nobody has said which. */
  @Column('uuid', { name: 'system_id', nullable: true })
  systemId: string | null;

  @ManyToOne(() => ClinicalRecordSystemEntity)
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_employment_episodes_system' })
  system: Relation<ClinicalRecordSystemEntity> | null;

  @Column('text')
  state: 'OPEN' | 'CLOSED';

  @Column('date', { name: 'opened_on' })
  openedOn: string;

  /** First day on which it was no longer open; null while open. */
  @Column('date', { name: 'closed_on', nullable: true })
  closedOn: string | null;

  @Column('text', { name: 'closing_reason', nullable: true })
  closingReason:
    | 'SUSTAINED_IN_WORK'
    | 'NO_LONGER_WANTS_SUPPORT'
    | 'LOST_CONTACT'
    | 'MOVED_AWAY'
    | 'TRANSFERRED'
    | 'DECEASED'
    | 'OTHER'
    | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'clock_timestamp()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'clock_timestamp()' })
  updatedAt: Date;
}
