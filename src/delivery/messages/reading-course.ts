/** What is read next under a lease, how carefully, and how long to wait before. */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitMs } from '../../core/backoff.js';
import type { ErrorCode } from '../../core/error-codes.js';
import { codeOf } from '../outcome.rules.js';
import { beginNext, parkUnread, type ReadAmount, type ReadContext, readBatch } from './read-batch.js';
import { isAway } from './reading.rules.js';

/** How a course goes about it. Times are in milliseconds. */
export interface CourseSettings {
  /** Read in one transaction at most. */
  readonly batch: ReadAmount;
  /** Rest after a batch that took all that there was: what comes meanwhile is read together, for a batch costs much the same whatever its size. */
  readonly gatherMs: number;
  /** Longest time between looks for messages; a notice comes sooner. */
  readonly pollMs: number;
  /** First pause after a failure that may pass; each further one is twice as long. */
  readonly backoffMs: number;
  readonly longestBackoffMs: number;
  /** Times that the reading of one message may fail so, or end its process, before it is parked. Without the database nothing counts. */
  readonly tries: number;
}

/** What comes between two steps. */
export interface Pause {
  /** Milliseconds. */
  readonly ms: number;
  /** Notices do not cut it short: what has just failed would else be tried as often as messages come, and be parked by their number. */
  readonly isAfterFailure: boolean;
}

/**
 * Reading under one lease. It reads one message at a time at first and after each failure, each begun on record: whoever held the
 * lease before may have died of the next one, and a message of which processes die is parked without being read. Once as many as
 * a batch have gone well so, it reads in batches.
 */
export class ReadingCourse {
  private careful: number;
  private failures = 0;
  /** The message whose beginning is on record, and how often its reading failed here. */
  private begun: { id: string; failures: number; code: ErrorCode } | null = null;

  constructor(
    private readonly context: ReadContext,
    private readonly settings: CourseSettings,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.careful = settings.batch.messages;
  }

  /** Reads once and tells how long to wait before the next time. @throws HUB_LEASE_LOST */
  async step(): Promise<Pause> {
    const { batch, gatherMs, pollMs, backoffMs, longestBackoffMs } = this.settings;
    try {
      const isCareful = this.careful > 0;
      const read = isCareful ? await this.one() : await readBatch(this.context, batch);
      this.failures = 0;
      if (!isCareful && read > 0 && read < batch.messages) await sleep(gatherMs);
      return { ms: read === 0 ? pollMs : 0, isAfterFailure: false };
    } catch (error) {
      if (codeOf(error) === 'HUB_LEASE_LOST') throw error;
      this.onFailure(error);
      this.careful = batch.messages;
      if (this.begun && !isAway(error)) {
        this.begun.failures += 1;
        this.begun.code = codeOf(error);
      }
      this.failures += 1;
      const ms = waitMs(this.failures, { firstMs: backoffMs, mostMs: longestBackoffMs });
      return { ms, isAfterFailure: true };
    }
  }

  private async one(): Promise<number> {
    const { tries, batch } = this.settings;
    if (this.begun === null) {
      const next = await beginNext(this.context);
      if (next === null) return 0;
      this.begun = { id: next.id, failures: 0, code: 'HUB_MESSAGE_READING_FAILED' };
      if (next.unended > tries) this.begun.failures = tries;
    }
    const { id, failures, code } = this.begun;
    if (failures >= tries) await parkUnread(this.context, id, code);
    else await readBatch(this.context, { messages: 1, bytes: batch.bytes, only: id });
    this.begun = null;
    this.careful -= 1;
    return 1;
  }
}
