/** Reading search results and keeping count of them. */
import fc from 'fast-check';
import { readSearchPage } from '../../../../adapters/fhir-r4/bundle.rules.js';
import { PagingLedger } from '../../../../adapters/fhir-r4/caseload/paging.rules.js';
import { isFailure, issueTypes } from '../../../../adapters/fhir-r4/outcome.rules.js';
import { isHubError } from '../../../../src/core/errors.js';

const episode = (id: string, versionId?: string) => ({
  resourceType: 'EpisodeOfCare',
  id,
  ...(versionId === undefined ? {} : { meta: { versionId } }),
});
const entry = (resource: unknown, mode?: string) => ({
  resource,
  ...(mode === undefined ? {} : { search: { mode } }),
});
const outcome = (severity: string, code: string) =>
  entry({ resourceType: 'OperationOutcome', issue: [{ severity, code }] }, 'outcome');
const bundle = (entries: unknown[], more: object = {}) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: entries,
  ...more,
});
const read = (value: unknown) => readSearchPage(value, 'EpisodeOfCare');
const next = (url: unknown) => ({
  link: [
    { relation: 'self', url: 'a' },
    { relation: 'next', url },
  ],
});

test('matches, includes and outcomes are told apart by mode', () => {
  const patient = { resourceType: 'Patient', id: 'p' };
  const page = read(
    bundle(
      [
        entry(episode('a'), 'match'),
        entry(patient, 'include'),
        entry(episode('b'), 'include'),
        outcome('warning', 'value'),
      ],
      { total: 1 },
    ),
  );
  expect(page.matches.map(({ id }) => id)).toEqual(['a']);
  expect([...page.included.keys()]).toEqual(['Patient/p', 'EpisodeOfCare/b']);
  expect(page).toMatchObject({ failed: false, failures: [], total: 1, next: null, lastUpdated: null });
});

test('where the mode is missing, the type tells', () => {
  const page = read(bundle([entry(episode('a')), entry({ resourceType: 'Patient', id: 'p' })]));
  expect(page.matches).toHaveLength(1);
  expect(page.included.has('Patient/p')).toBe(true);
});

test.each(['error', 'fatal'])('an outcome of severity %s among the results is a failure', (severity) => {
  expect(read(bundle([outcome(severity, 'throttled')]))).toMatchObject({
    failed: true,
    failures: ['throttled'],
  });
  expect(read(bundle([outcome(severity, 'free text about somebody')]))).toMatchObject({
    failed: true,
    failures: [],
  });
});

test('links and the clock of the answer', () => {
  expect(
    read(bundle([], { ...next('https://x/2'), meta: { lastUpdated: '2026-03-01T10:00:00+01:00' } })),
  ).toMatchObject({
    next: 'https://x/2',
    lastUpdated: '2026-03-01T09:00:00.000Z',
  });
  expect(read({ resourceType: 'Bundle', type: 'searchset' })).toMatchObject({
    matches: [],
    total: null,
    next: null,
  });
});

test.each([
  ['no object', null],
  ['a list', []],
  ['another resource', { resourceType: 'Patient' }],
  ['another kind of bundle', bundle([], { type: 'history' })],
  ['entries that are no list', { resourceType: 'Bundle', type: 'searchset', entry: {} }],
  ['an entry without resource', bundle([{}])],
  ['an entry that is null', bundle([null])],
  ['a match of another type', bundle([entry({ resourceType: 'Patient', id: 'p' }, 'match')])],
  ['a match without id', bundle([entry({ resourceType: 'EpisodeOfCare' }, 'match')])],
  ['a match with an id that climbs', bundle([entry(episode('..'), 'match')])],
  ['a total that is text', bundle([], { total: '3' })],
  ['a total below zero', bundle([], { total: -1 })],
  ['a broken total', bundle([], { total: 1.5 })],
  ['a next link without address', bundle([], next(undefined))],
  [
    'two different next links',
    bundle([], {
      link: [
        { relation: 'next', url: 'a' },
        { relation: 'next', url: 'b' },
      ],
    }),
  ],
])('%s is a protocol fault', (_what, value) => {
  expect(() => read(value)).toThrow(expect.objectContaining({ code: 'HUB_UPSTREAM_PROTOCOL' }));
});

