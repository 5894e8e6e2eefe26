/** How each source stands to a person, which coordinator is theirs, and what of an item is shown. */
import fc from 'fast-check';
import type { Observed } from '../../../src/clinical/clinical-record.port.js';
import {
  type RecordCapability,
  type RecordEpisode,
  SENSITIVE_READS,
  type SensitiveRead,
} from '../../../src/clinical/record.port.js';
import type { RecordHolder } from '../../../src/clinical/record-links.reader.js';
import {
  barred,
  careCoordinator,
  READ_OF,
  type ReadOutcome,
  type RecordRead,
  SourceState,
  shownItem,
  sourceState,
  WITHHELD_CODES,
  WithheldReason,
  withheldBecause,
} from '../../../src/clinical/record-read.rules.js';
import type { Purpose } from '../../../src/core/caller.js';

const holder = (more: Partial<RecordHolder> = {}): RecordHolder => ({
  personId: 'p',
  inConflict: false,
  restricted: false,
  nhsNumbers: [],
  datesOfBirth: [],
  links: [
    { systemId: 'a', localId: '1', restricted: false },
    { systemId: 'b', localId: '2', restricted: false },
  ],
  ...more,
});
const link = (restricted: boolean, systemId = 'a') => ({ systemId, localId: '9', restricted });

describe('what bars a system from being read', () => {
  test.each<[string, RecordHolder | undefined, SourceState | null]>([
    ['nothing', holder(), null],
    ['nobody known', undefined, 'NOT_LINKED'],
    ['no link', holder({ links: [] }), 'NOT_LINKED'],
    ['a link elsewhere only', holder({ links: [link(false, 'b')] }), 'NOT_LINKED'],
    ['a dispute', holder({ inConflict: true }), 'IDENTITY_CONFLICT'],
    [
      'a dispute, before anything else',
      holder({ inConflict: true, restricted: true, links: [] }),
      'IDENTITY_CONFLICT',
    ],
    ['a restricted person', holder({ restricted: true }), 'RESTRICTED'],
    ['a restricted record there', holder({ links: [link(true)] }), 'RESTRICTED'],
    ['a restricted record anywhere', holder({ links: [link(false), link(true, 'b')] }), 'RESTRICTED'],
  ])('%s', (_name, person, expected) => {
    expect(barred(person, 'a')).toBe(expected);
  });
});

const outcome = (failure: ReadOutcome['failure'] = null): ReadOutcome => ({
  items: [],
  failure,
  fetchedAt: 'now',
});

describe('what is withheld', () => {
  const all = { permitted: SENSITIVE_READS };

  test.each<
    [RecordRead | SensitiveRead, Pick<RecordCapability, 'permitted'>, Purpose, WithheldReason | null]
  >([
    ['problems', {}, 'DIRECT_CARE', 'NOT_PERMITTED_BY_SITE'],
    ['problems', { permitted: ['riskFlags'] }, 'DIRECT_CARE', 'NOT_PERMITTED_BY_SITE'],
    ['problems', { permitted: ['problems'] }, 'DIRECT_CARE', null],
    ['riskFlags', all, 'DIRECT_CARE', null],
    ['documentText', all, 'DIRECT_CARE', null],
    ['problems', all, 'SERVICE_MANAGEMENT', 'NOT_PERMITTED_FOR_PURPOSE'],
    ['riskFlags', all, 'REPORTING', 'NOT_PERMITTED_FOR_PURPOSE'],
    ['documentText', all, 'ADMINISTRATION', 'NOT_PERMITTED_FOR_PURPOSE'],
    ['documentText', {}, 'ADMINISTRATION', 'NOT_PERMITTED_BY_SITE'],
    ['documents', {}, 'SERVICE_MANAGEMENT', null],
    ['consents', {}, 'SERVICE_MANAGEMENT', null],
  ])('%s, permitted %j, for %s: %s', (read, record, purpose, expected) => {
    expect(withheldBecause(read, record, purpose)).toBe(expected);
  });

  test('each reason has its code', () => {
    for (const reason of Object.values(WithheldReason))
      expect(WITHHELD_CODES[reason]).toBe(`HUB_RECORD_${reason}`);
  });
});

