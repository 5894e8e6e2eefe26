/** One operation on one signed version, on its way to a destination. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { TeamEntity } from '../directory/team.entity.js';
import { PersonEntity } from '../people/person.entity.js';
import { DeliveryLaneEntity } from './delivery-lane.entity.js';
import { DestinationEntity } from './destination.entity.js';
import { SignedDocumentEntity } from './signed-document.entity.js';

/** A delivery on two axes: what the hub is doing (`ours`) and what the destination has said or shown (`theirs`). */
@Entity('deliveries')
@Unique('uq_deliveries_seq', ['laneId', 'seq'])
@Index('ix_deliveries_watch', ['systemId', 'watchDue'], { where: `watch_due IS NOT NULL` })
@Index('ix_deliveries_document_version', ['documentVersionId'])
@Index('ix_deliveries_document', { synchronize: false })
@Index('ix_deliveries_organisation', { synchronize: false })
@Index('ix_deliveries_team', { synchronize: false })
@Index('ix_deliveries_urgent', ['organisationId', 'urgentDueAt'], {
  where: `urgent_due_at IS NOT NULL AND filed_at IS NULL`,
})
@Index('ix_deliveries_parked', ['systemId', 'lastCode'], { where: `ours = 'PARKED'::text` })
export class DeliveryEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_deliveries' })
  id: string;

  @Column('uuid', { name: 'lane_id' })
  laneId: string;

  @ManyToOne(() => DeliveryLaneEntity, { nullable: false })
  @JoinColumn({ name: 'lane_id', foreignKeyConstraintName: 'fk_deliveries_lane' })
  lane: Relation<DeliveryLaneEntity>;

  /** Place in the lane, from 1 without gaps, in the order of commits. A bigint, so text in TypeScript. */
  @Column('bigint')
  seq: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @ManyToOne(() => TeamEntity, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'fk_deliveries_team' })
  team: Relation<TeamEntity>;

  /** The person it was signed for; who that is now is resolved at sending. */
  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_deliveries_person' })
  person: Relation<PersonEntity>;

  @Column('uuid', { name: 'system_id' })
  systemId: string;

  @ManyToOne(() => DestinationEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_deliveries_destination' })
  destination: Relation<DestinationEntity>;

  @Column('uuid', { name: 'document_id' })
  documentId: string;

  @Column('uuid', { name: 'document_version_id' })
  documentVersionId: string;

  @ManyToOne(() => SignedDocumentEntity, { nullable: false })
  @JoinColumn({ name: 'document_version_id', foreignKeyConstraintName: 'fk_deliveries_document' })
  documentVersion: Relation<SignedDocumentEntity>;

  @Column('text')
  operation: 'FILE' | 'WITHDRAW';

  @Column('text', { default: 'QUEUED' })
  ours: 'QUEUED' | 'SENDING' | 'SETTLED' | 'PARKED' | 'CANCELLED';

  @Column('text', { default: 'NONE' })
  theirs: 'NONE' | 'ACCEPTED' | 'FILED' | 'AWAITING_SIGNATURE' | 'SIGNED' | 'WITHDRAWN' | 'REJECTED';

  @Column('integer', { default: 0 })
  attempts: number;

  /** Attempts since it was queued or replayed: what the back-off and its bounds go by. */
  @Column('integer', { default: 0 })
  tries: number;

  /** Conflicts among those. */
  @Column('integer', { default: 0 })
  conflicts: number;

  /** An attempt may have reached the record without the hub knowing: the hub asks before it sends again. */
  @Column('boolean', { name: 'may_have_arrived', default: false })
  mayHaveArrived: boolean;

  /** Code of the last answer that was not a success. */
  @Column('text', { name: 'last_code', nullable: true })
  lastCode: string | null;

  /** What that answer was about, as the characters that a destination cannot carry; holds nothing of the text. */
  @Column('text', { name: 'last_detail', nullable: true })
  lastDetail: string | null;

  @Column({ type: 'timestamptz', name: 'last_at', precision: 3, nullable: true })
  lastAt: Date | null;

  @Column({ type: 'timestamptz', name: 'next_at', precision: 3, nullable: true })
  nextAt: Date | null;

  /** `Type/id` at the far end. */
  @Column('text', { nullable: true })
  reference: string | null;

  @Column('text', { name: 'reference_version', nullable: true })
  referenceVersion: string | null;

  /** The patient to whose record it was last sent. */
  @Column('text', { name: 'patient_local_id', nullable: true })
  patientLocalId: string | null;

  /** What was told of that patient, as a hash of this delivery's own; of an attempt in doubt it stays. */
  @Column('text', { name: 'patient_hash', nullable: true })
  patientHash: string | null;

  @Column({ type: 'timestamptz', name: 'queued_at', precision: 3, default: () => 'clock_timestamp()' })
  queuedAt: Date;

  @Column({ type: 'timestamptz', name: 'accepted_at', precision: 3, nullable: true })
  acceptedAt: Date | null;

  /** When a second read of the record showed it. */
  @Column({ type: 'timestamptz', name: 'filed_at', precision: 3, nullable: true })
  filedAt: Date | null;

  /** When nothing was left to do. */
  @Column({ type: 'timestamptz', name: 'ended_at', precision: 3, nullable: true })
  endedAt: Date | null;

  /** When the record is read next for it; null when there is nothing to look for. */
  @Column({ type: 'timestamptz', name: 'watch_due', precision: 3, nullable: true })
  watchDue: Date | null;

  @Column('integer', { name: 'watch_attempts', default: 0 })
  watchAttempts: number;

  /** By when an urgent document must be filed. */
  @Column({ type: 'timestamptz', name: 'urgent_due_at', precision: 3, nullable: true })
  urgentDueAt: Date | null;
}
