/** An organisation with a team, people with records, a destination, and the means to sign, withdraw and look at what became of it. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { DocumentsCapability } from '../../src/clinical/documents.port.js';
import { type Caller, NO_SCOPE, Purpose, Role, type Scope } from '../../src/core/caller.js';
import { systemClock } from '../../src/core/clock.js';
import { newId } from '../../src/core/ids.js';
import { type Logger, silentLogger } from '../../src/core/logger.js';
import { keepDestination } from '../../src/delivery/destination.service.js';
import { enqueueDelivery } from '../../src/delivery/enqueue.service.js';
import { keepSignedDocument, type NewSignedDocument } from '../../src/delivery/signed-document.service.js';
import type { WorkerSettings } from '../../src/delivery/worker/settings.js';
import { type DeliveryWorker, startDeliveryWorker } from '../../src/delivery/worker/start-worker.js';
import type { Transaction, WritingRole } from '../../src/platform/database/database.js';
import { eventually } from './eventually.js';
import { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';

/** Everything a hundred times faster than it is meant, but for leases: a machine that stands still for a moment loses none. */
export const FAST: Partial<WorkerSettings> = {
  leaseMs: 30_000,
  renewMs: 1_000,
  pollMs: 25,
  unparkMs: 40,
  backoffMs: 10,
  longestBackoffMs: 40,
  waitMs: 20,
  ambiguousWaitMs: 20,
  pauseMs: 100,
  longestPauseMs: 400,
  watchMs: 10,
  graceMs: 1_000,
};

/** What a test may say of a version; the rest is ordinary. */
export interface SignOptions extends Partial<NewSignedDocument> {
  readonly urgentDueAt?: Date | null;
  /** False: signed only, not enqueued. */
  readonly enqueued?: boolean;
}

export interface SignedHere {
  readonly versionId: string;
  readonly documentId: string;
  readonly deliveryId: string;
  readonly personId: string;
}

