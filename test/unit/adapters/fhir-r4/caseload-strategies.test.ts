/** The table of caseload strategies: what each asks for, whose it takes the answer to be, and its settings. */

import { exportAddress } from '../../../../adapters/fhir-r4/caseload/export-caseload.js';
import { caseloadSearch } from '../../../../adapters/fhir-r4/caseload/search-caseload.js';
import { STRATEGIES } from '../../../../adapters/fhir-r4/caseload/strategies.js';
import type { CaseloadStrategy } from '../../../../adapters/fhir-r4/caseload/strategy.js';
import { requireTeamReference } from '../../../../adapters/fhir-r4/caseload/team-reference.js';
import { manifest } from '../../../../adapters/fhir-r4/manifest.js';
import { parseSettings } from '../../../../adapters/fhir-r4/settings.js';
import { isHubError } from '../../../../src/core/errors.js';

const BASE = 'https://record.example/fhir/';
const LEAST = { baseUrl: 'https://record.example/fhir', bearerToken: 's3cret' };

function strategyOf(settings: Record<string, unknown>): CaseloadStrategy {
  const parsed = parseSettings({ ...LEAST, ...settings });
  return STRATEGIES[parsed.caseloadStrategy](parsed);
}

function faultsOf(settings: Record<string, unknown>): unknown {
  try {
    parseSettings({ ...LEAST, ...settings });
    return [];
  } catch (error) {
    return isHubError(error) ? error.details.faults : error;
  }
}

test('each strategy of the table is a choice of the manifest', () => {
  const { choices } = manifest.settings.find(({ key }) => key === 'caseloadStrategy')!;
  expect(Object.keys(STRATEGIES)).toEqual(choices);
});

test.each([
  [{}, 'EpisodeOfCare', 'organization', ['EpisodeOfCare:patient', 'EpisodeOfCare:care-manager']],
  [
    { caseloadStrategy: 'EPISODE_BY_CARE_MANAGER' },
    'EpisodeOfCare',
    'care-manager',
    ['EpisodeOfCare:patient', 'EpisodeOfCare:care-manager'],
  ],
  [
    { caseloadStrategy: 'CARE_TEAM' },
    'CareTeam',
    'participant',
    ['CareTeam:patient', 'CareTeam:participant'],
  ],
  [
    { caseloadStrategy: 'CARE_TEAM', careTeamBy: 'MANAGING_ORGANIZATION' },
    'CareTeam',
    'managing-organization',
    ['CareTeam:patient', 'CareTeam:participant'],
  ],
  [
    { caseloadStrategy: 'CARE_TEAM', careTeamBy: 'IDENTIFIER', teamCodeSystem: 'urn:t' },
    'CareTeam',
    'identifier',
    ['CareTeam:patient', 'CareTeam:participant'],
  ],
  [
    { caseloadStrategy: 'ENCOUNTER' },
    'Encounter',
    'service-provider',
    ['Encounter:patient', 'Encounter:participant'],
  ],
])(
  '%p searches every status in order of change, with the count, and never by date',
  (settings, type, parameter, includes) => {
    const strategy = strategyOf(settings);
    if (strategy.source !== 'SEARCH') throw new Error('not a search');
    expect(strategy.type).toBe(type);
    const since = '2026-03-01T09:00:00.000Z';
    const search = caseloadSearch(strategy, ['A/1', 'A/2'], since, 25);
    expect(search).toEqual({
      [parameter]: 'A/1,A/2',
      _include: includes,
      _count: 25,
      _sort: '_lastUpdated',
      _total: 'accurate',
      _lastUpdated: `ge${since}`,
    });
    expect(caseloadSearch(strategy, ['A/1'], null, 25)._lastUpdated).toBeUndefined();
  },
);

test.each([
  [{}, { managingOrganization: { reference: `${BASE}Organization/t` } }, ['Organization/t']],
  [{}, { team: [{ reference: 'Organization/t' }] }, []],
  [
    { caseloadStrategy: 'EPISODE_BY_CARE_MANAGER' },
    { careManager: { reference: 'Practitioner/w' }, managingOrganization: { reference: 'Organization/t' } },
    ['Practitioner/w'],
  ],
  [
    { caseloadStrategy: 'CARE_TEAM' },
    {
      participant: [{ member: { reference: 'Organization/t' } }, { member: { reference: 'Practitioner/w' } }],
    },
    ['Organization/t', 'Practitioner/w'],
  ],
  [
    { caseloadStrategy: 'CARE_TEAM', careTeamBy: 'MANAGING_ORGANIZATION' },
    { managingOrganization: [{ reference: 'Organization/t' }, { display: 'a name is no reference' }] },
    ['Organization/t'],
  ],
  [
    { caseloadStrategy: 'CARE_TEAM', careTeamBy: 'IDENTIFIER', teamCodeSystem: 'urn:t' },
    {
      identifier: [{ system: 'urn:t', value: 'T1' }, { value: 'without a system' }],
      managingOrganization: [{ identifier: { system: 'urn:t', value: 'T2' } }],
    },
    ['urn:t|T1', 'urn:t|T2'],
  ],
  [
    { caseloadStrategy: 'ENCOUNTER' },
    { serviceProvider: { reference: 'Organization/t' } },
    ['Organization/t'],
  ],
])('%p takes %p to be of %p', (settings, resource, expected) => {
  const strategy = strategyOf(settings);
  if (strategy.source === 'WHOLE') throw new Error('of its own');
  expect(strategy.askedOf(resource, BASE)).toEqual(expected);
});

