/** Keeps what a record system sends, and tells what its sender may be told. */
import { hash } from 'node:crypto';
import type { ArrivedMessage, MessageIntake, MessageKept } from '../../clinical/inbound.port.js';
import { NO_SCOPE, type Scope } from '../../core/caller.js';
import { HubError, isHubError } from '../../core/errors.js';
import { newId } from '../../core/ids.js';
import type { Logger } from '../../core/logger.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { codeOf } from '../outcome.rules.js';
import { FIND, HEARD, KEEP, KEEP_APART, KEEP_NEW, PATIENCE, REPEAT } from './keep-statements.js';
import { columnsOf, type KeptRow, rowOf } from './kept-row.js';
import { type BatchLimits, MessageBatcher } from './message-batcher.js';
import { MessageState, type MessageSystem } from './message-state.js';

/** Moments at which a test may stop the process. */
export type IntakeFaultPoint = 'beforeCommit' | 'afterCommit';

/** How an intake goes about it. Times are in milliseconds. */
export interface IntakeSettings {
  readonly limits: BatchLimits;
  /** Least time between two notes of when the system was heard of, and between two notices to readers. */
  readonly heardMs: number;
  readonly noticeMs: number;
  readonly faultPoint?: ((name: IntakeFaultPoint) => void | Promise<void>) | undefined;
}

/** What holds unless told otherwise. */
export const DEFAULT_INTAKE_SETTINGS: IntakeSettings = {
  limits: {
    items: 128,
    bytes: 4_194_304,
    waitingItems: 4_096,
    waitingBytes: 67_108_864,
  },
  heardMs: 5_000,
  noticeMs: 100,
};

/** What an intake works with. */
export interface IntakeOptions {
  readonly database: Database;
  readonly system: MessageSystem;
  readonly logger: Logger;
  readonly settings?: Partial<IntakeSettings>;
  /** How long the system may be silent, in ms, where it has a feed. */
  readonly silentAfterMs?: number | null;
}

/** Repeats come in flocks: so long after one, messages are kept by the statement that expects them. */
const CAREFUL_MS = 1_000;

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const numberIn = ({ number }: KeptRow): string =>
  number === null ? '' : `${number.controlId} ${number.application} ${number.facility}`;

interface Found {
  id: string;
  contentHash: string;
  answer: Buffer | null;
}

/** The intake of one record system in this process; any number of processes may keep messages of one system. */
export class StoreIntake implements MessageIntake {
  private readonly batcher: MessageBatcher<KeptRow, MessageKept>;
  private readonly settings: IntakeSettings;
  private readonly scope: Scope;
  /** By `performance.now()`. */
  private heardAt = Number.NEGATIVE_INFINITY;
  private noticedAt = Number.NEGATIVE_INFINITY;
  private carefulUntil = Number.NEGATIVE_INFINITY;
  private hearing: Promise<void> = Promise.resolve();

  constructor(private readonly options: IntakeOptions) {
    this.settings = { ...DEFAULT_INTAKE_SETTINGS, ...options.settings };
    this.scope = { ...NO_SCOPE, organisationId: options.system.organisationId };
    this.batcher = new MessageBatcher((rows) => this.keepAll(rows), this.settings.limits);
  }

  /**
   * Resolves once the message is committed to disk.
   * @throws HUB_DATABASE_UNAVAILABLE, HUB_DATABASE_TIMEOUT, HUB_BUSY: the sender is to send it again; should it have been kept all
   * the same, that is then a repeat.
   */
  async keep(message: ArrivedMessage): Promise<MessageKept> {
    const row = rowOf(message, newId(), hash('sha256', message.bytes, 'hex'));
    try {
      return await this.batcher.add(row, message.bytes.length + (message.answer?.length ?? 0));
    } catch (error) {
      this.options.logger.warn('a message could not be kept', {
        system: this.options.system.code,
        code: codeOf(error),
      });
      throw isHubError(error) && error.code === 'HUB_DATABASE_OUTCOME_UNKNOWN'
        ? new HubError('HUB_DATABASE_UNAVAILABLE', { cause: error })
        : error;
    }
  }

  /** Notes how long the system may be silent by its site profile of today. */
  async begin(): Promise<void> {
    const { database, system, silentAfterMs = null } = this.options;
    await database.transaction('worker', this.scope, async (tx) => {
      await prepared(tx, PATIENCE, [system.id, silentAfterMs]);
    });
  }

  /** A system with a feed is heard of by what is of the feed, one without by whatever comes; neither by the same once more. */
  private tells({ message: { isOfFeed = true } }: KeptRow): boolean {
    return isOfFeed || (this.options.silentAfterMs ?? null) === null;
  }

  /** The far end lives. Noted beside, and not at all while the database is away. */
  private heard(): void {
    if (performance.now() - this.heardAt < this.settings.heardMs) return;
    this.heardAt = performance.now();
    const { database, system, logger, silentAfterMs = null } = this.options;
    this.hearing = database
      .transaction('worker', this.scope, async (tx) => {
        await prepared(tx, HEARD, [system.id, system.organisationId, silentAfterMs]);
      })
      .catch((error: unknown) =>
        logger.warn('when a system was heard of could not be noted', {
          system: system.code,
          code: codeOf(error),
        }),
      );
  }

  /** Resolves when everything that was given is kept or refused. */
  async drained(): Promise<void> {
    await this.batcher.drained();
    await this.hearing;
  }

