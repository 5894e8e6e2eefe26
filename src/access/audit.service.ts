/** The record of who saw and did what: in the transaction of a write, awaited before the answer of a read. */
import type { Caller } from '../core/caller.js';
import { HubError, isHubError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import type { Database, Transaction } from '../platform/database/database.js';

/** What sort of thing happened: data shown, data changed, a verdict given, a refusal, the hub's own work. */
export type AuditKind = 'READ' | 'WRITE' | 'DECIDE' | 'REFUSED' | 'SYSTEM';
/** How it ended. */
export type AuditOutcome = 'DONE' | 'REFUSED' | 'FAILED';

/** One thing that happened. `details` holds ids, codes and counts only. */
export interface AuditEntry {
  readonly kind: AuditKind;
  /** Name of the operation: a root field, a mutation, a command. */
  readonly operation: string;
  /** Default `DONE`. */
  readonly outcome?: AuditOutcome;
  /** Persons whose identifiable data were shown or changed; uuids. */
  readonly personIds: readonly string[];
  readonly details?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

/**
 * The only columns of the record that may be read again, and only rows of reads in the reader's own organisation: who has seen
 * a person's data, for an incident. Granted to the role that writes.
 */
export const COLUMNS_OF_READS: readonly string[] = [
  'at',
  'subject',
  'role',
  'purpose',
  'organisation_id',
  'kind',
  'operation',
  'outcome',
  'person_ids',
];

const COLUMNS =
  'id, subject, role, purpose, organisation_id, kind, operation, outcome, person_ids, details, correlation_id';

function valuesOf(caller: Caller, entry: AuditEntry): unknown[] {
  return [
    newId(),
    caller.subject,
    caller.role,
    caller.purpose,
    caller.scope.organisationId,
    entry.kind,
    entry.operation,
    entry.outcome ?? 'DONE',
    entry.personIds,
    JSON.stringify(entry.details ?? {}),
    caller.correlationId,
  ];
}

/**
 * Puts a write on record in its own transaction: both happen or neither.
 * Throws `HUB_AUDIT_UNAVAILABLE`, whatever the database says of it: a caller must not take it for a fault of the request.
 */
export async function auditInTransaction(tx: Transaction, caller: Caller, entry: AuditEntry): Promise<void> {
  try {
    await tx.query(
      `insert into audit_events (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9::uuid[], $10::jsonb, $11)`,
      valuesOf(caller, entry),
    );
  } catch (cause) {
    throw new HubError('HUB_AUDIT_UNAVAILABLE', { cause });
  }
}

interface Waiting {
  readonly values: readonly unknown[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How many entries one statement may carry. */
const BATCH = 200;
/** Up to how many entries the statement is prepared once per connection. */
const PREPARED = 16;

/**
 * Puts reads on record. Entries that arrive while a statement is under way share the next one (group commit); each
 * caller waits until its own entry is committed. Rejects with `HUB_AUDIT_UNAVAILABLE`, and then no answer may leave.
 */
export class AuditTrail {
  private waiting: Waiting[] = [];
  private busy = false;

  constructor(
    private readonly database: Pick<Database, 'audit'>,
    /** Longest wait for the record in milliseconds; past it there is no answer. */
    private readonly limitMs = 5_000,
  ) {}

  /** Resolves when the entry is committed; an entry refused before its statement left is not written any more. */
  async record(caller: Caller, entry: AuditEntry): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const committed = new Promise<void>((resolve, reject) => {
      const waiting = { values: valuesOf(caller, entry), resolve, reject };
      this.waiting.push(waiting);
      timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== waiting);
        reject(new Error('audit record not written in time'));
      }, this.limitMs);
      if (!this.busy) void this.flush();
    });
    try {
      await committed;
    } catch (cause) {
      throw new HubError('HUB_AUDIT_UNAVAILABLE', { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  private async flush(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) await this.write(this.waiting.splice(0, BATCH));
    this.busy = false;
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.database.audit(
        statementFor(batch.length),
        batch.flatMap((entry) => entry.values),
        // The server keeps a prepared statement on the connection for ever: only for the sizes that are usual.
        batch.length <= PREPARED ? `audit-${batch.length}` : undefined,
      );
      for (const entry of batch) entry.resolve();
    } catch (error) {
      // A row that can never be written must not refuse the rows beside it; an outage refuses them all alike.
      if (batch.length > 1 && isHubError(error) && error.retry === 'permanent') {
        for (const entry of batch) await this.write([entry]);
      } else {
        for (const entry of batch) entry.reject(error);
      }
    }
  }
}

const statements = new Map<number, string>();

function statementFor(rows: number): string {
  let text = statements.get(rows);
  if (!text) {
    const row = (index: number): string => {
      const p = (offset: number): string => `$${index * 11 + offset}`;
      return `(${p(1)}::uuid, ${p(2)}, ${p(3)}, ${p(4)}, ${p(5)}::uuid, ${p(6)}, ${p(7)}, ${p(8)}, ${p(9)}::uuid[], ${p(10)}::jsonb, ${p(11)})`;
    };
    text = `insert into audit_events (${COLUMNS}) values ${Array.from({ length: rows }, (_, index) => row(index)).join(', ')}`;
    statements.set(rows, text);
  }
  return text;
}
