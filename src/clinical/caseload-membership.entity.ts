/** A person on a team's caseload, with two times. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { TeamEntity } from '../directory/team.entity.js';
import { PersonEntity } from '../people/person.entity.js';
import { CaseloadPullEntity } from './caseload-pull.entity.js';
import { ClinicalRecordSystemEntity } from './clinical-record-system.entity.js';

/** A membership: what was so (`validFrom`, `validTo`) and when the hub knew (`observedFrom`, `observedTo`). */
@Entity('caseload_memberships')
@Index('ix_caseload_memberships_person', { synchronize: false })
@Index('ix_caseload_memberships_team', { synchronize: false })
@Index('ix_caseload_memberships_source', { synchronize: false })
@Index('uq_caseload_memberships_current', ['systemId', 'teamReference', 'sourceReference'], {
  unique: true,
  where: `observed_to IS NULL`,
})
export class CaseloadMembershipEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_caseload_memberships' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'system_id' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_caseload_memberships_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  /** Null: the reference is not mapped. */
  @Column('uuid', { name: 'team_id', nullable: true })
  teamId: string | null;

  @ManyToOne(() => TeamEntity)
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_caseload_memberships_team' })
  team: Relation<TeamEntity> | null;

  @Column('text', { name: 'team_reference' })
  teamReference: string;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_caseload_memberships_person' })
  person: Relation<PersonEntity>;

  @Column('text', { name: 'local_id' })
  localId: string;

  @Column('text', { name: 'source_reference' })
  sourceReference: string;

  @Column('text', { name: 'source_version', nullable: true })
  sourceVersion: string | null;

  @Column('text')
  state: 'OPEN' | 'ON_HOLD' | 'WAITING_LIST' | 'PLANNED' | 'ENDED' | 'ENTERED_IN_ERROR';

  @Column('date', { name: 'valid_from', nullable: true })
  validFrom: string | null;

  /** First day on which it was no longer so; null when open or not said. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;

  @Column('text', { name: 'care_coordinator_reference', nullable: true })
  careCoordinatorReference: string | null;

  @Column('text', { name: 'care_coordinator_name', nullable: true })
  careCoordinatorName: string | null;

  /** A record system marks the record as sensitive. */
  @Column('boolean', { default: false })
  restricted: boolean;

  /** False when the record says more of the period than the hub could understand. */
  @Column('boolean', { default: true })
  complete: boolean;

  /** Instant for which the system vouches; null when it does not say. */
  @Column({ type: 'timestamptz', name: 'source_as_of', precision: 3, nullable: true })
  sourceAsOf: Date | null;

  @Column({ type: 'timestamptz', name: 'observed_from', precision: 3 })
  observedFrom: Date;

  /** Null on the row that holds now. */
  @Column({ type: 'timestamptz', name: 'observed_to', precision: 3, nullable: true })
  observedTo: Date | null;

  @Column('uuid', { name: 'pull_id' })
  pullId: string;

  @ManyToOne(() => CaseloadPullEntity, { nullable: false })
  @JoinColumn({ name: 'pull_id', foreignKeyConstraintName: 'fk_caseload_memberships_pull' })
  pull: Relation<CaseloadPullEntity>;

  /** Why the row no longer holds. */
  @Column('text', { name: 'closed_because', nullable: true })
  closedBecause: 'CHANGED' | 'ABSENT_FROM_SWEEP' | null;
}
