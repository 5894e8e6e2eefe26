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
  noteFailure,
  openPull,
  type PullKind,
  type RefreshedSystem,
  type RefreshedTeam,
} from './pull.service.js';
import { type RefreshProgress, readWhole } from './read-whole.js';
import { listTeams, noteTeams } from './team-map.service.js';
import {
  beginUnderLease,
  broughtSince,
  clearUnderLease,
  endUnderLease,
  inheritUnderLease,
  leaseOf,
  readUnderWay,
  type Undertaking,
  type UnderWay,
} from './under-way.service.js';

/** What the service works with, and the two choices an operator has. */
export interface RefreshDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a holder may be silent before another takes over, in milliseconds. Default 3,000, renewed four times in it. */
  readonly leaseMs?: number;
  /**
   * Whether references that nobody has mapped are pulled too. Default: they are, so that their members are unknown to a
   * decision; without them nobody's absence can be concluded until every reference is mapped or ended.
   */
  readonly pullUnmapped?: boolean;
}

/** Choices of one refresh. */
export interface RefreshOptions {
  /** Gives up at the next page; what was known stays. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RefreshProgress) => void;
  /** Leaves out teams whose caseload a pull that serves as well has brought since then. Default: pulls every team. */
  readonly unlessSince?: Date;
  /** Whether another process finishes what is left when the signal stops it here. Default: nobody does. */
  readonly handsOver?: boolean;
}

