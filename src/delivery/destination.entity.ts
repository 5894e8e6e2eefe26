/** A record system that takes documents. */
import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../clinical/clinical-record-system.entity.js';

/** How many documents a record system takes at once, what it can carry, and whether delivery to it is paused. */
@Entity('destinations')
export class DestinationEntity {
  @PrimaryColumn('uuid', { name: 'system_id', primaryKeyConstraintName: 'pk_destinations' })
  systemId: string;

  @OneToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_destinations_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** Documents in flight at most, all processes together. */
  @Column('integer', { name: 'max_in_flight', default: 32 })
  maxInFlight: number;

  @Column('integer', { name: 'send_timeout_ms', default: 10_000 })
  sendTimeoutMs: number;

  /** Labels that reach the record as such. */
  @Column('text', { array: true, default: () => `'{}'` })
  labels: string[];

  @Column('integer', { name: 'max_text_bytes', nullable: true })
  maxTextBytes: number | null;

  /** Paused while this lies ahead; `infinity` until somebody resumes it. */
  @Column({ type: 'timestamptz', name: 'paused_until', precision: 3, nullable: true })
  pausedUntil: Date | null;

  @Column({ type: 'timestamptz', name: 'paused_at', precision: 3, nullable: true })
  pausedAt: Date | null;

  @Column('text', { name: 'paused_by', nullable: true })
  pausedBy: string | null;

  /** A code, or the reason that an operator gave. */
  @Column('text', { name: 'paused_because', nullable: true })
  pausedBecause: string | null;

  @Column({ type: 'timestamptz', name: 'updated_at', precision: 3, default: () => 'clock_timestamp()' })
  updatedAt: Date;
}
