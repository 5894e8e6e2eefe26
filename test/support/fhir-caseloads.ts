/** For each caseload strategy of the FHIR R4 adapter: what a server of that kind holds, can tell of a membership, and can spoil. */
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import { type CaseloadTraits, EVERYTHING, type PeerMembership } from '../contract/misbehaving-peer.js';
import {
  CANARY,
  episodeResource,
  patientResource,
  practitionerResource,
  type TestResource,
} from './fhir-resources.js';

type Spoil = (resource: TestResource) => TestResource;

/** What of a server carries its caseload, and how that goes wrong in ways of its own. */
export interface ServedCaseload {
  /** Type of the resources that carry memberships. */
  readonly type: string;
  /** One resource holds all of them. */
  readonly whole: boolean;
  /** A resource of the type, spoilt in ways that depend on it. */
  readonly spoilt: {
    readonly OTHER_TEAM?: Spoil;
    readonly UNKNOWN_STATE?: Spoil;
    readonly TOTAL_WRONG?: Spoil;
  };
}

/** A strategy, with a far end that is made for it. */
export interface FhirCaseload {
  readonly settings: Record<string, unknown>;
  readonly teamReference: string;
  /** What a reference to a team is in this strategy, as `Type`; null for an identifier. */
  readonly teamType: string | null;
  readonly served: ServedCaseload;
  readonly traits: CaseloadTraits;
  resourcesOf(memberships: readonly PeerMembership[]): TestResource[];
}

const TEAM = 'Organization/team-one';
const TEAM_TOKEN = { system: 'https://trust.example/team', value: 'T1' };
const { OPEN, ON_HOLD, PLANNED, ENDED, ENTERED_IN_ERROR } = MembershipState;

const instead =
  (change: Record<string, unknown>): Spoil =>
  (resource) => ({ ...resource, ...change });
const unknownState = instead({ status: CANARY });

/** Patients and named workers of memberships. */
function peopleOf(memberships: readonly PeerMembership[]): TestResource[] {
  const coordinators = new Map(memberships.map(({ coordinator }) => [coordinator?.reference, coordinator]));
  return [
    ...memberships.map(({ patient }) => patientResource(patient)),
    ...[...coordinators.values()]
      .filter((one) => one !== null && one !== undefined)
      .map(({ reference, name }) => practitionerResource(reference, name)),
  ];
}

const periodOf = ({ validFrom, validTo }: PeerMembership) => ({
  ...(validFrom === null ? {} : { start: validFrom }),
  ...(validTo === null ? {} : { end: validTo }),
});

/** The states that a status of another value set can tell; what it cannot counts as open. */
const narrowed =
  (states: readonly MembershipState[]) =>
  (membership: PeerMembership): PeerMembership =>
    states.includes(membership.state) ? membership : { ...membership, state: OPEN };

const metaOf = ({ changedAt }: PeerMembership) => ({ versionId: '1', lastUpdated: changedAt });
const COORDINATOR = [
  {
    coding: [
      { system: 'urn:other', code: 'x' },
      { system: 'http://snomed.info/sct', code: '768820003' },
    ],
  },
];

const CARE_TEAM_STATUS: Partial<Record<MembershipState, string>> = {
  [PLANNED]: 'proposed',
  [OPEN]: 'active',
  [ON_HOLD]: 'suspended',
  [ENDED]: 'inactive',
  [ENTERED_IN_ERROR]: 'entered-in-error',
};
const ENCOUNTER_STATUS: Partial<Record<MembershipState, string>> = {
  [PLANNED]: 'planned',
  [OPEN]: 'in-progress',
  [ON_HOLD]: 'onleave',
  [ENDED]: 'finished',
  [ENTERED_IN_ERROR]: 'entered-in-error',
};
const WITHOUT_WAITING_LIST = [OPEN, ON_HOLD, PLANNED, ENDED, ENTERED_IN_ERROR];

