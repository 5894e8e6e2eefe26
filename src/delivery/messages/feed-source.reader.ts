/** How the messages of a system stand, as far as what follows from its feed depends on it. */
import type { Transaction } from '../../platform/database/database.js';

/** How the messages of a system stand. */
export interface MessagesStand {
  /** When the system was last heard of, to a few seconds; null: never. */
  readonly heardAt: Date | null;
  /** When the oldest message came that is not read yet; null: all are. */
  readonly unreadSince: Date | null;
  /** Whom each message may concern that could not be understood; an empty list may be anybody. */
  readonly notUnderstood: readonly (readonly string[])[];
}

const STAND = `
select (select heard_at from inbound_sources where system_id = $1) as "heardAt",
       (select min(received_at) from inbound_messages where system_id = $1 and state = 'KEPT') as "unreadSince",
       coalesce((
         select jsonb_agg(ids) from (
           select coalesce((select jsonb_agg(p.local_id) from inbound_message_patients p where p.message_id = m.id), '[]') as ids
           from inbound_messages m where m.system_id = $1 and m.state = 'NOT_UNDERSTOOD'
         ) parked
       ), '[]') as "notUnderstood"`;

/** Reads it. Role `worker`, in the scope of the system's organisation. */
export async function messagesStand(tx: Transaction, systemId: string): Promise<MessagesStand> {
  const [stand] = await tx.query<MessagesStand>(STAND, [systemId]);
  return stand!;
}