export interface DeliveryRow {
  id: string;
  lane_id: string;
  seq: string;
  ours: string;
  theirs: string;
  attempts: number;
  tries: number;
  may_have_arrived: boolean;
  last_code: string | null;
  reference: string | null;
  patient_local_id: string | null;
  next_at: Date | null;
  accepted_at: Date | null;
  filed_at: Date | null;
  ended_at: Date | null;
  watch_due: Date | null;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export class LaneWorld {
  readonly organisationId = newId();
  readonly teamId = newId();
  readonly staffId = newId();
  systemId = '';
  private workers: DeliveryWorker[] = [];
  private keys = 0;

  private constructor(readonly db: TestDatabase) {}

  static async open(options: TestDatabaseOptions = {}): Promise<LaneWorld> {
    const world = new LaneWorld(await createTestDatabase(options));
    const { organisationId, teamId, staffId } = world;
    await world.sql(
      `insert into organisations (id, ods_code, name, kind) values ($1, $2, 'Trust', 'TRUST')`,
      [organisationId, organisationId.slice(-6)],
    );
    await world.sql(
      `insert into teams (id, organisation_id, code, name, kind) values ($1, $2, 'CMHT', 'CMHT', 'CMHT')`,
      [teamId, organisationId],
    );
    await world.sql(
      `insert into staff (id, organisation_id, subject, display_name) values ($1, $2, 'sam', 'Sam')`,
      [staffId, organisationId],
    );
    world.systemId = await world.system('SYS');
    return world;
  }

  /** As new: nothing signed, nobody known, the destination as it was opened; far quicker than another database. */
  async clear(): Promise<void> {
    await this.stopWorkers();
    const tables = [
      'work_items',
      'delivery_attempts',
      'deliveries',
      'delivery_lanes',
      'signed_documents',
      'destinations',
      'record_links',
      'persons',
      'audit_events',
      'idempotency_keys',
    ];
    // Past the triggers that let nobody delete.
    await this.sql(
      `set session_replication_role = replica; ${tables.map((table) => `delete from ${table}`).join('; ')};
       set session_replication_role = origin`,
    );
    await this.destination({});
  }

  get scope(): Scope {
    return {
      ...NO_SCOPE,
      organisationId: this.organisationId,
      teamIds: [this.teamId],
      staffId: this.staffId,
    };
  }

  get caller(): Caller {
    return {
      subject: 'sam',
      role: Role.EMPLOYMENT_SPECIALIST,
      purpose: Purpose.DIRECT_CARE,
      scope: this.scope,
      correlationId: 'corr',
    };
  }

  /** An idempotency key that was never used. */
  key(): string {
    return `key-${String(++this.keys).padStart(8, '0')}`;
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.db.close();
  }

  async sql<Row extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await this.db.owner.query<Row>(text, values)).rows;
  }

  as<T>(role: WritingRole, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.db.database.transaction(role, this.scope, work);
  }

  /** A record system that is a destination. */
  async system(code: string, change: { maxInFlight?: number; sendTimeoutMs?: number } = {}): Promise<string> {
    const systemId = newId();
    await this.sql(
      `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, $3, $3, 'scripted')`,
      [systemId, this.organisationId, code],
    );
    await this.destination({ systemId, ...change });
    return systemId;
  }

  destination(change: { systemId?: string; maxInFlight?: number; sendTimeoutMs?: number }): Promise<void> {
    const { systemId = this.systemId, maxInFlight, sendTimeoutMs } = change;
    return this.as('write', (tx) =>
      keepDestination(tx, {
        systemId,
        organisationId: this.organisationId,
        maxInFlight,
        sendTimeoutMs: sendTimeoutMs ?? 60_000,
        labels: [],
        maxTextBytes: null,
      }),
    );
  }

  /** A person with a record in the destination under the local id, or with none. */
  async person(localId: string | null, columns: Record<string, unknown> = {}): Promise<string> {
    const id = newId();
    const all = { id, organisation_id: this.organisationId, ...columns };
    const names = Object.keys(all);
    await this.sql(
      `insert into persons (${names.join(', ')}) values (${names.map((_, n) => `$${n + 1}`).join(', ')})`,
      Object.values(all),
    );
    if (localId !== null) await this.link(id, localId);
    return id;
  }

  async link(personId: string, localId: string, systemId = this.systemId): Promise<void> {
    await this.sql(
      `insert into record_links (id, organisation_id, system_id, local_id, person_id, observed_at) values ($1, $2, $3, $4, $5, now())`,
      [newId(), this.organisationId, systemId, localId, personId],
    );
  }

  /** As a refresh would do it: the record was replaced, and its person is the other's from now on. */
  async merge(personId: string, intoId: string): Promise<void> {
    await this.sql(
      `update record_links l set active = false, replaced_by_local_id = (
         select local_id from record_links where person_id = $2 and system_id = l.system_id limit 1)
       where person_id = $1`,
      [personId, intoId],
    );
    await this.sql('update persons set merged_into_id = $2 where id = $1', [personId, intoId]);
  }

  /** A version as it would be signed. */
  version(personId: string, options: SignOptions = {}): NewSignedDocument {
    const { urgentDueAt: _due, enqueued: _enqueued, ...change } = options;
    const text = change.text ?? `A note of ${newId()}`;
    return {
      id: newId(),
      documentId: newId(),
      version: 1,
      organisationId: this.organisationId,
      teamId: this.teamId,
      personId,
      systemId: this.systemId,
      action: 'CREATE',
      predecessorId: null,
      reason: null,
      kind: 'PROGRESS_NOTE',
      title: 'Progress note',
      textHash: hashOf(text),
      authorStaffId: this.staffId,
      authorReference: 'Practitioner/sam',
      authorName: 'Sam',
      authorEmployer: 'Provider',
      authorRole: 'Employment specialist',
      contactOn: '2026-03-02',
      contactStartedAt: null,
      isLateEntry: false,
      writtenAt: new Date('2026-03-02T10:00:00Z'),
      signedAt: new Date('2026-03-02T10:05:00Z'),
      visibility: 'CLINICAL_RECORD',
      labels: [],
      urgent: false,
      ...change,
      text,
    };
  }

  /** Signs and enqueues in one transaction, as a note does; `before` and `after` run around the enqueue. */
  async sign(
    personId: string,
    options: SignOptions = {},
    around: { before?: () => Promise<unknown>; after?: () => Promise<unknown> } = {},
  ): Promise<SignedHere> {
    const document = this.version(personId, options);
    const deliveryId = await this.as('write', async (tx) => {
      await keepSignedDocument(tx, document);
      await around.before?.();
      if (options.enqueued === false) return '';
      const { deliveryId } = await enqueueDelivery(tx, {
        documentVersionId: document.id,
        documentId: document.documentId,
        organisationId: this.organisationId,
        teamId: this.teamId,
        personId,
        systemId: document.systemId!,
        operation: 'FILE',
        urgentDueAt: options.urgentDueAt ?? null,
      });
      await around.after?.();
      return deliveryId;
    });
    return { versionId: document.id, documentId: document.documentId, deliveryId, personId };
  }

  /** A next version of the same document. */
  follow(before: SignedHere, action: 'REPLACE' | 'APPEND', options: SignOptions = {}): Promise<SignedHere> {
    return this.sign(before.personId, {
      documentId: before.documentId,
      version: 2,
      action,
      predecessorId: before.versionId,
      ...options,
    });
  }

  /** Enqueues the withdrawal of a version. */
  async withdraw(signed: SignedHere): Promise<string> {
    const { deliveryId } = await this.as('write', (tx) =>
      enqueueDelivery(tx, {
        documentVersionId: signed.versionId,
        documentId: signed.documentId,
        organisationId: this.organisationId,
        teamId: this.teamId,
        personId: signed.personId,
        systemId: this.systemId,
        operation: 'WITHDRAW',
        urgentDueAt: null,
      }),
    );
    return deliveryId;
  }

  async worker(
    documents: DocumentsCapability,
    settings: Partial<WorkerSettings> = {},
    logger: Logger = silentLogger,
    systemId = this.systemId,
  ): Promise<DeliveryWorker> {
    const worker = await startDeliveryWorker({
      database: this.db.database,
      ownerUrl: this.db.ownerUrl,
      destinations: [
        {
          systemId,
          systemCode: 'SYS',
          organisationId: this.organisationId,
          custodianOdsCode: 'ODS',
          documents,
        },
      ],
      clock: systemClock,
      logger,
      settings: { ...FAST, ...settings },
    });
    this.workers.push(worker);
    return worker;
  }

  async stopWorkers(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.stop()));
  }

  async delivery(id: string): Promise<DeliveryRow> {
    const [row] = await this.sql<DeliveryRow & pg.QueryResultRow>('select * from deliveries where id = $1', [
      id,
    ]);
    return row!;
  }

  async attempts(
    deliveryId: string,
  ): Promise<{ number: number; class: string | null; code: string | null; was_asked_first: boolean }[]> {
    return this.sql(
      'select number, class, code, was_asked_first from delivery_attempts where delivery_id = $1 order by number, started_at',
      [deliveryId],
    );
  }

  /** Kinds and codes of open work items about a delivery. */
  async items(deliveryId: string): Promise<string[]> {
    const rows = await this.sql<{ line: string }>(
      `select kind || ' ' || coalesce(code, '-') as line from work_items where subject_id = $1 and resolved_at is null order by 1`,
      [deliveryId],
    );
    return rows.map((row) => row.line);
  }

  /** Waits until something is so. */
  eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
    return eventually(holds);
  }

  /** The lane of a person. */
  async lane(personId: string): Promise<{ id: string; state: string; holder: string | null; fence: string }> {
    const [row] = await this.sql<{ id: string; state: string; holder: string | null; fence: string }>(
      'select id, state, holder, fence from delivery_lanes where person_id = $1',
      [personId],
    );
    return row!;
  }

  /** Waits until the delivery is so. */
  async until(id: string, like: (row: DeliveryRow) => boolean): Promise<DeliveryRow> {
    let row = await this.delivery(id);
    await eventually(
      async () => {
        row = await this.delivery(id);
        return like(row);
      },
      () => `a delivery never came to that: ${row.ours} ${row.theirs} ${row.last_code} ${row.attempts}`,
    );
    return row;
  }

  filed(id: string): Promise<DeliveryRow> {
    return this.until(id, (row) => row.theirs === 'FILED');
  }

  parked(id: string, code?: string): Promise<DeliveryRow> {
    return this.until(id, (row) => row.ours === 'PARKED' && (code === undefined || row.last_code === code));
  }

  /** Waits until every delivery has ended. */
  async allEnded(): Promise<void> {
    let left: readonly object[] = [];
    await eventually(
      async () => {
        left = await this.sql(
          `select ours, theirs, last_code, attempts from deliveries where ended_at is null limit 5`,
        );
        return left.length === 0;
      },
      () => `deliveries left: ${JSON.stringify(left)}`,
    );
  }
}
