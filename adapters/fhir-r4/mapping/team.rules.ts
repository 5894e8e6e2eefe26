/** Organization (FHIR R4, UK Core Organization 2.5.1) as a team that could have a caseload. */
import type { TeamListing } from '../../../src/clinical/clinical-record.port.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import type { Unmapped } from './unmapped.js';

/** What of a site's settings decides which organisations are teams. */
export interface TeamRules {
  readonly teamType: string | null;
  readonly teamCodeSystem: string | null;
}

/** Organization.type.coding.code holds the site's code for teams; without one, Organization.partOf is enough. Inactive ones are none. */
export function isTeam(organization: Json, { teamType }: TeamRules): boolean {
  if (member(organization, 'active') === false) return false;
  if (teamType === null) return member(organization, 'partOf') !== undefined;
  return objectsOf(organization, 'type')
    .flatMap((type) => objectsOf(type, 'coding'))
    .some((coding) => textOf(coding, 'code') === teamType);
}

/** Organization.name (its id where there is none, which is counted) and the value of Organization.identifier. */
export function mapTeam(id: string, organization: Json, rules: TeamRules, unmapped: Unmapped): TeamListing {
  const identifiers = objectsOf(organization, 'identifier').filter(
    (identifier) => rules.teamCodeSystem === null || textOf(identifier, 'system') === rules.teamCodeSystem,
  );
  const name = textOf(organization, 'name');
  if (name === null) unmapped('Organization.name');
  const code =
    identifiers.map((identifier) => textOf(identifier, 'value')).find((value) => value !== null) ?? null;
  return { teamReference: `Organization/${id}`, name: name?.trim() ?? id, code };
}
