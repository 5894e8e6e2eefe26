/** Turns the database's failures into `HubError`s that hold no row, no parameter and no text of the statement. */
import { QueryFailedError } from 'typeorm';
import type { ErrorCode } from '../../core/error-codes.js';
import { HubError, isHubError } from '../../core/errors.js';

interface DriverError extends Error {
  code?: string;
  severity?: string;
  table?: string;
  constraint?: string;
  routine?: string;
}

const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOST|ENET|EAI_)/;
/** Node's codes for a certificate that is not believed and for a server that cannot agree on TLS. */
const TLS = /^(ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(GET|VERIFY)_)/;
const LOST_CONNECTION =
  /Connection terminated|timeout exceeded when trying to connect|^timeout expired$|server does not support SSL|Client has encountered a connection error|Client was closed|not queryable|Cannot use a pool after calling end/i;

/** SQLSTATEs that say that a prepared statement is out of date or gone; the same text works on a fresh connection. */
const STALE_STATEMENT = new Set(['0A000', '26000']);

/** Code for an SQLSTATE (PostgreSQL manual, appendix A); undefined when it means a fault of the hub itself. */
function codeFor(sqlstate: string): ErrorCode | undefined {
  if (sqlstate === '57014') return 'HUB_DATABASE_TIMEOUT';
  if (/^(08|53|57P|28)/.test(sqlstate) || sqlstate === '3D000' || sqlstate === '25006')
    return 'HUB_DATABASE_UNAVAILABLE';
  if (sqlstate === '40001' || sqlstate === '40P01' || sqlstate === '55P03') return 'HUB_BUSY';
  // A migration has come between; it is done by the time that it is asked again.
  if (STALE_STATEMENT.has(sqlstate)) return 'HUB_BUSY';
  if (sqlstate === '23505' || sqlstate === '23503' || sqlstate === '23P01') return 'HUB_STATE_CONFLICT';
  if (sqlstate === '42501') return 'HUB_ACCESS_REFUSED';
  if (sqlstate === '42P01' || sqlstate === '42703') return 'HUB_DATABASE_MIGRATIONS';
  return undefined;
}

function driverError(error: unknown): DriverError | undefined {
  const inner = error instanceof QueryFailedError ? (error.driverError as unknown) : error;
  // By shape, not by class: Node's own network errors and those of another module realm are no instances of our Error.
  if (typeof inner !== 'object' || inner === null || isHubError(inner)) return undefined;
  const candidate = inner as DriverError;
  const isDatabase = /^[0-9A-Z]{5}$/.test(candidate.code ?? '') && candidate.severity !== undefined;
  return isDatabase || isLostConnection(candidate) ? candidate : undefined;
}

/** True when the connection was found dead before the statement could be sent, so that the statement certainly did nothing. */
export function isUnsent(error: unknown): boolean {
  const inner = (error instanceof QueryFailedError ? error.driverError : error) as DriverError | undefined;
  return (
    inner?.name === 'QueryRunnerAlreadyReleasedError' ||
    /not queryable|Client was closed/.test(inner?.message ?? '')
  );
}

/** True when the failure says that the connection is gone, rather than that a statement was refused. */
export function isLostConnection(error: unknown): boolean {
  const inner = (error instanceof QueryFailedError ? error.driverError : error) as DriverError | undefined;
  const { code = '', message = '' } = inner ?? {};
  return (
    isUnsent(inner) ||
    NETWORK.test(code) ||
    TLS.test(code) ||
    LOST_CONNECTION.test(message) ||
    /^(08|57P0)/.test(code)
  );
}

/** True when a prepared statement was refused as out of date: its connection is of no more use to it. Of mapped errors too. */
export function isStaleStatement(error: unknown): boolean {
  const inner = error instanceof QueryFailedError ? (error.driverError as unknown) : error;
  const code = isHubError(inner) ? inner.details?.sqlstate : (inner as DriverError | undefined)?.code;
  return typeof code === 'string' && STALE_STATEMENT.has(code);
}

/** The original's stack without its message, which may quote a value (`invalid input syntax for type uuid: "…"`). */
function bareCause(error: DriverError): Error {
  const bare = new Error(`database: ${error.code ?? 'connection lost'} ${error.routine ?? ''}`.trim());
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  bare.stack = [`Error: ${bare.message}`, ...frames].join('\n');
  return bare;
}

/**
 * A database failure as a `HubError`; every other value comes back as it is. Details: `sqlstate`, `table` and `constraint`, so
 * that a service may tell one broken constraint from another. A failure that no code stands for becomes `HUB_INTERNAL`.
 */
export function mapDatabaseError(error: unknown): unknown {
  const driver = driverError(error);
  if (!driver) return error;
  const lost = isLostConnection(driver);
  const code = lost ? 'HUB_DATABASE_UNAVAILABLE' : (codeFor(driver.code ?? '') ?? 'HUB_INTERNAL');
  const details: Record<string, string> = {};
  if (driver.code) details.sqlstate = driver.code;
  if (driver.table) details.table = driver.table;
  if (driver.constraint) details.constraint = driver.constraint;
  return new HubError(code, { details, cause: bareCause(driver) });
}
