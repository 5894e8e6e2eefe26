/** What each caseload strategy needs of a server, written from the strategies themselves. */
import type { CaseloadSettings } from '../caseload/caseload-settings.js';
import { STRATEGIES } from '../caseload/strategies.js';
import type {
  CaseloadStrategy,
  ExportedCaseload,
  SearchedCaseload,
  WholeCaseload,
} from '../caseload/strategy.js';
import type { FhirR4Settings } from '../settings.js';
import type { Need, Purpose } from './need.js';

type StrategyName = CaseloadSettings['caseloadStrategy'];

/** The setting that asks another thing of the server than a strategy does. */
const INSTEAD: Readonly<Record<StrategyName, string>> = {
  EPISODE_BY_ORGANIZATION:
    'caseloadStrategy: EPISODE_BY_CARE_MANAGER, CARE_TEAM, GROUP, LIST, ENCOUNTER or BULK_EXPORT',
  EPISODE_BY_CARE_MANAGER: 'caseloadStrategy: another than EPISODE_BY_CARE_MANAGER',
  CARE_TEAM: 'caseloadStrategy: another than CARE_TEAM; or careTeamBy: another element',
  GROUP: 'caseloadStrategy: another than GROUP',
  LIST: 'caseloadStrategy: another than LIST',
  ENCOUNTER: 'caseloadStrategy: another than ENCOUNTER',
  BULK_EXPORT: 'caseloadStrategy: another than BULK_EXPORT',
};

const noCaseload = (name: StrategyName): Purpose => ({
  needed: true,
  consequence: 'No caseload can be read, so eligibility stays unknown.',
  setting: INSTEAD[name],
});

const ignored = (name: StrategyName): Purpose => ({
  needed: true,
  consequence:
    'The server refuses the search or answers with other teams, and each pull ends as HUB_UPSTREAM_REJECTED or HUB_UPSTREAM_PROTOCOL.',
  setting: INSTEAD[name],
});

const EACH_REFRESH_WHOLE: Purpose = {
  needed: false,
  consequence: 'Reads of what changed fail or read everything; full sweeps go on.',
  setting: 'HUB_REFRESH_MINUTES: longer, and HUB_SWEEP_HOURS: shorter',
};
const MORE_REQUESTS: Purpose = {
  needed: false,
  consequence:
    'A server that refuses it ends each pull; with one that ignores it patients are read in further requests, 100 at a time (20 without searchByPost).',
  setting: 'caseloadStrategy: GROUP, LIST or BULK_EXPORT, which bring nothing along',
};
const FEWER_NAMES: Purpose = {
  needed: false,
  consequence:
    'A server that refuses it ends each pull; with one that ignores it care coordinators have a name only where the reference displays one.',
  setting: 'caseloadStrategy: GROUP, LIST or BULK_EXPORT, which bring nothing along',
};
const NO_PATIENTS: Purpose = {
  needed: true,
  consequence: 'Patients who do not come along cannot be read, and each such pull is incomplete.',
  setting: 'caseloadStrategy: BULK_EXPORT, which brings patients along',
};
const NO_TEAMS: Purpose = {
  needed: true,
  consequence: 'Teams cannot be listed, so no full sweep is made and nobody’s absence can be concluded.',
  setting: null,
};

/** Reading what a search found but did not bring along. */
const PATIENTS: readonly Need[] = [
  { place: { code: 'INTERACTION', type: 'Patient', name: 'search-type' }, ...NO_PATIENTS },
  { place: { code: 'SEARCH_PARAMETER', type: 'Patient', name: '_id' }, ...NO_PATIENTS },
];

