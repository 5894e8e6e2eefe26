/** An event that a message of a record system told, or a count. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../clinical-record-system.entity.js';
import type { FeedEvent } from '../feed.port.js';

/** Kept for ever, apart from the message: how somebody stands is all of their events, in the order in which they happened. */
@Entity('feed_events')
@Index('ix_feed_events_patient', ['systemId', 'localId'])
export class FeedEventEntity {
  /** The message, which may be deleted before the event is; or the count. */
  @PrimaryColumn('uuid', { name: 'source_id', primaryKeyConstraintName: 'pk_feed_events' })
  sourceId: string;

  /** SHA-256 of the event, members in order; lower-case hexadecimal. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_feed_events' })
  digest: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'system_id' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_feed_events_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  /** The patient to whom it happened. */
  @Column('text', { name: 'local_id' })
  localId: string;

  @Column('jsonb')
  event: FeedEvent;

  @Column({ type: 'timestamptz', name: 'kept_at', precision: 3, default: () => 'clock_timestamp()' })
  keptAt: Date;
}
