/** One destination's deliveries in this process: claimed as slots become free, each on its way by itself, settled together. */
import type { DocumentsCapability } from '../../clinical/documents.port.js';
import { restMs } from '../../core/backoff.js';
import { HubError } from '../../core/errors.js';
import type { Logger } from '../../core/logger.js';
import type { Database } from '../../platform/database/database.js';
import { attemptDelivery } from '../attempt-delivery.js';
import { claimHeads, deliveryScope } from '../claim.service.js';
import { codeOf } from '../outcome.rules.js';
import { settlementOf, withoutAttempt } from '../settlement.js';
import { Bell } from './bell.js';
import { type HeldLane, HeldLanes } from './held-lanes.js';
import { coverLease, type LeaseContext, reapDead, renewLeases, unparkLinked } from './lease-keeper.js';
import { ReceiptWatch } from './receipt-watch.js';
import type { WorkerSettings } from './settings.js';
import { type Answer, SettleQueue } from './settle-queue.js';

/** A record system that takes documents, as the worker needs it. */
export interface WorkerDestination {
  readonly systemId: string;
  /** Code of the site profile; for logs. */
  readonly systemCode: string;
  readonly organisationId: string;
  /** ODS code of the organisation whose documents they are. */
  readonly custodianOdsCode: string;
  readonly documents: DocumentsCapability;
}

/** What every loop of a process shares. */
export interface LoopDependencies {
  readonly database: Database;
  readonly logger: Logger;
  readonly settings: WorkerSettings;
}

/** Claims, sends, settles and reads back for one destination. */
export class DestinationLoop {
  private readonly bell = new Bell();
  private readonly lanes = new HeldLanes();
  private readonly queue: SettleQueue;
  private readonly watch: ReceiptWatch;
  private readonly lease: LeaseContext;
  private readonly timers: NodeJS.Timeout[] = [];
  private running: Promise<void> | undefined;
  private stopping = false;
  /** Claims that failed one after the other. */
  private failures = 0;
  /** Name of the connection that proves that this process lives; null while there is none, and then nothing is claimed. */
  private holder: string | null = null;

  constructor(
    private readonly destination: WorkerDestination,
    private readonly dependencies: LoopDependencies,
  ) {
    const { database, logger, settings } = dependencies;
    const { systemId, systemCode, organisationId } = destination;
    const scope = deliveryScope(organisationId);
    const context = { systemId, scope, ...settings };
    this.lease = { database, scope, systemId, settings, lanes: this.lanes };
    this.watch = new ReceiptWatch(destination, scope, dependencies);
    this.queue = new SettleQueue({
      database,
      context,
      settings,
      logger,
      systemCode,
      onSettled: (answers) => this.settled(answers),
    });
  }

  /** Begins; nothing is claimed before `up`. */
  start(): void {
    const { settings } = this.dependencies;
    this.every(settings.renewMs, (holder) => renewLeases(this.lease, holder));
    this.every(settings.reapMs, async (holder) => {
      if ((await reapDead(this.lease, holder)) > 0) this.bell.ring();
    });
    this.every(settings.unparkMs, async () => {
      if ((await unparkLinked(this.lease)) > 0) this.bell.ring();
    });
    this.watch.start();
    this.running = this.run();
  }

  /** The connection that proves life stands under this name. */
  up(holder: string): void {
    this.holder = holder;
    this.bell.ring();
  }

  /** It is lost: others may take the lanes, so nothing more may leave for them. */
  down(): void {
    this.holder = null;
    this.lanes.abortAll();
  }

  /** Something may be due. */
  ring(): void {
    this.bell.ring();
  }