  private async keepAll(rows: readonly KeptRow[]): Promise<readonly MessageKept[]> {
    const taken = rows.filter(({ message }) => message.refusal === null);
    const kept = await this.again(() => this.keepTaken(taken));
    const odd = rows.filter(({ id }) => !kept.has(id));
    const told = odd.length === 0 ? null : await this.again(() => this.keepOdd(odd));
    await this.settings.faultPoint?.('afterCommit');
    return rows.map(({ id }) => told?.get(id) ?? { outcome: 'KEPT' });
  }

  /**
   * Once more when another process was in the way, or when nobody knows what came of it: the ids are the same, so that what was kept
   * is found again.
   */
  private async again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'HUB_DATABASE_OUTCOME_UNKNOWN' && code !== 'HUB_BUSY') throw error;
      return work();
    }
  }

  /** Ids of those that were kept. */
  private async keepTaken(rows: readonly KeptRow[]): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    const { database, system } = this.options;
    const begun = performance.now();
    const isNotice = begun - this.noticedAt >= this.settings.noticeMs;
    await this.settings.faultPoint?.('beforeCommit');
    const values = [system.organisationId, system.id, ...columnsOf(rows), isNotice];
    const kept =
      (await this.keepNew(rows, values)) ??
      (await database.write('worker', this.scope, { name: 'keep-messages', text: KEEP, values }));
    // Where nothing was kept no notice was sent.
    if (isNotice && kept.length > 0) this.noticedAt = begun;
    const ids = new Set(kept.map(([id]) => id as string));
    if (rows.some((row) => ids.has(row.id) && this.tells(row))) this.heard();
    return ids;
  }

  /** Ids as of rows that come back; null when a number was there before, of late or now, and nothing was kept. */
  private async keepNew(
    rows: readonly KeptRow[],
    values: readonly unknown[],
  ): Promise<readonly (readonly unknown[])[] | null> {
    if (performance.now() < this.carefulUntil) return null;
    try {
      await this.options.database.write('worker', this.scope, {
        name: 'keep-messages-new',
        text: KEEP_NEW,
        values,
      });
      return rows.map(({ id }) => [id]);
    } catch (error) {
      if (codeOf(error) !== 'HUB_STATE_CONFLICT') throw error;
      this.carefulUntil = performance.now() + CAREFUL_MS;
      return null;
    }
  }

  /** What is refused, and what came under a number that is taken; by id. */
  private async keepOdd(rows: readonly KeptRow[]): Promise<ReadonlyMap<string, MessageKept>> {
    const told = new Map<string, MessageKept>();
    // In one order, whichever they came in: two batches that count repeats of the same messages would else wait for each other.
    const ordered = rows.toSorted((a, b) => byText(numberIn(a), numberIn(b)));
    await this.options.database.transaction('worker', this.scope, async (tx) => {
      told.clear();
      for (const row of ordered) told.set(row.id, await this.keepOne(tx, row));
    });
    return told;
  }

  private async keepOne(tx: Transaction, row: KeptRow): Promise<MessageKept> {
    const { message } = row;
    const holder = await this.find(tx, row, '');
    if (holder?.id === row.id) return { outcome: 'KEPT' };
    if (holder?.contentHash === message.contentHash) return this.repeated(tx, holder);
    // The number was given free between two statements: whoever asks again gets it.
    if (message.refusal === null && holder === null) throw new HubError('HUB_BUSY');
    const code = message.refusal ?? 'HUB_MESSAGE_DUPLICATE_ID';
    // Whoever wants no answer is told of no refusal either and never sends it again: acknowledgements are numbered by the second.
    const isUntold = message.refusal === null && message.answerToOther === null;
    const outcome = message.refusal === null && !isUntold ? 'OTHER' : 'KEPT';
    const distinction = `${code} ${message.contentHash}`;
    const answer = message.refusal === null ? message.answerToOther : message.answer;
    const kept = await prepared(tx, KEEP_APART, [
      this.options.system.organisationId,
      this.options.system.id,
      row.id,
      row.number?.application ?? null,
      row.number?.facility ?? null,
      row.number?.controlId ?? null,
      message.contentHash,
      row.bytesHash,
      row.type,
      row.sentAt,
      row.remoteAddress,
      isUntold ? null : code,
      distinction,
      answer === null ? null : Buffer.from(answer),
      Buffer.from(message.bytes),
      isUntold ? MessageState.KEPT : MessageState.REFUSED,
    ]);
    if (kept.length > 0) return { outcome };
    const before = await this.find(tx, row, distinction);
    if (before === null) throw new HubError('HUB_BUSY');
    if (before.id === row.id) return { outcome };
    const repeated = await this.repeated(tx, before);
    return outcome === 'OTHER' ? { outcome } : repeated;
  }

  private async find(tx: Transaction, row: KeptRow, distinction: string): Promise<Found | null> {
    const { number } = row;
    const [found] = await prepared<Found>(tx, FIND, [
      this.options.system.id,
      number?.controlId ?? null,
      number?.application ?? null,
      number?.facility ?? null,
      distinction,
      row.id,
    ]);
    return found ?? null;
  }

  private async repeated(tx: Transaction, found: Found): Promise<MessageKept> {
    await prepared(tx, REPEAT, [found.id]);
    return { outcome: 'REPEATED', answer: found.answer };
  }
}
