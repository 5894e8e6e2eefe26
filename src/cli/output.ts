/** What a command says: lines or JSON on standard output, progress and errors on standard error, an exit code. */

import { ERROR_CODES, type ErrorCode } from '../core/error-codes.js';
import { isHubError, type SafeDetails } from '../core/errors.js';

/** Exit codes of every command. */
export const ExitCode = {
  DONE: 0,
  /** It was done and found a fault, or could not be done. */
  FAULT: 1,
  /** Arguments or settings are wrong. */
  USAGE: 2,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Where a command writes; replaced in tests. */
export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean };
}

/** How a command was asked to speak. */
export interface OutputOptions {
  /** One JSON document on standard output instead of lines. */
  readonly json?: boolean;
  /** No progress. */
  readonly quiet?: boolean;
}

const WIPE = '\r\u001b[2K';

/** Speaks for a command. */
export class Output {
  /** True while a bar stands on the terminal, which no line is written behind. */
  private isBarOut = false;

  constructor(
    private readonly streams: Streams,
    private readonly options: OutputOptions,
  ) {}

  /** The command's result: JSON when asked for, else the lines. */
  result(value: unknown, lines: readonly string[]): void {
    this.wipe();
    if (this.options.json) this.streams.out.write(`${JSON.stringify(value, null, 2)}\n`);
    else for (const line of lines) this.streams.out.write(`${line}\n`);
  }

  /** A table with aligned columns, and lines below it. */
  table(
    value: unknown,
    head: readonly string[],
    rows: readonly (readonly string[])[],
    below: readonly string[] = [],
  ): void {
    const widths = head.map((title, column) =>
      Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
    );
    const line = (cells: readonly string[]): string =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd();
    this.result(value, [line(head), ...rows.map(line), ...below]);
  }

  /** A line for people, on standard error; nothing when quiet. */
  note(text: string): void {
    if (this.options.quiet) return;
    this.wipe();
    this.streams.err.write(`${text}\n`);
  }

  /**
   * A bar on a terminal; elsewhere one line per ten per cent; nothing when quiet or without a total.
   * @param afterMs nothing of what is over so many milliseconds after it was first told of.
   */
  progress(afterMs = 0): (step: string, done: number, total: number | null) => void {
    if (this.options.quiet) return () => {};
    const { err } = this.streams;
    let last = '';
    const startedAt = Date.now();
    let firstAt: number | null = null;
    return (step, done, total) => {
      firstAt ??= Date.now();
      if (total === null || total === 0 || Date.now() - firstAt < afterMs) return;
      const share = Math.min(1, done / total);
      if (err.isTTY) {
        const bar = '█'.repeat(Math.round(share * 24)).padEnd(24, '░');
        const rate = Math.round((done / Math.max(1, Date.now() - startedAt)) * 1000);
        err.write(
          `${WIPE}  ${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${step}: ${done} of ${total}, ${rate}/s`,
        );
        this.isBarOut = true;
        if (share === 1) this.wipe();
        return;
      }
      const mark = `${step} ${Math.floor(share * 10) * 10} %`;
      if (mark !== last) err.write(`${mark}\n`);
      last = mark;
    };
  }

  /** Words a failure on standard error, and in JSON when asked for; tells the exit code. */
  failure(error: unknown): ExitCode {
    this.wipe();
    const { code, message, solve } = worded(error);
    this.streams.err.write(`${code}: ${message}\n  ${solve}\n`);
    return this.failureDocument(error);
  }

  /** The JSON document of a failure that has been worded already. Tells the exit code: 2 when settings or input are at fault, else 1. */
  failureDocument(error: unknown): ExitCode {
    const failure = worded(error);
    if (this.options.json) this.streams.out.write(`${JSON.stringify({ error: failure }, null, 2)}\n`);
    return /^HUB_(SETTINGS|INPUT|ADAPTER)_/.test(failure.code) ? ExitCode.USAGE : ExitCode.FAULT;
  }

  private wipe(): void {
    if (this.isBarOut) this.streams.err.write(WIPE);
    this.isBarOut = false;
  }
}

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly solve: string;
  readonly details: SafeDetails;
}

/** What may be told of a failure; one that is no `HubError` could hold anything, so nothing of it is. */
function worded(error: unknown): Failure {
  const code = isHubError(error) ? error.code : 'HUB_INTERNAL';
  const { meaning, solve } = ERROR_CODES[code];
  const message = isHubError(error) ? error.message : meaning;
  return { code, message, solve, details: isHubError(error) ? error.details : {} };
}
