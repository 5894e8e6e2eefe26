/** Keeps the leases of lanes in flight, follows dead holders, and lets lanes go on whose person has been linked. */
import type { Scope } from '../../core/caller.js';
import type { Database } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { SYSTEM } from '../lane-statements.js';
import { closeDeliveryItems, WorkItemKind } from '../work-item.service.js';
import type { HeldLane, HeldLanes } from './held-lanes.js';
import type { WorkerSettings } from './settings.js';

/** Whose lanes. */
export interface LeaseContext {
  readonly database: Database;
  readonly scope: Scope;
  readonly systemId: string;
  readonly settings: WorkerSettings;
  readonly lanes: HeldLanes;
}

/** How much of a lease must be left for a request to leave without renewing first. */
const MARGIN = 2;

/** Renews every lane in flight; what is no longer ours is lost, and so is what could not be renewed in time. */
export async function renewLeases(context: LeaseContext, holder: string): Promise<void> {
  const { lanes } = context;
  const all = lanes.all.filter((held) => !held.isLost);
  if (all.length === 0) return;
  try {
    await renew(context, holder, all);
  } finally {
    for (const held of all) if (performance.now() > held.leaseUntil) lanes.lose(held);
  }
}

/** Makes sure that the lease covers what is to come. Answers false when the lane is lost. */
export async function coverLease(context: LeaseContext, holder: string, held: HeldLane): Promise<boolean> {
  const { renewMs } = context.settings;
  if (!held.isLost && held.leaseUntil - performance.now() < MARGIN * renewMs)
    await renew(context, holder, [held]);
  return !held.isLost && performance.now() < held.leaseUntil;
}

async function renew(context: LeaseContext, holder: string, all: readonly HeldLane[]): Promise<void> {
  const { database, scope, settings, lanes } = context;
  const askedAt = performance.now();
  const rows = await database.transaction('worker', scope, (tx) =>
    prepared<{ id: string; isRenewed: boolean }>(tx, settings.statements.renew, [
      all.map((held) => held.head.laneId),
      all.map((held) => held.head.fence),
      holder,
      settings.leaseMs,
    ]),
  );
  const renewed = new Map(rows.map((row) => [row.id, row.isRenewed]));
  for (const held of all) {
    if (!renewed.has(held.head.laneId)) lanes.lose(held);
    else if (renewed.get(held.head.laneId)) held.leaseUntil = askedAt + settings.leaseMs;
  }
}

/** Frees the lanes of holders whose lock can be got: their process, or its connection, is gone. Answers how many. */
export async function reapDead(context: LeaseContext, holder: string): Promise<number> {
  const { database, scope, settings, systemId } = context;
  const freed = await database.transaction('worker', scope, (tx) =>
    prepared<{ id: string }>(tx, settings.statements.reap, [systemId, holder]),
  );
  return freed.length;
}

/** How many lanes one look lets go on. */
const UNPARK_BATCH = 200;

/** Lets lanes go on that were parked because the person was not linked, and now is. Answers how many. */
export async function unparkLinked(context: LeaseContext): Promise<number> {
  const { database, scope, settings, systemId } = context;
  return database.transaction('worker', scope, async (tx) => {
    const lanes = await prepared<{ id: string }>(tx, settings.statements.linked, [systemId, UNPARK_BATCH]);
    if (lanes.length === 0) return 0;
    const rows = await tx.query<{ id: string }>(settings.statements.unpark, [lanes.map((lane) => lane.id)]);
    await closeDeliveryItems(
      tx,
      [WorkItemKind.UNLINKED],
      rows.map((row) => row.id),
      SYSTEM,
      'the person has been linked',
    );
    return rows.length;
  });
}