/** What one holder of a lease works with. */
interface Holder {
  readonly lease: Lease;
  /** Aborted by the caller, and when the lease is lost. */
  readonly signal: AbortSignal;
  /** Whether the lease is known to be lost. */
  isOvertaken(): boolean;
  /** Whether the caller wants no more. */
  isStopped(): boolean;
  readonly onProgress: RefreshOptions['onProgress'];
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

/** Refreshes caseloads. Any number of processes may hold one; the lease per system lets one of them work, and another finish what it left. */
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
    return this.exclusively(system, options, async (holder) => {
      const now = this.deps.clock.now();
      const asked = { kind, askedAt: options.unlessSince ?? now };
      const begun = await beginUnderLease(this.deps.database, system, holder.lease, asked, now);
      return this.refreshTeams(system, caseload, begun, holder);
    });
  }

  /**
   * Finishes a refresh that another process left when it died; answers what it came to, or null when there is none any more. Throws as
   * `refreshSystem` does.
   */
  async takeOver(
    system: RefreshedSystem,
    adapter: ClinicalRecordAdapter,
    signal: AbortSignal,
  ): Promise<TeamRefresh[] | null> {
    const caseload = caseloadOf(adapter, system);
    const { database, clock, logger } = this.deps;
    return this.exclusively(system, { signal, handsOver: true }, async (holder) => {
      const left = await inheritUnderLease(database, system, holder.lease, clock.now());
      if (left === null) return null;
      logger.info('a caseload refresh whose process died is taken over', {
        system: system.code,
        kind: left.kind,
      });
      return this.refreshTeams(system, caseload, left, holder);
    });
  }

  /** Refreshes that are under way or were left, of every system; `system` is any of the asker's. */
  underWay(system: RefreshedSystem): Promise<readonly UnderWay[]> {
    return readUnderWay(this.deps.database, system);
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
    return this.exclusively(system, options, async (holder) => {
      await clearUnderLease(this.deps.database, system, holder.lease, this.deps.clock.now());
      return this.pullTeam(system, caseload, team, kind, holder);
    });
  }

  private async refreshTeams(
    system: RefreshedSystem,
    caseload: CaseloadCapability,
    undertaking: Undertaking,
    holder: Holder,
  ): Promise<TeamRefresh[]> {
    const { database, clock, pullUnmapped } = this.deps;
    const { kind, askedAgainAt } = undertaking;
    if (kind === 'SWEEP') await this.discover(system, caseload, holder.signal);
    const brought = await broughtSince(database, system, undertaking);
    const broughtAgain =
      askedAgainAt === undefined
        ? brought
        : await broughtSince(database, system, { kind: 'INCREMENT', askedAt: askedAgainAt });
    const results: TeamRefresh[] = [];
    for (const team of await listTeams(database, system, londonDate(clock.now()))) {
      if (holder.isStopped()) break;
      if (team.teamId === null && pullUnmapped === false) continue;
      const isBrought = brought.has(team.teamReference);
      if (isBrought && broughtAgain.has(team.teamReference)) continue;
      results.push(await this.pullTeam(system, caseload, team, isBrought ? 'INCREMENT' : kind, holder));
    }
    return results;
  }

  private async exclusively<T>(
    system: RefreshedSystem,
    { signal, onProgress, handsOver = false }: RefreshOptions,
    work: (holder: Holder) => Promise<T>,
  ): Promise<T> {
    const { database, leaseMs = 3_000 } = this.deps;
    const lease = await acquireLease(database, leaseOf(system.id), `${hostname()} ${process.pid}`, leaseMs);
    if (!lease) throw new HubError('HUB_BUSY', { details: { system: system.code } });
    const overtaken = new AbortController();
    // Renewed beside the work, so that a slow page loses nothing; one that was overtaken asks the far end for nothing more.
    const heartbeat = keepAlive(lease, leaseMs / 4, () => overtaken.abort());
    try {
      return await work({
        lease,
        signal: AbortSignal.any([overtaken.signal, ...(signal === undefined ? [] : [signal])]),
        isOvertaken: () => overtaken.signal.aborted,
        isStopped: () => signal?.aborted ?? false,
        onProgress,
      });
    } finally {
      heartbeat();
      if (!(handsOver && signal?.aborted)) await endUnderLease(database, system, lease);
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
    holder: Holder,
  ): Promise<TeamRefresh> {
    const { database, clock, logger } = this.deps;
    const pull = await openPull(database, system, team, asked, holder.lease, {
      startedAt: clock.now(),
      beginning: caseload.beginning ?? null,
    });
    const answer = { teamReference: team.teamReference, pullId: pull.id, kind: pull.kind };
    const reading = readWhole(this.deps, caseload, pull, holder);
    try {
      await reading.done();
      const applied = await applyPull(database, pull, reading.ledger, clock.now());
      const { pages, expected } = reading.ledger;
      return {
        ...answer,
        state: 'COMPLETE',
        failureCode: null,
        pages,
        received: applied.received,
        expected,
        changed: applied.written + applied.absent,
      };
    } catch (error) {
      const code = holder.isOvertaken() ? 'HUB_LEASE_LOST' : codeOf(error);
      const ofTheSystem = OF_THE_SYSTEM.test(code) && !holder.isStopped();
      const goesOn = isHubError(error) && canGoOn(error);
      logger.warn('caseload pull given up', { system: system.code, pull: pull.id, kind: pull.kind, code });
      await abandonPull(database, pull, { code, ofTheSystem, goesOn }, clock.now());
      if (code === 'HUB_LEASE_LOST') throw holder.isOvertaken() ? new HubError(code) : error;
      const { pages, expected } = reading.ledger;
      return {
        ...answer,
        state: 'INCOMPLETE',
        failureCode: code,
        pages,
        received: reading.received,
        expected,
        changed: 0,
      };
    }
  }
}

/** Renews a lease again and again; the answer stops that. `onLost` is told once when another has taken it. */
function keepAlive(lease: Lease, everyMs: number, onLost: () => void): () => void {
  let renewing = false;
  const heartbeat = setInterval(() => {
    if (renewing) return;
    renewing = true;
    lease
      .renew()
      .catch((error: unknown) => {
        if (!isHubError(error) || error.code !== 'HUB_LEASE_LOST') return;
        clearInterval(heartbeat);
        onLost();
      })
      .finally(() => {
        renewing = false;
      });
  }, everyMs);
  return () => clearInterval(heartbeat);
}

/** Whether the far end, the network or another holder stopped it, rather than what it brought: a pull with gaps begins afresh. */
const canGoOn = ({ code, retry }: HubError): boolean =>
  retry === 'transient' && !code.startsWith('HUB_CASELOAD_');

function caseloadOf(adapter: ClinicalRecordAdapter, system: RefreshedSystem): CaseloadCapability {
  if (adapter.caseload) return adapter.caseload;
  throw new HubError('HUB_ADAPTER_SETTINGS', { details: { system: system.code, missing: 'CASELOAD' } });
}

function codeOf(error: unknown): ErrorCode {
  return isHubError(error) ? error.code : 'HUB_INTERNAL';
}
