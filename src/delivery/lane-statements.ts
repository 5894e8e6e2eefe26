/**
 * The statements of the claim on lanes. One rule stands behind them: a statement that waits for a row's lock re-reads that
 * row and nothing else, so whatever is decided about a lane is decided from the locked lane row; deliveries are read in
 * a later statement. Leases run on the database's clock alone.
 */
import { HOLDER_LOCK_SEED } from '../platform/database/listener.js';
import { CHANGED_CHANNEL } from './enqueue.service.js';
import { LOAD_HEADS } from './load-statement.js';

/** Who pauses a destination by itself. */
export const SYSTEM = 'system:delivery';

/** Milliseconds as an interval from now. */
const after = (ms: string): string => `clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`;

/** The text of each statement; handed to the worker as a whole, so that a test can put a faulty one in its place. */
export interface LaneStatements {
  /** Locks the destination. $1 system. No rows: it is not kept. */
  readonly destination: string;
  /** Takes lanes that are due. $1 system, $2 how many at most, $3 holder, $4 lease in ms, $5 the destination's limit. */
  readonly claim: string;
  /** Reads the heads of claimed lanes and marks them as being sent, with attempt and audit. See `LOAD_HEADS`. */
  readonly load: string;
  /** Settles answers. $1 `Settlement[]` as JSON. Answers a row for each one whose claim still held. */
  readonly settle: string;
  /** Marks attempts as lost. $1 attempt ids. */
  readonly lose: string;
  /** Renews leases. $1 lanes, $2 fences, $3 holder, $4 lease in ms. Answers the lanes that are still held, and whether each was renewed. */
  readonly renew: string;
  /** Frees the lanes of dead holders. $1 system, $2 own name. */
  readonly reap: string;
  /** Locks parked lanes whose person has since been linked. $1 system, $2 how many at most. */
  readonly linked: string;
  /** Makes such lanes ready. $1 lanes. */
  readonly unpark: string;
  /** Pauses a destination for a while. $1 system, $2 code, $3 first pause in ms, $4 longest in ms. */
  readonly pause: string;
  /** Ends a pause that the hub made. $1 system. */
  readonly unpause: string;
}

/**
 * A process that is stopped in the middle of a transaction keeps its locks: from here on PostgreSQL ends its session when
 * it has been silent for two seconds, so that others need not wait for it. Part of every statement that locks.
 */
const BRIEFLY = `set_config('idle_in_transaction_session_timeout', '2000', true)`;

const DESTINATION = `
select max_in_flight as "maxInFlight", send_timeout_ms as "sendTimeoutMs",
       coalesce(paused_until > clock_timestamp(), false) as paused, coalesce(paused_by = '${SYSTEM}', false) as probing,
       ${BRIEFLY} as briefly
from destinations where system_id = $1 for no key update`;

// By an array, not a join: how many lanes the limit lets through cannot be foreseen, and a join would read every lane.
const CLAIM = `
with held as (
  select count(*)::integer as n from delivery_lanes
  where system_id = $1 and holder is not null and due > clock_timestamp()
), claimed as (
  select id from delivery_lanes
  where system_id = $1 and state = 'READY' and due <= statement_timestamp() + interval '1 millisecond'
  order by due limit greatest(0, least($2::integer, $5::integer - (select n from held)))
  for update skip locked
)
update delivery_lanes l set due = ${after('$4')}, fence = l.fence + 1, holder = $3
where l.id = any(array(select id from claimed))
returning l.id, l.fence, l.head_seq as seq`;

/** Columns of a settlement as they travel. */
const SETTLEMENT = `"laneId" uuid, fence bigint, seq bigint, "deliveryId" uuid, "attemptId" uuid, lane text, "delayMs" float8,
  class text, code text, detail text, theirs text, reference text, "referenceVersion" text, "patientLocalId" text, "mayHaveArrived" boolean,
  "wasAskedFirst" boolean, watch boolean`;

const SETTLE = `
with sent as (
  select * from jsonb_to_recordset($1::jsonb) as x(${SETTLEMENT})
), held as materialized (
  select s.* from sent s join delivery_lanes l on l.id = s."laneId"
  where l.fence = s.fence and l.head_seq = s.seq
  order by l.id for update of l
), delivery as (
  update deliveries d set
    ours = case when d.ours = 'CANCELLED' then d.ours else
      case h.lane when 'next' then 'SETTLED' when 'parked' then 'PARKED' else 'QUEUED' end end,
    theirs = coalesce(h.theirs, d.theirs),
    conflicts = d.conflicts + (h.class = 'CONFLICT')::integer,
    may_have_arrived = case when h."attemptId" is null then d.may_have_arrived else h."mayHaveArrived" end,
    last_code = case when h."attemptId" is null then d.last_code else h.code end,
    last_detail = case when h."attemptId" is null then d.last_detail else h.detail end,
    last_at = clock_timestamp(),
    next_at = case h.lane when 'waits' then ${after('h."delayMs"')} end,
    reference = coalesce(h.reference, d.reference),
    reference_version = coalesce(h."referenceVersion", d.reference_version),
    patient_local_id = coalesce(h."patientLocalId", d.patient_local_id),
    accepted_at = case when h.theirs in ('ACCEPTED', 'AWAITING_SIGNATURE') then coalesce(d.accepted_at, clock_timestamp())
      else d.accepted_at end,
    ended_at = case when h.lane = 'next' and not h.watch then coalesce(d.ended_at, clock_timestamp()) else d.ended_at end,
    watch_due = case when h.watch then clock_timestamp() else d.watch_due end
  from held h where d.id = h."deliveryId"
  returning d.id, d.organisation_id, d.team_id, d.person_id, d.document_id, d.ours, h.code, h."laneId"
), attempt as (
  update delivery_attempts a set ended_at = clock_timestamp(), class = h.class, code = h.code, was_asked_first = h."wasAskedFirst"
  from held h where a.id = h."attemptId" and a.ended_at is null
), lane as (
  update delivery_lanes l set
    head_seq = case h.lane when 'next' then h.seq + 1 else h.seq end,
    state = case when h.lane = 'parked' then 'PARKED' when h.lane = 'waits' or l.last_seq > h.seq then 'READY' else 'IDLE' end,
    due = ${after('h."delayMs"')}, holder = null
  from held h where l.id = h."laneId" and l.fence = h.fence
)
select id, "laneId", organisation_id as "organisationId", team_id as "teamId", person_id as "personId", document_id as "documentId",
       ours, code, pg_notify('${CHANGED_CHANNEL}', document_id::text)::text as told, ${BRIEFLY} as briefly
from delivery`;