test('whatever JSON comes, it is a page or a HubError', () => {
  const part = fc.oneof(fc.jsonValue(), fc.constant(bundle([entry(episode('a'), 'match')])));
  const made = fc.record(
    {
      resourceType: fc.oneof(fc.constant('Bundle'), fc.jsonValue()),
      type: fc.oneof(fc.constant('searchset'), fc.jsonValue()),
      entry: fc.oneof(fc.array(part), part),
      link: part,
      total: part,
      meta: part,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), made), (value) => {
      try {
        expect(read(value).matches.every(({ id }) => typeof id === 'string')).toBe(true);
      } catch (error) {
        if (!isHubError(error)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

test('an outcome that only warns is no failure, and odd ones do not break', () => {
  expect(isFailure({ issue: [{ severity: 'warning', code: 'value' }] })).toBe(false);
  for (const odd of [null, 7, {}, { issue: 'x' }, { issue: [null, 7] }]) {
    expect(isFailure(odd)).toBe(false);
    expect(issueTypes(odd)).toEqual([]);
  }
});

const pageOf = (ids: readonly string[], more: { total?: number; next?: string; version?: string } = {}) =>
  read(
    bundle(
      ids.map((id) => entry(episode(id, more.version ?? '1'), 'match')),
      {
        ...(more.total === undefined ? {} : { total: more.total }),
        ...(more.next === undefined ? {} : next(more.next)),
      },
    ),
  );
const reason = (name: string) =>
  expect.objectContaining({
    code: 'HUB_CASELOAD_INCOMPLETE',
    details: expect.objectContaining({ reason: name }) as object,
  });

test('a count that comes out is believed', () => {
  const ledger = new PagingLedger(10);
  expect(ledger.enter(pageOf(['a', 'b'], { total: 3, next: '2' }))).toHaveLength(2);
  expect(ledger.enter(pageOf(['c'], { total: 3 }))).toHaveLength(1);
  expect(ledger.received).toBe(3);
});

test('a server that says no total is believed at its last page', () => {
  expect(new PagingLedger(10).enter(pageOf(['a']))).toHaveLength(1);
});

test('a total told once is held against the end', () => {
  const ledger = new PagingLedger(10);
  ledger.enter(pageOf(['a'], { total: 3, next: '2' }));
  expect(() => ledger.enter(pageOf(['b']))).toThrow(reason('TOTAL_DIFFERS'));
});

test('a record that changed meanwhile comes again in its new version and counts once', () => {
  const ledger = new PagingLedger(10);
  ledger.enter(pageOf(['a', 'b'], { total: 2, next: '2' }));
  expect(ledger.enter(pageOf(['a'], { total: 2, version: '2' })).map(({ id }) => id)).toEqual(['a']);
  expect(ledger.received).toBe(2);
});

test('somebody who slipped between two pages is noticed', () => {
  const ledger = new PagingLedger(10);
  ledger.enter(pageOf(['a', 'b'], { total: 4, next: '2' }));
  expect(() => ledger.enter(pageOf(['d', 'a'], { total: 4, version: '2' }))).toThrow(reason('TOTAL_DIFFERS'));
  const removed = new PagingLedger(10);
  removed.enter(pageOf(['a', 'b'], { total: 4, next: '2' }));
  expect(() => removed.enter(pageOf(['d'], { total: 3 }))).toThrow(reason('TOTAL_CHANGED'));
});

test('pages that go round are noticed by address, by content and by number', () => {
  const byAddress = new PagingLedger(10);
  byAddress.enter(pageOf(['a'], { next: '2' }));
  byAddress.enter(pageOf(['b'], { next: '3' }));
  expect(() => byAddress.enter(pageOf(['c'], { next: '2' }))).toThrow(reason('REPEATED_LINK'));
  const byContent = new PagingLedger(10);
  byContent.enter(pageOf(['a'], { next: '2' }));
  expect(() => byContent.enter(pageOf(['a'], { next: '3' }))).toThrow(reason('REPEATED_PAGE'));
  const byNumber = new PagingLedger(2);
  byNumber.enter(pageOf(['a'], { next: '2' }));
  expect(() => byNumber.enter(pageOf(['b'], { next: '3' }))).toThrow(reason('PAGE_CAP'));
});

test('pages without matches do not go on for ever', () => {
  const ledger = new PagingLedger(3);
  ledger.enter(pageOf([], { next: '2' }));
  ledger.enter(pageOf([], { next: '3' }));
  expect(() => ledger.enter(pageOf([], { next: '4' }))).toThrow(reason('PAGE_CAP'));
});
