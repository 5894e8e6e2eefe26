/** Keeps receipts as they are read, has the deliveries looked at that may be meant, and looks receipts up. */
import type { KeptReceipt, ReceivedReceipts } from '../../clinical/inbound.port.js';
import { NO_SCOPE } from '../../core/caller.js';
import { documentOf } from '../../core/document-numbers.js';
import type { Database } from '../../platform/database/database.js';
import { WAKE_CHANNEL } from '../enqueue.service.js';
import type { MessageSystem } from '../messages/message-state.js';
import type { ReceiptMessage, ReceiptSink } from '../messages/sinks.js';

/** A message that is read again says what it says now. One that names nothing is of no use to anybody. */
const KEEP = `
insert into document_receipts (message_id, organisation_id, system_id, number, says, code, local_ids, received_at)
select "messageId", $2, $1, number, says, code, "localIds", "receivedAt"
from jsonb_to_recordset($3::jsonb)
  as x("messageId" uuid, number text, says text, code text, "localIds" text[], "receivedAt" timestamptz)
on conflict (message_id) do update set number = excluded.number, says = excluded.says, code = excluded.code, local_ids = excluded.local_ids`;

/** Looking is a question to this database, so that all that wait may be looked at at once. */
const LOOK_NOW = `
update deliveries set watch_due = clock_timestamp()
where system_id = $1 and watch_due > clock_timestamp() and ours = 'SETTLED' and theirs in ('ACCEPTED', 'AWAITING_SIGNATURE')`;

/**
 * What waits because nobody knew whether it arrived is tried once more: it asks before it sends, and how often it was tried stays, so
 * that one of which nothing was said waits again.
 */
const ASK_AGAIN = `
with lane as materialized (
  select l.id from delivery_lanes l join deliveries d on d.lane_id = l.id and d.seq = l.head_seq
  where d.system_id = $1 and d.ours = 'PARKED' and d.last_code = 'HUB_DELIVERY_UNPROVEN' and l.state = 'PARKED'
  order by l.id for update of l
), ready as (
  update delivery_lanes l set state = 'READY', due = clock_timestamp() from lane where l.id = lane.id returning l.id, l.head_seq
)
update deliveries d set ours = 'QUEUED', next_at = null
from ready r where d.lane_id = r.id and d.seq = r.head_seq and d.ours = 'PARKED'
returning pg_notify('${WAKE_CHANNEL}', $1::text)::text as told`;

/**
 * A word under whom a document is ($2) has that looked at anew which is said to be with somebody else, though it was filed, or which
 * nobody looks at any more, as it was said to be with somebody else before.
 */
const LOOK_ANEW = `
update deliveries d set watch_due = clock_timestamp()
from jsonb_to_recordset($2::jsonb) as x("documentId" uuid, reference text, "localIds" text[])
where d.document_id = x."documentId" and d.reference = x.reference and d.system_id = $1 and d.operation = 'FILE' and d.ours = 'SETTLED'
  and d.watch_due is null
  and (d.theirs in ('ACCEPTED', 'AWAITING_SIGNATURE') or d.theirs = 'FILED' and not d.patient_local_id = any(x."localIds"))`;

/** Of whom a number is said to be, a later word that does not say leaves as it is. */
const LOOK_UP = `
select distinct on (number) number, says, code, coalesce((
         select n.local_ids from document_receipts n
         where n.system_id = $1 and n.number = r.number and n.local_ids <> '{}'
         order by n.received_at desc, n.message_id desc limit 1
       ), '{}') as "localIds", to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "receivedAt"
from document_receipts r where system_id = $1 and number = any($2::text[])
order by number, received_at desc, message_id desc`;

/** Documents whose patients a receipt names. */
function namesPatients({ receipt: { documentReference: reference, localIds } }: ReceiptMessage) {
  const documentId = reference === null ? null : documentOf(reference);
  return documentId === null || localIds.length === 0 ? [] : [{ documentId, reference, localIds }];
}

/** Takes receipts up in the transaction that marks their messages as read. */
export const receiptSink: ReceiptSink = {
  async apply(tx, system, messages) {
    const rows = messages.flatMap(({ messageId, receivedAt, receipt }) => {
      const number = receipt.controlId ?? receipt.documentReference;
      const { says, code, localIds } = receipt;
      return number === null ? [] : [{ messageId, number, says, code, localIds, receivedAt }];
    });
    if (rows.length === 0) return;
    await tx.query(KEEP, [system.id, system.organisationId, JSON.stringify(rows)]);
    await tx.query(ASK_AGAIN, [system.id]);
    await tx.query(LOOK_NOW, [system.id]);
    const named = messages.flatMap(namesPatients);
    if (named.length > 0) await tx.query(LOOK_ANEW, [system.id, JSON.stringify(named)]);
  },
};

/** Receipts of a system for its adapter. */
export function receivedReceipts(
  database: Database,
  system: Pick<MessageSystem, 'id' | 'organisationId'>,
): ReceivedReceipts {
  const scope = { ...NO_SCOPE, organisationId: system.organisationId };
  return {
    async lookUp(numbers, signal) {
      signal.throwIfAborted();
      if (numbers.length === 0) return [];
      const rows = await database.transaction('worker', scope, (tx) =>
        tx.query<KeptReceipt & { number: string }>(LOOK_UP, [system.id, numbers]),
      );
      const byNumber = new Map(rows.map(({ number, ...receipt }) => [number, receipt]));
      return numbers.map((number) => byNumber.get(number) ?? null);
    },
  };
}
