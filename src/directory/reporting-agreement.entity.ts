/** Whose figures an organisation may analyse. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { OrganisationEntity } from './organisation.entity.js';

/** An agreement by which analysts of one organisation see pseudonymised rows of another. */
@Entity('reporting_agreements')
@Unique('uq_reporting_agreements', ['recipientOrganisationId', 'coveredOrganisationId', 'validFrom'])
export class ReportingAgreementEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_reporting_agreements' })
  id: string;

  @Column('uuid', { name: 'recipient_organisation_id' })
  recipientOrganisationId: string;

  @ManyToOne(() => OrganisationEntity, { nullable: false })
  @JoinColumn({
    name: 'recipient_organisation_id',
    foreignKeyConstraintName: 'fk_reporting_agreements_recipient',
  })
  recipientOrganisation: Relation<OrganisationEntity>;

  @Column('uuid', { name: 'covered_organisation_id' })
  coveredOrganisationId: string;

  @ManyToOne(() => OrganisationEntity, { nullable: false })
  @JoinColumn({
    name: 'covered_organisation_id',
    foreignKeyConstraintName: 'fk_reporting_agreements_covered',
  })
  coveredOrganisation: Relation<OrganisationEntity>;

  /** Number or title of the signed agreement. */
  @Column('text')
  reference: string;

  @Column('date', { name: 'valid_from' })
  validFrom: string;

  /** First day on which it no longer holds; null when open. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;
}
