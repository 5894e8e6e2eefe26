/** A referral to the employment service. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ServiceSpecificationEntity } from '../../contracts/service-specification.entity.js';
import { StaffEntity } from '../../directory/staff.entity.js';
import { TeamEntity } from '../../directory/team.entity.js';
import { PersonEntity } from '../../people/person.entity.js';

/** Who came by which route, what they said of work, what they agreed to. */
@Entity('referrals')
@Index('ix_referrals_organisation', { synchronize: false })
@Index('ix_referrals_person', { synchronize: false })
@Index('ix_referrals_team', { synchronize: false })
export class ReferralEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_referrals' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** The employment team that received it. */
  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_referrals_team' })
  team: Relation<TeamEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_referrals_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'specification_id' })
  specificationId: string;

  @ManyToOne(() => ServiceSpecificationEntity, { nullable: false })
  @JoinColumn({ name: 'specification_id', foreignKeyConstraintName: 'fk_referrals_specification' })
  specification: Relation<ServiceSpecificationEntity>;

  /** The employment specialist on it; null while unassigned. */
  @Column('uuid', { name: 'specialist_id', nullable: true })
  specialistId: string | null;

  @ManyToOne(() => StaffEntity)
  @JoinColumn({ name: 'specialist_id', foreignKeyConstraintName: 'fk_referrals_specialist' })
  specialist: Relation<StaffEntity> | null;

  @Column('text')
  state: 'RECEIVED' | 'ACCEPTED' | 'DECLINED' | 'CLOSED';

  @Column('text')
  route: 'CARE_COORDINATOR' | 'CLINICAL_TEAM' | 'JOINT' | 'SELF' | 'JOBCENTRE_PLUS' | 'OTHER_AGENCY';

  @Column('date', { name: 'received_on' })
  receivedOn: string;

  @Column('date', { name: 'accepted_on', nullable: true })
  acceptedOn: string | null;

  @Column('date', { name: 'closed_on', nullable: true })
  closedOn: string | null;

  @Column('text', { name: 'word_on_work', default: 'NOT_RECORDED' })
  wordOnWork:
    | 'WANTS_PAID_WORK'
    | 'WANTS_STEPS_TOWARDS_WORK'
    | 'UNSURE'
    | 'DOES_NOT_WANT_PAID_WORK'
    | 'NOT_RECORDED';

  @Column('date', { name: 'word_recorded_on', nullable: true })
  wordRecordedOn: string | null;

  @Column('text', { name: 'employment_at_referral', default: 'NOT_RECORDED' })
  employmentAtReferral:
    | 'OUT_OF_WORK'
    | 'EMPLOYED'
    | 'EMPLOYED_AT_RISK'
    | 'VOLUNTARY_OR_PERMITTED_WORK'
    | 'NOT_RECORDED';

  @Column('text', { name: 'consent_to_contact_clinician', default: 'NOT_ASKED' })
  consentToContactClinician: 'GIVEN' | 'REFUSED' | 'NOT_ASKED';

  @Column('date', { name: 'consent_recorded_on', nullable: true })
  consentRecordedOn: string | null;

  @Column('text', { default: 'NOT_RECORDED' })
  residence: 'IN_REGION' | 'OUTSIDE_REGION' | 'NOT_RECORDED';

  /** Null when not recorded. */
  @Column('boolean', { name: 'on_care_programme_approach', nullable: true })
  onCareProgrammeApproach: boolean | null;

  /** Kept where the date of birth is not known. */
  @Column('text', { name: 'age_band', nullable: true })
  ageBand: string | null;

  /** By when the specification wants a first contact. */
  @Column('date', { name: 'first_contact_due_on', nullable: true })
  firstContactDueOn: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'clock_timestamp()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'clock_timestamp()' })
  updatedAt: Date;
}
