/** How far a pull has come. */
import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { CaseloadPullEntity } from './caseload-pull.entity.js';

/** What a pull needs to go on from the last page that was kept of it. Gone once it is complete or cannot be gone on with. */
@Entity('caseload_progress')
export class CaseloadProgressEntity {
  @PrimaryColumn('uuid', { name: 'pull_id', primaryKeyConstraintName: 'pk_caseload_progress' })
  pullId: string;

  @OneToOne(() => CaseloadPullEntity, { nullable: false })
  @JoinColumn({ name: 'pull_id', foreignKeyConstraintName: 'fk_caseload_progress_pull' })
  pull: Relation<CaseloadPullEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** Instant since which it pulls what changed; null for a sweep. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  since: Date | null;

  /** Pages kept; 0 before the first. */
  @Column('integer')
  pages: number;

  /** The last page was kept. */
  @Column('boolean')
  ended: boolean;

  /** The greatest number of memberships that any page announced; null while none has. */
  @Column('integer', { nullable: true })
  expected: number | null;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  watermark: Date | null;

  /** What the adapter goes on from; opaque. */
  @Column('text')
  cursor: string;

  /** How often it has been gone on with since a page was last kept. */
  @Column('integer', { default: 0 })
  resumes: number;
}
