/** A patient and a visit, or two patients, that an event of a feed names together. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../clinical-record-system.entity.js';

/** One direction of a tie; the other is a row of its own. Whoever can be reached by ties is looked at together. */
@Entity('feed_ties')
export class FeedTieEntity {
  @PrimaryColumn('uuid', { name: 'system_id', primaryKeyConstraintName: 'pk_feed_ties' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_feed_ties_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  /** `P` and the id of a patient, or `V` and that of a visit. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_feed_ties' })
  node: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_feed_ties' })
  other: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;
}