  /** Claims nothing more, waits for what is under way up to the grace, ends the rest, and settles everything. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    await this.running;
    const until = performance.now() + this.dependencies.settings.graceMs;
    while (this.lanes.size > 0 && performance.now() < until) await this.bell.wait(20);
    this.lanes.abortAll();
    while (this.lanes.size > 0 && performance.now() < until + 2_000) await this.bell.wait(20);
    await this.queue.drained();
    for (const timer of this.timers) clearInterval(timer);
    await this.watch.stop();
  }

  private async run(): Promise<void> {
    const { settings } = this.dependencies;
    let polled = true;
    while (!this.stopping) {
      const free = settings.inFlight - this.lanes.size;
      const worthIt = polled || this.failures > 0 || this.lanes.size === 0 || free >= settings.claimWhenFree;
      const more = this.holder !== null && free > 0 && worthIt && (await this.claim(this.holder, free));
      if (more) {
        polled = false;
        continue;
      }
      // Without a connection that proves life nothing is claimed, and the next one rings.
      const failures = this.holder === null ? 0 : this.failures;
      const asleepMs = restMs(failures, { firstMs: settings.againMs, mostMs: settings.pollMs });
      const asleepSince = performance.now();
      await this.bell.wait(asleepMs);
      polled = performance.now() - asleepSince >= asleepMs - 5;
    }
  }

  /** Answers whether there may be more to claim at once. */
  private async claim(holder: string, most: number): Promise<boolean> {
    const { database, settings } = this.dependencies;
    const { systemId, organisationId } = this.destination;
    const askedAt = performance.now();
    try {
      const claim = await claimHeads(database, this.lease.scope, settings.statements, {
        systemId,
        organisationId,
        holder,
        most,
        leaseMs: settings.leaseMs,
      });
      this.failures = 0;
      if (claim.heads.length === 0) return false;
      const ids = claim.heads.map((head) => head.deliveryId);
      const held = claim.heads.map((head) => this.lanes.add(head, claim, askedAt + settings.leaseMs));
      await settings.faultPoint?.('afterClaim', ids);
      for (const each of held) void this.deliver(each, holder);
      return claim.heads.length === most;
    } catch (error) {
      this.failures += 1;
      this.failed('lanes could not be claimed', error);
      return false;
    }
  }

  /** One delivery from claim to answer. Never rejects. */
  private async deliver(held: HeldLane, holder: string): Promise<void> {
    const { settings } = this.dependencies;
    const { head } = held;
    if (head.ours === 'CANCELLED' || head.waits) {
      return this.queue.add({ held, settlement: withoutAttempt(head, settings.waitMs) });
    }
    // A connection that was lost between claim and here has not seen this lane.
    if (this.holder !== holder) held.abort.abort();
    const ids = [head.deliveryId];
    const outcome = await attemptDelivery(head, {
      documents: this.destination.documents,
      custodianOdsCode: this.destination.custodianOdsCode,
      sendTimeoutMs: held.sendTimeoutMs,
      ambiguousWaitMs: settings.ambiguousWaitMs,
      signal: held.abort.signal,
      ready: async () => {
        await settings.faultPoint?.('beforeSend', ids);
        if (!(await coverLease(this.lease, holder, held))) throw new HubError('HUB_LEASE_LOST');
      },
      sent: () => settings.faultPoint?.('afterSend', ids),
      answered: () => settings.faultPoint?.('afterAnswer', ids),
    });
    this.queue.add({ held, settlement: settlementOf(head, outcome, settings) });
  }

  private settled(answers: readonly Answer[]): void {
    for (const { held } of answers) this.lanes.remove(held);
    this.bell.ring();
    if (answers.some(({ settlement }) => settlement.watch)) this.watch.ring();
  }

  private every(ms: number, work: (holder: string) => Promise<void>): void {
    let busy = false;
    const timer = setInterval(async () => {
      const { holder } = this;
      if (busy || holder === null) return;
      busy = true;
      await work(holder).catch((error: unknown) => this.failed('lanes could not be looked after', error));
      busy = false;
    }, ms);
    this.timers.push(timer);
  }

  private failed(message: string, error: unknown): void {
    this.dependencies.logger.warn(message, { system: this.destination.systemCode, code: codeOf(error) });
  }
}
