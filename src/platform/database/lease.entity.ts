/** A named lease and its fence. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One lease: who may do a piece of work that only one process may do at a time. */
@Entity('leases')
export class LeaseEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_leases' })
  name: string;

  /** Who took it, for people who read the table; null when free. */
  @Column('text', { nullable: true })
  holder: string | null;

  /** Rises with each change of holder. A bigint, so text in TypeScript. */
  @Column('bigint', { default: 0 })
  fence: string;

  /** When it runs out, by the database's clock. */
  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, default: () => `'-infinity'` })
  expiresAt: Date;
}
