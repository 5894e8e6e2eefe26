/** Where persons have their records, for a live read: the caller sees the person, and nobody doubts who that is. */
import type { LocalDate } from '../core/calendar.js';
import type { Scope } from '../core/caller.js';
import type { Database } from '../platform/database/database.js';

/** A person as far as a live read needs to know: their records in use, those of everybody merged with them included. */
export interface RecordHolder {
  readonly personId: string;
  /** Somebody has to settle first who the person is. */
  readonly inConflict: boolean;
  /** A record of the person is marked restricted at its source. */
  readonly restricted: boolean;
  /** Every NHS number known of the person and of those merged with them; empty when none is. */
  readonly nhsNumbers: readonly string[];
  /** Every date of birth known of them, likewise; `YYYY-MM-DD`. */
  readonly datesOfBirth: readonly LocalDate[];
  readonly links: readonly RecordLinkInUse[];
}

/** A record in use. */
export interface RecordLinkInUse {
  readonly systemId: string;
  /** The record system's own id. */
  readonly localId: string;
  readonly restricted: boolean;
}

/**
 * Chains of merges are followed to the person that survives and back to everybody merged into them: a record that came
 * with any of them is the person's. Row-level security of `hub_decide` keeps it within the organisation.
 */
const HOLDERS = `
with recursive chain as (
  select id as asked_id, id, merged_into_id from persons where id = any($1::uuid[])
  union
  select c.asked_id, p.id, p.merged_into_id from chain c join persons p on p.id = c.merged_into_id
), family as (
  select asked_id, id from chain where merged_into_id is null
  union
  select f.asked_id, p.id from family f join persons p on p.merged_into_id = f.id
)
select f.asked_id as "personId", bool_or(p.identity_state = 'CONFLICT') as "inConflict", bool_or(p.restricted) as restricted,
       coalesce(array_agg(distinct p.nhs_number) filter (where p.nhs_number is not null), '{}') as "nhsNumbers",
       coalesce(array_agg(distinct to_char(p.date_of_birth, 'YYYY-MM-DD')) filter (where p.date_of_birth is not null), '{}') as "datesOfBirth",
       coalesce(json_agg(json_build_object('systemId', l.system_id, 'localId', l.local_id, 'restricted', l.restricted)
                         order by l.local_id) filter (where l.id is not null), '[]'::json) as links
from family f join persons p on p.id = f.id
left join record_links l on l.person_id = f.id and l.active and l.replaced_by_local_id is null
group by f.asked_id`;

/**
 * The holders among the persons given; those whom the caller may not see are left out. Which persons the caller sees is asked
 * of the pool that answers the caller's reads; their records are then looked up as eligibility does, since a record may
 * have come with a person whom nobody referred and whom only a merge connects.
 */
export async function readRecordHolders(
  database: Database,
  scope: Scope,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, RecordHolder>> {
  const seen = await database.read('staff', scope, {
    text: 'select id from persons where id = any($1::uuid[])',
    values: [personIds],
    name: 'record_holders_seen',
  });
  if (seen.length === 0) return new Map();
  const rows = await database.transaction('decide', scope, (tx) =>
    tx.query<RecordHolder>(HOLDERS, [seen.map(([id]) => id)]),
  );
  return new Map(rows.map((holder) => [holder.personId, holder]));
}

/** When each record system last answered the hub at all, by id; ISO instants. */
export async function readLastAnswers(
  database: Database,
  scope: Scope,
  systemIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.read('staff', scope, {
    text: `select id, to_char(last_answer_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from clinical_record_systems
           where id = any($1::uuid[]) and last_answer_at is not null`,
    values: [systemIds],
    name: 'record_systems_last_answer',
  });
  return new Map(rows as [string, string][]);
}
