/** Keeps TypeORM from writing: its own logger prints statements with their parameters to the console. */
import { AbstractLogger } from 'typeorm';

/** Writes nothing. The hub logs what it needs itself, by code. */
class QuietLogger extends AbstractLogger {
  protected writeLog(): void {}
}

/** Options that every data source of the hub has. */
export const QUIET = { logging: false, logger: new QuietLogger(), installExtensions: false } as const;
