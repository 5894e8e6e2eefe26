/** An item of a pull that is not yet complete. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { CaseloadPullEntity } from './caseload-pull.entity.js';

/** What a pull has read so far; taken over as a whole when its end is reached, then deleted. */
@Entity('caseload_staging')
export class CaseloadStagingEntity {
  @PrimaryColumn('uuid', { name: 'pull_id', primaryKeyConstraintName: 'pk_caseload_staging' })
  pullId: string;

  @ManyToOne(() => CaseloadPullEntity, { nullable: false })
  @JoinColumn({ name: 'pull_id', foreignKeyConstraintName: 'fk_caseload_staging_pull' })
  pull: Relation<CaseloadPullEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @PrimaryColumn('text', { name: 'source_reference', primaryKeyConstraintName: 'pk_caseload_staging' })
  sourceReference: string;

  @Column('integer')
  page: number;

  /** The membership as the adapter read it. */
  @Column('jsonb')
  item: unknown;
}
