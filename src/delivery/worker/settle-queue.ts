/** Answers on their way to the database: what has gathered by the next tick goes in one statement. */
import { waitMs } from '../../core/backoff.js';
import type { Logger } from '../../core/logger.js';
import type { Database } from '../../platform/database/database.js';
import { codeOf } from '../outcome.rules.js';
import { type SettleContext, settleAnswers } from '../settle.service.js';
import type { Settlement } from '../settlement.js';
import { Bell } from './bell.js';
import type { HeldLane } from './held-lanes.js';
import type { WorkerSettings } from './settings.js';

/** An answer and the lane that it came for. */
export interface Answer {
  readonly held: HeldLane;
  readonly settlement: Settlement;
}

/** What the queue works with. */
export interface SettleQueueOptions {
  readonly database: Database;
  readonly context: SettleContext;
  readonly settings: WorkerSettings;
  readonly logger: Logger;
  readonly systemCode: string;
  /** Told when answers have been settled, or given up: their lanes are no longer held. */
  readonly onSettled: (answers: readonly Answer[]) => void;
}

/** How long an answer that the database does not take is kept; its lease has run out long before. */
const GIVEN_UP_AFTER_MS = 30_000;

/** Settles answers, one statement at a time. */
export class SettleQueue {
  private waiting: (Answer & { readonly since: number })[] = [];
  private flushing: Promise<void> | undefined;
  private readonly bell = new Bell();
  /** Statements that failed one after the other. */
  private failures = 0;

  constructor(private readonly options: SettleQueueOptions) {}

  /** Adds an answer; never rejects and does not wait. */
  add(answer: Answer): void {
    this.waiting.push({ ...answer, since: performance.now() });
    this.flushing ??= this.flush();
  }

  /** Resolves when nothing waits any more; what waits after a failure is tried at once. */
  async drained(): Promise<void> {
    while (this.flushing) {
      this.bell.ring();
      await this.flushing;
    }
  }

  private async flush(): Promise<void> {
    // Everything that is answered in this turn of the event loop shares the statement.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.options.settings.settleBatch);
      const settled = await this.settle(batch);
      if (settled) this.options.onSettled(batch);
    }
    this.flushing = undefined;
  }

  private async settle(batch: (Answer & { readonly since: number })[]): Promise<boolean> {
    const { database, context, settings, logger, systemCode } = this.options;
    const ids = batch.map(({ settlement }) => settlement.deliveryId);
    try {
      await settings.faultPoint?.('beforeSettle', ids);
      const { lost } = await settleAnswers(database, context, {
        settlements: batch.map(({ settlement }) => settlement),
        probing: batch.some(({ held }) => held.probing),
      });
      this.failures = 0;
      await settings.faultPoint?.('afterSettle', ids);
      if (lost.length > 0)
        logger.warn('claims on lanes were lost; their answers were not used', {
          system: systemCode,
          count: lost.length,
        });
      return true;
    } catch (error) {
      logger.warn('answers could not be settled', {
        system: systemCode,
        code: codeOf(error),
        count: batch.length,
      });
      this.failures += 1;
      await this.bell.wait(waitMs(this.failures, { firstMs: settings.againMs, mostMs: settings.pollMs }));
      const now = performance.now();
      const tired = batch.filter(({ since }) => now - since > GIVEN_UP_AFTER_MS);
      this.waiting.unshift(...batch.filter((answer) => !tired.includes(answer)));
      if (tired.length > 0) this.options.onSettled(tired);
      return false;
    }
  }
}
