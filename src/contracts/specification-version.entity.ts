/** A version of a service specification. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { ServiceSpecificationEntity } from './service-specification.entity.js';

/** Rules in force for a time. */
@Entity('specification_versions')
@Unique('uq_specification_versions', ['specificationId', 'version'])
export class SpecificationVersionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_specification_versions' })
  id: string;

  @Column('uuid', { name: 'specification_id' })
  specificationId: string;

  @ManyToOne(() => ServiceSpecificationEntity, { nullable: false })
  @JoinColumn({
    name: 'specification_id',
    foreignKeyConstraintName: 'fk_specification_versions_specification',
  })
  specification: Relation<ServiceSpecificationEntity>;

  @Column('integer')
  version: number;

  @Column('date', { name: 'valid_from', nullable: true })
  validFrom: string | null;

  /** First day on which it was no longer in force; null when open. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;

  /** When the document says that it is due for review, in its own words. */
  @Column('text', { name: 'review_due', nullable: true })
  reviewDue: string | null;

  /** Null until every placeholder is filled and the administrator activates it. */
  @Column({ type: 'timestamptz', name: 'activated_at', precision: 3, nullable: true })
  activatedAt: Date | null;
}
