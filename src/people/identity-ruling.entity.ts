/** What an identity steward ruled of two persons. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { PersonEntity } from './person.entity.js';

/** A ruling and the facts it rested on; rows are only ever inserted, and the newest of two persons counts. */
@Entity('identity_rulings')
@Index('ix_identity_rulings_persons', ['personId', 'otherPersonId', 'ruledAt'])
export class IdentityRulingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_identity_rulings' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** The smaller of the two ids. */
  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_identity_rulings_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'other_person_id' })
  otherPersonId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'other_person_id', foreignKeyConstraintName: 'fk_identity_rulings_other_person' })
  otherPerson: Relation<PersonEntity>;

  @Column('text')
  resolution: 'SAME_PERSON' | 'DIFFERENT_PERSONS';

  /** Why, in the steward's words. */
  @Column('text')
  reason: string;

  /** The number that both had. */
  @Column('text', { name: 'nhs_number' })
  nhsNumber: string;

  @Column('text', { name: 'nhs_number_status', nullable: true })
  nhsNumberStatus: string | null;

  @Column('date', { name: 'date_of_birth', nullable: true })
  dateOfBirth: string | null;

  @Column('text', { name: 'other_nhs_number_status', nullable: true })
  otherNhsNumberStatus: string | null;

  @Column('date', { name: 'other_date_of_birth', nullable: true })
  otherDateOfBirth: string | null;

  @Column({ type: 'timestamptz', name: 'ruled_at', precision: 3 })
  ruledAt: Date;

  /** `sub` of the steward's token. */
  @Column('text', { name: 'ruled_by' })
  ruledBy: string;
}
