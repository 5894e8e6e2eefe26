/** A place in what a record system holds that the hub did not understand. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from './clinical-record-system.entity.js';

/** How often, and between when, something at a place could not be understood; over all processes. */
@Entity('unmapped_elements')
export class UnmappedElementEntity {
  @PrimaryColumn('uuid', { name: 'system_id', primaryKeyConstraintName: 'pk_unmapped_elements' })
  systemId: string;

  @ManyToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_unmapped_elements_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  /** As the adapter's protocol names places: `Patient.birthDate`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_unmapped_elements' })
  path: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** A bigint, so text in TypeScript. */
  @Column('bigint')
  times: string;

  @Column({ type: 'timestamptz', name: 'first_seen', precision: 3 })
  firstSeen: Date;

  @Column({ type: 'timestamptz', name: 'last_seen', precision: 3 })
  lastSeen: Date;
}
