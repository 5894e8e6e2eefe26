/** One record system as live reads use it: under a deadline, left alone for a while when it keeps failing. */
import {
  type CircuitBreakerPolicy as Breaker,
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { addDays, type LocalDate } from '../core/calendar.js';
import { HubError, isHubError } from '../core/errors.js';
import type { Observed } from './clinical-record.port.js';
import type { RecordCapability } from './record.port.js';
import { CONTACT_DAYS, type RecordRead } from './record-read.rules.js';

/**
 * Failures in a row after which a system is left alone, and for how long, in milliseconds: more than two requests that ask for
 * everything, so that one that fails once does not shut out those that follow.
 */
export const LEAVE_ALONE = { failures: 20, ms: 10_000 } as const;

/** Failures that say the system is in trouble, not that the question was wrong. */
const TROUBLE: readonly string[] = [
  'HUB_UPSTREAM_UNREACHABLE',
  'HUB_UPSTREAM_TIMEOUT',
  'HUB_UPSTREAM_UNAVAILABLE',
];

/** A breaker for each running connection: a system that is connected anew starts with a clean record. */
export class SourceBreakers {
  private readonly breakers = new WeakMap<RecordCapability, Breaker>();

  /** The breaker of a connection. */
  of(record: RecordCapability): Breaker {
    const known = this.breakers.get(record);
    if (known) return known;
    const made = circuitBreaker(
      handleWhen((error) => isHubError(error) && TROUBLE.includes(error.code)),
      { halfOpenAfter: LEAVE_ALONE.ms, breaker: new ConsecutiveBreaker(LEAVE_ALONE.failures) },
    );
    this.breakers.set(record, made);
    return made;
  }
}

/**
 * One call for some patients, answered as a list for each in their order. Rejects as `askSource` does, and with
 * `HUB_UPSTREAM_PROTOCOL` when the answers are not as many as the patients.
 */
export async function readSource(
  record: RecordCapability,
  breaker: Breaker,
  read: RecordRead,
  localIds: readonly string[],
  terms: { readonly on: LocalDate; readonly deadlineMs: number },
): Promise<readonly (readonly Observed<object>[])[]> {
  return askSource(breaker, terms.deadlineMs, async (signal) => {
    const answers = await call(record, read, localIds, terms.on, signal);
    if (answers.length !== localIds.length) throw new HubError('HUB_UPSTREAM_PROTOCOL');
    return answers;
  });
}

/**
 * One question to a record system. Rejects with a `HubError` and nothing else: `HUB_UPSTREAM_TIMEOUT` past the deadline,
 * even when the adapter does not heed its signal; `HUB_UPSTREAM_UNAVAILABLE` while the system is left alone.
 */
export async function askSource<T>(
  breaker: Breaker,
  deadlineMs: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await breaker.execute(() => within(deadlineMs, ask));
  } catch (cause) {
    if (cause instanceof BrokenCircuitError)
      throw new HubError('HUB_UPSTREAM_UNAVAILABLE', {
        retryAfterMs: LEAVE_ALONE.ms,
        details: { circuit: 'OPEN' },
      });
    throw isHubError(cause) ? cause : new HubError('HUB_INTERNAL', { cause });
  }
}

async function call(
  record: RecordCapability,
  read: RecordRead,
  localIds: readonly string[],
  on: LocalDate,
  signal: AbortSignal,
): Promise<readonly (readonly Observed<object>[])[]> {
  switch (read) {
    case 'demographics': {
      const found = await record.demographics!(localIds, signal);
      return found.map((one) => (one === null ? [] : [one]));
    }
    case 'careTeams':
      return record.careTeams!(localIds, signal);
    case 'openEpisodes':
      return record.openEpisodes!(localIds, on, signal);
    case 'encounters':
    case 'appointments':
      return record[read]!(localIds, addDays(on, -CONTACT_DAYS), signal);
    case 'documents':
    case 'problems':
    case 'riskFlags':
    case 'consents':
      return record[read]!(localIds, signal);
  }
}

async function within<T>(deadlineMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      // Told first: what the adapter makes of its signal comes too late to matter.
      reject(new HubError('HUB_UPSTREAM_TIMEOUT', { details: { deadlineMs } }));
      controller.abort();
    }, deadlineMs);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