const LOSE = `
update delivery_attempts set ended_at = clock_timestamp(), class = 'LOST' where id = any($1::uuid[]) and ended_at is null`;

/** A lane whose row somebody has locked, a signature for instance, is ours still and is renewed the next time. */
const RENEW = `
with ours as materialized (
  select l.id from unnest($1::uuid[], $2::bigint[]) as h(id, fence)
  join delivery_lanes l on l.id = h.id and l.fence = h.fence and l.holder = $3
), held as materialized (
  select l.id from unnest($1::uuid[], $2::bigint[]) as h(id, fence)
  join delivery_lanes l on l.id = h.id and l.fence = h.fence and l.holder = $3
  order by l.id for update of l skip locked
), renewed as (
  update delivery_lanes l set due = ${after('$4')} from held h where l.id = h.id returning l.id
)
select o.id, r.id is not null as "isRenewed", ${BRIEFLY} as briefly from ours o left join renewed r on r.id = o.id`;

const REAP = `
with holders as materialized (
  select distinct holder from delivery_lanes where system_id = $1 and holder is not null and holder <> $2
), dead as materialized (
  select holder from holders where pg_try_advisory_xact_lock(hashtextextended(holder, ${HOLDER_LOCK_SEED}))
), freed as (
  select l.id from delivery_lanes l join dead d on d.holder = l.holder where l.system_id = $1 order by l.id for update of l
)
update delivery_lanes l set holder = null, fence = l.fence + 1, due = clock_timestamp() from freed f where l.id = f.id
returning l.id, ${BRIEFLY} as briefly`;

const LINKED = `
select l.id, ${BRIEFLY} as briefly from delivery_lanes l
join deliveries d on d.lane_id = l.id and d.seq = l.head_seq
join signed_documents s on s.id = d.document_version_id
where d.system_id = $1 and d.ours = 'PARKED' and d.last_code = 'HUB_DELIVERY_UNLINKED' and l.state = 'PARKED'
  and exists (
    with recursive chain as (
      select p.id, p.merged_into_id from persons p where p.id = s.person_id
      union select p.id, p.merged_into_id from chain c join persons p on p.id = c.merged_into_id
    ), family as (
      select c.id from chain c where c.merged_into_id is null
      union select p.id from family f join persons p on p.merged_into_id = f.id
    )
    select from family f join record_links k on k.person_id = f.id
    where k.system_id = $1 and k.active and k.replaced_by_local_id is null
  )
limit $2 for update of l skip locked`;

const UNPARK = `
with lane as (
  update delivery_lanes set state = 'READY', due = clock_timestamp() where id = any($1::uuid[]) and state = 'PARKED'
  returning id, head_seq
)
update deliveries d set ours = 'QUEUED', tries = 0, conflicts = 0, next_at = null
from lane l where d.lane_id = l.id and d.seq = l.head_seq and d.ours = 'PARKED'
returning d.id, pg_notify('${CHANGED_CHANNEL}', d.document_id::text)::text as told`;

const PAUSE = `
update destinations set
  paused_until = clock_timestamp() + least($4::float8 * interval '1 millisecond',
    case when paused_by = '${SYSTEM}' and paused_until > clock_timestamp() - 2 * (paused_until - paused_at)
      then 2 * (paused_until - paused_at) else $3::float8 * interval '1 millisecond' end),
  paused_at = clock_timestamp(), paused_by = '${SYSTEM}', paused_because = $2, updated_at = clock_timestamp()
where system_id = $1 and (paused_until is null or paused_until <= clock_timestamp())
returning system_id`;

const UNPAUSE = `
update destinations set paused_until = null, paused_at = null, paused_by = null, paused_because = null,
  updated_at = clock_timestamp()
where system_id = $1 and paused_by = '${SYSTEM}' and paused_until <= clock_timestamp()`;

/** The statements as they are meant. */
export const LANE_STATEMENTS: LaneStatements = {
  destination: DESTINATION,
  claim: CLAIM,
  load: LOAD_HEADS,
  settle: SETTLE,
  lose: LOSE,
  renew: RENEW,
  reap: REAP,
  linked: LINKED,
  unpark: UNPARK,
  pause: PAUSE,
  unpause: UNPAUSE,
};
