/** The caseload of a feed as pulls read it, so that sweeps, increments, persons and freshness are what they are for any system. */
import { HubError, inputError } from '../../core/errors.js';
import type { Database } from '../../platform/database/database.js';
import type {
  CaseloadCapability,
  CaseloadItem,
  CaseloadPage,
  CaseloadRequest,
  Observed,
  TeamListing,
} from '../clinical-record.port.js';
import type { FeedPatience } from '../inbound.port.js';
import { inOrganisation, type RefreshedSystem } from '../refresh/pull.service.js';
import { UNTOLD_TEAM } from './feed.service.js';

/** How the messages of a system stand. */
export interface FeedSource {
  /** When it was last heard of; null: never. */
  readonly heardAt: Date | null;
  /** When the oldest message came that is kept and not yet read; null: everything is read. */
  readonly unreadSince: Date | null;
  /** Whom each message may concern that could not be understood; an empty list may be anybody. */
  readonly notUnderstood: readonly (readonly string[])[];
}

/** What the capability works with. */
export interface FeedCaseloadContext {
  readonly database: Database;
  readonly system: RefreshedSystem;
  readonly patience: FeedPatience;
  source(): Promise<FeedSource>;
  /** Counts the teams by another way, where there is one; before each sweep. A failure is told by the counted teams alone. */
  readonly count?: ((signal: AbortSignal) => Promise<unknown>) | undefined;
}

/** Standings in a page. */
const PAGE = 500;

/** Where the first increment begins when a team was never swept: whoever is known to be there is there, counted or not. */
export const FEED_BEGINNING = '1970-01-01T00:00:00.000Z';

interface StandingRow {
  reference: string;
  item: CaseloadItem;
  version: string;
  asOf: string;
  complete: boolean;
}

/**
 * Rows of a team that a pull brings: all of them, or those that changed, and those that are known as complete and are in doubt now or
 * the other way round. Each membership is looked up by itself (`offset 0`), whatever is known of the table's size.
 * $1 system, $2 team, $3 since, $4 patients in doubt.
 */
const BROUGHT = `
from feed_standings s left join lateral (
  select complete from caseload_memberships
  where system_id = $1 and team_reference = $2 and source_reference = s.reference and observed_to is null offset 0
) m on true
where s.system_id = $1 and s.team_reference = $2
  and ($3::timestamptz is null or s.changed_at >= $3 or m.complete <> (s.complete and not s.local_id = any($4::text[])))`;

const ROWS = `
select s.reference, s.item, s.version, to_char(s.as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "asOf", s.complete
${BROUGHT} and s.reference > $5 order by s.reference limit ${PAGE}`;

const TOTAL = `select count(*)::int as total ${BROUGHT}`;

const CLOCK = `
select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now,
       (select to_char(as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from feed_baselines b
        where b.system_id = $1 and b.team_reference = $2) as counted`;

const TEAMS = `
select team_reference as team, to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now
from feed_standings where system_id = $1 group by 1 order by 1`;

/** Of some patients ($2) who have stays: whose record stands for theirs, and whether that one has, or had, a stay on a team ($3). */
const KNOWN = `
select local_id as "localId", survivor, exists (
  select from feed_standings s where s.system_id = $1 and s.local_id = survivor and s.team_reference = $3
    and s.item ->> 'state' <> 'ENTERED_IN_ERROR'
) as "isOnTeam" from (
  select distinct local_id, coalesce(item -> 'patient' ->> 'replacedByLocalId', local_id) as survivor
  from feed_standings where system_id = $1 and local_id = any($2::text[])
) named`;

/** The capability. Throws `HUB_FEED_SILENT`, `HUB_FEED_BEHIND`, `HUB_FEED_NOT_UNDERSTOOD` and `HUB_FEED_NOT_COUNTED` where a sweep would claim to know everybody. */
export function feedCaseload(context: FeedCaseloadContext): CaseloadCapability {
  return {
    beginning: FEED_BEGINNING,
    pull: (request, signal) => pull(context, request, signal),
    async teams(signal) {
      await context.count?.(signal);
      return teams(context);
    },
  };
}

