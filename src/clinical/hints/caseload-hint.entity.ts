/** Hints of a record system that something on its caseloads has changed. */
import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../clinical-record-system.entity.js';

/** Two counts instead of a queue: whatever has been asked and not answered is one refresh. Nothing of a hint itself is kept. */
@Entity('caseload_hints')
export class CaseloadHintEntity {
  @PrimaryColumn('uuid', { name: 'system_id', primaryKeyConstraintName: 'pk_caseload_hints' })
  systemId: string;

  @OneToOne(() => ClinicalRecordSystemEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_caseload_hints_system' })
  system: Relation<ClinicalRecordSystemEntity>;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** Times that a refresh was asked for. A bigint, so text in TypeScript. */
  @Column('bigint')
  asked: string;

  /** How many of these a refresh has answered that began after them. */
  @Column('bigint', { default: 0 })
  answered: string;

  /** When a process last took it upon itself, by the database's clock; null before, and where it found the system busy. */
  @Column({ type: 'timestamptz', name: 'begun_at', precision: 3, nullable: true })
  begunAt: Date | null;
}
