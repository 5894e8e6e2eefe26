/** How the feeds of a hub stand: heard of, read, understood and counted. For the command line, the doctor, `/metrics` and readiness. */
import { UNTOLD_TEAM } from '../clinical/feed/feed.service.js';
import type { FeedPatience } from '../clinical/inbound.port.js';
import { organisationScope } from '../clinical/refresh/pull.service.js';
import type { Hub } from './open-hub.js';

/** How what one record system sends stands. Ages are in seconds by the database's clock. */
export interface FeedStanding {
  /** Code of the record system. */
  readonly system: string;
  /** ISO instants, null: never, or none. */
  readonly heardAt: string | null;
  readonly heardSeconds: number | null;
  readonly unread: number;
  readonly unreadSeconds: number | null;
  readonly notUnderstood: number;
  readonly notUnderstoodSince: string | null;
  /** What its messages leave open about patients. */
  readonly doubts: number;
  /** Teams that its site profile maps, and how many of them were counted. */
  readonly teams: number;
  readonly counted: number;
  /** The oldest of these counts. */
  readonly countedAsOf: string | null;
}

/**
 * What that comes to.
 * - `HEARD`: it speaks, and is read.
 * - `SILENT`: nothing was heard for longer than the site allows, or ever.
 * - `BEHIND`: messages wait to be read for longer than the site allows.
 * - `NO_FEED`: it sends, and what it sends tells nothing of caseloads.
 */
export type FeedState = 'HEARD' | 'SILENT' | 'BEHIND' | 'NO_FEED';

const instant = (sql: string): string => `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
const age = (sql: string): string => `extract(epoch from clock_timestamp() - ${sql})::float8`;
const messages = (what: string, state: 'KEPT' | 'NOT_UNDERSTOOD'): string =>
  `(select ${what} from inbound_messages m where m.system_id = s.id and m.state = '${state}')`;

/** One row for each system of the codes $1. */
export const FEED_STANDINGS = `
select s.code as system, ${instant('i.heard_at')} as "heardAt", ${age('i.heard_at')} as "heardSeconds",
  ${messages('count(*)::integer', 'KEPT')} as unread, ${age(messages('min(m.received_at)', 'KEPT'))} as "unreadSeconds",
  ${messages('count(*)::integer', 'NOT_UNDERSTOOD')} as "notUnderstood",
  ${instant(messages('min(m.received_at)', 'NOT_UNDERSTOOD'))} as "notUnderstoodSince",
  (select count(*)::integer from feed_doubts d where d.system_id = s.id) as doubts,
  t.teams, t.counted, ${instant('t.counted_as_of')} as "countedAsOf"
from clinical_record_systems s left join inbound_sources i on i.system_id = s.id
cross join lateral (
  select count(*)::integer as teams, count(b.as_of)::integer as counted, min(b.as_of) as counted_as_of
  from (select distinct team_reference from team_maps where system_id = s.id and team_reference <> '${UNTOLD_TEAM}'
          and (valid_to is null or valid_to > (now() at time zone 'Europe/London')::date)) m
  left join feed_baselines b on b.system_id = s.id and b.team_reference = m.team_reference
) t
where s.code = any ($1::text[]) order by s.code`;

/** What a standing comes to under the patience of its site. Pure. */
export function feedState(patience: FeedPatience | null, standing: FeedStanding): FeedState {
  if (patience === null) return 'NO_FEED';
  const { heardSeconds, unreadSeconds } = standing;
  if (heardSeconds === null || heardSeconds * 1_000 > patience.silentAfterMs) return 'SILENT';
  if (unreadSeconds !== null && unreadSeconds * 1_000 > patience.unreadAfterMs) return 'BEHIND';
  return 'HEARD';
}

/** A standing with what it comes to. */
export interface FeedFigures extends FeedStanding {
  readonly state: FeedState;
}

/** Every system that sends by itself, by code. Throws what the database throws. */
export async function feedFigures({
  database,
  systems,
}: Pick<Hub, 'database' | 'systems'>): Promise<readonly FeedFigures[]> {
  const patience = new Map(
    systems.flatMap(({ system, adapter }) =>
      adapter.inbound ? [[system.code, adapter.inbound.feed] as const] : [],
    ),
  );
  const organisations = new Set(
    systems.flatMap(({ system }) => (patience.has(system.code) ? [system.organisationId] : [])),
  );
  const codes = [...patience.keys()];
  const found: FeedStanding[] = [];
  for (const id of organisations) {
    const mine = codes.filter((code) =>
      systems.some(({ system }) => system.code === code && system.organisationId === id),
    );
    found.push(
      ...(await database.transaction('worker', organisationScope(id), (tx) =>
        tx.query<FeedStanding>(FEED_STANDINGS, [mine]),
      )),
    );
  }
  return found
    .map((standing) => ({ ...standing, state: feedState(patience.get(standing.system) ?? null, standing) }))
    .sort((one, other) => (one.system < other.system ? -1 : 1));
}
