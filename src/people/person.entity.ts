/** A person, as the hub knows them. */
import {
  Column,
  Entity,
  Generated,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';

/** A person. Names, telephone and postcode stay null until there is a referral. */
@Entity('persons')
@Index('ix_persons_merged_into', ['mergedIntoId'], { where: `merged_into_id IS NOT NULL` })
@Index('ix_persons_name', ['organisationId', 'familyName', 'givenName', 'id'])
@Index('ix_persons_nhs_number', ['organisationId', 'nhsNumber'], { where: `nhs_number IS NOT NULL` })
export class PersonEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_persons' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** What analysts see in place of the person. */
  @Column('uuid')
  @Generated('uuid')
  pseudonym: string;

  /** Ten digits without separators. */
  @Column('text', { name: 'nhs_number', nullable: true })
  nhsNumber: string | null;

  /** Verification status, `01` to `08`. */
  @Column('text', { name: 'nhs_number_status', nullable: true })
  nhsNumberStatus: string | null;

  @Column('date', { name: 'date_of_birth', nullable: true })
  dateOfBirth: string | null;

  @Column('date', { name: 'deceased_on', nullable: true })
  deceasedOn: string | null;

  /** A record system marks the record as sensitive. */
  @Column('boolean', { default: false })
  restricted: boolean;

  @Column('text', { name: 'identity_state', default: 'CLEAR' })
  identityState: 'CLEAR' | 'CONFLICT';

  /** The person that this row was merged into; null while it stands for itself. */
  @Column('uuid', { name: 'merged_into_id', nullable: true })
  mergedIntoId: string | null;

  @ManyToOne(() => PersonEntity)
  @JoinColumn({ name: 'merged_into_id', foreignKeyConstraintName: 'fk_persons_merged_into' })
  mergedInto: Relation<PersonEntity> | null;

  @Column('text', { name: 'given_name', nullable: true })
  givenName: string | null;

  @Column('text', { name: 'family_name', nullable: true })
  familyName: string | null;

  @Column('text', { nullable: true })
  telephone: string | null;

  @Column('text', { nullable: true })
  postcode: string | null;

  /** Teams that may see the person, kept for row-level security. */
  @Column('uuid', { name: 'visible_team_ids', array: true, default: () => `'{}'` })
  visibleTeamIds: string[];

  /** Whose names and contact details these are, when they came with somebody merged into this person; null when they are their own. */
  @Column('uuid', { name: 'inherited_from_id', nullable: true })
  inheritedFromId: string | null;

  @ManyToOne(() => PersonEntity)
  @JoinColumn({ name: 'inherited_from_id', foreignKeyConstraintName: 'fk_persons_inherited_from' })
  inheritedFrom: Relation<PersonEntity> | null;

  /** Of the teams that may see the person, those that only know somebody merged into them. */
  @Column('uuid', { name: 'inherited_team_ids', array: true, default: () => `'{}'` })
  inheritedTeamIds: string[];

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3, default: () => 'clock_timestamp()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'clock_timestamp()' })
  updatedAt: Date;
}
