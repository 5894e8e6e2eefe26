/** The one place where an error becomes what a caller reads: our codes, no values, nothing of the inside. */
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { GraphQLError } from 'graphql';
import { HubError, inputError } from '../../src/core/errors.js';
import type { Logger } from '../../src/core/logger.js';
import { currentTrace } from './correlation.js';
import { hubErrorIn, inputFaultOf } from './input-fault.js';

/** What Apollo and graphql-js say of a request before it is executed; every one of them is the caller's to correct. */
const REQUEST_FAULTS: readonly unknown[] = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'PERSISTED_QUERY_NOT_FOUND',
];

/** Apollo's `formatError`: a code of ours, a correlation id, the retry class and safe details; the rest is masked and logged. */
export function errorFormatter(
  schema: GraphQLSchema,
  logger: Logger,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  const logged = new WeakSet<object>();
  return (formatted, error) => {
    const known = knownError(formatted, error, schema);
    if (!known) logOnce(logger, logged, error);
    const shown = known ?? new HubError('HUB_INTERNAL');
    return {
      message: shown.message,
      ...(formatted.locations ? { locations: formatted.locations } : {}),
      ...(formatted.path ? { path: formatted.path } : {}),
      extensions: extensionsOf(shown, currentTrace().correlationId),
    };
  };
}

/** `extensions` of an error as every answer of the hub carries them. */
export function extensionsOf(error: HubError, correlationId: string): Record<string, unknown> {
  return {
    ...error.details,
    code: error.code,
    correlationId,
    retry: error.retry,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}

/** Logs a failure by its kind and place, never its message: messages of drivers hold values. */
export function logFailure(logger: Logger, error: unknown, correlationId: string): void {
  const cause = error instanceof GraphQLError && error.originalError ? error.originalError : error;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  logger.error('request failed', {
    correlationId,
    errorName: cause instanceof Error ? cause.constructor.name : typeof cause,
    code: typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : undefined,
    stack: placeOf(cause),
  });
}

function logOnce(logger: Logger, logged: WeakSet<object>, error: unknown): void {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const cause = currentTrace().unexpected ?? original;
  if (typeof cause === 'object' && cause !== null) {
    if (logged.has(cause)) return;
    logged.add(cause);
  }
  logFailure(logger, cause, currentTrace().correlationId);
}

/** The first frames of a stack, without its first lines, which repeat the message. */
function placeOf(cause: unknown): string | undefined {
  const frames = cause instanceof Error ? (cause.stack?.match(/^ {4}at .*$/gm) ?? []) : [];
  const places = frames.slice(0, 5).map((frame) => /([\w.-]+:\d+):\d+\)?$/.exec(frame)?.[1] ?? '');
  return places.filter((place) => place !== '').join(' < ') || undefined;
}

function knownError(
  formatted: GraphQLFormattedError,
  error: unknown,
  schema: GraphQLSchema,
): HubError | null {
  const code = formatted.extensions?.code;
  const beforeExecution = formatted.path === undefined;
  if (error instanceof GraphQLError && beforeExecution && REQUEST_FAULTS.includes(code)) {
    return requestFault(error, String(code), schema);
  }
  const hub = hubErrorIn(error);
  if (hub) return hub.code === 'HUB_INTERNAL' ? null : hub;
  const validation = formatted.extensions?.validationErrors;
  if (code === 'BAD_USER_INPUT' && Array.isArray(validation)) return argumentFault(validation[0]);
  if (code === 'UNAUTHENTICATED') return new HubError('HUB_ACCESS_UNAUTHENTICATED');
  if (code === 'UNAUTHORIZED') return new HubError('HUB_ACCESS_FIELD');
  return isArgumentError(error) ? argumentError(error) : null;
}

function requestFault(error: GraphQLError, reason: string, schema: GraphQLSchema): HubError {
  const fault = inputFaultOf(error, schema);
  if (fault) return withReason(inputError(fault.field, fault.fault, fault.accepted), reason);
  const hub = hubErrorIn(error);
  if (hub) return hub;
  const message =
    reason === 'OPERATION_RESOLUTION_FAILURE' ? 'The document has no such operation.' : error.message;
  return withReason(new HubError('HUB_INPUT_INVALID', { message: withoutValues(message) }), reason);
}

function withReason(error: HubError, reason: string): HubError {
  return new HubError(error.code, { message: error.message, details: { ...error.details, reason } });
}

/** A message of the parser or of a validation rule without the literals it repeats. */
function withoutValues(message: string): string {
  return message
    .trim()
    .replace(/\b(String|BlockString|Int|Float) "[\s\S]*$/, '$1.')
    .replace(/\d(?:[ -]?\d){7,}/g, '…');
}

interface ArgumentValidation {
  readonly property?: unknown;
  readonly constraints?: Readonly<Record<string, unknown>>;
  readonly children?: readonly unknown[];
}

/** Of class-validator's findings only the property's path and the names of the constraints: the rest holds the value. */
function argumentFault(finding: unknown): HubError {
  const path: string[] = [];
  let at = finding as ArgumentValidation | undefined;
  for (let step = 0; at && step < 10; step++) {
    if (typeof at.property === 'string' && /^\w{1,64}$/.test(at.property)) path.push(at.property);
    if (at.constraints) break;
    at = at.children?.[0] as ArgumentValidation | undefined;
  }
  const accepted = Object.keys(at?.constraints ?? {}).join(', ') || 'see the schema';
  return inputError(path.join('.') || 'input', 'is not acceptable', accepted);
}

function isArgumentError(error: unknown): error is GraphQLError {
  return (
    error instanceof GraphQLError && !error.originalError && /^Argument "\w+" (?:of|has)/.test(error.message)
  );
}

function argumentError(error: GraphQLError): HubError {
  const [, name, type] =
    /^Argument "(\w+)"(?: of (?:required|non-null) type "([\w![\]]+)")?/.exec(error.message) ?? [];
  return inputError(
    name ?? 'argument',
    'is missing or not acceptable',
    type ?? 'a value of the declared type',
  );
}
