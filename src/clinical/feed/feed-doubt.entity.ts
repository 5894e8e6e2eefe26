/** Something about patients of a feed that its events do not settle. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../clinical-record-system.entity.js';
import type { FeedDoubtKind } from './folded.js';

/** Somebody has to look at the record system; the doubt goes by itself once a message settles it. */
@Entity('feed_doubts')
@Index('ix_feed_doubts_patients', { synchronize: false })
export class FeedDoubtEntity {
  @PrimaryColumn('uuid', { name: 'system_id', primaryKeyConstraintName: 'pk_feed_doubts' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_feed_doubts_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  /** SHA-256 of kind, patients and visit; lower-case hexadecimal. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_feed_doubts' })
  digest: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('text')
  kind: FeedDoubtKind;

  @Column('text', { name: 'local_ids', array: true })
  localIds: string[];

  /** Null when it concerns the patients themselves. */
  @Column('text', { nullable: true })
  visit: string | null;

  @Column({ type: 'timestamptz', name: 'opened_at', precision: 3, default: () => 'clock_timestamp()' })
  openedAt: Date;
}
