/** Who an author of documents is in a clinical record system. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { StaffEntity } from '../directory/staff.entity.js';
import { ClinicalRecordSystemEntity } from './clinical-record-system.entity.js';

/** A person's own identifier in a record system, with employer and role as they stand beside what is signed. */
@Entity('author_identities')
@Unique('uq_author_identities', ['staffId', 'systemId', 'validFrom'])
export class AuthorIdentityEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_author_identities' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'staff_id' })
  staffId: string;

  @ManyToOne(() => StaffEntity, { nullable: false })
  @JoinColumn({ name: 'staff_id', foreignKeyConstraintName: 'fk_author_identities_staff' })
  staff: Relation<StaffEntity>;

  @Column('uuid', { name: 'system_id' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_author_identities_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  /** `Practitioner/id` or `PractitionerRole/id` in the record system. */
  @Column('text')
  reference: string;

  @Column('text')
  employer: string;

  @Column('text', { name: 'role_title' })
  roleTitle: string;

  @Column('date', { name: 'valid_from' })
  validFrom: string;

  /** First day on which it no longer held; null when open. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;
}
