/** Caseload by a search: resources that name the team, or one of its care managers, page by page with their patients. */
import type { CaseloadPage, CaseloadRequest } from '../../../src/clinical/clinical-record.port.js';
import { HubError } from '../../../src/core/errors.js';
import type { Json } from '../json.js';
import type { Session } from '../transport/connection.js';
import type { SearchValue } from '../transport/search-values.rules.js';
import { careManagersOf } from './care-managers.js';
import { batchesOf, byForm } from './gather.js';
import { type Entry, itemsOf, patientIdOf } from './items.js';
import { walk } from './pages.js';
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

/** Pulls page by page. A team with more care managers than fit one search has no total; each search is still counted. */
export async function* pullSearched(
  context: PullContext,
  strategy: SearchedCaseload,
  session: Session,
  { teamReference, since }: CaseloadRequest,
): AsyncGenerator<CaseloadPage, void, undefined> {
  const { connection, settings, clock } = context;
  const { maxPages, pageSize } = settings;
  const ofTeam = strategy.askFor === 'TEAM';
  const managers = ofTeam ? null : await careManagersOf(context, session, teamReference);
  const searches = managers === null ? [[teamReference]] : batchesOf(managers.references, settings);
  const way = ofTeam ? connection : byForm(context);
  let number = 0;
  let watermark: string | null = null;
  for (const [index, asked] of searches.entries()) {
    const parameters = caseloadSearch(strategy, asked, since, pageSize);
    const search = { type: strategy.type, parameters, maxPages };
    for await (const page of walk(way, session, clock, search)) {
      const entries = page.matches.map((match) => entryOf(context, strategy, asked, match));
      const included = new Map([...(managers?.workers ?? []), ...page.included]);
      const cameAlong = { included, fetchedAt: page.fetchedAt };
      const items = await itemsOf(context, session, strategy, teamReference, entries, cameAlong);
      number += 1;
      if (number === 1) watermark = page.watermark;
      const last = page.last && index === searches.length - 1;
      yield { page: number, last, total: searches.length === 1 ? page.total : null, items, watermark };
    }
  }
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
