/** The teams that a server holds. */
import type { Observed, TeamListing } from '../../../src/clinical/clinical-record.port.js';
import { observed } from '../mapping/observed.rules.js';
import { isTeam, mapTeam, type TeamKind } from '../mapping/team.rules.js';
import type { FhirR4Settings } from '../settings.js';
import { escapeSearchValue, type SearchValue } from '../transport/search-values.rules.js';
import { walk } from './pages.js';
import { STRATEGIES } from './strategies.js';
import type { PullContext } from './strategy.js';

/** Parameters that leave out what cannot be a team, for each kind that has such. */
const NARROWED: Readonly<
  Record<TeamKind['type'], (settings: FhirR4Settings) => Readonly<Record<string, SearchValue>>>
> = {
  Organization: ({ teamsPartOf }) => ({ partof: literal(teamsPartOf) }),
  HealthcareService: ({ teamsPartOf }) => ({ organization: literal(teamsPartOf) }),
  Group: ({ teamType }) => ({ type: 'person', code: literal(teamType) }),
  List: ({ teamType }) => ({ status: 'current', code: literal(teamType) }),
};

const literal = (text: string | null): string | undefined =>
  text === null ? undefined : escapeSearchValue(text);

/** Everything that counts as a team by the site's strategy and settings; all pages or a `HubError`. */
export async function listTeams(
  context: PullContext,
  signal: AbortSignal,
): Promise<readonly Observed<TeamListing>[]> {
  const { connection, settings, system, unmapped } = context;
  const { team: kind, teamByIdentifier } = STRATEGIES[settings.caseloadStrategy](settings);
  const parameters = {
    ...NARROWED[kind.type](settings),
    _count: settings.pageSize,
    _total: 'accurate',
  };
  const session = connection.session(signal);
  const teams = new Map<string, Observed<TeamListing>>();
  const search = { type: kind.type, parameters, maxPages: settings.maxPages };
  for await (const { matches, fetchedAt } of walk(connection, session, context.clock, search)) {
    for (const resource of matches.filter((one) => isTeam(one, settings, kind))) {
      const listing = mapTeam(String(resource.id), resource, settings, unmapped, kind);
      const team = teamByIdentifier === true ? byIdentifier(listing, settings.teamCodeSystem) : listing;
      // A team that its CareTeams cannot be found by is left out.
      if (team === null) unmapped(`${kind.type}.identifier`);
      if (team !== null) teams.set(team.teamReference, observed(resource, team, { system, fetchedAt }, true));
    }
  }
  return [...teams.values()];
}

/** The team under its code as a token, as its CareTeams are found by; null for one without a code. */
function byIdentifier(team: TeamListing, system: string | null): TeamListing | null {
  return team.code === null ? null : { ...team, teamReference: `${system}|${team.code}` };
}
