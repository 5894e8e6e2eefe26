/** How much of a quota a caller has used. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One caller's use of one quota in the window that began at `windowStart`; shared by all processes. */
@Entity('quotas')
export class QuotaEntity {
  @PrimaryColumn('uuid', { name: 'organisation_id', primaryKeyConstraintName: 'pk_quotas' })
  organisationId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_quotas' })
  subject: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_quotas' })
  name: string;

  @Column({ type: 'timestamptz', name: 'window_start', precision: 3 })
  windowStart: Date;

  @Column('integer')
  used: number;
}
