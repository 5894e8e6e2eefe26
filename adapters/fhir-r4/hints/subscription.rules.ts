/** The Subscription that a trust may install, so that its server says when a caseload has changed (FHIR R4, Subscription; channel rest-hook). */
import {
  type ChangeHints,
  HINT_SECRET_PLACE,
  type HintInstallation,
} from '../../../src/clinical/hints.port.js';
import type { CaseloadSettings } from '../caseload/caseload-settings.js';
import { STRATEGIES } from '../caseload/strategies.js';
import type { CaseloadStrategy } from '../caseload/strategy.js';
import type { HintSettings } from './hint-settings.js';

const READ_WHOLE = 'This strategy reads the whole caseload each time, hinted or not.';
const EXPORTED =
  'Each hint has the Group exported anew: install it only where an export costs the server little.';
const EVERY_EPISODE =
  'Who the care managers of a team are changes, so that the criteria name every EpisodeOfCare of the server.';
const EVERY_RESOURCE =
  'No team of the site is known yet, so that the criteria name every resource of the type.';

/** What in a search value means something in an address. */
const encoded = (value: string): string => value.replaceAll(/[%&#+\s]/g, encodeURIComponent);

/** The search parameter that finds the memberships of teams, with the teams as it wants them; null where none does. */
function teamParameter(strategy: CaseloadStrategy): string | null {
  switch (strategy.source) {
    case 'WHOLE':
      return '_id';
    case 'EXPORT':
      return 'organization';
    case 'SEARCH':
      return strategy.askFor === 'TEAM' ? strategy.parameter : null;
  }
}

/**
 * Subscription.criteria: the search that a pull makes, for all teams at once, without when and how much of it. What leaves a team no
 * longer meets it, as absence is for a sweep to find.
 */
export function criteriaOf(strategy: CaseloadStrategy, teams: readonly string[]): string {
  const parameter = teamParameter(strategy);
  if (parameter === null || teams.length === 0) return `${strategy.type}?`;
  const values = teams.map((team) =>
    strategy.source === 'WHOLE' ? team.slice(team.indexOf('/') + 1) : team,
  );
  return `${strategy.type}?${parameter}=${values.map(encoded).join(',')}`;
}

function notesOf(strategy: CaseloadStrategy, teams: readonly string[]): readonly string[] {
  if (strategy.source === 'WHOLE') return [READ_WHOLE];
  if (strategy.source === 'EXPORT') return [EXPORTED];
  if (strategy.askFor === 'CARE_MANAGERS') return [EVERY_EPISODE];
  return teams.length === 0 ? [EVERY_RESOURCE] : [];
}

/**
 * Subscription.status `requested`, channel.type `rest-hook`, channel.endpoint and channel.header. No channel.payload: the hub wants
 * nothing but to be told, and asks for the rest itself.
 */
function subscription(criteria: string, endpoint: string): HintInstallation['resource'] {
  return {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'Tells IPS Hub that a caseload may have changed, so that it asks',
    criteria,
    channel: { type: 'rest-hook', endpoint, header: [`Authorization: Bearer ${HINT_SECRET_PLACE}`] },
  };
}

/** Hints of a site, as its settings have them. */
export function changeHints(settings: CaseloadSettings & HintSettings): ChangeHints {
  const strategy = STRATEGIES[settings.caseloadStrategy](settings);
  return {
    secret: settings.hintSecret,
    installation: (endpoint, teams) => ({
      resource: subscription(criteriaOf(strategy, teams), endpoint),
      notes: notesOf(strategy, teams),
    }),
  };
}
