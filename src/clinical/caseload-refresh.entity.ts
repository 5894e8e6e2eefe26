/** A refresh of a record system that is under way. */
import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from './clinical-record-system.entity.js';

/** Under way, or left by a process that died, while the lease of the system has run out. */
@Entity('caseload_refreshes')
export class CaseloadRefreshEntity {
  @PrimaryColumn('uuid', { name: 'system_id', primaryKeyConstraintName: 'pk_caseload_refreshes' })
  systemId: string;

  @OneToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_caseload_refreshes_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('text')
  kind: 'SWEEP' | 'INCREMENT';

  /** Teams whose caseload came since then need no further pull. */
  @Column({ type: 'timestamptz', name: 'asked_at', precision: 3 })
  askedAt: Date;

  /** Fence of the lease under which it runs. A bigint, so text in TypeScript. */
  @Column('bigint')
  fence: string;
}
