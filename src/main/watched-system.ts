/** A record system as the hub uses it, watched: what comes of each write and live read is noted on the system's row and in the log. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClinicalRecordAdapter } from '../clinical/clinical-record.port.js';
import type { DocumentsCapability } from '../clinical/documents.port.js';
import type { RecordCapability } from '../clinical/record.port.js';
import { organisationScope, type RefreshedSystem } from '../clinical/refresh/pull.service.js';
import type { Clock } from '../core/clock.js';
import type { ErrorCode } from '../core/error-codes.js';
import { isHubError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Database } from '../platform/database/database.js';

/** What a watch works with. */
export interface WatchDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Least milliseconds between two writes of one system's state; default 1,000. */
  readonly restMs?: number;
}

/** How long a state that does not change is not written again, and a system that wavers not warned of again, in milliseconds. */
export const WATCH_QUIET_MS = 30_000;

/** What a code says of the system: it answered, or it failed. Other codes say nothing of it. */
const SAYS: Partial<Record<ErrorCode, 'ANSWERED' | 'FAILED'>> = {
  HUB_UPSTREAM_REJECTED: 'ANSWERED',
  HUB_UPSTREAM_NOT_FOUND: 'ANSWERED',
  HUB_UPSTREAM_CONFLICT: 'ANSWERED',
  HUB_UPSTREAM_TOO_LARGE: 'ANSWERED',
  HUB_UPSTREAM_UNREACHABLE: 'FAILED',
  HUB_UPSTREAM_TIMEOUT: 'FAILED',
  HUB_UPSTREAM_UNAVAILABLE: 'FAILED',
  HUB_UPSTREAM_REFUSED: 'FAILED',
  HUB_UPSTREAM_PROTOCOL: 'FAILED',
  HUB_UPSTREAM_AMBIGUOUS: 'FAILED',
  HUB_UPSTREAM_ORIGIN: 'FAILED',
};

/** Details of refusals that an adapter makes by itself, before anything is sent. */
const UNSENT = ['circuit', 'queue', 'maxTextBytes'] as const;

/** What is known of the system: `null` answered, a code failed, `undefined` nothing can be said. */
type Outcome = ErrorCode | null | undefined;

function outcomeOf(error: unknown): Outcome {
  if (!isHubError(error) || UNSENT.some((detail) => detail in error.details)) return undefined;
  const says = SAYS[error.code];
  return says === 'FAILED' ? error.code : says === 'ANSWERED' ? null : undefined;
}

/** The instants of a system's row move forward only: another process, or a pull, may have written meanwhile. */
const NOTE = `
update clinical_record_systems set
  last_answer_at = greatest(last_answer_at, $2::timestamptz),
  last_failure_code = case when $3::timestamptz >= coalesce(last_failure_at, '-infinity') then $4 else last_failure_code end,
  last_failure_at = greatest(last_failure_at, $3::timestamptz)
where id = $1`;

/** What is known of one system in this process. Nobody waits for it, and nothing that it does can fail a call. */
class SystemWatch {
  private isFailing: boolean | undefined;
  private answeredAt: Date | null = null;
  private failedAt: Date | null = null;
  private code: ErrorCode | null = null;
  /** When it was last to be written; null: not yet, or it could not be. */
  private writtenAt: number | null = null;
  private isDue = false;
  private writing: Promise<void> | undefined;
  private warnedAt: number | null = null;
  private isWarnedOf = false;
  private readonly ending = new AbortController();

  constructor(
    private readonly system: RefreshedSystem,
    private readonly given: WatchDependencies,
  ) {}

  /**
   * Makes a call and notes what comes of it: its answer or, when that comes first, the end that the caller sets to it.
   * @param abortSays what an abort means that gives no reason.
   */
  async call<T>(signal: AbortSignal, abortSays: Outcome, work: () => Promise<T>): Promise<T> {
    let isNoted = false;
    const note = (outcome: Outcome): void => {
      if (!isNoted) this.observe(outcome);
      isNoted = true;
    };
    const aborted = (): void => note(isHubError(signal.reason) ? outcomeOf(signal.reason) : abortSays);
    if (signal.aborted) isNoted = true;
    signal.addEventListener('abort', aborted, { once: true });
    try {
      const answer = await work();
      note(null);
      return answer;
    } catch (error) {
      note(outcomeOf(error));
      throw error;
    } finally {
      signal.removeEventListener('abort', aborted);
    }
  }

  /** Writes what is not written yet, and notes nothing more. */
  async close(): Promise<void> {
    this.ending.abort();
    await this.writing;
  }

