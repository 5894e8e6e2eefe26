/** A person's record in one record system. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { PersonEntity } from './person.entity.js';

/** What one record system calls a person, with the identity it gives them. */
@Entity('record_links')
@Unique('uq_record_links_local_id', ['systemId', 'localId'])
@Index('ix_record_links_person', ['personId'])
export class RecordLinkEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_record_links' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** The record system; a floor above, so without a relation. */
  @Column('uuid', { name: 'system_id' })
  systemId: string;

  /** The system's own identifier. */
  @Column('text', { name: 'local_id' })
  localId: string;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_record_links_person' })
  person: Relation<PersonEntity>;

  @Column('text', { name: 'nhs_number', nullable: true })
  nhsNumber: string | null;

  @Column('text', { name: 'nhs_number_status', nullable: true })
  nhsNumberStatus: string | null;

  @Column('date', { name: 'date_of_birth', nullable: true })
  dateOfBirth: string | null;

  @Column('date', { name: 'deceased_on', nullable: true })
  deceasedOn: string | null;

  @Column('boolean', { default: true })
  active: boolean;

  /** Set when the system merged the record into another of its own. */
  @Column('text', { name: 'replaced_by_local_id', nullable: true })
  replacedByLocalId: string | null;

  @Column('boolean', { default: false })
  restricted: boolean;

  /** Version that the system gave to the record. */
  @Column('text', { name: 'source_version', nullable: true })
  sourceVersion: string | null;

  @Column({ type: 'timestamptz', name: 'observed_at', precision: 3 })
  observedAt: Date;
}
