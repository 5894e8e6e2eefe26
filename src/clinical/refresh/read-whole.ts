/** Reads a pull to its end, page by page, each kept before the one after the next is asked for. */
import type { Clock } from '../../core/clock.js';
import { HubError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Database } from '../../platform/database/database.js';
import type { CaseloadCapability, CaseloadPage } from '../clinical-record.port.js';
import { keepCursor, type Pull, type PullKind, stagePage } from './pull.service.js';
import { EMPTY_LEDGER, enterPage, type PullLedger } from './pull-ledger.rules.js';

/** Told after each page, for progress bars. */
export interface RefreshProgress {
  readonly teamReference: string;
  readonly kind: PullKind;
  readonly page: number;
  /** Memberships so far, repeats included. */
  readonly received: number;
  readonly expected: number | null;
}

/** What a reading works with. */
export interface ReadingDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whoever reads. */
export interface Reader {
  readonly signal: AbortSignal;
  readonly onProgress: ((progress: RefreshProgress) => void) | undefined;
}

/** A pull being read. */
export interface Reading {
  /** What has come so far. */
  readonly ledger: PullLedger;
  /** Memberships so far, repeats included, those that were kept before an interruption among them. */
  readonly received: number;
  /** Resolves when every page is kept. @throws HUB_LEASE_LOST, HUB_CASELOAD_INCOMPLETE, and what the adapter throws. */
  done(): Promise<void>;
}

/** A reading that begins with `done`; one whose last page was kept before has nothing to do. */
export function readWhole(
  deps: ReadingDependencies,
  caseload: CaseloadCapability,
  pull: Pull,
  reader: Reader,
): Reading {
  return new PullReading(deps, caseload, pull, reader);
}

class PullReading implements Reading {
  ledger: PullLedger;
  received: number;
  /** Until the first page after a cursor has come, which may begin afresh. */
  private mayBeginAfresh: boolean;

  constructor(
    private readonly deps: ReadingDependencies,
    private readonly caseload: CaseloadCapability,
    private readonly pull: Pull,
    private readonly reader: Reader,
  ) {
    this.ledger = pull.kept?.ledger ?? EMPTY_LEDGER;
    this.received = pull.kept?.received ?? 0;
    this.mayBeginAfresh = pull.kept !== null;
  }

  async done(): Promise<void> {
    const { pull, reader } = this;
    if (pull.kept?.ledger.ended) return;
    const request = {
      teamReference: pull.team.teamReference,
      since: pull.since,
      keep: (cursor: string) => keepCursor(this.deps.database, pull, cursor, this.ledger),
      ...(pull.kept === null ? {} : { resume: pull.kept.cursor }),
    };
    // One page is written while the next is on its way; failing is told when the next has come.
    let keeping: Promise<void> = Promise.resolve();
    try {
      for await (const page of this.caseload.pull(request, reader.signal)) {
        await keeping;
        if (reader.signal.aborted) throw new HubError('HUB_UPSTREAM_STOPPED');
        keeping = this.enter(page);
        keeping.catch(() => {});
        if (page.last) await keeping;
        this.tell(page);
      }
    } finally {
      await keeping;
    }
  }

  /** Enters a page and keeps it, together with its cursor or not at all. */
  private enter(page: CaseloadPage): Promise<void> {
    const { database, clock, logger } = this.deps;
    const { pull } = this;
    const isAfresh = this.mayBeginAfresh && page.page === 1 && this.ledger.pages > 0;
    this.mayBeginAfresh = false;
    if (isAfresh) {
      logger.info('a caseload pull begins afresh: the place where it was interrupted is no longer known', {
        system: pull.system.code,
        pull: pull.id,
      });
      this.received = 0;
    }
    this.ledger = enterPage(isAfresh ? EMPTY_LEDGER : this.ledger, page);
    this.received += page.items.length;
    return stagePage(database, pull, page, {
      ledger: this.ledger,
      afreshAt: isAfresh ? clock.now() : null,
    });
  }

  private tell(page: CaseloadPage): void {
    const { pull, reader, received, ledger } = this;
    reader.onProgress?.({
      teamReference: pull.team.teamReference,
      kind: pull.kind,
      page: page.page,
      received,
      expected: ledger.expected,
    });
  }
}
