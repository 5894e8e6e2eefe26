/** An organisation of the directory. */
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A trust, provider or commissioner. */
@Entity('organisations')
@Unique('uq_organisations_ods_code', ['odsCode'])
export class OrganisationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_organisations' })
  id: string;

  /** Code of the Organisation Data Service. */
  @Column('text', { name: 'ods_code' })
  odsCode: string;

  @Column('text')
  name: string;

  @Column('text')
  kind: 'TRUST' | 'PROVIDER' | 'COMMISSIONER' | 'OTHER';

  @Column('date', { name: 'valid_from', nullable: true })
  validFrom: string | null;

  /** First day on which it was no longer so; null when open. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;
}
