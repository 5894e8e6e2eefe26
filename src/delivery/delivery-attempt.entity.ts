/** One attempt at a delivery. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { DeliveryEntity } from './delivery.entity.js';

/** An attempt: begun when a worker took the delivery, ended when its answer was settled. */
@Entity('delivery_attempts')
@Index('ix_delivery_attempts_delivery', { synchronize: false })
export class DeliveryAttemptEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_delivery_attempts' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'team_id' })
  teamId: string;

  @Column('uuid', { name: 'delivery_id' })
  deliveryId: string;

  @ManyToOne(() => DeliveryEntity, { nullable: false })
  @JoinColumn({ name: 'delivery_id', foreignKeyConstraintName: 'fk_delivery_attempts_delivery' })
  delivery: Relation<DeliveryEntity>;

  /** From 1. */
  @Column('integer')
  number: number;

  /** Name of the worker. */
  @Column('text')
  holder: string;

  /** The lane's fence under which it was begun. A bigint, so text in TypeScript. */
  @Column('bigint')
  fence: string;

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3, default: () => 'clock_timestamp()' })
  startedAt: Date;

  @Column({ type: 'timestamptz', name: 'ended_at', precision: 3, nullable: true })
  endedAt: Date | null;

  /** Null while it is under way. `LOST`: its worker died or was overtaken; `WAITED`: nothing was sent yet. */
  @Column('text', { nullable: true })
  class: 'DONE' | 'TRANSIENT' | 'AMBIGUOUS' | 'PERMANENT' | 'PAUSED' | 'CONFLICT' | 'WAITED' | 'LOST' | null;

  @Column('text', { nullable: true })
  code: string | null;

  /** The record was asked whether it has the document already. */
  @Column('boolean', { name: 'was_asked_first', default: false })
  wasAskedFirst: boolean;
}
