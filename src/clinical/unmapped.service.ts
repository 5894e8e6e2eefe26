/** Keeps what record systems hold and nobody understands: counted by adapters in memory, written down now and then, and read for reports. */
import type { Clock } from '../core/clock.js';
import { isHubError } from '../core/errors.js';
import type { Logger } from '../core/logger.js';
import type { Database } from '../platform/database/database.js';
import type { ClinicalRecordAdapter } from './clinical-record.port.js';
import { organisationScope, type RefreshedSystem } from './refresh/pull.service.js';
import { UnmappedLedger } from './unmapped-ledger.rules.js';

/** What keeping works with. */
export interface UnmappedDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each place that was met again, and how often since the last time; for metrics. */
  readonly onCounted?: (system: string, path: string, times: number) => void;
  /** Milliseconds between looks at the adapter's counts; default 10,000. */
  readonly everyMs?: number;
}

/** In the order of paths, so that processes which write the same ones do not wait for each other in a circle. */
const ADD = `
insert into unmapped_elements (system_id, organisation_id, path, times, first_seen, last_seen)
select $1, $2, u.path, u.times, $5, $5 from unnest($3::text[], $4::bigint[]) as u(path, times) order by u.path
on conflict (system_id, path) do update set times = unmapped_elements.times + excluded.times,
  first_seen = least(unmapped_elements.first_seen, excluded.first_seen),
  last_seen = greatest(unmapped_elements.last_seen, excluded.last_seen)`;

/** Counts of one system on their way into the database. Nobody waits for it, and nothing that it does can fail a pull or a read. */
class UnmappedKeeper {
  private readonly ledger = new UnmappedLedger();
  private readonly timer: NodeJS.Timeout;
  private writing: Promise<void> | undefined;
  private isWarnedOf = false;

  constructor(
    private readonly adapter: Pick<ClinicalRecordAdapter, 'unmapped'>,
    private readonly system: RefreshedSystem,
    private readonly given: UnmappedDependencies,
  ) {
    this.timer = setInterval(() => this.look(), given.everyMs ?? 10_000).unref();
  }

  /** Stops looking, and writes what is not written yet. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    this.look();
    await this.writing;
  }

  private look(): void {
    for (const [path, times] of this.ledger.enter(this.adapter.unmapped ?? new Map()))
      this.given.onCounted?.(this.system.code, path, times);
    if (this.ledger.due.size === 0) return;
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
  }

  /** Writes what is due. What could not be written is due with the next look. */
  private async write(): Promise<void> {
    const { database, clock, logger } = this.given;
    const { id, organisationId, code } = this.system;
    const due = [...this.ledger.due];
    const values = [
      id,
      organisationId,
      due.map(([path]) => path),
      due.map(([, times]) => times),
      clock.now(),
    ];
    try {
      await database.transaction('worker', organisationScope(organisationId), (tx) => tx.query(ADD, values));
      this.ledger.settle(due);
      this.isWarnedOf = false;
    } catch (error) {
      if (!this.isWarnedOf)
        logger.warn('counts of what was not understood could not be kept', {
          system: code,
          code: isHubError(error) ? error.code : 'HUB_INTERNAL',
        });
      this.isWarnedOf = true;
    }
  }
}

/** The adapter, with what it counts as not understood written down every ten seconds and when it closes. One that counts nothing stays as it is. */
export function withUnmappedKept(
  adapter: ClinicalRecordAdapter,
  system: RefreshedSystem,
  dependencies: UnmappedDependencies,
): ClinicalRecordAdapter {
  if (!adapter.unmapped) return adapter;
  const keeper = new UnmappedKeeper(adapter, system, dependencies);
  return {
    ...(adapter.caseload && { caseload: adapter.caseload }),
    ...(adapter.documents && { documents: adapter.documents }),
    ...(adapter.record && { record: adapter.record }),
    ...(adapter.inbound && { inbound: adapter.inbound }),
    ...(adapter.count && { count: adapter.count }),
    ...(adapter.conformance && { conformance: (signal) => adapter.conformance!(signal) }),
    get unmapped() {
      return adapter.unmapped ?? new Map();
    },
    ...(adapter.files && { files: () => adapter.files!() }),
    health: (signal) => adapter.health(signal),
    async close() {
      await adapter.close();
      await keeper.close();
    },
  };
}
