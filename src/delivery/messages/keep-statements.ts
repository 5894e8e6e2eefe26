/** The statements that keep messages. Role `worker`, in the scope of the system's organisation. */
import { MESSAGES_CHANNEL } from './message-state.js';

/** Whether a commit is to reach the disk before it is answered is decided here, not by how the server is set up. */
const DURABLE = `case when current_setting('synchronous_commit') = 'off' then set_config('synchronous_commit', 'on', true) end`;

/**
 * The rows of a batch, without what is to be done where a number is taken. Bytes travel as one piece ($13) with where each begins and
 * how long it is, so that they are neither doubled nor copied on the way; an answer follows its message. Each column is looked up by
 * the place of its row: to unnest so many at once, each by a function scan of its own, costs a tenth of the database's time.
 */
const ROWS = `
  insert into inbound_messages (id, organisation_id, system_id, seq, application, facility, control_id, content_hash, bytes_hash,
    type, sent_at, remote_address, answer)
  select ($3::uuid[])[n], $1::uuid, $2::uuid, nextval('inbound_messages_seq'), ($4::text[])[n], ($5::text[])[n], ($6::text[])[n],
    ($7::text[])[n], ($8::text[])[n], ($9::text[])[n], ($10::timestamptz[])[n], ($11::text[])[n],
    substring($13::bytea from ($12::integer[])[n] + 1 + ($14::integer[])[n] for ($15::integer[])[n])
  from generate_subscripts($3::uuid[], 1) as n
  where (select ${DURABLE}) is distinct from ''`;

/** A notice to readers, where one is due ($16). */
const NOTICE = `(select case when $16::boolean then pg_notify('${MESSAGES_CHANNEL}', $2::text)::text end)`;

/**
 * Keeps a batch of messages none of whose numbers was there before, rows and bytes, by one statement that is a transaction of its
 * own. Where one was, nothing is kept, and `KEEP` tells them apart for a sixth more of the database's time.
 */
export const KEEP_NEW = `
with kept as (${ROWS})
insert into inbound_bodies (message_id, organisation_id, bytes)
select ($3)[n], $1, substring($13 from ($12)[n] + 1 for ($14)[n])
from generate_subscripts($3, 1) as n
where ${NOTICE} is distinct from 'none'`;

/** As `KEEP_NEW`, whatever was there before: a message whose id does not come back had its number taken. */
export const KEEP = `
with kept as (${ROWS}
  on conflict do nothing
  returning id
)
insert into inbound_bodies (message_id, organisation_id, bytes)
select k.id, $1, substring($13 from ($12)[k.place] + 1 for ($14)[k.place])
from (select id, array_position($3, id) as place from kept offset 0) k
returning message_id, ${NOTICE}`;

/** Keeps one message apart from the holder of its number, refused or to be read ($16). No row comes back when the same came so before. */
export const KEEP_APART = `
with kept as (
  insert into inbound_messages (id, organisation_id, system_id, seq, application, facility, control_id, content_hash, bytes_hash,
    type, sent_at, remote_address, state, code, distinction, answer)
  values ($3::uuid, $1::uuid, $2::uuid, nextval('inbound_messages_seq'), $4::text, $5::text, $6::text, $7::text, $8::text,
    $9::text, $10::timestamptz, $11::text, $16::text, $12::text, $13::text, $14::bytea)
  on conflict do nothing
  returning id
), bodies as (
  insert into inbound_bodies (message_id, organisation_id, bytes) select id, $1, $15::bytea from kept
)
select id, ${DURABLE} as durable from kept`;

/** The message that has a number under a distinction, or the one of this id, which an earlier try has kept. */
export const FIND = `
select id, content_hash as "contentHash", answer, ${DURABLE} as durable from inbound_messages
where id = $6::uuid or (system_id = $1 and control_id = $2 and application = $3 and facility = $4 and distinction = $5)
order by id = $6 desc limit 1`;

/** Counts a repeat. */
export const REPEAT = `
update inbound_messages set repeats = repeats + 1, last_repeated_at = clock_timestamp() where id = $1`;

/** The system was heard of now. $3 how long it may be silent, in ms; null leaves what was known. */
export const HEARD = `
insert into inbound_sources (system_id, organisation_id, heard_at, silent_after_ms) values ($1, $2, clock_timestamp(), $3::bigint)
on conflict (system_id) do update set heard_at = greatest(inbound_sources.heard_at, excluded.heard_at),
  silent_after_ms = coalesce(excluded.silent_after_ms, inbound_sources.silent_after_ms)`;

/** What a site says of how long its system may be silent, by a hub that starts. $1 system, $2 ms or null where it has no feed. */
export const PATIENCE = `
update inbound_sources set silent_after_ms = $2::bigint
where system_id = $1 and silent_after_ms is distinct from $2::bigint`;