function careTeam(membership: PeerMembership, team: Record<string, unknown>): TestResource {
  const { coordinator, patient } = membership;
  const { participant = [], ...rest } = team as { participant?: unknown[] };
  return {
    resourceType: 'CareTeam',
    id: `care-team-${patient.localId}`,
    meta: metaOf(membership),
    status: CARE_TEAM_STATUS[membership.state],
    subject: { reference: `Patient/${patient.localId}` },
    period: periodOf(membership),
    ...rest,
    participant: [
      ...participant,
      { role: [{ text: 'Visitor' }], member: { reference: 'Practitioner/somebody-else' } },
      ...(coordinator === null ? [] : [{ role: COORDINATOR, member: { reference: coordinator.reference } }]),
    ],
  };
}

function byCareTeam(careTeamBy: string, team: Record<string, unknown>, other: Record<string, unknown>) {
  return {
    settings: {
      caseloadStrategy: 'CARE_TEAM',
      careTeamBy,
      ...(careTeamBy === 'IDENTIFIER' ? { teamCodeSystem: TEAM_TOKEN.system } : {}),
    },
    teamReference: careTeamBy === 'IDENTIFIER' ? `${TEAM_TOKEN.system}|${TEAM_TOKEN.value}` : TEAM,
    teamType: careTeamBy === 'IDENTIFIER' ? null : 'Organization',
    served: {
      type: 'CareTeam',
      whole: false,
      spoilt: { OTHER_TEAM: instead(other), UNKNOWN_STATE: unknownState },
    },
    traits: {
      ...EVERYTHING,
      states: WITHOUT_WAITING_LIST,
      tellable: narrowed(WITHOUT_WAITING_LIST),
    },
    resourcesOf: (memberships: readonly PeerMembership[]) => [
      ...memberships.map((membership) => careTeam(membership, team)),
      ...peopleOf(memberships),
    ],
  } satisfies FhirCaseload;
}

function encounter(membership: PeerMembership): TestResource {
  const { coordinator, patient } = membership;
  return {
    resourceType: 'Encounter',
    id: `encounter-${patient.localId}`,
    meta: metaOf(membership),
    status: ENCOUNTER_STATUS[membership.state],
    class: { code: 'AMB' },
    subject: { reference: `Patient/${patient.localId}` },
    serviceProvider: { reference: TEAM },
    period: periodOf(membership),
    ...(coordinator === null
      ? {}
      : { participant: [{ type: COORDINATOR, individual: { reference: coordinator.reference } }] }),
  };
}

const EPISODES = {
  teamReference: TEAM,
  teamType: 'Organization',
  served: {
    type: 'EpisodeOfCare',
    whole: false,
    spoilt: {
      OTHER_TEAM: instead({ managingOrganization: { reference: 'Organization/another' } }),
      UNKNOWN_STATE: unknownState,
    },
  },
  traits: EVERYTHING,
  resourcesOf: (memberships: readonly PeerMembership[]) => [
    ...memberships.map((membership) => episodeResource(TEAM, membership)),
    ...peopleOf(memberships),
  ],
};

const WORKERS = Array.from({ length: 5 }, (_, n) => ({
  reference: `Practitioner/worker-${n}`,
  name: `Worker ${n}`,
}));

/** Roles of the team's workers; some of another team's past, and of one who has left, that must not count. */
function rolesAt(element: string, team: unknown): TestResource[] {
  const role = (id: string, practitioner: string, more: Record<string, unknown> = {}) => ({
    resourceType: 'PractitionerRole',
    id,
    practitioner: { reference: practitioner },
    [element]: team,
    ...more,
  });
  return [
    ...WORKERS.map(({ reference }, n) => role(`role-${n}`, reference)),
    role('role-left', 'Practitioner/left', { active: false }),
    role('role-over', 'Practitioner/over', { period: { end: '2026-02-01' } }),
  ];
}