test.each([
  [{}, 'Organization/t', 'Group/t'],
  [{ caseloadStrategy: 'GROUP' }, 'Group/t', 'Organization/t'],
  [{ caseloadStrategy: 'LIST' }, 'List/t', 'Group/t'],
  [
    { caseloadStrategy: 'EPISODE_BY_CARE_MANAGER', careManagersOf: 'HealthcareService' },
    'HealthcareService/t',
    'Organization/t',
  ],
  [
    { caseloadStrategy: 'CARE_TEAM', careTeamBy: 'IDENTIFIER', teamCodeSystem: 'urn:t' },
    'urn:t|T1',
    'Organization/t',
  ],
])('%p takes %s for a team and refuses %s', (settings, good, bad) => {
  expect(requireTeamReference(strategyOf(settings), good)).toBe(good);
  expect(() => requireTeamReference(strategyOf(settings), bad)).toThrow(
    expect.objectContaining({ code: 'HUB_INPUT_INVALID' }),
  );
});

describe('settings of exports', () => {
  const BULK = { caseloadStrategy: 'BULK_EXPORT' };

  test('a team has its own group, else the one for all', () => {
    const exportGroups = 'Organization/a = Group/x, Group/y';
    const settings = parseSettings({ ...LEAST, ...BULK, exportGroups, exportTypes: 'Patient,EpisodeOfCare' });
    expect(exportAddress(settings, 'Organization/a', null)).toBe(
      'Group/x/$export?_type=Patient,EpisodeOfCare',
    );
    expect(exportAddress(settings, 'Organization/b', '2026-03-01T09:00:00.000Z')).toBe(
      'Group/y/$export?_type=Patient,EpisodeOfCare&_since=2026-03-01T09%3A00%3A00.000Z',
    );
  });

  test('a team without a group is a fault of the site profile', () => {
    const settings = parseSettings({ ...LEAST, ...BULK, exportGroups: 'Organization/a=Group/x' });
    expect(() => exportAddress(settings, 'Organization/b', null)).toThrow(
      expect.objectContaining({ code: 'HUB_ADAPTER_SETTINGS' }),
    );
  });

  test.each([
    [BULK, 'exportGroups: is required when caseloadStrategy is BULK_EXPORT'],
    [
      { caseloadStrategy: 'CARE_TEAM', careTeamBy: 'IDENTIFIER' },
      'teamCodeSystem: is required when careTeamBy is IDENTIFIER',
    ],
    [
      { caseloadStrategy: 'EPISODES' },
      expect.stringMatching(/^caseloadStrategy: must be one of EPISODE_BY_/),
    ],
    ...['Patient/x', 'Group/x/y', 'Organization/a', '=Group/x', 'Organization/a=Group/x=y', 'a=Group/x'].map(
      (entry) => [
        { exportGroups: ['Group/y', entry] },
        expect.stringMatching(/^exportGroups: entry 2 is not /),
      ],
    ),
    ...[
      'http://files.example',
      'https://files.example/path',
      'https://u:p@files.example',
      'files.example',
    ].map((entry) => [
      { exportFileOrigins: entry },
      expect.stringMatching(/^exportFileOrigins: entry 1 must /),
    ]),
    [{ exportTypes: 'EpisodeOfCare' }, expect.stringMatching(/^exportTypes: must be resource types/)],
    [{ exportTypes: 'EpisodeOfCare, Patient, a&b' }, expect.stringMatching(/^exportTypes: /)],
  ])('%p: %p', (settings, fault) => {
    expect(faultsOf(settings as Record<string, unknown>)).toEqual([fault]);
  });

  test('origins are kept as addresses write them', () => {
    const { exportFileOrigins } = parseSettings({
      ...LEAST,
      exportFileOrigins: 'https://Files.example:443/',
    });
    expect(exportFileOrigins).toEqual(['https://files.example']);
  });
});
