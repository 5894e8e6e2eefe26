/** Puts a delivery at the end of its lane, in the transaction that signs or retracts. */
import { HubError } from '../core/errors.js';
import { newId } from '../core/ids.js';
import { resolvePerson } from '../people/person.service.js';
import type { Transaction } from '../platform/database/database.js';

/** Channel that wakes the workers; the payload is the destination's system id. */
export const WAKE_CHANNEL = 'hub_delivery';
/** Channel that tells of every change of a delivery; the payload is the document id. */
export const CHANGED_CHANNEL = 'hub_delivery_changed';

/** What is to be delivered. Ids are uuids. */
export interface NewDelivery {
  readonly documentVersionId: string;
  readonly documentId: string;
  readonly organisationId: string;
  readonly teamId: string;
  /** The person that the version was signed for. */
  readonly personId: string;
  /** The destination. */
  readonly systemId: string;
  /** `FILE` puts the version on the record, `WITHDRAW` marks it as entered in error. */
  readonly operation: 'FILE' | 'WITHDRAW';
  /** By when it must be filed; null when it is not urgent. */
  readonly urgentDueAt: Date | null;
}

/**
 * The lane's row lock, taken here and held until the commit, makes `seq` gapless and in the order of commits. An idle lane
 * becomes ready; workers are woken unless one is at work on the lane, which then goes on by itself. Where none is, one may have been
 * woken before and have passed the lane over, as it was locked by this signature. Answers wait for the lane's
 * lock, so a process that is stopped while it signs is ended after five seconds of silence.
 */
const ENQUEUE = `
with lane as (
  insert into delivery_lanes as l (id, organisation_id, system_id, person_id, last_seq, state)
  values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, 1, 'READY')
  on conflict (system_id, person_id) do update set
    last_seq = l.last_seq + 1,
    state = case l.state when 'IDLE' then 'READY' else l.state end,
    due = case l.state when 'IDLE' then clock_timestamp() else l.due end
  returning id, last_seq, state, holder
), woken as (
  select pg_notify('${WAKE_CHANNEL}', $3::uuid::text) from lane where state = 'READY' and holder is null
), changed as (
  select pg_notify('${CHANGED_CHANNEL}', $8::uuid::text), set_config('idle_in_transaction_session_timeout', '5000', true)
)
insert into deliveries (id, lane_id, seq, organisation_id, team_id, person_id, system_id, document_id, document_version_id,
  operation, urgent_due_at)
select $5::uuid, lane.id, lane.last_seq, $2, $6::uuid, $7::uuid, $3, $8, $9::uuid, $10::text, $11::timestamptz
from lane left join woken on true left join changed on true`;

/**
 * Enqueues at the end of the lane of the person that survives today. Other signatures for that person wait for this
 * transaction from here on, so call it late. Role `write`.
 * Throws `HUB_NOT_FOUND` for an unknown person and `HUB_STATE_CONFLICT` when the system is no destination.
 */
export async function enqueueDelivery(tx: Transaction, input: NewDelivery): Promise<{ deliveryId: string }> {
  const survivorId = await resolvePerson(tx, input.personId);
  if (survivorId === null) throw new HubError('HUB_NOT_FOUND', { details: { field: 'personId' } });
  const deliveryId = newId();
  await tx.query(ENQUEUE, [
    newId(),
    input.organisationId,
    input.systemId,
    survivorId,
    deliveryId,
    input.teamId,
    input.personId,
    input.documentId,
    input.documentVersionId,
    input.operation,
    input.urgentDueAt,
  ]);
  return { deliveryId };
}