describe('how a source stands', () => {
  test.each<[string, SourceState | null, number, ReadOutcome[], SourceState, number]>([
    ['barred, whatever was asked', 'RESTRICTED', 3, [outcome()], 'RESTRICTED', 0],
    ['not asked', null, 0, [], 'NOT_ASKED', 0],
    ['not offered', null, 2, [], 'NOT_OFFERED', 0],
    ['read', null, 2, [outcome(), outcome()], 'CURRENT', 0],
    ['one of two offered and read', null, 2, [outcome()], 'CURRENT', 0],
    ['all of it withheld', null, 1, [], 'NOT_PERMITTED', 1],
    ['some of it withheld', null, 2, [outcome()], 'CURRENT', 1],
    ['barred, and withheld besides', 'RESTRICTED', 1, [], 'RESTRICTED', 1],
    ['one read failed', null, 2, [outcome(), outcome('HUB_UPSTREAM_TIMEOUT')], 'FAILED', 0],
  ])('%s', (_name, bar, asked, outcomes, expected, withheld) => {
    expect(sourceState(bar, asked, outcomes, withheld)).toBe(expected);
  });
});

const episode = (
  at: number,
  startedOn: string | null,
  coordinator: string | null,
): Observed<RecordEpisode> => ({
  value: {
    teamReference: null,
    teamName: null,
    state: 'OPEN',
    startedOn,
    careCoordinator: coordinator === null ? null : { reference: coordinator, name: `Name ${coordinator}` },
  },
  source: { system: 'home', reference: `EpisodeOfCare/${at}`, version: null },
  asOf: null,
  fetchedAt: '2026-03-02T09:00:00.000Z',
  complete: true,
});

describe('the care coordinator', () => {
  test.each<[string, Observed<RecordEpisode>[], string | null]>([
    ['nobody', [], null],
    ['of no episode that names one', [episode(1, '2026-01-01', null)], null],
    [
      'of the one begun last',
      [episode(1, '2026-01-01', 'A'), episode(2, '2026-02-01', 'B'), episode(3, '2025-01-01', 'C')],
      'B',
    ],
    [
      'of the one begun last that names one',
      [episode(1, '2026-01-01', 'A'), episode(2, '2026-02-01', null)],
      'A',
    ],
    ['of a dated one before an undated one', [episode(1, null, 'A'), episode(2, '2020-01-01', 'B')], 'B'],
    ['of an undated one when there is no other', [episode(1, null, 'A')], 'A'],
    [
      'by reference when begun on one day',
      [episode(2, '2026-01-01', 'B'), episode(1, '2026-01-01', 'A')],
      'A',
    ],
  ])('%s', (_name, episodes, expected) => {
    expect(careCoordinator(episodes)?.reference ?? null).toBe(expected);
  });

  test('does not depend on the order in which episodes come', () => {
    const some = fc.array(
      fc.tuple(
        fc.nat(20),
        fc.constantFrom(null, '2025-01-01', '2026-01-01'),
        fc.constantFrom(null, 'A', 'B'),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(some, fc.nat(), (rows, seed) => {
        const unique = rows.filter(([at], here) => rows.findIndex(([other]) => other === at) === here);
        const episodes = unique.map(([at, on, who]) => episode(at, on, who));
        const turned = episodes.map((_, at) => episodes[(at + seed) % episodes.length]!);
        expect(careCoordinator(turned)).toEqual(careCoordinator(episodes));
        expect(careCoordinator([...episodes].reverse())).toEqual(careCoordinator(episodes));
      }),
    );
  });

  test('says where it was read', () => {
    expect(careCoordinator([episode(1, null, 'A')])).toEqual({
      reference: 'A',
      name: 'Name A',
      system: 'home',
      fetchedAt: '2026-03-02T09:00:00.000Z',
    });
  });
});

test('an item is shown with where it comes from; its own reference stays what the record says', () => {
  const { source: _source, ...shown } = { ...shownItem(episode(7, null, null)), source: undefined };
  expect(shown).toMatchObject({
    system: 'home',
    reference: 'EpisodeOfCare/7',
    version: null,
    asOf: null,
    complete: true,
    state: 'OPEN',
  });
});

test('by what an item was judged is not shown', () => {
  const item = { ...episode(7, null, null), value: { name: 'A', identity: { nhsNumber: '9' } } };
  expect(shownItem(item)).toMatchObject({ name: 'A' });
  expect(shownItem(item)).not.toHaveProperty('identity');
});

test('every field but the sources has its read', () => {
  expect(Object.keys(READ_OF).sort()).toEqual([
    'appointments',
    'careCoordinator',
    'careTeams',
    'consents',
    'demographics',
    'documents',
    'encounters',
    'openEpisodes',
    'problems',
    'riskFlags',
  ]);
});
