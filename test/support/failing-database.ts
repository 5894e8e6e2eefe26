/** A database that finds nothing, and fails as often as it is told: for loops that must go on. */
import { HubError } from '../../src/core/errors.js';
import type { Database, Transaction } from '../../src/platform/database/database.js';
import { eventually } from './eventually.js';

/** Notes when it was asked what. A statement is named by a part of its text. */
export class FailingDatabase {
  private readonly asked: { readonly text: string; readonly at: number }[] = [];
  private readonly failing = new Map<string, number>();

  /** The next so many times this statement fails, as by a conflict with another transaction. */
  fail(part: string, times: number): void {
    this.failing.set(part, times);
  }

  /** How often this statement was asked. */
  count(part: string): number {
    return this.times(part).length;
  }

  /** Milliseconds between one asking of it and the next. */
  gaps(part: string): readonly number[] {
    const times = this.times(part);
    return times.slice(1).map((at, index) => at - times[index]!);
  }

  /** Waits until it has been asked so often. */
  until(part: string, times: number): Promise<void> {
    return eventually(
      () => this.count(part) >= times,
      () => `asked ${this.count(part)} times, not ${times}`,
    );
  }

  /** As loops see it. */
  get database(): Database {
    const client = { query: async ({ text }: { readonly text: string }) => ({ rows: this.answer(text) }) };
    const tx = {
      query: async (text: string) => this.answer(text),
      manager: { queryRunner: { connect: async () => client } },
    } as unknown as Transaction;
    const database: Pick<Database, 'transaction'> = { transaction: async (_role, _scope, work) => work(tx) };
    return database as Database;
  }

  private times(part: string): number[] {
    return this.asked.filter(({ text }) => text.includes(part)).map(({ at }) => at);
  }

  private answer(text: string): never[] {
    this.asked.push({ text, at: performance.now() });
    for (const [part, left] of this.failing) {
      if (left === 0 || !text.includes(part)) continue;
      this.failing.set(part, left - 1);
      throw new HubError('HUB_BUSY');
    }
    return [];
  }
}
