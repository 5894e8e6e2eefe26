/**
 * A hub of its own that speaks HL7 v2: it listens, keeps and reads what arrives, and sends what is signed, each where its settings
 * say so, until it is killed. It stands by until its parent sends an `Hl7HubOrder`; told a moment at which to die, it kills itself
 * the next time that it gets there, so that nothing after that moment can have run.
 */
import { hl7v2 } from '../../adapters/hl7v2/index.js';
import { NO_SCOPE } from '../../src/core/caller.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';
import { StoreIntake } from '../../src/delivery/messages/intake.service.js';
import { startMessageReaders } from '../../src/delivery/messages/message-reader.worker.js';
import type { MessageSystem } from '../../src/delivery/messages/message-state.js';
import { receiptSink, receivedReceipts } from '../../src/delivery/receipts/receipt.service.js';
import { startDeliveryWorker } from '../../src/delivery/worker/start-worker.js';
import { openDatabase } from '../../src/platform/database/pg-database.js';
import { documentsOf, feedOf, type Hl7Variant, intakeOf, statementsOf } from './hl7-hub-variants.js';

/** Moments at which a hub may be told to die. */
export const ARRIVAL_DEATHS = ['beforeCommit', 'afterCommit', 'beforeReadCommit'] as const;
/** The same of what is sent. */
export const DELIVERY_DEATHS = ['afterClaim', 'afterSend', 'afterAnswer'] as const;
/** One of them. */
export type DeathPoint = (typeof ARRIVAL_DEATHS)[number] | (typeof DELIVERY_DEATHS)[number];

/** What the parent sends first. */
export interface Hl7HubOrder {
  readonly ownerUrl: string;
  readonly system: MessageSystem;
  /** Settings of the adapter, as a site profile states them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly variant: Hl7Variant;
}

/** What it sends later. */
export interface Hl7HubDeath {
  readonly dieAt: DeathPoint;
}

let doomed: DeathPoint | null = null;
const die = (point: string): void => {
  if (point === doomed) process.kill(process.pid, 'SIGKILL');
};

async function obey({ ownerUrl, system, settings, variant }: Hl7HubOrder): Promise<void> {
  const database = await openDatabase({ ownerUrl, entities: [], pools: { worker: 6 } });
  const logger = silentLogger;
  const parsed = hl7v2.parseSettings(settings);
  const adapter = hl7v2.create(parsed, {
    system: system.code,
    clock: systemClock,
    logger,
    receipts: receivedReceipts(database, system),
  });
  const { inbound } = adapter;
  if (inbound) {
    const scope = { ...NO_SCOPE, organisationId: system.organisationId };
    await startMessageReaders({
      database,
      ownerUrl,
      systems: [{ ...system, inbound }],
      feed: feedOf(variant, (work) => database.transaction('worker', scope, work)),
      receipts: receiptSink,
      logger,
      // Quicker than shipped: another goes on soon after each death.
      settings: {
        leaseMs: 1_000,
        renewMs: 300,
        takeOverMs: 100,
        pollMs: 50,
        faultPoint: () => die('beforeReadCommit'),
      },
    });
    const intake = new StoreIntake({ database, system, logger, settings: { faultPoint: die } });
    await inbound.listen(intakeOf(variant, intake));
  }
  if (adapter.documents) {
    await startDeliveryWorker({
      database,
      ownerUrl,
      destinations: [
        {
          systemId: system.id,
          systemCode: system.code,
          organisationId: system.organisationId,
          custodianOdsCode: 'RAA',
          documents: documentsOf(variant, adapter.documents, parsed, system.code),
        },
      ],
      clock: systemClock,
      logger,
      settings: {
        pollMs: 100,
        backoffMs: 20,
        longestBackoffMs: 200,
        waitMs: 50,
        ambiguousWaitMs: 50,
        watchMs: 100,
        statements: statementsOf(variant),
        faultPoint: die,
      },
    });
  }
  process.send?.('working');
}

process.on('message', (said: Hl7HubOrder | Hl7HubDeath) => {
  if ('dieAt' in said) doomed = said.dieAt;
  else void obey(said);
});
process.once('disconnect', () => process.exit(0));
process.on('error', () => process.exit(1));
process.send?.('standing by');
