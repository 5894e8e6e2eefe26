/** A person who works for an organisation. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { OrganisationEntity } from './organisation.entity.js';

/** Somebody who may sign in; the directory decides what they may do. */
@Entity('staff')
@Unique('uq_staff_subject', ['organisationId', 'subject'])
export class StaffEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_staff' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @ManyToOne(() => OrganisationEntity, { nullable: false })
  @JoinColumn({ name: 'organisation_id', foreignKeyConstraintName: 'fk_staff_organisation' })
  organisation: Relation<OrganisationEntity>;

  /** `sub` of their tokens. */
  @Column('text')
  subject: string;

  @Column('text', { name: 'display_name' })
  displayName: string;

  @Column('boolean', { default: true })
  active: boolean;
}