function byCareManager(settings: Record<string, unknown>, teamReference: string): FhirCaseload {
  const [teamType] = teamReference.split('/') as [string];
  const [element, team] =
    teamType === 'Organization'
      ? ['organization', { reference: teamReference }]
      : ['healthcareService', [{ reference: 'HealthcareService/other' }, { reference: teamReference }]];
  const roles = settings.careManagerType === 'PractitionerRole';
  const managed = (n: number) =>
    roles ? { ...WORKERS[n]!, reference: `PractitionerRole/role-${n}` } : WORKERS[n]!;
  return {
    settings: { caseloadStrategy: 'EPISODE_BY_CARE_MANAGER', ...settings },
    teamReference,
    teamType,
    served: {
      type: 'EpisodeOfCare',
      whole: false,
      spoilt: {
        OTHER_TEAM: instead({ careManager: { reference: 'Practitioner/left' } }),
        UNKNOWN_STATE: unknownState,
      },
    },
    traits: {
      ...EVERYTHING,
      // Who has no care manager is on nobody's caseload.
      tellable: (membership) => ({
        ...membership,
        coordinator: managed(Number(membership.patient.localId.slice(-1)) % 5),
      }),
      requestsForOnePage: 2,
    },
    resourcesOf: (memberships) => [
      ...memberships.map((membership) => episodeResource('Organization/elsewhere', membership)),
      ...memberships.map(({ patient }) => patientResource(patient)),
      ...WORKERS.map(({ reference, name }) => practitionerResource(reference, name)),
      ...rolesAt(element as string, team),
    ],
  };
}

const OF_PAGES = ['NEXT_MISSING', 'DUPLICATE_PAGE', 'LINK_LOOP', 'TOTAL_CHANGES'] as const;
const OF_LINKS = ['LINK_ELSEWHERE', 'LINK_ALIKE', 'LINK_OUTSIDE'] as const;

/** A list of people tells that somebody is on it or was, and no more. */
const LISTED: CaseloadTraits = {
  ...EVERYTHING,
  states: [OPEN, ENDED],
  incremental: false,
  tellable: (membership) => ({ ...narrowed([OPEN, ENDED])(membership), coordinator: null }),
  impossible: [...OF_PAGES, ...OF_LINKS],
  requestsForOnePage: 2,
};

const firstOf =
  (element: string, change: Record<string, unknown>): Spoil =>
  (resource) => {
    const [first, ...rest] = resource[element] as Record<string, unknown>[];
    return { ...resource, [element]: [{ ...first, ...change }, ...rest] };
  };

const LIST_META = { versionId: '7', lastUpdated: '2026-02-28T12:00:00.000Z' };

