/** The table of caseload strategies. A further one is a row here and, for another resource, a mapping of its own. */
import { type Json, member, objectsOf, textOf } from '../json.js';
import { mapCareManager, mapParticipant, type ParticipantElements } from '../mapping/care-manager.rules.js';
import { readCareTeam } from '../mapping/care-team-membership.rules.js';
import { readEncounter } from '../mapping/encounter.rules.js';
import { readEpisode } from '../mapping/episode.rules.js';
import { groupFault, groupQuantity, readGroupMember } from '../mapping/group-member.rules.js';
import { listFault, readListEntry } from '../mapping/list-entry.rules.js';
import { localReference, referenceText } from '../mapping/references.rules.js';
import { GROUP, HEALTHCARE_SERVICE, LIST, ORGANIZATION } from '../mapping/team.rules.js';
import type { CaseloadSettings } from './caseload-settings.js';
import type { CaseloadStrategy, ExportedCaseload, PullContext, SearchedCaseload } from './strategy.js';

/** Reference elements as `Type/id`; what names nothing of this server is left out. */
function references(elements: readonly unknown[], baseUrl: string): readonly string[] {
  return elements
    .map((element) => localReference(element, baseUrl))
    .filter((target) => target !== null)
    .map(referenceText);
}

const at =
  (element: string) =>
  (resource: Json, baseUrl: string): readonly string[] =>
    references([member(resource, element)], baseUrl);

/** Identifiers of a resource, and of the organisations that it names without a reference, as tokens. */
function tokens(resource: Json): readonly string[] {
  const managers = objectsOf(resource, 'managingOrganization').map((one) => member(one, 'identifier'));
  return [...objectsOf(resource, 'identifier'), ...managers]
    .map((identifier) => [textOf(identifier, 'system'), textOf(identifier, 'value')])
    .filter((parts) => !parts.includes(null))
    .map((parts) => parts.join('|'));
}

const participant =
  (elements: ParticipantElements) =>
  (resource: Json, included: ReadonlyMap<string, Json>, { settings, unmapped }: PullContext) =>
    mapParticipant(elements, settings.coordinatorRoles, resource, included, settings.baseUrl, unmapped);

const nobody = (): null => null;

const EPISODE = {
  type: 'EpisodeOfCare',
  path: 'EpisodeOfCare',
  patient: 'patient',
  terms: readEpisode,
  coordinator: (episode, included, { settings, unmapped }) =>
    mapCareManager(episode, included, settings.baseUrl, unmapped),
} satisfies Partial<ExportedCaseload>;

const BY_ORGANIZATION: SearchedCaseload = {
  ...EPISODE,
  source: 'SEARCH',
  team: ORGANIZATION,
  askFor: 'TEAM',
  parameter: 'organization',
  includes: ['EpisodeOfCare:patient', 'EpisodeOfCare:care-manager'],
  askedOf: at('managingOrganization'),
};

const CARE_TEAM: Omit<SearchedCaseload, 'parameter' | 'askedOf'> = {
  source: 'SEARCH',
  team: ORGANIZATION,
  type: 'CareTeam',
  path: 'CareTeam',
  patient: 'subject',
  terms: readCareTeam,
  coordinator: participant({ resource: 'CareTeam', role: 'role', person: 'member' }),
  askFor: 'TEAM',
  includes: ['CareTeam:patient', 'CareTeam:participant'],
};

/** What of a CareTeam names the team. */
const CARE_TEAM_BY: Readonly<Record<CaseloadSettings['careTeamBy'], SearchedCaseload>> = {
  PARTICIPANT: {
    ...CARE_TEAM,
    parameter: 'participant',
    askedOf: (team, baseUrl) =>
      references(
        objectsOf(team, 'participant').map((one) => member(one, 'member')),
        baseUrl,
      ),
  },
  MANAGING_ORGANIZATION: {
    ...CARE_TEAM,
    parameter: 'managing-organization',
    askedOf: (team, baseUrl) => references(objectsOf(team, 'managingOrganization'), baseUrl),
  },
  IDENTIFIER: { ...CARE_TEAM, teamByIdentifier: true, parameter: 'identifier', askedOf: tokens },
};

/** Each strategy of the site profile, with the choices that the site makes within it. */
export const STRATEGIES: Readonly<
  Record<CaseloadSettings['caseloadStrategy'], (settings: CaseloadSettings) => CaseloadStrategy>
> = {
  EPISODE_BY_ORGANIZATION: () => BY_ORGANIZATION,
  EPISODE_BY_CARE_MANAGER: ({ careManagersOf }) => ({
    ...BY_ORGANIZATION,
    team: careManagersOf === 'Organization' ? ORGANIZATION : HEALTHCARE_SERVICE,
    askFor: 'CARE_MANAGERS',
    parameter: 'care-manager',
    askedOf: at('careManager'),
  }),
  CARE_TEAM: ({ careTeamBy }) => CARE_TEAM_BY[careTeamBy],
  GROUP: () => ({
    source: 'WHOLE',
    team: GROUP,
    type: 'Group',
    parts: 'member',
    path: 'Group.member',
    patient: 'entity',
    terms: readGroupMember,
    coordinator: nobody,
    fault: groupFault,
    least: groupQuantity,
  }),
  LIST: () => ({
    source: 'WHOLE',
    team: LIST,
    type: 'List',
    parts: 'entry',
    path: 'List.entry',
    patient: 'item',
    terms: readListEntry,
    coordinator: nobody,
    fault: listFault,
    least: nobody,
  }),
  ENCOUNTER: () => ({
    source: 'SEARCH',
    team: ORGANIZATION,
    type: 'Encounter',
    path: 'Encounter',
    patient: 'subject',
    terms: readEncounter,
    coordinator: participant({ resource: 'Encounter', role: 'type', person: 'individual' }),
    askFor: 'TEAM',
    parameter: 'service-provider',
    includes: ['Encounter:patient', 'Encounter:participant'],
    askedOf: at('serviceProvider'),
  }),
  BULK_EXPORT: () => ({
    ...EPISODE,
    source: 'EXPORT',
    team: ORGANIZATION,
    askedOf: at('managingOrganization'),
    elements: ['resourceType', 'id', 'meta', 'status', 'patient', 'period', 'careManager'],
  }),
};
