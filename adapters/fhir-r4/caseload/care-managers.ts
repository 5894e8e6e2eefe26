/** Who a team's care managers are: the PractitionerRoles at the organisation or service that stands for the team. */
import { londonDate } from '../../../src/core/calendar.js';
import { HubError } from '../../../src/core/errors.js';
import { type Json, member, objectsOf } from '../json.js';
import { periodDates } from '../mapping/membership.rules.js';
import { localReference, referenceText } from '../mapping/references.rules.js';
import type { FhirR4Settings } from '../settings.js';
import type { Session } from '../transport/connection.js';
import { gather } from './gather.js';
import { IncompleteReason, incomplete } from './incomplete.js';
import type { PullContext } from './strategy.js';

/** PractitionerRole's search parameter and element for each kind of team. */
const ROLE_OF: Readonly<Record<FhirR4Settings['careManagersOf'], readonly [string, string]>> = {
  Organization: ['organization', 'organization'],
  HealthcareService: ['service', 'healthcareService'],
};

/** The role's element as references, whether it holds one or a list. */
function referencesIn(role: Json, element: string, baseUrl: string): readonly string[] {
  const several = objectsOf(role, element);
  return (several.length > 0 ? several : [member(role, element)])
    .map((one) => localReference(one, baseUrl))
    .filter((target) => target !== null)
    .map(referenceText);
}

/** Who is asked for, and what is known of them. */
export interface CareManagers {
  /** As EpisodeOfCare.careManager has them on this site, each once. */
  readonly references: readonly string[];
  /** Roles and the people in them, by `Type/id`. */
  readonly workers: ReadonlyMap<string, Json>;
}

/**
 * The team's care managers, by their roles. A role that is not active, or whose period is over by the hub's day, is none. `HUB_CASELOAD_INCOMPLETE` when there is nobody.
 */
export async function careManagersOf(
  context: PullContext,
  session: Session,
  teamReference: string,
): Promise<CareManagers> {
  const { settings, unmapped } = context;
  const { baseUrl, careManagerType, pageSize } = settings;
  const [parameter, element] = ROLE_OF[settings.careManagersOf];
  const today = londonDate(context.clock.now());
  const parameters = {
    [parameter]: teamReference,
    _include: 'PractitionerRole:practitioner',
    _count: pageSize,
    _total: 'accurate',
  };
  const { matches, included } = await gather(context, session, 'PractitionerRole', parameters);
  const references = new Set<string>();
  const workers = new Map(included);
  for (const role of matches) {
    if (!referencesIn(role, element, baseUrl).includes(teamReference))
      throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_TEAM' } });
    const { validTo } = periodDates(role, 'PractitionerRole', unmapped);
    if (member(role, 'active') === false || (validTo !== null && validTo < today)) continue;
    workers.set(`PractitionerRole/${String(role.id)}`, role);
    const person = localReference(member(role, 'practitioner'), baseUrl);
    if (careManagerType === 'PractitionerRole') references.add(`PractitionerRole/${String(role.id)}`);
    else if (person?.type === 'Practitioner') references.add(referenceText(person));
    else unmapped('PractitionerRole.practitioner');
  }
  if (references.size === 0) throw incomplete(IncompleteReason.NO_CARE_MANAGERS);
  return { references: [...references], workers };
}
