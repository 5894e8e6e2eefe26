/** An organisation with a record system that sends by itself, and messages as an adapter would hand them over. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { entities } from '../../ormconfig.js';
import type { ArrivedMessage } from '../../src/clinical/inbound.port.js';
import { type Caller, NO_SCOPE, Purpose, Role, type Scope } from '../../src/core/caller.js';
import { newId } from '../../src/core/ids.js';
import { silentLogger } from '../../src/core/logger.js';
import { type IntakeSettings, StoreIntake } from '../../src/delivery/messages/intake.service.js';
import type { MessageSystem } from '../../src/delivery/messages/message-state.js';
import type { Transaction, WritingRole } from '../../src/platform/database/database.js';
import { openDatabase } from '../../src/platform/database/pg-database.js';
import { eventually } from './eventually.js';
import { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.js';

export const sha256 = (value: string | Uint8Array): string =>
  createHash('sha256').update(value).digest('hex');

/** A message of that number and text; its answer names the number. */
export function arrived(
  controlId: string,
  text = 'text',
  change: Partial<ArrivedMessage> = {},
): ArrivedMessage {
  return {
    bytes: Buffer.from(`${controlId}|${text}`),
    identity: { application: 'PAS', facility: 'RAA', controlId },
    contentHash: sha256(text),
    type: 'ADT^A08',
    sentAt: '2026-03-11T11:59:00.000Z',
    remoteAddress: '10.0.0.7',
    refusal: null,
    answer: Buffer.from(`AA ${controlId}`),
    answerToOther: Buffer.from(`AE ${controlId}`),
    ...change,
  };
}

export class MessageWorld {
  private readonly intakes: StoreIntake[] = [];

  private constructor(
    readonly db: TestDatabase,
    readonly system: MessageSystem = { id: newId(), code: 'pas', organisationId: newId() },
  ) {}

  get organisationId(): string {
    return this.system.organisationId;
  }

  static async open(options: TestDatabaseOptions = {}): Promise<MessageWorld> {
    const world = new MessageWorld(
      await createTestDatabase({ ...options, pools: { worker: 4, ...options.pools } }),
    );
    await world.sql(
      `insert into organisations (id, ods_code, name, kind) values ($1, $2, 'Trust', 'TRUST')`,
      [world.organisationId, world.organisationId.slice(-6)],
    );
    await world.addSystem(world.system);
    return world;
  }

  /** The same world by connections of its own. */
  static async reopened(world: MessageWorld, ownerUrl = world.db.ownerUrl): Promise<MessageWorld> {
    const { owner } = world.db;
    const database = await openDatabase({ ownerUrl, entities, pools: { worker: 2 } });
    return new MessageWorld({ database, ownerUrl, owner, close: () => database.close() }, world.system);
  }

  /** Another system of the organisation. */
  async addSystem(system: MessageSystem): Promise<MessageSystem> {
    await this.sql(
      `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, $3, $3, 'scripted')`,
      [system.id, system.organisationId, system.code],
    );
    return system;
  }

  /** @param silentAfterMs where the system has a feed. */
  intake(
    settings: Partial<IntakeSettings> = {},
    database = this.db.database,
    silentAfterMs: number | null = null,
  ): StoreIntake {
    const intake = new StoreIntake({
      database,
      system: this.system,
      logger: silentLogger,
      settings,
      silentAfterMs,
    });
    this.intakes.push(intake);
    return intake;
  }

  get superuserUrl(): string {
    return String(this.db.owner.options.connectionString);
  }

  get scope(): Scope {
    return { ...NO_SCOPE, organisationId: this.organisationId };
  }

  callerOf(role: Role, purpose: Purpose, subject = role.toLowerCase()): Caller {
    return { subject, role, purpose, scope: this.scope, correlationId: 'corr' };
  }

  get administrator(): Caller {
    return this.callerOf(Role.ADMINISTRATOR, Purpose.ADMINISTRATION);
  }

  get steward(): Caller {
    return this.callerOf(Role.IDENTITY_STEWARD, Purpose.ADMINISTRATION);
  }

  as<T>(role: WritingRole, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.db.database.transaction(role, this.scope, work);
  }

  async sql<Row extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    return (await this.db.owner.query<Row>(text, values)).rows;
  }

  /** Messages as `number state code repeats`, in the order of arrival. */
  async stored(): Promise<string[]> {
    const rows = await this.sql<{ line: string }>(
      `select concat_ws(' ', coalesce(control_id, '-'), state, coalesce(code, '-'), repeats) as line
       from inbound_messages order by seq`,
    );
    return rows.map(({ line }) => line);
  }

  /** As if nothing had come; far quicker than another database. */
  async clear(): Promise<void> {
    await Promise.all(this.intakes.splice(0).map((intake) => intake.drained()));
    await this.sql(
      'delete from inbound_messages; delete from inbound_bodies; delete from inbound_sources; delete from work_items; delete from leases',
    );
  }

  /** Waits until something is so. */
  eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
    return eventually(holds);
  }

  async close(): Promise<void> {
    await Promise.all(this.intakes.map((intake) => intake.drained()));
    await this.db.close();
  }
}
