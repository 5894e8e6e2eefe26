/** Turns what a server or the network did into the hub's errors, leaving its words behind. */
import { HubError, isHubError, type SafeDetails } from '../../../src/core/errors.js';
import {
  codeOfIssues,
  codeOfNetworkFault,
  codeOfStatus,
  type Exchange,
  NEVER_CONNECTED,
} from '../answers.rules.js';
import { issueTypes } from '../outcome.rules.js';

/** The longest wait that is believed; a server that asks for more is told to the caller with this. Milliseconds. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** How every form of an HTTP date begins (RFC 9110 section 5.6.7); JavaScript alone would read `1.5` as a day in 2001. */
const DAY_NAME = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/**
 * Milliseconds that `Retry-After` asks for (RFC 9110 section 10.2.3: seconds, or an HTTP date, which is read against the
 * answer's own `Date` so that the two clocks need not agree); undefined when absent or not understood.
 */
export function retryAfterMs(headers: Headers, now: Date): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, LONGEST_WAIT_MS);
  const until = DAY_NAME.test(value) ? Date.parse(value) : Number.NaN;
  const sent = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(until)) return undefined;
  return Math.min(Math.max(0, until - (Number.isNaN(sent) ? now.getTime() : sent)), LONGEST_WAIT_MS);
}

/** The error for an answer that is not a success; `outcome` is its parsed body when it had one. */
export function failureOfStatus(
  response: Response,
  outcome: unknown,
  now: Date,
  exchange: Exchange = 'READ',
): HubError {
  const details: SafeDetails = { status: response.status, issues: issueTypes(outcome) };
  const wait = retryAfterMs(response.headers, now);
  return new HubError(codeOfStatus(response.status, exchange) ?? 'HUB_UPSTREAM_PROTOCOL', {
    details,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}

/** The error for an OperationOutcome that came with a success status in place of the resource. */
export function failureOfOutcome(outcome: unknown, exchange: Exchange = 'READ'): HubError {
  const issues = issueTypes(outcome);
  return new HubError(codeOfIssues(issues, exchange), { details: { status: 200, issues } });
}

/** The error for a write of which nobody can say whether it took effect, with what went wrong. */
export function outcomeUnknown(fault: string, details: SafeDetails = {}): HubError {
  return new HubError('HUB_UPSTREAM_AMBIGUOUS', { details: { fault, ...details } });
}

/** Calls of the operating system that come before anything is sent. */
const BEFORE_SENDING = new Set(['connect', 'getaddrinfo']);

/** What undici says of a proxy that answered something else than that there is a tunnel. */
const BY_PROXY = /^Proxy response \((\d{3})\)/;

/** A code for what happened: undici has none for an answer that is not HTTP, nor for what a proxy said. */
function faultIn(causes: readonly unknown[], messages: readonly string[]): string | null {
  const byProxy = messages.map((message) => BY_PROXY.exec(message)).find((match) => match !== null);
  if (byProxy !== undefined) return `PROXY_${byProxy[1]}`;
  const code = causes.map((one) => wordOf(one, 'code')).find((one) => one !== null);
  const isNoHttp = causes.some((one) => wordOf(one, 'name') === 'HTTPParserError');
  return code ?? (isNoHttp ? 'HPE_INVALID' : null);
}

/** The error for a request that got no answer or lost it half way. Node's messages name addresses, so only codes are kept. */
export function failureOfNetwork(error: unknown, exchange: Exchange = 'READ'): HubError {
  if (isHubError(error)) return error;
  const causes = chainOf(error);
  const messages = causes.map((one) => wordOf(one, 'message') ?? '');
  if (messages.some((message) => /redirect/i.test(message))) return new HubError('HUB_UPSTREAM_ORIGIN');
  const fault = faultIn(causes, messages);
  const neverConnected =
    (fault !== null && NEVER_CONNECTED.test(fault)) ||
    causes.some((one) => BEFORE_SENDING.has(wordOf(one, 'syscall') ?? '')) ||
    // The reset of a connection on which TLS never came about has the code of any other reset.
    messages.some((message) => message.includes('before secure TLS connection was established'));
  return new HubError(codeOfNetworkFault({ fault, neverConnected }, exchange), { details: { fault } });
}

/** An error, its causes, and the parts of an aggregate (both address families refused). */
function chainOf(error: unknown, depth = 0): readonly unknown[] {
  if (depth > 5 || typeof error !== 'object' || error === null) return [];
  const parts = error instanceof AggregateError ? error.errors : [];
  const cause = 'cause' in error ? [error.cause] : [];
  return [error, ...[...parts, ...cause].flatMap((one) => chainOf(one, depth + 1))];
}

function wordOf(error: unknown, name: 'code' | 'message' | 'name' | 'syscall'): string | null {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : null;
  return typeof value === 'string' && value !== '' ? value : null;
}
