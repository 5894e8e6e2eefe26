/** Two persons who may be one. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { IdentityRulingEntity } from './identity-ruling.entity.js';
import { PersonEntity } from './person.entity.js';

/** A doubt about identity that a steward settles. */
@Entity('identity_conflicts')
@Unique('uq_identity_conflicts', ['kind', 'personId', 'otherPersonId'])
@Index('ix_identity_conflicts_found_at', ['organisationId', 'foundAt', 'id'])
@Index('ix_identity_conflicts_person', ['personId'])
@Index('ix_identity_conflicts_other_person', ['otherPersonId'])
export class IdentityConflictEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_identity_conflicts' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('text')
  kind: 'SHARED_NHS_NUMBER' | 'DATE_OF_BIRTH_MISMATCH' | 'UNVERIFIED_NUMBER';

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_identity_conflicts_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'other_person_id' })
  otherPersonId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'other_person_id', foreignKeyConstraintName: 'fk_identity_conflicts_other_person' })
  otherPerson: Relation<PersonEntity>;

  @Column({ type: 'timestamptz', name: 'found_at', precision: 3 })
  foundAt: Date;

  @Column({ type: 'timestamptz', name: 'resolved_at', precision: 3, nullable: true })
  resolvedAt: Date | null;

  /** How it was settled; null while open. */
  @Column('text', { nullable: true })
  resolution: 'MERGED' | 'NO_LONGER_SO' | 'SAME_PERSON' | 'DIFFERENT_PERSONS' | null;

  /** The newest ruling of a steward that settled it. One that has fallen since stays named while the dispute is open again. */
  @Column('uuid', { name: 'ruling_id', nullable: true })
  rulingId: string | null;

  @ManyToOne(() => IdentityRulingEntity)
  @JoinColumn({ name: 'ruling_id', foreignKeyConstraintName: 'fk_identity_conflicts_ruling' })
  ruling: Relation<IdentityRulingEntity> | null;
}
