/** The statements of the receipt watch: which deliveries to look for on the record, and what was seen. */
import { CHANGED_CHANNEL } from './enqueue.service.js';

/** The text of each statement. */
export interface WatchStatements {
  /** Takes what is due. $1 system, $2 how many at most, $3 ms until it is looked at again when nobody reports back. */
  readonly claim: string;
  /** Which of some versions the hub has begun to withdraw. $1 versions. */
  readonly withdrawn: string;
  /** Locks the lanes of some deliveries. $1 deliveries. */
  readonly lanes: string;
  /** Writes down what was seen. $1 `Sighting[]` as JSON. */
  readonly settle: string;
}

/** Nothing is read while the destination is paused. `watch_attempts` is the fence: it rises with every claim. */
const CLAIM = `
with due as (
  select d.id from deliveries d
  where d.system_id = $1 and d.watch_due <= statement_timestamp() + interval '1 millisecond'
    and not exists (select from destinations p where p.system_id = $1 and p.paused_until > statement_timestamp())
  order by d.watch_due limit $2 for update of d skip locked
), claimed as (
  update deliveries d set watch_due = clock_timestamp() + $3::float8 * interval '1 millisecond', watch_attempts = d.watch_attempts + 1
  from due where d.id = due.id
  returning d.id, d.organisation_id, d.team_id, d.person_id, d.document_id, d.document_version_id, d.operation, d.ours, d.theirs,
    d.patient_local_id, d.reference, d.watch_attempts, coalesce(d.accepted_at, d.ended_at) as since
)
select c.id, c.organisation_id as "organisationId", c.team_id as "teamId", c.person_id as "personId", c.document_id as "documentId",
       c.document_version_id as "documentVersionId", c.operation, c.ours = 'CANCELLED' as "isCancelled", c.theirs,
       c.watch_attempts as "watchAttempts",
       (extract(epoch from clock_timestamp() - coalesce(c.since, clock_timestamp())) * 1000)::float8 as "ageMs",
       s.text_hash as "textHash", s.version, s.action, c.reference, chain.local_ids as "localIds",
       (
         select to_char(min(a.started_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
         from deliveries o join delivery_attempts a on a.delivery_id = o.id
         where o.document_id = c.document_id and o.system_id = $1 and o.operation = 'FILE'
           and o.document_version_id <> c.document_version_id
       ) as "sharedSince",
       exists (
         select from deliveries w
         where w.document_version_id = c.document_version_id and w.operation = 'WITHDRAW' and w.attempts > 0
       ) as "isWithdrawn",
       c.ours = 'CANCELLED' and exists (
         select from deliveries f where f.document_id = c.document_id and f.ours in ('QUEUED', 'SENDING', 'PARKED')
       ) as "isFollowed",
       c.ours = 'CANCELLED' and exists (
         select from deliveries w where w.document_id = c.document_id and w.operation = 'WITHDRAW'
       ) as "isTakenBack"
from claimed c
join signed_documents s on s.id = c.document_version_id
cross join lateral (
  with recursive record as (
    select c.patient_local_id as local_id
    union
    select k.replaced_by_local_id from record r join record_links k on k.system_id = $1 and k.local_id = r.local_id
    where k.replaced_by_local_id is not null
  )
  select array_agg(local_id) as local_ids from record where local_id is not null
) chain`;

const WITHDRAWN = `
select distinct document_version_id as id from deliveries
where document_version_id = any($1::uuid[]) and operation = 'WITHDRAW' and attempts > 0`;

/** Before their deliveries, in the order that everybody takes locks: lane, then delivery. */
const LANES = `
select id from delivery_lanes where id in (select lane_id from deliveries where id = any($1::uuid[])) order by id for update`;

/** What is due again by then was asked for while it was looked at, by a word that the look may not have seen: it is looked at once more. */
const SETTLE = `
with seen as (
  select * from jsonb_to_recordset($1::jsonb)
    as x(id uuid, "watchAttempts" integer, theirs text, reference text, version text, "isFiled" boolean, "delayMs" float8)
)
update deliveries d set
  theirs = coalesce(s.theirs, d.theirs),
  reference = coalesce(s.reference, d.reference),
  reference_version = coalesce(s.version, d.reference_version),
  filed_at = case when s."isFiled" then coalesce(d.filed_at, clock_timestamp()) else d.filed_at end,
  ended_at = case when s."delayMs" is null then coalesce(d.ended_at, clock_timestamp()) else d.ended_at end,
  watch_due = case
    when d.watch_due <= clock_timestamp() + interval '1 millisecond' then d.watch_due
    when s."delayMs" is not null then clock_timestamp() + s."delayMs" * interval '1 millisecond'
  end
from seen s where d.id = s.id and d.watch_attempts = s."watchAttempts"
returning d.id, case when s.theirs is not null then pg_notify('${CHANGED_CHANNEL}', d.document_id::text)::text end as told`;

/** The statements as they are meant. */
export const WATCH_STATEMENTS: WatchStatements = {
  claim: CLAIM,
  withdrawn: WITHDRAWN,
  lanes: LANES,
  settle: SETTLE,
};
