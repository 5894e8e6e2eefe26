/** The order of one person's deliveries to one destination. */
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { PersonEntity } from '../people/person.entity.js';
import { DestinationEntity } from './destination.entity.js';

/** A lane: its deliveries go out one after another. What is decided about it is decided from this row under its lock. */
@Entity('delivery_lanes')
@Unique('uq_delivery_lanes_person', ['systemId', 'personId'])
@Index('ix_delivery_lanes_due', ['systemId', 'due'], { where: `state = 'READY'::text` })
@Index('ix_delivery_lanes_holder', ['systemId', 'holder'], { where: `holder IS NOT NULL` })
@Index('ix_delivery_lanes_person', ['personId'])
export class DeliveryLaneEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_delivery_lanes' })
  id: string;

  @Column('uuid', { name: 'organisation_id' })
  organisationId: string;

  @Column('uuid', { name: 'system_id' })
  systemId: string;

  @ManyToOne(() => DestinationEntity, { nullable: false })
  @JoinColumn({ name: 'system_id', foreignKeyConstraintName: 'fk_delivery_lanes_destination' })
  destination: Relation<DestinationEntity>;

  @Column('uuid', { name: 'person_id' })
  personId: string;

  @ManyToOne(() => PersonEntity, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_delivery_lanes_person' })
  person: Relation<PersonEntity>;

  /** Number of the delivery that is next. A bigint, so text in TypeScript. */
  @Column('bigint', { name: 'head_seq', default: 1 })
  headSeq: string;

  /** Number of the newest delivery. */
  @Column('bigint', { name: 'last_seq', default: 0 })
  lastSeq: string;

  @Column('text', { default: 'IDLE' })
  state: 'IDLE' | 'READY' | 'PARKED';

  /** When to act next and, while held, when the lease ends; the database's clock. */
  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  due: Date;

  /** Rises with each claim and each take-over. */
  @Column('bigint', { default: 0 })
  fence: string;

  /** Name of the worker that holds it. */
  @Column('text', { nullable: true })
  holder: string | null;
}
