/** Since when a team of a feed is known whole. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../clinical-record-system.entity.js';

/** The last count of everybody on a team. Without one nobody's absence follows from a feed, which tells of changes alone. */
@Entity('feed_baselines')
export class FeedBaselineEntity {
  @PrimaryColumn('uuid', { name: 'system_id', primaryKeyConstraintName: 'pk_feed_baselines' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_feed_baselines_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  @PrimaryColumn('text', { name: 'team_reference', primaryKeyConstraintName: 'pk_feed_baselines' })
  teamReference: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** When it was so, as whoever counted says. */
  @Column({ type: 'timestamptz', name: 'as_of', precision: 3 })
  asOf: Date;

  /** How many were there. */
  @Column('integer')
  counted: number;

  @Column({ type: 'timestamptz', name: 'kept_at', precision: 3, default: () => 'clock_timestamp()' })
  keptAt: Date;
}
