/** One line of the audit record. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What somebody read, changed or was refused. Rows are only ever inserted. */
@Entity('audit_events')
@Index('ix_audit_events_at', { synchronize: false })
@Index('ix_audit_events_person_ids', { synchronize: false })
export class AuditEventEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_audit_events' })
  id: string;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  at: Date;

  /** `sub` of the token, or `system:<name>`. */
  @Column('text')
  subject: string;

  @Column('text')
  role: string;

  @Column('text')
  purpose: string;

  /** Null when the caller acted in none. */
  @Column('uuid', { name: 'organisation_id', nullable: true })
  organisationId: string | null;

  @Column('text')
  kind: 'READ' | 'WRITE' | 'DECIDE' | 'REFUSED' | 'SYSTEM';

  @Column('text')
  operation: string;

  @Column('text')
  outcome: 'DONE' | 'REFUSED' | 'FAILED';

  /** Everybody whose data the answer held. */
  @Column('uuid', { name: 'person_ids', array: true, default: () => `'{}'` })
  personIds: string[];

  /** Safe facts only: counts, codes, ids. */
  @Column('jsonb', { default: () => `'{}'` })
  details: unknown;

  @Column('text', { name: 'correlation_id' })
  correlationId: string;
}
