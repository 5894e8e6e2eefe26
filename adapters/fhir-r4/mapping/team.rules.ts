/** What a server holds of teams: Organization (UK Core 2.5.1), HealthcareService, Group and List, each as a team that could have a caseload. */
import type { TeamListing } from '../../../src/clinical/clinical-record.port.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import type { Unmapped } from './unmapped.js';

/** What of a site's settings decides which resources are teams. */
export interface TeamRules {
  readonly teamType: string | null;
  readonly teamCodeSystem: string | null;
}

/** Where a kind of team keeps what is asked of it. */
export interface TeamKind {
  readonly type: 'Organization' | 'HealthcareService' | 'Group' | 'List';
  readonly name: 'name' | 'title';
  /** CodeableConcept or a list of them that holds the site's code for teams. */
  readonly code: 'type' | 'code';
  /** False for what is no team of today. */
  inUse(resource: Json): boolean;
  /** Whether one without the site's code counts, where the site states none. */
  countsUncoded(resource: Json): boolean;
}

/** Organization: not inactive; without a code, one that is part of another. */
export const ORGANIZATION: TeamKind = {
  type: 'Organization',
  name: 'name',
  code: 'type',
  inUse: (organization) => member(organization, 'active') !== false,
  countsUncoded: (organization) => member(organization, 'partOf') !== undefined,
};

/** HealthcareService: not inactive; without a code, each. */
export const HEALTHCARE_SERVICE: TeamKind = {
  type: 'HealthcareService',
  name: 'name',
  code: 'type',
  inUse: (service) => member(service, 'active') !== false,
  countsUncoded: () => true,
};

/** Group: of real people, not inactive; without a code, each. */
export const GROUP: TeamKind = {
  type: 'Group',
  name: 'name',
  code: 'code',
  inUse: (group) =>
    textOf(group, 'type') === 'person' &&
    member(group, 'actual') === true &&
    member(group, 'active') !== false,
  countsUncoded: () => true,
};

/** List: current; without a code, one that is about nobody in particular. */
export const LIST: TeamKind = {
  type: 'List',
  name: 'title',
  code: 'code',
  inUse: (list) => textOf(list, 'status') === 'current',
  countsUncoded: (list) => member(list, 'subject') === undefined,
};

function conceptsOf(resource: Json, element: string): readonly Json[] {
  const several = objectsOf(resource, element);
  return several.length > 0 ? several : [{ coding: member(member(resource, element), 'coding') }];
}

/** In use, and its type or code holds the site's code for teams; where the site states none, what counts without. */
export function isTeam(resource: Json, { teamType }: TeamRules, kind: TeamKind = ORGANIZATION): boolean {
  if (!kind.inUse(resource)) return false;
  if (teamType === null) return kind.countsUncoded(resource);
  return conceptsOf(resource, kind.code)
    .flatMap((concept) => objectsOf(concept, 'coding'))
    .some((coding) => textOf(coding, 'code') === teamType);
}

/** Its name (its id where there is none, which is counted) and the value of its identifier. */
export function mapTeam(
  id: string,
  resource: Json,
  rules: TeamRules,
  unmapped: Unmapped,
  kind: TeamKind = ORGANIZATION,
): TeamListing {
  const identifiers = objectsOf(resource, 'identifier').filter(
    (identifier) => rules.teamCodeSystem === null || textOf(identifier, 'system') === rules.teamCodeSystem,
  );
  const name = textOf(resource, kind.name);
  if (name === null) unmapped(`${kind.type}.${kind.name}`);
  const code =
    identifiers.map((identifier) => textOf(identifier, 'value')).find((value) => value !== null) ?? null;
  return { teamReference: `${kind.type}/${id}`, name: name?.trim() ?? id, code };
}
