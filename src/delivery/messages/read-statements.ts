/** The statements of reading. Role `worker`, in the scope of the system's organisation, under the reader's lease. */

/** The next messages of a system in the order of arrival, up to so many and so many bytes, or the one named; one that is larger comes alone. */
export const NEXT = `
select id, attempts, received_at as "receivedAt", bytes from (
  select m.id, m.seq, m.attempts, m.received_at, b.bytes,
    sum(octet_length(b.bytes)) over (order by m.seq rows between unbounded preceding and 1 preceding) as before
  from (
    select id, seq, attempts, received_at from inbound_messages
    where system_id = $1 and state = 'KEPT' and ($4::uuid is null or id = $4) order by seq limit $2
  ) m left join inbound_bodies b on b.message_id = m.id
) w where coalesce(before, 0) < $3 order by seq`;

/** Notes that the reading of the next message begins, for the case that it ends the process. */
export const BEGIN = `
with begun as (
  update inbound_messages set unended = unended + 1
  where id = (select id from inbound_messages where system_id = $1 and state = 'KEPT' order by seq limit 1)
  returning id, unended
) select id, unended from begun`;

/** How messages were read. Only what still waits: nobody but the holder of the lease reads. */
export const SETTLE = `
with settled as (
  update inbound_messages m set state = r.state, code = r.code, place = r.place, attempts = m.attempts + 1, unended = 0,
    read_at = clock_timestamp()
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as r(id, state, code, place)
  where m.id = r.id and m.state = 'KEPT'
  returning m.id, m.state, m.attempts
) select id, state, attempts from settled`;

/** Nobody is concerned by messages that are read again, until it is said of whom they tell now: perhaps of others, or of nobody knows whom. */
export const CONCERN_NOBODY = `delete from inbound_message_patients where message_id = any($1::uuid[])`;

/** Whom messages concern. */
export const CONCERN = `
insert into inbound_message_patients (message_id, local_id, organisation_id, system_id)
select p.message_id, p.local_id, $3, $4 from unnest($1::uuid[], $2::text[]) as p(message_id, local_id)
on conflict do nothing`;

/** What the timeline has to tell beyond the rows themselves. */
export const HAPPENED = `
insert into inbound_message_events (id, organisation_id, message_id, what, code, place, by)
select e.id, $6, e.message_id, e.what, e.code, e.place, $7
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) as e(id, message_id, what, code, place)`;