async function* pull(
  context: FeedCaseloadContext,
  request: CaseloadRequest,
  signal: AbortSignal,
): AsyncGenerator<CaseloadPage, void, undefined> {
  const { teamReference, since } = request;
  if (since !== null && Number.isNaN(Date.parse(since)))
    throw inputError('since', 'not an instant', 'ISO 8601 with seconds and a zone');
  const { id } = context.system;
  const source = await context.source();
  const [clock] = await read<{ now: string; counted: string | null }>(context, CLOCK, [id, teamReference]);
  const { now, counted } = clock!;
  if (since === null) judge(context.patience, source, { now, counted, teamReference });
  const doubtful = await doubtfulOf(context, source, since === null ? teamReference : null);
  const brought = [id, teamReference, since, [...doubtful]];
  const [{ total }] = (await read<{ total: number }>(context, TOTAL, brought)) as [{ total: number }];
  let after = '';
  for (let page = 1; ; page += 1) {
    if (signal.aborted) throw new HubError('HUB_UPSTREAM_STOPPED');
    const rows = await read<StandingRow>(context, ROWS, [...brought, after]);
    const last = rows.length < PAGE;
    const items = rows.map((row) => observed(context, row, doubtful, now));
    // No row ever goes, so that all that were counted come; what comes beside them is in the next increment too.
    yield { page, last, total, items, watermark: now };
    if (last) return;
    after = rows.at(-1)!.reference;
  }
}

/** Whether a sweep may say that it knows everybody. */
function judge(
  { silentAfterMs, unreadAfterMs, toldAll }: FeedPatience,
  { heardAt, unreadSince }: FeedSource,
  { now, counted, teamReference }: { now: string; counted: string | null; teamReference: string },
): void {
  const at = Date.parse(now);
  if (counted === null && !toldAll && teamReference !== UNTOLD_TEAM)
    throw new HubError('HUB_FEED_NOT_COUNTED');
  const knownAt = Math.max(heardAt?.getTime() ?? 0, counted === null ? 0 : Date.parse(counted));
  if (at - knownAt > silentAfterMs)
    throw new HubError('HUB_FEED_SILENT', { details: { since: new Date(knownAt).toISOString() } });
  if (unreadSince !== null && at - unreadSince.getTime() > unreadAfterMs)
    throw new HubError('HUB_FEED_BEHIND', { details: { since: unreadSince.toISOString() } });
}

/**
 * Patients of whom a message could not be understood: what is known of them, and of whose record has taken theirs in, is incomplete.
 * Of somebody who has no stay on the team that is swept, or of nobody in particular, a sweep cannot say that they are not there.
 * @param swept the team; null where not everybody is asked for.
 */
async function doubtfulOf(
  context: FeedCaseloadContext,
  { notUnderstood }: FeedSource,
  swept: string | null,
): Promise<ReadonlySet<string>> {
  if (notUnderstood.length === 0) return new Set();
  const named = [...new Set(notUnderstood.flat())];
  const rows = await read<{ localId: string; survivor: string; isOnTeam: boolean }>(context, KNOWN, [
    context.system.id,
    named,
    swept,
  ]);
  const known = new Set(rows.flatMap(({ localId, survivor }) => [localId, survivor]));
  const isThere = new Set(rows.filter(({ isOnTeam }) => isOnTeam).map(({ localId }) => localId));
  const isAnybody = notUnderstood.some((ids) => ids.length === 0 || ids.some((id) => !isThere.has(id)));
  if (swept !== null && isAnybody)
    throw new HubError('HUB_FEED_NOT_UNDERSTOOD', { details: { messages: notUnderstood.length } });
  return known;
}

function observed(
  { system }: FeedCaseloadContext,
  { reference, item, version, asOf, complete }: StandingRow,
  doubtful: ReadonlySet<string>,
  now: string,
): Observed<CaseloadItem> {
  return {
    value: item,
    source: { system: system.code, reference, version },
    asOf,
    fetchedAt: now,
    complete: complete && !doubtful.has(item.patient.localId),
  };
}

async function teams(context: FeedCaseloadContext): Promise<readonly Observed<TeamListing>[]> {
  const rows = await read<{ team: string; now: string }>(context, TEAMS, [context.system.id]);
  return rows.map(({ team, now }) => ({
    value: { teamReference: team, name: team, code: team === UNTOLD_TEAM ? null : team },
    source: { system: context.system.code, reference: `Team/${team}`, version: null },
    asOf: null,
    fetchedAt: now,
    complete: true,
  }));
}

const read = <Row extends object>(
  { database, system }: FeedCaseloadContext,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> => inOrganisation(database, system, (tx) => tx.query<Row>(text, values));
