/** What rooms see of the database: transactions as a database role under a caller's scope, and one-Sync reads. */
import type { EntityManager } from 'typeorm';
import type { Scope } from '../../core/caller.js';

/** Pools that may change rows. The names are the roles of the data-access matrix without their prefix. */
export type WritingRole = 'write' | 'decide' | 'worker';
/** Pools that may only select. */
export type ReadingRole = 'staff' | 'analyst' | 'steward';

/** A transaction in progress; the scope is set on it and ends with it. */
export interface Transaction {
  /** Rows as objects. `text` is a constant statement; every value travels as a parameter. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  /** TypeORM's manager on the same connection, for writing entities. */
  readonly manager: EntityManager;
}

/** A statement with its parameters. */
export interface ReadStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Named statements are prepared once per connection; leave unset for rare shapes. */
  readonly name?: string;
}

/** The pools of one process. Every failure of the database is a `HubError` without row, parameter or statement in it. */
export interface Database {
  /** Runs `work` in one transaction as a database role; commits when it resolves, rolls back when it rejects. */
  transaction<T>(role: WritingRole, scope: Scope, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * One statement that changes rows, in one Sync with its scope: a whole transaction in one round trip, committed when this
   * resolves. It is sent at once, and done behind those that were sent before it by this process. Its `returning` as `read` has rows. After `HUB_DATABASE_OUTCOME_UNKNOWN` it may have been committed.
   */
  write(role: 'worker', scope: Scope, statement: ReadStatement): Promise<unknown[][]>;
  /** One select in one Sync with its scope; rows by position, values as PostgreSQL's text form except int, bool and json. */
  read(role: ReadingRole, scope: Scope, statement: ReadStatement): Promise<unknown[][]>;
  /** Inserts into the audit table on its own pool (`hub_audit`, insert only); a named statement is prepared once per connection. */
  audit(text: string, values: readonly unknown[], name?: string): Promise<void>;
  close(): Promise<void>;
}