/** Listing teams, with the parameters that leave out what is none. */
function teamNeeds({ team }: CaseloadStrategy, { teamsPartOf, teamType }: FhirR4Settings): readonly Need[] {
  const narrowing = (name: string, setting: string | null): Need => ({
    place: { code: 'SEARCH_PARAMETER', type: team.type, name },
    needed: false,
    consequence: 'Teams are refused or listed beyond those meant; the latter stand as not mapped.',
    setting,
  });
  const byType: Readonly<Record<typeof team.type, readonly Need[]>> = {
    Organization: teamsPartOf === null ? [] : [narrowing('partof', 'teamsPartOf: left out')],
    HealthcareService: teamsPartOf === null ? [] : [narrowing('organization', 'teamsPartOf: left out')],
    Group: [narrowing('type', null), ...(teamType === null ? [] : [narrowing('code', 'teamType: left out')])],
    List: [
      narrowing('status', null),
      ...(teamType === null ? [] : [narrowing('code', 'teamType: left out')]),
    ],
  };
  const listed: Need = { place: { code: 'INTERACTION', type: team.type, name: 'search-type' }, ...NO_TEAMS };
  return [listed, ...byType[team.type]];
}

function searched(name: StrategyName, strategy: SearchedCaseload, settings: FhirR4Settings): readonly Need[] {
  const { type, parameter, includes, askFor } = strategy;
  const managers: readonly Need[] =
    askFor === 'TEAM'
      ? []
      : [
          {
            place: { code: 'INTERACTION', type: 'PractitionerRole', name: 'search-type' },
            ...noCaseload(name),
          },
          {
            place: {
              code: 'SEARCH_PARAMETER',
              type: 'PractitionerRole',
              name: settings.careManagersOf === 'Organization' ? 'organization' : 'service',
            },
            ...ignored(name),
            setting: 'careManagersOf: the other of Organization and HealthcareService',
          },
          {
            place: { code: 'INCLUDE', type: 'PractitionerRole', name: 'PractitionerRole:practitioner' },
            ...FEWER_NAMES,
          },
        ];
  return [
    { place: { code: 'INTERACTION', type, name: 'search-type' }, ...noCaseload(name) },
    { place: { code: 'SEARCH_PARAMETER', type, name: parameter }, ...ignored(name) },
    { place: { code: 'SEARCH_PARAMETER', type, name: '_lastUpdated' }, ...EACH_REFRESH_WHOLE },
    ...includes.map(
      (include): Need => ({
        place: { code: 'INCLUDE', type, name: include },
        ...(include.endsWith(':patient') ? MORE_REQUESTS : FEWER_NAMES),
      }),
    ),
    ...managers,
    ...PATIENTS,
  ];
}

function whole(name: StrategyName, { type }: WholeCaseload): readonly Need[] {
  return [{ place: { code: 'INTERACTION', type, name: 'read' }, ...noCaseload(name) }, ...PATIENTS];
}

function exported(
  name: StrategyName,
  { type }: ExportedCaseload,
  { exportTypes }: FhirR4Settings,
): readonly Need[] {
  const further = exportTypes.filter((one) => one !== type && one !== 'Patient');
  return [
    { place: { code: 'OPERATION', type: 'Group', name: 'export' }, ...noCaseload(name) },
    { place: { code: 'RESOURCE', type }, ...noCaseload(name) },
    { place: { code: 'RESOURCE', type: 'Patient' }, ...noCaseload(name) },
    ...further.map(
      (one): Need => ({
        place: { code: 'RESOURCE', type: one },
        needed: true,
        consequence: 'A server may refuse the whole export for a type that it does not have.',
        setting: `exportTypes: without ${one}`,
      }),
    ),
  ];
}

/** Needs of the site's caseload: memberships, their patients, the teams. */
export function caseloadNeeds(settings: FhirR4Settings): readonly Need[] {
  const name = settings.caseloadStrategy;
  const strategy = STRATEGIES[name](settings);
  const teams = teamNeeds(strategy, settings);
  switch (strategy.source) {
    case 'SEARCH':
      return [...searched(name, strategy, settings), ...teams];
    case 'WHOLE':
      return [...whole(name, strategy), ...teams];
    case 'EXPORT':
      return [...exported(name, strategy, settings), ...teams];
  }
}
