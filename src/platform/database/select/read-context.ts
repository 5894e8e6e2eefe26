/** What a read needs of the request: the caller's role and scope, the pool, the audit record, sealed cursors. */
import type { Role, Scope } from '../../../core/caller.js';
import type { Database, ReadingRole } from '../database.js';
import type { BatchReader } from './live-batch.js';
import type { CursorSealer } from './sealed-cursors.js';

/** The part of a request's context that reads use. Functions that take a request's context say how it is found in it. */
export interface ReadContext {
  readonly role: Role;
  readonly scope: Scope;
  /** The pool: `analyst` for analysts, `steward` for identity stewards, else `staff`. */
  readonly reader: ReadingRole;
  readonly database: Pick<Database, 'read'>;
  /**
   * Puts a read on record before its answer leaves. `operation` is `Query.field` (several joined by commas), `subjects`
   * the distinct persons answered, none for an answer about nobody. A rejection means that there is no answer.
   */
  auditRead(operation: string, subjects: readonly string[]): Promise<void>;
  readonly cursors: CursorSealer;
  /** What answers live edges, by name; none: they are null with `HUB_INTERNAL`. */
  readonly batches?: Readonly<Record<string, BatchReader>>;
}

/** Finds the read context in a request's context; null for a request without a caller. */
export type ReadContextOf<Context> = (context: Context) => ReadContext | null;
