/** Logging: JSON lines with declared fields only, scrubbed as they leave. */
import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { isHubError } from '../core/errors.js';
import type { LogFields, Logger } from '../core/logger.js';
import { scrubText } from './scrub.js';

/** Every field that a line may carry. A field is added here after asking whether it could ever hold personal data. */
export const DECLARED_FIELDS: ReadonlySet<string> = new Set([
  // Which request or piece of work.
  'correlationId',
  'operation',
  'operationKind',
  'role',
  'purpose',
  'job',
  'queue',
  'lease',
  'fence',
  'pull',
  'kind',
  'attempt',
  'tries',
  'check',
  // Which part of the world, by code or id.
  'system',
  'adapter',
  'team',
  'teamReference',
  'organisation',
  'specification',
  'deliveryId',
  'migration',
  'setting',
  'resource',
  'settings',
  // What came of it.
  'code',
  'retry',
  'outcome',
  'verdict',
  'status',
  'state',
  'reason',
  'sqlstate',
  'table',
  'constraint',
  'error',
  'errorName',
  'stack',
  'faults',
  // How much and how long.
  'count',
  'pages',
  'received',
  'expected',
  'changed',
  'differing',
  'due',
  'escalated',
  'urgent',
  'countersignatures',
  'leavers',
  'forgotten',
  'failed',
  'tookMs',
  'waitMs',
  'retryAfterMs',
  'ageHours',
  'days',
  'bytes',
  // Life of the process.
  'version',
  'host',
  'port',
  'signal',
  'roles',
  'demonstration',
  'pool',
]);

const LONGEST_VALUE = 2_000;

/** A logger whose further fields ride on every line. */
export interface HubLogger extends Logger {
  /** A logger that adds the fields to each of its lines, such as the correlation id of a request. */
  with(fields: LogFields): HubLogger;
}

/** How much is written, and where. */
export interface LoggingOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** Where the lines go; default: standard output, written at once. */
  readonly output?: DestinationStream;
}

function declared(fields: LogFields | undefined): Record<string, string | number | boolean | null> {
  const kept: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(fields ?? {})) {
    if (value === undefined || !DECLARED_FIELDS.has(name)) continue;
    if (typeof value === 'string') kept[name] = value.slice(0, LONGEST_VALUE);
    // Types hold callers to scalars; an object that came by a cast is dropped like an undeclared field.
    else if (typeof value !== 'object' || value === null) kept[name] = value;
  }
  return kept;
}

function wrap(inner: PinoLogger): HubLogger {
  return {
    error: (message, fields) => inner.error(declared(fields), message),
    warn: (message, fields) => inner.warn(declared(fields), message),
    info: (message, fields) => inner.info(declared(fields), message),
    debug: (message, fields) => inner.debug(declared(fields), message),
    with: (fields) => wrap(inner.child(declared(fields))),
  };
}

/** A logger that writes JSON lines: level by name, time in ISO 8601, declared fields, message. */
export function createLogger({ level, output = destination({ sync: true }) }: LoggingOptions): HubLogger {
  const scrubbed: DestinationStream = { write: (line: string) => output.write(scrubText(line)) };
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(pino(options, scrubbed));
}

/**
 * A failure as fields: code, retry class, and the stack of the failure or of its cause without any message but our own, since
 * messages of other libraries quote what they failed on.
 */
export function errorFields(error: unknown): LogFields {
  const source = isHubError(error) && error.cause instanceof Error ? error.cause : error;
  const stack =
    source instanceof Error
      ? (source.stack ?? '')
          .split('\n')
          .filter((line) => /^\s+at /.test(line))
          .join('\n')
      : '';
  if (!isHubError(error))
    return { code: 'HUB_INTERNAL', error: error instanceof Error ? error.name : typeof error, stack };
  const { sqlstate, table, constraint } = error.details;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    code: error.code,
    retry: error.retry,
    sqlstate: text(sqlstate),
    table: text(table),
    constraint: text(constraint),
    stack,
  };
}
