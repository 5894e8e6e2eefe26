/** What holds for notes, from a day until another. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ClinicalRecordSystemEntity } from '../clinical/clinical-record-system.entity.js';
import { ServiceSpecificationEntity } from '../contracts/service-specification.entity.js';
import { StaffEntity } from '../directory/staff.entity.js';

/** A policy of notes, for a specification, a destination, both or neither. */
@Entity('note_policies')
@Index('uq_note_policies', { synchronize: false })
export class NotePolicyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_note_policies' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** Null: every specification. */
  @Column('uuid', { name: 'specification_id', nullable: true })
  specificationId: string | null;

  @ManyToOne(() => ServiceSpecificationEntity)
  @JoinColumn({ name: 'specification_id', foreignKeyConstraintName: 'fk_note_policies_specification' })
  specification: Relation<ServiceSpecificationEntity> | null;

  /** Null: every destination. */
  @Column('uuid', { name: 'system_id', nullable: true })
  systemId: string | null;

  @ManyToOne(() => ClinicalRecordSystemEntity)
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_note_policies_system' })
  system: Relation<ClinicalRecordSystemEntity> | null;

  @Column('date', { name: 'valid_from' })
  validFrom: string;

  /** First day on which it no longer holds; null when open. */
  @Column('date', { name: 'valid_to', nullable: true })
  validTo: string | null;

  @Column('text')
  clause: string;

  @Column('integer', { name: 'late_after_hours' })
  lateAfterHours: number;

  @Column('integer', { name: 'latest_back_days' })
  latestBackDays: number;

  @Column('text', { name: 'countersign_role', nullable: true })
  countersignRole: 'TEAM_MANAGER' | 'CARE_COORDINATOR' | null;

  @Column('text', { name: 'countersign_kinds', array: true, default: () => `'{}'` })
  countersignKinds: string[];

  @Column('integer', { name: 'chase_after_working_days' })
  chaseAfterWorkingDays: number;

  @Column('integer', { name: 'urgent_within_minutes' })
  urgentWithinMinutes: number;

  @Column('uuid', { name: 'urgent_escalate_to', nullable: true })
  urgentEscalateTo: string | null;

  @ManyToOne(() => StaffEntity)
  @JoinColumn({ name: 'urgent_escalate_to', foreignKeyConstraintName: 'fk_note_policies_escalate_to' })
  escalateTo: Relation<StaffEntity> | null;
}
