/** Puts answers to their lanes: fenced, several at once, with what they mean for the destination and for people. */
import type { Scope } from '../core/caller.js';
import type { ErrorCode } from '../core/error-codes.js';
import type { Database, Transaction } from '../platform/database/database.js';
import { prepared } from '../platform/database/prepared.js';
import { type LaneStatements, SYSTEM } from './lane-statements.js';
import type { Settlement } from './settlement.js';
import { closeDeliveryItems, openWorkItem, WorkItemKind } from './work-item.service.js';

/** Where, and how long a destination that refuses is left alone. */
export interface SettleContext {
  readonly systemId: string;
  readonly scope: Scope;
  readonly statements: LaneStatements;
  readonly pauseMs: number;
  readonly longestPauseMs: number;
}

/** Answers to settle; `probing`: the hub's own pause ends if one of them is no refusal. */
export interface SettleRequest {
  readonly settlements: readonly Settlement[];
  readonly probing: boolean;
}

interface SettledRow {
  id: string;
  laneId: string;
  organisationId: string;
  teamId: string;
  personId: string;
  documentId: string;
  ours: string;
  code: ErrorCode | null;
}

/** Settles answers and tells which claims had been lost: nothing but their attempts' class changed. */
export async function settleAnswers(
  database: Database,
  context: SettleContext,
  { settlements, probing }: SettleRequest,
): Promise<{ lost: readonly Settlement[] }> {
  const { scope, statements } = context;
  return database.transaction('worker', scope, async (tx) => {
    const settled = await prepared<SettledRow>(tx, statements.settle, [JSON.stringify(settlements)]);
    const known = new Set(settled.map((row) => row.laneId));
    const lost = settlements.filter((settlement) => !known.has(settlement.laneId));
    const lostIds = lost.flatMap(({ attemptId }) => attemptId ?? []);
    if (lostIds.length > 0) await tx.query(statements.lose, [lostIds]);
    for (const row of settled) if (row.ours === 'PARKED') await openItem(tx, row);
    await closeDone(tx, settlements, known);
    await weighPause(tx, context, settlements, probing);
    return { lost };
  });
}

async function openItem(tx: Transaction, row: SettledRow): Promise<void> {
  await openWorkItem(tx, {
    kind: row.code === 'HUB_DELIVERY_UNLINKED' ? WorkItemKind.UNLINKED : WorkItemKind.PARKED,
    organisationId: row.organisationId,
    teamId: row.teamId,
    subjectId: row.id,
    personId: row.personId,
    documentId: row.documentId,
    deliveryId: row.id,
    code: row.code,
  });
}

/** What was tried before and has arrived now leaves nothing for people to do. */
async function closeDone(
  tx: Transaction,
  settlements: readonly Settlement[],
  known: ReadonlySet<string>,
): Promise<void> {
  const done = settlements.filter(
    (each) => each.class === 'DONE' && each.tries > 1 && known.has(each.laneId),
  );
  if (done.length === 0) return;
  await closeDeliveryItems(
    tx,
    [WorkItemKind.PARKED, WorkItemKind.UNLINKED],
    done.map((each) => each.deliveryId),
    SYSTEM,
    'the destination has taken it',
  );
}

async function weighPause(
  tx: Transaction,
  { systemId, statements, pauseMs, longestPauseMs }: SettleContext,
  settlements: readonly Settlement[],
  probing: boolean,
): Promise<void> {
  const refused = settlements.find((each) => each.class === 'PAUSED');
  if (refused) await tx.query(statements.pause, [systemId, refused.code, pauseMs, longestPauseMs]);
  else if (probing && settlements.some((each) => each.answered))
    await tx.query(statements.unpause, [systemId]);
}
