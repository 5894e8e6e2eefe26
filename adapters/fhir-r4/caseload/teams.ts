/** The teams that a server holds. */
import type { Observed, TeamListing } from '../../../src/clinical/clinical-record.port.js';
import { observed } from '../mapping/observed.rules.js';
import { isTeam, mapTeam } from '../mapping/team.rules.js';
import { escapeSearchValue } from '../transport/search-values.rules.js';
import type { PullContext } from './episode-caseload.js';
import { walk } from './pages.js';

/** Every organisation that counts as a team by the site's settings; all pages or a `HubError`. */
export async function listTeams(
  context: PullContext,
  signal: AbortSignal,
): Promise<readonly Observed<TeamListing>[]> {
  const { connection, settings, system, unmapped } = context;
  const parameters = {
    partof: settings.teamsPartOf === null ? undefined : escapeSearchValue(settings.teamsPartOf),
    _count: settings.pageSize,
    _total: 'accurate',
  };
  const session = connection.session(signal);
  const teams = new Map<string, Observed<TeamListing>>();
  const search = { type: 'Organization', parameters, maxPages: settings.maxPages };
  for await (const { matches, fetchedAt } of walk(connection, session, context.clock, search)) {
    for (const organization of matches.filter((one) => isTeam(one, settings))) {
      const team = mapTeam(String(organization.id), organization, settings, unmapped);
      teams.set(team.teamReference, observed(organization, team, { system, fetchedAt }, true));
    }
  }
  return [...teams.values()];
}
