/** Notes, deliveries and destinations as the command line prints them: ids, states, times and codes; no text, no person. */
import type { Scope } from '../core/caller.js';
import type { Hub } from '../main/open-hub.js';
import type { Transaction } from '../platform/database/database.js';

/** A delivery. */
export interface DeliveryLine {
  readonly deliveryId: string;
  readonly noteId: string;
  readonly system: string;
  readonly team: string;
  readonly operation: string;
  readonly ours: string;
  readonly theirs: string;
  readonly attempts: number;
  readonly code: string | null;
  readonly queuedAt: string;
}

/** What a note has been through. */
export interface NoteTimeline {
  readonly noteId: string;
  readonly kind: string;
  readonly state: string;
  readonly versions: readonly { version: number; action: string; visibility: string; signedAt: string }[];
  readonly deliveries: readonly (Omit<DeliveryLine, 'noteId'> & {
    version: number;
    acceptedAt: string | null;
    filedAt: string | null;
    nextAt: string | null;
    /** What the last answer was about; null where it said no more than its code. */
    detail: string | null;
    timeline: readonly { number: number; startedAt: string; class: string | null; code: string | null }[];
  })[];
}

/** A destination. */
export interface DestinationLine {
  readonly system: string;
  readonly organisation: string;
  /** ISO instant, or `it is resumed`; null when it is not paused. */
  readonly pausedUntil: string | null;
  readonly pausedBecause: string | null;
  readonly queued: number;
  readonly parked: number;
}

const at = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** The last code; for one that waits in its lane, what it waits for: a parked delivery before it, or a destination that is paused. */
const WAITS_FOR = `coalesce(
  case when d.ours = 'QUEUED' then coalesce(
    (select 'BEHIND ' || h.id from deliveries h where h.lane_id = d.lane_id and h.ours = 'PARKED' and h.seq < d.seq),
    (select 'PAUSED' from destinations p where p.system_id = d.system_id and p.paused_until > clock_timestamp()))
  end, d.last_code)`;

/** Deliveries by state of ours, record system, team and code, newest first, so many at most. */
export const DELIVERIES = `
select d.id as "deliveryId", d.document_id as "noteId", s.code as system, t.code as team, d.operation, d.ours, d.theirs, d.attempts,
  ${WAITS_FOR} as code, ${at('d.queued_at')} as "queuedAt"
from deliveries d join clinical_record_systems s on s.id = d.system_id join teams t on t.id = d.team_id
where ($1::text is null or d.ours = $1) and ($2::text is null or s.code = $2) and ($3::text is null or t.code = $3)
  and ($4::text is null or d.last_code = $4)
order by d.queued_at desc, d.id desc limit $5`;

/** One note with its versions, deliveries and attempts, in the order in which they came to be. */
export const NOTE = `
select n.id as "noteId", n.kind, n.state,
  (select coalesce(json_agg(json_build_object('version', v.version, 'action', v.action, 'visibility', v.visibility, 'signedAt', ${at('v.signed_at')})
     order by v.version), '[]') from signed_documents v where v.document_id = n.id) as versions,
  (select coalesce(json_agg(json_build_object('deliveryId', d.id, 'version', v.version, 'system', s.code, 'team', t.code, 'operation', d.operation,
     'ours', d.ours, 'theirs', d.theirs, 'attempts', d.attempts, 'code', ${WAITS_FOR}, 'detail', d.last_detail, 'queuedAt', ${at('d.queued_at')},
     'acceptedAt', ${at('d.accepted_at')}, 'filedAt', ${at('d.filed_at')}, 'nextAt', ${at('d.next_at')},
     'timeline', (select coalesce(json_agg(json_build_object('number', a.number, 'startedAt', ${at('a.started_at')}, 'class', a.class, 'code', a.code)
        order by a.number), '[]') from delivery_attempts a where a.delivery_id = d.id)) order by d.queued_at, d.id), '[]')
   from deliveries d join signed_documents v on v.id = d.document_version_id join clinical_record_systems s on s.id = d.system_id
   join teams t on t.id = d.team_id where d.document_id = n.id) as deliveries
from notes n where n.id = coalesce((select document_id from deliveries where id = $1), $1)`;

/** Every destination of an organisation, with what waits there. */
export const DESTINATIONS = `
select s.code as system, o.ods_code as organisation,
  case when d.paused_until = 'infinity' then 'it is resumed' when d.paused_until > clock_timestamp() then ${at('d.paused_until')} end as "pausedUntil",
  case when d.paused_until > clock_timestamp() then d.paused_because end as "pausedBecause",
  (select count(*)::integer from deliveries q where q.system_id = d.system_id and q.ours = 'QUEUED') as queued,
  (select count(*)::integer from deliveries p where p.system_id = d.system_id and p.ours = 'PARKED') as parked
from destinations d join clinical_record_systems s on s.id = d.system_id join organisations o on o.id = d.organisation_id order by s.code`;

/** Which organisation a delivery is of: a row when it is of the one in scope. */
export const IS_HERE = 'select 1 as one from deliveries where id = $1';

/** Runs `work` in each organisation of the hub as its worker, one after another, and answers what each gave. */
export async function inEachOrganisation<Row>(
  hub: Pick<Hub, 'database'>,
  work: (tx: Transaction, organisationId: string) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const scope = (organisationId: string | null): Scope => ({
    organisationId,
    teamIds: [],
    organisationIds: [],
    staffId: null,
  });
  const organisations = await hub.database.transaction('worker', scope(null), (tx) =>
    tx.query<{ id: string }>('select id from organisations order by id'),
  );
  const rows: Row[] = [];
  for (const { id } of organisations)
    rows.push(...(await hub.database.transaction('worker', scope(id), (tx) => work(tx, id))));
  return rows;
}
