/** Where a note and its newest delivery stand, in one small read under the caller's own scope. */
import type { Scope } from '../core/caller.js';
import type { Database } from '../platform/database/database.js';

/** Ids, and a text that is the same as long as nothing of note or delivery has changed. */
export interface NoteReceipt {
  readonly noteId: string;
  /** Null while there is no delivery. */
  readonly deliveryId: string | null;
  readonly standing: string;
}

const RECEIPT = `
select n.id, d.id, concat_ws(' ', n.state, n.latest_version, d.id, d.ours, d.theirs, d.attempts, d.last_code, d.next_at, d.accepted_at, d.filed_at)
from notes n left join lateral (
  select * from deliveries d where d.document_id = n.id order by d.queued_at desc, d.id desc limit 1) d on true
where n.id = $1`;

/** The receipt of a note; null when the caller sees no such note. */
export async function noteReceipt(
  database: Pick<Database, 'read'>,
  scope: Scope,
  noteId: string,
): Promise<NoteReceipt | null> {
  const [row] = await database.read('staff', scope, {
    name: 'note-receipt',
    text: RECEIPT,
    values: [noteId],
  });
  return row
    ? { noteId: row[0] as string, deliveryId: row[1] as string | null, standing: row[2] as string }
    : null;
}
