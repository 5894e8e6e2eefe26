/** Something that a person has to see to. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { StaffEntity } from '../directory/staff.entity.js';
import { TeamEntity } from '../directory/team.entity.js';
import { PersonEntity } from '../people/person.entity.js';
import { DeliveryEntity } from './delivery.entity.js';
import type { WorkItemKind } from './work-item.service.js';

/** A work item; at most one is open per kind and subject. */
@Entity('work_items')
@Index('uq_work_items_open', ['kind', 'subjectId'], { unique: true, where: `resolved_at IS NULL` })
@Index('ix_work_items_delivery', ['deliveryId'], { where: `resolved_at IS NULL` })
@Index('ix_work_items_document', ['documentId'], { where: `document_id IS NOT NULL` })
@Index('ix_work_items_team', ['teamId', 'openedAt', 'id'])
export class WorkItemEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_work_items' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  /** Null: nobody's in particular, and then it is for whoever runs the hub. */
  @Column('uuid', { name: 'team_id', nullable: true })
  teamId: string | null;

  @ManyToOne(() => TeamEntity)
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_work_items_team' })
  team: Relation<TeamEntity> | null;

  @Column('text')
  kind: WorkItemKind;

  /** What it is about: a delivery, a note, a draft, an episode, a message. */
  @Column('uuid', { name: 'subject_id' })
  subjectId: string;

  @Column('uuid', { name: 'person_id', nullable: true })
  personId: string | null;

  @ManyToOne(() => PersonEntity)
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_work_items_person' })
  person: Relation<PersonEntity> | null;

  @Column('uuid', { name: 'document_id', nullable: true })
  documentId: string | null;

  /** That of the document's newest version: row rules turn on it. Kept by triggers. */
  @Column('text', { default: 'CLINICAL_RECORD' })
  visibility: 'CLINICAL_RECORD' | 'SERVICE_ONLY' | 'SHAREABLE';

  @Column('uuid', { name: 'delivery_id', nullable: true })
  deliveryId: string | null;

  @ManyToOne(() => DeliveryEntity)
  @JoinColumn({ name: 'delivery_id', foreignKeyConstraintName: 'fk_work_items_delivery' })
  delivery: Relation<DeliveryEntity> | null;

  /** Who is named to see to it; null: anybody of the team. */
  @Column('uuid', { name: 'assigned_staff_id', nullable: true })
  assignedStaffId: string | null;

  @ManyToOne(() => StaffEntity)
  @JoinColumn({ name: 'assigned_staff_id', foreignKeyConstraintName: 'fk_work_items_staff' })
  assignedStaff: Relation<StaffEntity> | null;

  @Column('text', { nullable: true })
  code: string | null;

  @Column({ type: 'timestamptz', name: 'opened_at', precision: 3, default: () => 'clock_timestamp()' })
  openedAt: Date;

  @Column({ type: 'timestamptz', name: 'due_at', precision: 3, nullable: true })
  dueAt: Date | null;

  @Column({ type: 'timestamptz', name: 'resolved_at', precision: 3, nullable: true })
  resolvedAt: Date | null;

  /** Subject of the caller, or `system:<name>`. */
  @Column('text', { name: 'resolved_by', nullable: true })
  resolvedBy: string | null;

  @Column('text', { nullable: true })
  resolution: string | null;
}
