/** Counts the teams of a feed by another way to the same caseloads, so that what no message told is known, and who was there at all. */
import { londonDate } from '../../core/calendar.js';
import type { Clock } from '../../core/clock.js';
import { HubError, isHubError } from '../../core/errors.js';
import { newId } from '../../core/ids.js';
import type { Logger } from '../../core/logger.js';
import type { Database } from '../../platform/database/database.js';
import type { CaseloadCapability, CaseloadItem, Observed } from '../clinical-record.port.js';
import { inOrganisation, type RefreshedSystem } from '../refresh/pull.service.js';
import { assertWhole, EMPTY_LEDGER, enterPage } from '../refresh/pull-ledger.rules.js';
import { listTeams } from '../refresh/team-map.service.js';
import { countedEvents, type KnownStay } from './count.rules.js';
import { takeEvents, UNTOLD_TEAM } from './feed.service.js';

/** What counting works with. */
export interface CountContext {
  readonly database: Database;
  readonly system: RefreshedSystem;
  /** The other way. */
  readonly by: CaseloadCapability;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How the count of one team ended. */
export interface TeamCount {
  readonly teamReference: string;
  /** `KNOWN`: it is no newer than the last one. `FAILED`: it could not be read whole; nothing of it was used. */
  readonly state: 'COUNTED' | 'KNOWN' | 'FAILED';
  readonly code: HubError['code'] | null;
  /** When it was so; ISO instant. */
  readonly asOf: string | null;
  readonly counted: number;
  /** Events that it added to the feed. */
  readonly added: number;
}

const STAYS = `
select item, to_char(as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "asOf",
       split_part(reference, '/', 2) as part
from feed_standings where system_id = $1 and team_reference = $2 and reference like 'Visit/%'`;

const BASELINE = `
insert into feed_baselines as b (system_id, team_reference, organisation_id, as_of, counted) values ($1, $2, $3, $4, $5)
on conflict (system_id, team_reference) do update set as_of = excluded.as_of, counted = excluded.counted, kept_at = clock_timestamp()
  where b.as_of < excluded.as_of
returning team_reference`;

/** Counts every team of the team map. A team that fails does not stop the others. Throws only what listing the teams throws. */
export async function countTeams(context: CountContext, signal: AbortSignal): Promise<readonly TeamCount[]> {
  const { database, system, by, clock, logger } = context;
  const listings = await by.teams(signal);
  const toldAt = listings.find(({ asOf }) => asOf !== null)?.asOf ?? null;
  const counts: TeamCount[] = [];
  for (const { teamReference } of await listTeams(database, system, londonDate(clock.now()))) {
    if (teamReference === UNTOLD_TEAM) continue;
    if (signal.aborted) throw new HubError('HUB_UPSTREAM_STOPPED');
    try {
      counts.push(await countTeam(context, teamReference, toldAt, signal));
    } catch (error) {
      const code = isHubError(error) ? error.code : 'HUB_INTERNAL';
      // Which team is in the answer: its reference is what a message said at some place, and no log's.
      logger.warn('a team of a feed could not be counted', { system: system.code, code });
      counts.push({ teamReference, state: 'FAILED', code, asOf: null, counted: 0, added: 0 });
    }
  }
  return counts;
}

async function countTeam(
  { database, system, by, clock }: CountContext,
  teamReference: string,
  toldAt: string | null,
  signal: AbortSignal,
): Promise<TeamCount> {
  const items = new Map<string, Observed<CaseloadItem>>();
  let ledger = EMPTY_LEDGER;
  for await (const page of by.pull({ teamReference, since: null }, signal)) {
    ledger = enterPage(ledger, page);
    for (const item of page.items) items.set(item.source.reference, item);
  }
  assertWhole(ledger, items.size);
  const counted = [...items].map(([reference, { value, complete }]) => ({
    reference,
    item: value,
    complete,
  }));
  const asOf = oldest([...items.values()], toldAt ?? clock.now().toISOString());
  return inOrganisation(database, system, async (tx) => {
    const [kept] = await tx.query(BASELINE, [
      system.id,
      teamReference,
      system.organisationId,
      asOf,
      counted.length,
    ]);
    const answer = { teamReference, code: null, asOf, counted: counted.length };
    if (!kept) return { ...answer, state: 'KNOWN', added: 0 };
    const rows = await tx.query<Omit<KnownStay, 'visit'> & { part: string }>(STAYS, [
      system.id,
      teamReference,
    ]);
    const known = rows.map(({ part, ...stay }) => ({ visit: decodeURIComponent(part), ...stay }));
    const events = countedEvents(teamReference, counted, known, asOf);
    if (events.length > 0) await takeEvents(tx, system, [{ sourceId: newId(), events }]);
    return { ...answer, state: 'COUNTED', added: events.length };
  });
}

/** A count is as old as the oldest of what it is made of. */
const oldest = (items: readonly Observed<CaseloadItem>[], otherwise: string): string =>
  items.reduce<string | null>((least, { asOf }) => {
    const told = asOf === null ? null : new Date(asOf).toISOString();
    return told !== null && (least === null || told < least) ? told : least;
  }, null) ?? new Date(otherwise).toISOString();