  private observe(outcome: Outcome): void {
    if (outcome === undefined || this.ending.signal.aborted) return;
    const now = this.given.clock.now().getTime();
    const isFailing = outcome !== null;
    const hasChanged = isFailing !== this.isFailing;
    // Of an answer and a failure in the same millisecond the later one has to show.
    const at = new Date(hasChanged ? Math.max(now, (this.latest()?.getTime() ?? 0) + 1) : now);
    this.isFailing = isFailing;
    if (outcome === null) this.answeredAt = at;
    else [this.failedAt, this.code] = [at, outcome];
    this.say(outcome, now);
    if (!hasChanged && this.writtenAt !== null && Math.abs(now - this.writtenAt) < WATCH_QUIET_MS) return;
    this.writtenAt = now;
    this.isDue = true;
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
  }

  private latest(): Date | null {
    return this.isFailing ? this.failedAt : this.answeredAt;
  }

  private say(outcome: ErrorCode | null, now: number): void {
    const { logger } = this.given;
    const { code: system } = this.system;
    if (outcome === null) {
      if (this.isWarnedOf) logger.info('a record system answers again', { system });
      this.isWarnedOf = false;
    } else if (!this.isWarnedOf && (this.warnedAt === null || now - this.warnedAt >= WATCH_QUIET_MS)) {
      logger.warn('a record system does not answer as it should', { system, code: outcome });
      this.isWarnedOf = true;
      this.warnedAt = now;
    }
  }

  /** Writes until nothing is due, with a rest in between. What could not be written is due again with the next call. */
  private async write(): Promise<void> {
    const { database, restMs = 1_000 } = this.given;
    const { id, organisationId } = this.system;
    while (this.isDue) {
      this.isDue = false;
      const values = [id, this.answeredAt, this.failedAt, this.code];
      try {
        await database.transaction('worker', organisationScope(organisationId), (tx) =>
          tx.query(NOTE, values),
        );
      } catch {
        this.writtenAt = null;
      }
      await sleep(restMs, undefined, { ref: false, signal: this.ending.signal }).catch(() => {});
    }
  }
}

function watchedDocuments(documents: DocumentsCapability, watch: SystemWatch): DocumentsCapability {
  return {
    get traits() {
      return documents.traits;
    },
    send: (document, signal) => watch.call(signal, undefined, () => documents.send(document, signal)),
    find: (keys, signal) =>
      keys.length === 0
        ? documents.find(keys, signal)
        : watch.call(signal, undefined, () => documents.find(keys, signal)),
    withdraw: (withdrawal, signal) =>
      watch.call(signal, undefined, () => documents.withdraw(withdrawal, signal)),
    ...(documents.referenceOf && { referenceOf: (document) => documents.referenceOf!(document) }),
    // Whether it could be written says nothing of the document, and so nothing of the system's state.
    ...(documents.accompany && {
      accompany: (document, reference, signal) => documents.accompany!(document, reference, signal),
    }),
  };
}

/** Live reads are aborted at their deadline and for nothing else. */
function watchedRecord(record: RecordCapability, watch: SystemWatch): RecordCapability {
  const read = <T>(ids: readonly string[], signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
    ids.length === 0 ? work() : watch.call(signal, 'HUB_UPSTREAM_TIMEOUT', work);
  return {
    ...(record.demographics && {
      demographics: (ids, signal) => read(ids, signal, () => record.demographics!(ids, signal)),
    }),
    ...(record.careTeams && {
      careTeams: (ids, signal) => read(ids, signal, () => record.careTeams!(ids, signal)),
    }),
    ...(record.openEpisodes && {
      openEpisodes: (ids, on, signal) => read(ids, signal, () => record.openEpisodes!(ids, on, signal)),
    }),
    ...(record.documents && {
      documents: (ids, signal) => read(ids, signal, () => record.documents!(ids, signal)),
    }),
  };
}

/**
 * The adapter, with the outcome of each write and live read noted: `last_answer_at`, `last_failure_at` and `last_failure_code`
 * of the system, at once when the state changes and otherwise every 30 seconds at most, and a line in the log when the
 * system begins to fail and when it answers again. A member that the adapter does not have stays absent. Caseload pulls
 * note their own outcome.
 */
export function watchedAdapter(
  adapter: ClinicalRecordAdapter,
  system: RefreshedSystem,
  dependencies: WatchDependencies,
): ClinicalRecordAdapter {
  const watch = new SystemWatch(system, dependencies);
  return {
    ...(adapter.caseload && { caseload: adapter.caseload }),
    ...(adapter.documents && { documents: watchedDocuments(adapter.documents, watch) }),
    ...(adapter.record && { record: watchedRecord(adapter.record, watch) }),
    ...(adapter.inbound && { inbound: adapter.inbound }),
    ...(adapter.count && { count: adapter.count }),
    ...(adapter.unmapped && { unmapped: adapter.unmapped }),
    ...(adapter.conformance && { conformance: (signal) => adapter.conformance!(signal) }),
    ...(adapter.files && { files: () => adapter.files!() }),
    health: (signal) => adapter.health(signal),
    async close() {
      await adapter.close();
      await watch.close();
    },
  };
}