/** Each strategy, with each choice that a site has within it. */
export const FHIR_CASELOADS: Readonly<Record<string, FhirCaseload>> = {
  EPISODE_BY_ORGANIZATION: { ...EPISODES, settings: {} },
  EPISODE_BY_CARE_MANAGER: byCareManager({}, TEAM),
  'EPISODE_BY_CARE_MANAGER of a service, by role': byCareManager(
    { careManagersOf: 'HealthcareService', careManagerType: 'PractitionerRole' },
    'HealthcareService/team-one',
  ),
  'CARE_TEAM by PARTICIPANT': byCareTeam(
    'PARTICIPANT',
    { participant: [{ member: { reference: TEAM } }] },
    { participant: [{ member: { reference: 'Organization/another' } }] },
  ),
  'CARE_TEAM by MANAGING_ORGANIZATION': byCareTeam(
    'MANAGING_ORGANIZATION',
    { managingOrganization: [{ reference: 'Organization/trust' }, { reference: TEAM }] },
    { managingOrganization: [{ reference: 'Organization/trust' }] },
  ),
  'CARE_TEAM by IDENTIFIER': byCareTeam(
    'IDENTIFIER',
    { identifier: [{ system: 'urn:own', value: '1' }, TEAM_TOKEN] },
    { identifier: [{ ...TEAM_TOKEN, value: 'T2' }] },
  ),
  GROUP: {
    settings: { caseloadStrategy: 'GROUP' },
    teamReference: 'Group/team-one',
    teamType: 'Group',
    served: {
      type: 'Group',
      whole: true,
      spoilt: {
        OTHER_TEAM: instead({ id: 'another' }),
        UNKNOWN_STATE: firstOf('member', { inactive: CANARY }),
        TOTAL_WRONG: (group) => ({ ...group, quantity: (group.member as unknown[]).length + 1 }),
      },
    },
    traits: LISTED,
    resourcesOf: (memberships) => [
      {
        resourceType: 'Group',
        id: 'team-one',
        meta: LIST_META,
        type: 'person',
        actual: true,
        quantity: memberships.filter(({ state }) => state === OPEN).length,
        member: memberships.map((membership) => ({
          entity: { reference: `Patient/${membership.patient.localId}` },
          period: periodOf(membership),
          ...(membership.state === ENDED ? { inactive: true } : {}),
        })),
      },
      ...peopleOf(memberships),
    ],
  },
  LIST: {
    settings: { caseloadStrategy: 'LIST' },
    teamReference: 'List/team-one',
    teamType: 'List',
    served: {
      type: 'List',
      whole: true,
      spoilt: {
        OTHER_TEAM: instead({ id: 'another' }),
        UNKNOWN_STATE: firstOf('entry', { deleted: CANARY }),
      },
    },
    traits: {
      ...LISTED,
      tellable: (membership) => ({ ...LISTED.tellable(membership), validTo: null }),
      impossible: [...LISTED.impossible, 'TOTAL_WRONG'],
    },
    resourcesOf: (memberships) => [
      {
        resourceType: 'List',
        id: 'team-one',
        meta: LIST_META,
        status: 'current',
        mode: 'changes',
        entry: memberships.map(({ patient, validFrom, state }) => ({
          item: { reference: `Patient/${patient.localId}` },
          ...(validFrom === null ? {} : { date: `${validFrom}T12:00:00Z` }),
          ...(state === ENDED ? { deleted: true } : {}),
        })),
      },
      ...peopleOf(memberships),
    ],
  },
  ENCOUNTER: {
    settings: { caseloadStrategy: 'ENCOUNTER' },
    teamReference: TEAM,
    teamType: 'Organization',
    served: {
      type: 'Encounter',
      whole: false,
      spoilt: {
        OTHER_TEAM: instead({ serviceProvider: { reference: 'Organization/another' } }),
        UNKNOWN_STATE: unknownState,
      },
    },
    traits: { ...EVERYTHING, states: WITHOUT_WAITING_LIST, tellable: narrowed(WITHOUT_WAITING_LIST) },
    resourcesOf: (memberships) => [...memberships.map(encounter), ...peopleOf(memberships)],
  },
  BULK_EXPORT: {
    ...EPISODES,
    settings: {
      caseloadStrategy: 'BULK_EXPORT',
      exportGroups: 'Organization/another=Group/none, Group/everybody',
    },
    // Another team's memberships are in the export by right, so there is nothing to ignore.
    served: { ...EPISODES.served, spoilt: { UNKNOWN_STATE: unknownState } },
    traits: {
      ...EVERYTHING,
      impossible: ['NEXT_MISSING', 'LINK_LOOP', 'TOTAL_CHANGES', 'OTHER_TEAM'],
      // Begun, asked twice, eight files of episodes, one of workers, the first of patients, deleted.
      requestsForOnePage: 14,
    },
    resourcesOf: (memberships) => [
      ...EPISODES.resourcesOf(memberships),
      ...memberships.slice(0, 3).map((membership) => ({
        ...episodeResource('Organization/another', membership),
        id: `other-${membership.patient.localId}`,
      })),
    ],
  },
};
