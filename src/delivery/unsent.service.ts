/** Cancels a delivery that has not left, for a retraction or a new version that overtakes it. */
import type { Transaction } from '../platform/database/database.js';
import { CHANGED_CHANNEL, WAKE_CHANNEL } from './enqueue.service.js';
import { closeDeliveryItems, WorkItemKind } from './work-item.service.js';

/**
 * What was found.
 * - `NONE`: the version has no delivery that files it, or only cancelled ones.
 * - `CANCELLED`: it had not reached the record and never will.
 * - `IN_FLIGHT`: it is or may be on its way to the record: withdraw it with a delivery of its own.
 * - `SETTLED`: the record has taken it: withdraw it with a delivery of its own.
 */
export type Unsent = 'NONE' | 'CANCELLED' | 'IN_FLIGHT' | 'SETTLED';

interface Head {
  id: string;
  lane_id: string;
  system_id: string;
  document_id: string;
}

interface Locked {
  seq: string;
  operation: 'FILE' | 'WITHDRAW';
  ours: 'QUEUED' | 'SENDING' | 'SETTLED' | 'PARKED' | 'CANCELLED';
  may_have_arrived: boolean;
  last_code: string | null;
  urgent_due_at: Date | null;
}

/** Who cancels and why, for the work items that are closed by it, and which of them are. */
export interface Closing {
  /** Subject of the caller, or `system:<name>`. */
  readonly by: string;
  readonly resolution: string;
  readonly kinds: readonly WorkItemKind[];
}

const OVERTAKEN: Closing = {
  by: 'system:delivery',
  resolution: 'the delivery was cancelled',
  kinds: [WorkItemKind.UNLINKED, WorkItemKind.PARKED, WorkItemKind.URGENT_NOT_FILED],
};

/**
 * Cancels the delivery that files a version unless it may have left. A parked head that may have arrived is cancelled too, so
 * that its lane goes on, but the answer is `IN_FLIGHT`. Role `write`.
 * @param code why, as a code of `ERROR_CODES` or a word such as `RETRACTED`.
 */
export async function cancelUnsent(
  tx: Transaction,
  documentVersionId: string,
  code: string,
): Promise<Unsent> {
  const [head] = await tx.query<Head>(
    `select id, lane_id, system_id, document_id from deliveries
     where document_version_id = $1 and operation = 'FILE' order by ours = 'CANCELLED', queued_at desc limit 1`,
    [documentVersionId],
  );
  if (!head) return 'NONE';
  const delivery = await lockDelivery(tx, head.id, head.lane_id);
  if (delivery.ours === 'CANCELLED') return 'NONE';
  if (delivery.ours === 'SETTLED') return 'SETTLED';
  if (delivery.ours === 'SENDING' || (delivery.ours === 'QUEUED' && delivery.may_have_arrived))
    return 'IN_FLIGHT';
  await cancelLocked(tx, { ...head, seq: delivery.seq }, code);
  return delivery.may_have_arrived ? 'IN_FLIGHT' : 'CANCELLED';
}

/** Locks the lane, then reads the delivery in a later statement: one that waited for the lock would still see what was before. */
export async function lockDelivery(tx: Transaction, deliveryId: string, laneId: string): Promise<Locked> {
  await tx.query('select id from delivery_lanes where id = $1 for update', [laneId]);
  const [delivery] = await tx.query<Locked>(
    'select seq, operation, ours, may_have_arrived, last_code, urgent_due_at from deliveries where id = $1 for update',
    [deliveryId],
  );
  return delivery!;
}

/**
 * Cancels under the lane's lock. A parked lane whose head it was goes on; elsewhere the worker passes over it when its turn comes.
 * What would have been filed and may have arrived is looked for on the record for a while.
 * @param code as for `cancelUnsent`.
 */
export async function cancelLocked(
  tx: Transaction,
  delivery: Head & { seq: string },
  code: string,
  closing: Closing = OVERTAKEN,
): Promise<void> {
  await tx.query(
    `update deliveries set ours = 'CANCELLED', last_code = $2, last_at = clock_timestamp(), next_at = null,
       ended_at = clock_timestamp(),
       watch_due = case when may_have_arrived and operation = 'FILE' then clock_timestamp() end
     where id = $1`,
    [delivery.id, code],
  );
  await tx.query(
    `update delivery_lanes set head_seq = head_seq + 1, due = clock_timestamp(),
       state = case when last_seq > head_seq then 'READY' else 'IDLE' end
     where id = $1 and state = 'PARKED' and head_seq = $2`,
    [delivery.lane_id, delivery.seq],
  );
  await tx.query(`select pg_notify('${WAKE_CHANNEL}', $1), pg_notify('${CHANGED_CHANNEL}', $2)`, [
    delivery.system_id,
    delivery.document_id,
  ]);
  await closeDeliveryItems(tx, closing.kinds, [delivery.id], closing.by, closing.resolution);
}
