/** Caseload in: pulls the teams of a record system one after another, exclusively, and replaces what is known only by whole pulls. */
import { hostname } from 'node:os';
import { londonDate } from '../../core/calendar.js';
import type { Clock } from '../../core/clock.js';
import type { ErrorCode } from '../../core/error-codes.js';
import { HubError, isHubError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Database } from '../../platform/database/database.js';
import { acquireLease, type Lease } from '../../platform/database/lease.js';
import type { CaseloadCapability, ClinicalRecordAdapter } from '../clinical-record.port.js';
import { applyPull } from './apply.service.js';
import {
  abandonPull,
  clearLeftovers,
  noteFailure,
  openPull,
  type Pull,
  type PullKind,
  type RefreshedSystem,
  type RefreshedTeam,
  stagePage,
} from './pull.service.js';
import { EMPTY_LEDGER, enterPage, type PullLedger } from './pull-ledger.rules.js';
import { listTeams, noteTeams } from './team-map.service.js';

/** What the service works with, and the two choices an operator has. */
export interface RefreshDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a holder may be silent before another takes over, in milliseconds; renewed with each page. Default 10,000, renewed four times in it. */
  readonly leaseMs?: number;
  /**
   * Whether references that nobody has mapped are pulled too. Default: they are, so that their members are unknown to a
   * decision; without them nobody's absence can be concluded until every reference is mapped or ended.
   */
  readonly pullUnmapped?: boolean;
}

/** Told after each page, for progress bars. */
export interface RefreshProgress {
  readonly teamReference: string;
  readonly kind: PullKind;
  readonly page: number;
  /** Memberships so far, repeats included. */
  readonly received: number;
  readonly expected: number | null;
}

/** Choices of one refresh. */
export interface RefreshOptions {
  /** Gives up at the next page; what was known stays. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RefreshProgress) => void;
}

/** How one team's pull ended. An INCOMPLETE one changed nothing. */
export interface TeamRefresh {
  readonly teamReference: string;
  readonly pullId: string;
  /** What was done: an increment asked for without a watermark to start from is a sweep. */
  readonly kind: PullKind;
  readonly state: 'COMPLETE' | 'INCOMPLETE';
  readonly failureCode: ErrorCode | null;
  readonly pages: number;
  readonly received: number;
  readonly expected: number | null;
  /** Memberships that are new, say something else, or went. */
  readonly changed: number;
}

/** Failures that the record system's page shows as its own, not as ours. */
const OF_THE_SYSTEM = /^HUB_(UPSTREAM|CASELOAD)_/;

/** Refreshes caseloads. Any number of processes may hold one; the lease per system lets one of them work. */
export class RefreshService {
  constructor(private readonly deps: RefreshDependencies) {}

  /**
   * Refreshes every team reference in the system's team map that is valid today, mapped or not: members of a team that
   * nobody has mapped are unknown, never absent. A sweep first notes references the system holds and nobody has seen.
   * A team that fails does not stop the others.
   * @throws HUB_BUSY when another holder is at work, HUB_LEASE_LOST when one took over, HUB_ADAPTER_SETTINGS when the adapter has no caseload.
   */
  async refreshSystem(
    system: RefreshedSystem,
    adapter: ClinicalRecordAdapter,
    kind: PullKind,
    options: RefreshOptions = {},
  ): Promise<TeamRefresh[]> {
    const caseload = caseloadOf(adapter, system);
    return this.exclusively(system, async (lease) => {
      if (kind === 'SWEEP') await this.discover(system, caseload, options.signal ?? never());
      const results: TeamRefresh[] = [];
      for (const team of await listTeams(this.deps.database, system, londonDate(this.deps.clock.now()))) {
        if (options.signal?.aborted) break;
        if (team.teamId === null && this.deps.pullUnmapped === false) continue;
        results.push(await this.pullTeam(system, caseload, team, kind, lease, options));
      }
      return results;
    });
  }

  /** Refreshes one team reference. Throws as `refreshSystem` does; a failed pull is an answer, not an exception. */
  async refreshTeam(
    system: RefreshedSystem,
    adapter: ClinicalRecordAdapter,
    team: RefreshedTeam,
    kind: PullKind,
    options: RefreshOptions = {},
  ): Promise<TeamRefresh> {
    const caseload = caseloadOf(adapter, system);
    return this.exclusively(system, (lease) => this.pullTeam(system, caseload, team, kind, lease, options));
  }

