/** A request that was answered once. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The outcome of a mutation, kept for 30 days so that a repeat gets the same answer. */
@Entity('idempotency_keys')
@Index('ix_idempotency_keys_made_at', ['madeAt'])
export class IdempotencyKeyEntity {
  @PrimaryColumn('uuid', { name: 'organisation_id', primaryKeyConstraintName: 'pk_idempotency_keys' })
  organisationId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_idempotency_keys' })
  subject: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_idempotency_keys' })
  mutation: string;

  /** Chosen by the client. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_idempotency_keys' })
  key: string;

  /** Tells a repeat from another request under the same key. */
  @Column('text', { name: 'input_hash' })
  inputHash: string;

  /** What was answered. */
  @Column('jsonb')
  outcome: unknown;

  @Column({ type: 'timestamptz', name: 'made_at', precision: 3, default: () => 'clock_timestamp()' })
  madeAt: Date;
}
