/** Who has seen data of a person since an instant, from the record of reads of the caller's organisation. */
import type { Transaction } from '../platform/database/database.js';

/** One reader. */
export interface Reader {
  /** `sub` of their tokens. */
  readonly subject: string;
  readonly role: string;
  readonly times: number;
  /** ISO instants in UTC. */
  readonly firstAt: string;
  readonly lastAt: string;
}

/**
 * The record says whose data an answer held, not which note, so this is everybody who may have read it. Reads under any id
 * that turned out to be the same person count. First readers first. Role `write`.
 */
export async function readersSince(tx: Transaction, personId: string, since: Date): Promise<Reader[]> {
  return tx.query<Reader>(
    `with recursive chain as (
       select id, merged_into_id from persons where id = $1
       union select p.id, p.merged_into_id from chain c join persons p on p.id = c.merged_into_id
     ), everybody as (
       select id from chain where merged_into_id is null
       union select p.id from everybody e join persons p on p.merged_into_id = e.id
     )
     select subject, role, count(*)::integer as times,
       to_char(min(at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "firstAt",
       to_char(max(at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "lastAt"
     from audit_events
     where kind = 'READ' and at >= $2 and person_ids && (select array_agg(id) from everybody)
     group by subject, role order by min(at), subject, role`,
    [personId, since],
  );
}
