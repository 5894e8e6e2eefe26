/** Caseload by a search: resources that name the team, or one of its care managers, page by page with their patients. */
import { z } from 'zod';
import type { CaseloadPage, CaseloadRequest } from '../../../src/clinical/clinical-record.port.js';
import { HubError } from '../../../src/core/errors.js';
import type { Json } from '../json.js';
import type { Session } from '../transport/connection.js';
import type { SearchValue } from '../transport/search-values.rules.js';
import { careManagersOf } from './care-managers.js';
import { cursorOf, digestOf, placeIn } from './cursor.js';
import { batchesOf, byForm } from './gather.js';
import { type Entry, itemsOf, patientIdOf } from './items.js';
import { type Place, placeShape, type Return, returnTo, type Walk, walk } from './pages.js';
import type { PullContext, SearchedCaseload } from './strategy.js';

/**
 * The search for memberships, every status; by time of change, so that what changes while paging comes again at the end.
 * `asked` are references or tokens that have been checked, so they stand as they are.
 */
export function caseloadSearch(
  { parameter, includes }: SearchedCaseload,
  asked: readonly string[],
  since: string | null,
  pageSize: number,
): Readonly<Record<string, SearchValue>> {
  return {
    [parameter]: asked.join(','),
    _include: includes,
    _count: pageSize,
    _sort: '_lastUpdated',
    _total: 'accurate',
    _lastUpdated: since === null ? undefined : `ge${since}`,
  };
}

/** Where a pull of several searches stands after a page. */
const cursorShape = z.strictObject({
  /** What is asked of which server; a cursor of another pull is none. */
  asks: z.string(),
  /** Which of the searches, from 0. */
  search: z.int().min(0),
  /** Number of the page in the whole pull. */
  page: z.int().min(1),
  watermark: z.iso.datetime().nullable(),
  place: placeShape,
});

/** Where to begin: at the first search, or after a place in one of them. */
interface Start {
  readonly search: number;
  readonly page: number;
  readonly watermark: string | null;
  readonly after: Return | null;
}

const AT_THE_START: Start = { search: 0, page: 0, watermark: null, after: null };

/** Pulls page by page. A team with more care managers than fit one search has no total; each search is still counted. */
export async function* pullSearched(
  context: PullContext,
  strategy: SearchedCaseload,
  session: Session,
  { teamReference, since, resume }: CaseloadRequest,
): AsyncGenerator<CaseloadPage, void, undefined> {
  const { connection, settings, clock } = context;
  const { maxPages, pageSize, baseUrl } = settings;
  const ofTeam = strategy.askFor === 'TEAM';
  const managers = ofTeam ? null : await careManagersOf(context, session, teamReference);
  const askedFor = managers === null ? [[teamReference]] : batchesOf(managers.references, settings);
  const way = ofTeam ? connection : byForm(context);
  const searches = askedFor.map(
    (asked): Walk => ({
      type: strategy.type,
      parameters: caseloadSearch(strategy, asked, since, pageSize),
      maxPages,
    }),
  );
  const asks = digestOf(baseUrl, searches);
  const goOn = async (place: Place, search: number) =>
    searches[search] === undefined ? null : returnTo(way, session, searches[search], place);
  const start = resume === undefined ? AT_THE_START : await startAt(asks, resume, goOn);
  let number = start.page;
  let { watermark } = start;
  for (const [index, search] of searches.entries()) {
    const after = index === start.search ? start.after : null;
    if (index < start.search || after?.next === null) continue;
    const asked = askedFor[index]!;
    for await (const page of walk(way, session, clock, after === null ? search : { ...search, after })) {
      const entries = page.matches.map((match) => entryOf(context, strategy, asked, match));
      const included = managers === null ? page.included : new Map([...managers.workers, ...page.included]);
      const cameAlong = { included, fetchedAt: page.fetchedAt };
      const items = await itemsOf(context, session, strategy, teamReference, entries, cameAlong);
      number += 1;
      if (number === 1) watermark = page.watermark;
      const last = page.last && index === searches.length - 1;
      const total = searches.length === 1 ? page.total : null;
      const cursor = cursorOf({ asks, search: index, page: number, watermark, place: page.place });
      yield { page: number, last, total, items, watermark, ...cursor };
    }
  }
}

/** After the place that a cursor tells, or at the start when it is not this pull's or the place is gone. */
async function startAt(
  asks: string,
  cursor: string,
  goOn: (place: Place, search: number) => Promise<Return | null>,
): Promise<Start> {
  const told = placeIn(cursorShape, cursor);
  if (told === null || told.asks !== asks) return AT_THE_START;
  const { search, page, watermark } = told;
  const after = await goOn(told.place, search);
  return after === null ? AT_THE_START : { search, page, watermark, after };
}

/**
 * The resource must name who was asked for: a server that ignores a search parameter it does not know (FHIR R4 section
 * 3.1.1.1 allows that) would otherwise put a whole trust on one team's caseload.
 */
function entryOf(
  context: PullContext,
  strategy: SearchedCaseload,
  asked: readonly string[],
  match: Json,
): Entry {
  if (!strategy.askedOf(match, context.settings.baseUrl).some((one) => asked.includes(one)))
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_TEAM' } });
  return { part: match, cited: match, patientId: patientIdOf(context, strategy, match) };
}
