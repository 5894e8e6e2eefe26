/** A record system that sends by itself. */
import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../../clinical/clinical-record-system.entity.js';

/** When it was last heard of. */
@Entity('inbound_sources')
export class InboundSourceEntity {
  @PrimaryColumn('uuid', { name: 'system_id', primaryKeyConstraintName: 'pk_inbound_sources' })
  systemId: string;

  @OneToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_inbound_sources_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** By the database's clock, to a few seconds: the last message that was taken, or an acknowledgement of one of ours. */
  @Column({ type: 'timestamptz', name: 'heard_at', precision: 3 })
  heardAt: Date;

  /** How long it may be silent before nobody's absence follows from its feed; null where it has none. bigint, so text. */
  @Column('bigint', { name: 'silent_after_ms', nullable: true })
  silentAfterMs: string | null;
}
