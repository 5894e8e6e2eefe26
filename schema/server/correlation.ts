/** The correlation id of the request under way: in every error, every log line of ours and the response header. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { newId } from '../../src/core/ids.js';

/** Header in both directions. */
export const CORRELATION_HEADER = 'x-correlation-id';

/** What is known of the request under way. */
export interface RequestTrace {
  readonly correlationId: string;
  /** A failure that Apollo reports to its hook but replaces by a text of its own. */
  unexpected?: unknown;
}

const traces = new AsyncLocalStorage<RequestTrace>();
const UUID_OR_TRACE = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/;

/**
 * The caller's id when it is a uuid or 32 hexadecimal digits (W3C Trace Context section 3.2.2.3), else a new one: an id is
 * logged, so nothing that could say something about a person is taken over.
 */
export function correlationIdFrom(header: string | string[] | undefined): string {
  const given = typeof header === 'string' ? header.toLowerCase() : '';
  return UUID_OR_TRACE.test(given) ? given : newId();
}

/** Runs `work` with the trace at hand. */
export function withTrace<T>(trace: RequestTrace, work: () => T): T {
  return traces.run(trace, work);
}

/** The trace of the request under way; outside of one, a trace with a new id. */
export function currentTrace(): RequestTrace {
  return traces.getStore() ?? { correlationId: newId() };
}
