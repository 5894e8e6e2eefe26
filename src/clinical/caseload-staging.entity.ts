/** An item of a pull that is not yet complete. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { CaseloadMembershipEntity } from './caseload-membership.entity.js';
import { CaseloadPullEntity } from './caseload-pull.entity.js';

/** What a pull has read so far, a membership with its patient; taken over as a whole when its end is reached, then deleted. */
@Entity('caseload_staging')
export class CaseloadStagingEntity {
  @PrimaryColumn('uuid', { name: 'pull_id', primaryKeyConstraintName: 'pk_caseload_staging' })
  pullId: string;

  @ManyToOne(() => CaseloadPullEntity, { nullable: false })
  @JoinColumn({ name: 'pull_id', foreignKeyConstraintName: 'fk_caseload_staging_pull' })
  pull: Relation<CaseloadPullEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @PrimaryColumn('text', { name: 'source_reference', primaryKeyConstraintName: 'pk_caseload_staging' })
  sourceReference: string;

  /** Page of the pull on which it came, from 1. */
  @Column('integer')
  page: number;

  /** Id of the membership that it becomes when it is new or says something else. */
  @Column('uuid', { name: 'membership_id' })
  membershipId: string;

  /** Id of the person that its patient becomes when nothing is known of anybody like them. */
  @Column('uuid', { name: 'person_id' })
  personId: string;

  /** Id of the link between the two. */
  @Column('uuid', { name: 'link_id' })
  linkId: string;

  @Column('text', { name: 'source_version', nullable: true })
  sourceVersion: string | null;

  @Column({ type: 'timestamptz', name: 'source_as_of', precision: 3, nullable: true })
  sourceAsOf: Date | null;

  @Column('text')
  state: CaseloadMembershipEntity['state'];

  @Column('date', { name: 'valid_from', nullable: true })
  validFrom: string | null;

  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;

  @Column('text', { name: 'care_coordinator_reference', nullable: true })
  careCoordinatorReference: string | null;

  @Column('text', { name: 'care_coordinator_name', nullable: true })
  careCoordinatorName: string | null;

  @Column('boolean')
  complete: boolean;

  @Column('text', { name: 'local_id' })
  localId: string;

  @Column('text', { name: 'nhs_number', nullable: true })
  nhsNumber: string | null;

  @Column('text', { name: 'nhs_number_status', nullable: true })
  nhsNumberStatus: string | null;

  @Column('date', { name: 'date_of_birth', nullable: true })
  dateOfBirth: string | null;

  @Column('date', { name: 'deceased_on', nullable: true })
  deceasedOn: string | null;

  @Column('boolean')
  active: boolean;

  @Column('text', { name: 'replaced_by_local_id', nullable: true })
  replacedByLocalId: string | null;

  @Column('boolean')
  restricted: boolean;

  /** When it was so, as far as the hub knows: `fetchedAt` of the item. */
  @Column({ type: 'timestamptz', name: 'read_at', precision: 3 })
  readAt: Date;
}
