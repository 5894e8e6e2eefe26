/** A clinical record system that the hub speaks to. */
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** One record system of one organisation; its settings are in the site profile. */
@Entity('clinical_record_systems')
@Unique('uq_clinical_record_systems_code', ['code'])
export class ClinicalRecordSystemEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_clinical_record_systems' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('text')
  code: string;

  @Column('text')
  name: string;

  /** Id of the adapter's manifest. */
  @Column('text')
  adapter: string;

  /** For how many hours a sighting on a caseload may be relied on. */
  @Column('integer', { name: 'presence_budget_hours', default: 168 })
  presenceBudgetHours: number;

  /** For how many hours an absence from a complete caseload may be relied on. */
  @Column('integer', { name: 'absence_budget_hours', default: 26 })
  absenceBudgetHours: number;

  @Column({ type: 'timestamptz', name: 'last_answer_at', precision: 3, nullable: true })
  lastAnswerAt: Date | null;

  @Column({ type: 'timestamptz', name: 'last_failure_at', precision: 3, nullable: true })
  lastFailureAt: Date | null;

  /** `HUB_…` code. */
  @Column('text', { name: 'last_failure_code', nullable: true })
  lastFailureCode: string | null;
}
