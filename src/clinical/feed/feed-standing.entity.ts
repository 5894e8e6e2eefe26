/** How a stay on a caseload stands by all events of a feed. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { CaseloadItem } from '../clinical-record.port.js';
import { ClinicalRecordSystemEntity } from '../clinical-record-system.entity.js';

/** What a pull of the feed's caseload reads. A row never goes: what came to nothing is `ENTERED_IN_ERROR`. */
@Entity('feed_standings')
@Index('ix_feed_standings_team', ['systemId', 'teamReference', 'reference'])
@Index('ix_feed_standings_patient', ['systemId', 'localId'])
export class FeedStandingEntity {
  @PrimaryColumn('uuid', { name: 'system_id', primaryKeyConstraintName: 'pk_feed_standings' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_feed_standings_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_feed_standings' })
  reference: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('text', { name: 'team_reference' })
  teamReference: string;

  @Column('text', { name: 'local_id' })
  localId: string;

  @Column('jsonb')
  item: CaseloadItem;

  /** Another one for whatever else the stay comes to. */
  @Column('text')
  version: string;

  /** When its newest event was written down. */
  @Column({ type: 'timestamptz', name: 'as_of', precision: 3 })
  asOf: Date;

  @Column('boolean')
  complete: boolean;

  /** By the database's clock. */
  @Column({ type: 'timestamptz', name: 'changed_at', precision: 3 })
  changedAt: Date;
}