  private async exclusively<T>(system: RefreshedSystem, work: (lease: Lease) => Promise<T>): Promise<T> {
    const { database, clock, leaseMs = 10_000 } = this.deps;
    const lease = await acquireLease(
      database,
      `caseload ${system.id}`,
      `${hostname()} ${process.pid}`,
      leaseMs,
    );
    if (!lease) throw new HubError('HUB_BUSY', { details: { system: system.code } });
    // Renewed beside the work, so that a slow page loses nothing and a dead holder is followed within the term.
    const heartbeat = setInterval(() => void lease.renew().catch(() => {}), leaseMs / 4);
    try {
      await clearLeftovers(database, system, lease.fence, clock.now());
      return await work(lease);
    } finally {
      clearInterval(heartbeat);
      await lease.release();
    }
  }

  private async discover(
    system: RefreshedSystem,
    caseload: CaseloadCapability,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await noteTeams(this.deps.database, system, await caseload.teams(signal), this.deps.clock.now());
    } catch (error) {
      // A team nobody has heard of may be the one that somebody is on: without the list no absence can be concluded.
      const code = codeOf(error);
      this.deps.logger.warn('teams could not be listed; no sweep', { system: system.code, code });
      await noteFailure(this.deps.database, system, code, this.deps.clock.now());
      throw error;
    }
  }

  private async pullTeam(
    system: RefreshedSystem,
    caseload: CaseloadCapability,
    team: RefreshedTeam,
    asked: PullKind,
    lease: Lease,
    options: RefreshOptions,
  ): Promise<TeamRefresh> {
    const { database, clock, logger } = this.deps;
    const pull = await openPull(database, system, team, asked, lease, clock.now());
    const answer = { teamReference: team.teamReference, pullId: pull.id, kind: pull.kind };
    const progress = { ledger: EMPTY_LEDGER, received: 0 };
    try {
      await this.stream(caseload, pull, lease, progress, options);
      const applied = await applyPull(database, lease.name, pull, progress.ledger, clock.now());
      const { pages, expected } = progress.ledger;
      const changed = applied.written + applied.absent;
      return {
        ...answer,
        state: 'COMPLETE',
        failureCode: null,
        pages,
        received: applied.received,
        expected,
        changed,
      };
    } catch (error) {
      const code = codeOf(error);
      const blame = OF_THE_SYSTEM.test(code) && !options.signal?.aborted;
      logger.warn('caseload pull given up', { system: system.code, pull: pull.id, kind: pull.kind, code });
      await abandonPull(database, pull, code, blame, clock.now());
      if (code === 'HUB_LEASE_LOST') throw error;
      const { pages, expected } = progress.ledger;
      return {
        ...answer,
        state: 'INCOMPLETE',
        failureCode: code,
        pages,
        received: progress.received,
        expected,
        changed: 0,
      };
    }
  }

  private async stream(
    caseload: CaseloadCapability,
    pull: Pull,
    lease: Lease,
    progress: { ledger: PullLedger; received: number },
    options: RefreshOptions,
  ): Promise<void> {
    const signal = options.signal ?? never();
    const request = { teamReference: pull.team.teamReference, since: pull.since };
    for await (const page of caseload.pull(request, signal)) {
      if (signal.aborted) throw new HubError('HUB_CASELOAD_INCOMPLETE', { details: { fault: 'stopped' } });
      progress.ledger = enterPage(progress.ledger, page);
      await lease.renew();
      await stagePage(this.deps.database, pull, page);
      progress.received += page.items.length;
      options.onProgress?.({
        teamReference: request.teamReference,
        kind: pull.kind,
        page: page.page,
        received: progress.received,
        expected: progress.ledger.expected,
      });
    }
  }
}

function caseloadOf(adapter: ClinicalRecordAdapter, system: RefreshedSystem): CaseloadCapability {
  if (adapter.caseload) return adapter.caseload;
  throw new HubError('HUB_ADAPTER_SETTINGS', { details: { system: system.code, missing: 'CASELOAD' } });
}

function codeOf(error: unknown): ErrorCode {
  return isHubError(error) ? error.code : 'HUB_INTERNAL';
}

function never(): AbortSignal {
  return new AbortController().signal;
}
