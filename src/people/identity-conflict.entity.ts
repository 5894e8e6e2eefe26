/** Two persons who may be one. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { PersonEntity } from './person.entity.js';

/** A doubt about identity that a steward settles. */
@Entity('identity_conflicts')
@Unique('uq_identity_conflicts', ['kind', 'personId', 'otherPersonId'])
export class IdentityConflictEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_identity_conflicts' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('text')
  kind: 'SHARED_NHS_NUMBER' | 'DATE_OF_BIRTH_MISMATCH';

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

  /** What the steward decided; null while open. */
  @Column('text', { nullable: true })
  resolution: string | null;
}
