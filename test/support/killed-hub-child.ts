/**
 * A hub of its own that signs and delivers until it is killed. It stands by until its parent sends a `HubOrder`; at the
 * point named there it kills or stops itself, so that nothing after that moment can have run.
 */
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFhirR4 } from '../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../adapters/fhir-r4/settings.js';
import { NO_SCOPE } from '../../src/core/caller.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';
import { enqueueDelivery } from '../../src/delivery/enqueue.service.js';
import { LANE_STATEMENTS, type LaneStatements } from '../../src/delivery/lane-statements.js';
import { keepSignedDocument, type NewSignedDocument } from '../../src/delivery/signed-document.service.js';
import type { FaultPoint } from '../../src/delivery/worker/settings.js';
import { startDeliveryWorker } from '../../src/delivery/worker/start-worker.js';
import { openDatabase } from '../../src/platform/database/pg-database.js';
import * as mutants from './lane-mutants.js';

/** Which statements it works with: the right ones, or those with a planted fault. */
export const VARIANTS = {
  sound: LANE_STATEMENTS,
  'mark before send': mutants.MARK_BEFORE_SEND,
  'resend without asking': mutants.RESEND_WITHOUT_ASKING,
  'no fence': mutants.NO_FENCE,
  'order by created_on': mutants.ORDER_BY_CREATED,
  'exists() on the snapshot': mutants.EXISTS_ON_SNAPSHOT,
} as const satisfies Record<string, LaneStatements>;
export type Variant = keyof typeof VARIANTS;

/** Where it ends. */
export type KillPoint = 'afterCommit' | Extract<FaultPoint, 'afterClaim' | 'afterSend' | 'afterAnswer'>;

/** What the parent sends. */
export interface HubOrder {
  readonly ownerUrl: string;
  readonly organisationId: string;
  readonly systemId: string;
  readonly baseUrl: string;
  readonly variant: Variant;
  /** Null: it works until it is told to end. */
  readonly killAt: KillPoint | null;
  /** The how manieth time that it gets there, from 1. */
  readonly nth: number;
  /** Stops itself, to be woken later, before it first settles an answer. */
  readonly stopsBeforeSettling: boolean;
  /** How long it waits before it asks a second time, in milliseconds. */
  readonly ambiguousWaitMs: number;
  /** What it signs itself when it is to be killed after a commit. */
  readonly toSign: readonly NewSignedDocument[];
}

/** As to a server that knows no condition: nothing but what the hub does keeps a document from being there twice. */
function forgetConditions(): void {
  subscribe('undici:request:create', (message) => {
    const { headers } = (message as { readonly request: { readonly headers: string[] } }).request;
    const at = headers.findIndex((name) => name.toLowerCase() === 'if-none-exist');
    if (at >= 0) headers.splice(at, 2);
  });
}

async function obey(order: HubOrder): Promise<void> {
  const { ownerUrl, organisationId, systemId } = order;
  const database = await openDatabase({ ownerUrl, entities: [], pools: { worker: 3 } });
  forgetConditions();
  const adapter = createFhirR4(
    parseSettings({ baseUrl: order.baseUrl, auth: 'NONE', callTimeoutMs: 4_000 }),
    { system: 'home', clock: systemClock, logger: silentLogger },
  );
  const documents = adapter.documents!;
  let reached = 0;
  let stopped = false;
  const die = (point: KillPoint): void => {
    if (point === order.killAt && ++reached >= order.nth) process.kill(process.pid, 'SIGKILL');
  };
  const faultPoint = async (point: FaultPoint): Promise<void> => {
    if (point === 'beforeSettle' && order.stopsBeforeSettling && !stopped) {
      stopped = true;
      process.kill(process.pid, 'SIGSTOP');
    }
    // The request is on its way, or has been served, and its answer has not been looked at.
    if (point === 'afterSend' && order.killAt === 'afterSend') await sleep(Math.random() * 25);
    if (point === 'afterClaim' || point === 'afterSend' || point === 'afterAnswer') die(point);
  };
  const worker = await startDeliveryWorker({
    database,
    ownerUrl,
    destinations: [
      {
        systemId,
        systemCode: 'home',
        organisationId,
        custodianOdsCode: 'RAA',
        documents: { ...documents, traits: { ...documents.traits, repeatsAreHarmless: false } },
      },
    ],
    clock: systemClock,
    logger: silentLogger,
    settings: {
      pollMs: 100,
      backoffMs: 50,
      longestBackoffMs: 300,
      waitMs: 50,
      ambiguousWaitMs: order.ambiguousWaitMs,
      watchMs: 100,
      graceMs: 3_000,
      statements: VARIANTS[order.variant],
      faultPoint,
    },
  });
  process.once('disconnect', async () => {
    await worker.stop();
    await adapter.close();
    await database.close();
    process.exit(0);
  });
  process.send?.('working');
  for (const sent of order.toSign) {
    // Dates come as text over the channel.
    const document = { ...sent, writtenAt: new Date(sent.writtenAt), signedAt: new Date(sent.signedAt) };
    await database.transaction(
      'write',
      { ...NO_SCOPE, organisationId, teamIds: [document.teamId] },
      async (tx) => {
        await keepSignedDocument(tx, document);
        await enqueueDelivery(tx, {
          documentVersionId: document.id,
          documentId: document.documentId,
          organisationId,
          teamId: document.teamId,
          personId: document.personId,
          systemId,
          operation: 'FILE',
          urgentDueAt: null,
        });
      },
    );
    die('afterCommit');
  }
}

process.once('message', (order) => void obey(order as HubOrder));
process.once('disconnect', () => setTimeout(() => process.exit(1), 8_000).unref());
process.on('error', () => process.exit(1));
process.send?.('standing by');
