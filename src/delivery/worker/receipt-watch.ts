/** Reads back what was accepted until the record shows it: one call for many documents, at once and then ever more rarely. */
import type { DocumentKey, FiledDocument } from '../../clinical/documents.port.js';
import { restMs } from '../../core/backoff.js';
import type { Scope } from '../../core/caller.js';
import { isHubError } from '../../core/errors.js';
import type { Transaction } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { enqueueDelivery } from '../enqueue.service.js';
import { SYSTEM } from '../lane-statements.js';
import { codeOf } from '../outcome.rules.js';
import { nextLookMs, type Sighting, sightingOf, type Watched } from '../sighting.rules.js';
import { WATCH_STATEMENTS } from '../watch-statements.js';
import { within } from '../within.js';
import { closeDeliveryItems, openWorkItem, WorkItemKind } from '../work-item.service.js';
import { Bell } from './bell.js';
import type { LoopDependencies, WorkerDestination } from './destination-loop.js';

/** Longest a read may take; after half as much again the deliveries are looked at by whoever comes first. */
const READ_TIMEOUT_MS = 20_000;

/** The receipt watch of one destination in this process. */
export class ReceiptWatch {
  private readonly bell = new Bell();
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly destination: WorkerDestination,
    private readonly scope: Scope,
    private readonly dependencies: LoopDependencies,
  ) {}

  /** Begins to look. */
  start(): void {
    this.running = this.run();
  }

  /** Something was accepted just now. */
  ring(): void {
    this.bell.ring();
  }

  /** Ends; a read under way is given up and made again by whoever comes next. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.bell.ring();
    await this.running;
  }

  private async run(): Promise<void> {
    const { settings, logger } = this.dependencies;
    let failures = 0;
    while (!this.ending.signal.aborted) {
      let looked = 0;
      try {
        looked = await this.look();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (!this.ending.signal.aborted)
          logger.warn('the record could not be read back', {
            system: this.destination.systemCode,
            code: codeOf(error),
          });
      }
      if (looked < settings.watchBatch)
        await this.bell.wait(restMs(failures, { firstMs: settings.againMs, mostMs: settings.pollMs }));
    }
  }

  private async look(): Promise<number> {
    const { database, settings } = this.dependencies;
    const watched = await database.transaction('worker', this.scope, (tx) =>
      prepared<Watched>(tx, WATCH_STATEMENTS.claim, [
        this.destination.systemId,
        settings.watchBatch,
        READ_TIMEOUT_MS * 1.5,
      ]),
    );
    if (watched.length === 0) return 0;
    const sightings = await this.sightings(watched);
    await database.transaction('worker', this.scope, (tx) => this.keep(tx, watched, sightings));
    return watched.length;
  }

  private async sightings(watched: readonly Watched[]): Promise<Sighting[]> {
    const { settings } = this.dependencies;
    try {
      const found = await this.read(watched);
      const isWithdrawn = await this.withdrawnMeanwhile(watched, found);
      return watched.map((each) =>
        sightingOf(
          { ...each, isWithdrawn: each.isWithdrawn || isWithdrawn.has(each.documentVersionId) },
          found.get(each.id) ?? null,
          settings,
        ),
      );
    } catch (error) {
      if (this.ending.signal.aborted) throw error;
      const apart = isHubError(error) && (error.retry === 'conflict' || error.retry === 'permanent');
      // One that the record holds twice, or cannot be asked for, must not hide the others.
      if (apart && watched.length > 1) {
        const sightings: Sighting[] = [];
        for (const each of watched) sightings.push(...(await this.sightings([each])));
        return sightings;
      }
      const code = codeOf(error);
      this.dependencies.logger.warn('the record could not be read back', {
        system: this.destination.systemCode,
        code,
        count: watched.length,
      });
      // Held twice. A conflict that the far end merely reports says nothing of what it holds.
      const isDouble = isHubError(error) && error.details.fault === 'DUPLICATE';
      const twice = { item: 'RECEIPT_MISMATCH', code: 'HUB_DELIVERY_MISMATCH', delayMs: null } as const;
      return watched.map((each) => ({
        ...sightingOf(each, null, settings),
        ...(isDouble ? twice : { delayMs: this.later(each, error) }),
      }));
    }
  }

  /** Versions shown as entered in error whose withdrawal had begun by then, though not yet when the look began. */
  private async withdrawnMeanwhile(
    watched: readonly Watched[],
    found: ReadonlyMap<string, FiledDocument>,
  ): Promise<ReadonlySet<string>> {
    const marked = watched.filter(
      ({ id, isWithdrawn }) => !isWithdrawn && found.get(id)?.status === 'ENTERED_IN_ERROR',
    );
    if (marked.length === 0) return new Set();
    const rows = await this.dependencies.database.transaction('worker', this.scope, (tx) =>
      prepared<{ id: string }>(tx, WATCH_STATEMENTS.withdrawn, [
        marked.map(({ documentVersionId }) => documentVersionId),
      ]),
    );
    return new Set(rows.map(({ id }) => id));
  }

  private later(each: Watched, error: unknown): number {
    const asked = isHubError(error) ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(asked, nextLookMs(each.watchAttempts, this.dependencies.settings));
  }

  /** One call for all, under each patient whose record it may be in. */
  private async read(watched: readonly Watched[]): Promise<ReadonlyMap<string, FiledDocument>> {
    const keys: DocumentKey[] = [];
    const owners: string[] = [];
    const { documents } = this.destination;
    for (const each of watched) {
      const { id, documentVersionId, localIds, sharedSince } = each;
      const reference = each.reference ?? documents.referenceOf?.(each) ?? null;
      for (const patientLocalId of localIds ?? []) {
        keys.push({ documentVersionId, patientLocalId, reference, sharedSince });
        owners.push(id);
      }
    }
    const found = new Map<string, FiledDocument>();
    if (keys.length === 0) return found;
    const answers = await within(READ_TIMEOUT_MS, this.ending.signal, (signal) =>
      documents.find(keys, signal),
    );
    answers.forEach((answer, index) => {
      const owner = owners[index]!;
      // Asked for under each of their ids: what is under one of them is what it is.
      if (answer && (!found.has(owner) || answer.value.patientLocalId === keys[index]!.patientLocalId))
        found.set(owner, answer.value);
    });
    return found;
  }

  private async keep(
    tx: Transaction,
    watched: readonly Watched[],
    sightings: readonly Sighting[],
  ): Promise<void> {
    const late = sightings.filter(({ withdraws }) => withdraws).map(({ id }) => id);
    if (late.length > 0) await prepared(tx, WATCH_STATEMENTS.lanes, [late]);
    const rows = await prepared<{ id: string }>(tx, WATCH_STATEMENTS.settle, [JSON.stringify(sightings)]);
    const kept = new Set(rows.map((row) => row.id));
    const proved = sightings.filter(
      ({ id, theirs }) => kept.has(id) && (theirs === 'FILED' || theirs === 'WITHDRAWN'),
    );
    if (proved.length > 0) {
      await closeDeliveryItems(
        tx,
        [WorkItemKind.RECEIPT_OVERDUE, WorkItemKind.URGENT_NOT_FILED],
        proved.map(({ id }) => id),
        SYSTEM,
        'the record shows it',
      );
    }
    for (const { id, item, code, withdraws } of sightings) {
      if (!kept.has(id)) continue;
      const each = watched.find((one) => one.id === id)!;
      if (withdraws) await this.withdrawLate(tx, each);
      if (item === null) continue;
      const { organisationId, teamId, personId, documentId } = each;
      await openWorkItem(tx, {
        kind: item,
        organisationId,
        teamId,
        subjectId: id,
        personId,
        documentId,
        deliveryId: id,
        code,
      });
    }
  }

  /** It came after the withdrawal had found nothing: another one follows, which knows where it is. */
  private async withdrawLate(tx: Transaction, late: Watched): Promise<void> {
    const { organisationId, teamId, personId, documentId, documentVersionId } = late;
    const { systemId, systemCode } = this.destination;
    await enqueueDelivery(tx, {
      documentVersionId,
      documentId,
      organisationId,
      teamId,
      personId,
      systemId,
      operation: 'WITHDRAW',
      urgentDueAt: null,
    });
    this.dependencies.logger.warn('a document arrived after its withdrawal; it is withdrawn again', {
      system: systemCode,
      deliveryId: late.id,
    });
  }
}
