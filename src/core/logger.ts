/** What any room may log: a message that is a constant, and declared safe fields. Never a name, number, date of birth, body or URL with parameters. */

/** Values allowed in a log line. Only fields that the logger declares are written; others are dropped. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** ERROR means page someone; WARN means look today; INFO means a life-cycle event; a healthy hub logs no ERROR. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

/** A logger that says nothing. */
export const silentLogger: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
