/** Forgets messages: their bytes first, and much later that they came. */
import { NO_SCOPE } from '../../core/caller.js';
import type { Database } from '../../platform/database/database.js';

/** For how many days what is kept; 0 is for ever. */
export interface MessageRetention {
  readonly bodyDays: number;
  readonly days: number;
}

/** How much was forgotten. */
export interface Forgotten {
  readonly bodies: number;
  readonly messages: number;
}

/** Rows deleted in one transaction at most. */
const BATCH = 1_000;
const DAY_MS = 86_400_000;

/**
 * With its bytes a message loses its number: a sender that counts in a circle may use it again. What waits to be read or for
 * somebody keeps both, however old it is. Ids begin with the time, so that the oldest bytes are found by their key alone.
 */
const FORGET_BODIES = `
with old as materialized (
  select b.message_id as id from inbound_bodies b join inbound_messages m on m.id = b.message_id
  where b.message_id < $1::uuid and m.state not in ('KEPT', 'NOT_UNDERSTOOD') order by b.message_id limit ${BATCH}
), freed as (
  update inbound_messages m set distinction = m.id::text from old where m.id = old.id and m.distinction = ''
), gone as (
  delete from inbound_bodies b using old where b.message_id = old.id returning b.message_id
) select count(*)::integer as n from gone`;

const FORGET_MESSAGES = `
with old as materialized (
  select id from inbound_messages where id < $1::uuid and state not in ('KEPT', 'NOT_UNDERSTOOD') order by id limit ${BATCH}
), emptied as (
  delete from inbound_bodies b using old where b.message_id = old.id
), gone as (
  delete from inbound_messages m using old where m.id = old.id returning m.id
) select count(*)::integer as n from gone`;

/**
 * Forgets what is older than its time in one organisation, some at a time, and tells how much that was.
 * @param nowMs Unix time; a clock that is wrong by hours does not matter here.
 */
export async function forgetOldMessages(
  database: Database,
  organisationId: string,
  retention: MessageRetention,
  nowMs: number,
): Promise<Forgotten> {
  const scope = { ...NO_SCOPE, organisationId };
  const forget = async (statement: string, days: number): Promise<number> => {
    if (days === 0) return 0;
    let all = 0;
    for (;;) {
      const n = await database.transaction('worker', scope, async (tx) => {
        const [row] = await tx.query<{ n: number }>(statement, [firstIdAt(nowMs - days * DAY_MS)]);
        return row!.n;
      });
      all += n;
      if (n < BATCH) return all;
    }
  };
  return {
    bodies: await forget(FORGET_BODIES, retention.bodyDays),
    messages: await forget(FORGET_MESSAGES, retention.days),
  };
}

/** The least id that can have been made at that time. */
function firstIdAt(ms: number): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
