/** Live edges: one batch after hydration, shaped like everything else, and sources that fail, on both read paths. */
import fc from 'fast-check';
import { execute, parse } from 'graphql';
import { Role } from '../../../src/core/caller.js';
import type { BatchReader } from '../../../src/platform/database/select/live-batch.js';
import { toldFaults } from '../../../src/platform/database/select/live-faults.js';
import { id, TEAMS } from './library-data.js';
import { type Failing, LiveWorld } from './library-live.js';
import { type Asked, LibraryWorld, visibleRows } from './library-world.js';
import { naiveSchema } from './naive-reader.js';

let world: LibraryWorld;
beforeAll(async () => {
  world = await LibraryWorld.open();
});
afterAll(() => world.close());
beforeEach(() => {
  world.live = new LiveWorld();
});

const told = (asked: Asked, data: unknown) =>
  toldFaults(asked.context, data as object).map(({ source, edge, error, affected, path }) => ({
    at: `${source} ${edge}`,
    code: error.code,
    affected,
    path,
  }));

/** Data and errors of both paths against graphql-js over the same sources. */
async function compare(query: string, failing: readonly Failing[] = []): Promise<void> {
  const naive = new LiveWorld(failing);
  const schema = naiveSchema(visibleRows(world.rows, [TEAMS.own, TEAMS.second]), naive);
  const answer = await execute({ schema, document: parse(query) });
  expect(answer.errors).toBeUndefined();
  const roots = Object.keys(answer.data as object);
  const expected = [...naive.met]
    .map(([at, { paths, keys }]) => ({
      at,
      code: 'HUB_UPSTREAM_TIMEOUT',
      affected: keys.size,
      path: [...paths].sort((a, b) => roots.indexOf(String(a[0])) - roots.indexOf(String(b[0])))[0]!,
    }))
    .sort(
      (a, b) => roots.indexOf(String(a.path[0])) - roots.indexOf(String(b.path[0])) || (a.at < b.at ? -1 : 1),
    );

  world.live = new LiveWorld(failing);
  const whole = world.request();
  const data = await world.whole(query, {}, whole);
  expect(JSON.stringify(data)).toBe(JSON.stringify(answer.data));
  expect(told(whole, data)).toEqual(expected);
  const batches = world.live.calls.map(({ batch }) => batch);
  expect(new Set(batches).size).toBe(batches.length);

  const stock = world.request();
  const walked = await world.stock(query, {}, stock);
  expect(walked.errors).toBeUndefined();
  expect(JSON.stringify(walked.data)).toBe(JSON.stringify(answer.data));
  expect(told(stock, walked.data)).toEqual(expected);
}

const FULL =
  '{ __typename pulse steps mood visits { place on tags staff { name role } genre helpers { name } } sources { system state } }';
const DOCUMENTS: readonly (readonly [string, string])[] = [
  ['every field', `{ people { id live ${FULL} } }`],
  [
    'aliases, twice the same edge, keys in their order',
    '{ people { a: live { p: pulse __typename q: pulse } name b: live { steps s: sources { state } } } }',
  ],
  [
    'fragments and merged fields',
    '{ people { ...P live { visits { place } } ... on Person { live { visits { on } steps } } } } fragment P on Person { live { visits { ...V staff { name } } } } fragment V on LiveVisit { tags staff { role } }',
  ],
  [
    'skip and include',
    '{ people { live { pulse @skip(if: true) steps @include(if: true) ... @include(if: false) { mood } } } }',
  ],
  [
    'aliases from the prototype',
    '{ people { __proto__: live { __proto__: pulse constructor: steps visits { __proto__: place toString: tags } } } }',
  ],
  ['typename alone', '{ people { live { __typename } } }'],
  [
    'through to-one, to-many and latest',
    '{ books(first: 30) { nodes { title author { name live { pulse } } reviews { reviewer { live { steps } } } latestReview { reviewer { live { mood } } } } } }',
  ],
  [
    'two batches in one operation',
    '{ books(first: 20) { nodes { shelf { place row sources { system } } author { live { pulse } } } } }',
  ],
  [
    'edges and nodes of a connection',
    '{ books(first: 5) { edges { node { author { live { pulse } } } } nodes { author { live { steps pulse } } } totalCount } }',
  ],
  [
    'members of an interface, and a key that is null',
    `{ media(first: 20) { nodes { ownerLive { pulse } ... on Film { director { live { steps } } } ... on Disc { ownerLive { visits { place } } } } } }`,
  ],
  [
    'a union',
    '{ errands(first: 30) { ... on Visit { who { live { pulse } } } ... on Call { who { live { mood } } } } }',
  ],
  [
    'several roots',
    `{ people { live { pulse } } book(id: "${id(5, 7)}") { author { live { pulse steps } } } media { nodes { ownerLive { visits { place } } } } }`,
  ],
  ['nobody', '{ people(first: 0) { live { pulse } } }'],
];
const FAILING: readonly (readonly [string, readonly Failing[]])[] = [
  ['nothing fails', []],
  ['one source fails one field', [{ source: 'north', field: 'pulse' }]],
  ['one source fails one field for some', [{ source: 'north', field: 'pulse', digits: '357' }]],
  ['one of two sources fails', [{ source: 'south', field: 'visits' }]],
  [
    'everything fails',
    ['pulse', 'steps', 'mood', 'visits', 'place', 'row'].flatMap((field) =>
      (['north', 'south'] as const).map((source) => ({ source, field })),
    ),
  ],
];

describe.each(FAILING.map(([name, failing]) => ({ name, failing })))('$name', ({ failing }) => {
  test.each(DOCUMENTS.map(([name, query]) => ({ name, query })))('$name', ({ query }) =>
    compare(query, failing),
  );
});

const leaf = fc.constantFrom('pulse', 'steps', 'mood', '__typename', 'p: pulse', 'sources { state system }');
const visitParts = fc.subarray(
  [
    'place',
    'on',
    'tags',
    'w: staff { name }',
    'staff { role n: name }',
    'genre',
    'helpers { __typename role }',
  ],
  { minLength: 1 },
);
const live = fc
  .array(
    fc.oneof(
      leaf,
      visitParts.map((parts) => `visits { ${parts.join(' ')} }`),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => `{ ${parts.join(' ')} }`);
const holder = fc.oneof(
  live.map((body) => `people { name live ${body} }`),
  fc
    .tuple(live, live)
    .map(
      ([one, two]) =>
        `books(first: 12) { nodes { author { live ${one} } editor { id live ${two} } } edges { node { author { live ${one} } } } }`,
    ),
  fc
    .tuple(live, live)
    .map(
      ([one, two]) =>
        `media(first: 20) { nodes { ownerLive ${one} ... on Disc { ownerLive ${two} owner { live ${one} } } } }`,
    ),
  live.map((body) => `errands(first: 9) { ... on Call { who { live ${body} } } }`),
);
const failures = fc.uniqueArray(
  fc.record({
    source: fc.constantFrom('north' as const, 'south' as const),
    field: fc.constantFrom('pulse', 'steps', 'mood', 'visits'),
    digits: fc.constantFrom('0123456789abcdef', '02468', '1', '37b'),
  }),
  { selector: ({ source, field }) => `${source} ${field}`, maxLength: 4 },
);

test('generated selections, with sources that fail for some and for all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(holder, { minLength: 1, maxLength: 3 }), failures, (holders, failing) =>
      compare(`{ ${holders.map((body, at) => `r${at}: ${body}`).join(' ')} }`, failing),
    ),
    { numRuns: 120 },
  );
});

describe('what is asked of a source', () => {
  test('each field once, with the distinct keys of the whole operation, and nothing that is not selected', async () => {
    await world.whole(
      '{ books(first: 60) { nodes { author { live { pulse visits { place } } } editor { live { pulse } } } } people(first: 2) { live { sources { state } } } }',
    );
    expect(world.live.calls).toHaveLength(1);
    const { wanted } = world.live.calls[0]!;
    expect(Object.keys(wanted).sort()).toEqual(['pulse', 'sources', 'visits']);
    for (const keys of Object.values(wanted)) expect(new Set(keys).size).toBe(keys.length);
    expect(wanted.pulse!.length).toBe(11);
    expect(wanted.sources).toHaveLength(2);
  });

  test('nothing when no edge is selected, when there is nobody, and when the rows cannot be read', async () => {
    await world.whole('{ people { name } }');
    await world.whole('{ people(first: 0) { live { pulse } } books { totalCount } }');
    const failing = { read: () => Promise.reject(new Error('gone')) };
    await world.whole('{ people { live { pulse } } }', {}, world.request(undefined, { database: failing }));
    expect(world.live.calls).toEqual([]);
  });

  test('once, when the shortcut has to be given up after it', async () => {
    const nulls: BatchReader = async (wanted) => {
      world.live.calls.push({ batch: 'live', wanted: Object.fromEntries(wanted) });
      return { value: () => null, faults: [] };
    };
    const asked = world.request(undefined, { batches: { live: nulls } });
    const query = '{ people(first: 2) { name live { pulse sources { state } } } }';
    expect(await world.whole(query, {}, asked)).toBeNull();
    const { data, errors } = await world.stock(query, {}, asked);
    expect(world.live.calls).toHaveLength(1);
    expect(data).toMatchObject({ people: [{ live: null }, { live: null }] });
    expect(errors!.map(({ path }) => path!.join('.'))).toEqual([
      'people.0.live.sources',
      'people.1.live.sources',
    ]);
  });
});

describe('a batch of which nothing can be read', () => {
  test('leaves the edge null with one coded error, the rest as it is', async () => {
    world.live = new LiveWorld([], ['live']);
    const query =
      '{ people { name live { pulse } other: live { steps } } books(first: 3) { nodes { shelf { place } } } }';
    for (const way of ['whole', 'stock'] as const) {
      const asked = world.request();
      const answer =
        way === 'whole' ? await world.whole(query, {}, asked) : (await world.stock(query, {}, asked)).data;
      expect(answer).toMatchObject({
        people: expect.arrayContaining([{ name: 'Anne', live: null, other: null }]),
      });
      expect(JSON.stringify(answer)).toContain('"shelf":{"place":"shelf');
      expect(told(asked, answer)).toEqual([
        { at: 'null Person.live', code: 'HUB_DATABASE_TIMEOUT', affected: 11, path: ['people', 0, 'live'] },
      ]);
    }
  });

  test('that nobody wired is an internal error and no more', async () => {
    const asked = world.request(undefined, { batches: {} });
    const data = await world.whole('{ people(first: 1) { name live { pulse } } }', {}, asked);
    expect(data).toMatchObject({ people: [{ live: null }] });
    expect(told(asked, data)).toMatchObject([{ code: 'HUB_INTERNAL' }]);
  });
});

describe('what a mutation answers', () => {
  const BODY = 'title ownerLive { pulse visits { place } } ... on Film { director { live { steps } } }';

  test('edges of a row by id, of rows by ids, and within a member of a union, with their errors', async () => {
    world.live = new LiveWorld([{ source: 'north', field: 'pulse' }]);
    const one = world.request();
    const touched = await world.stock(`mutation { t: touchMedium(id: "${id(7, 3)}") { ${BODY} } }`, {}, one);
    expect(touched).toMatchObject({
      data: { t: { ownerLive: { pulse: null, visits: [{ place: null }, { place: null }] } } },
    });
    expect(told(one, touched.data)).toEqual([
      {
        at: 'north Live.pulse',
        code: 'HUB_UPSTREAM_TIMEOUT',
        affected: 1,
        path: ['t', 'ownerLive', 'pulse'],
      },
    ]);
    expect(one.audits).toEqual([
      { operation: 'Mutation.touchMedium', subjects: expect.arrayContaining([id(3, 1)]) },
    ]);

    const several = world.request();
    const ids = [id(7, 99), id(7, 0), id(7, 3)].map((one) => `"${one}"`).join();
    const many = await world.stock(`mutation { touchMedia(ids: [${ids}]) { ${BODY} } }`, {}, several);
    expect(told(several, many.data)).toEqual([
      {
        at: 'north Live.pulse',
        code: 'HUB_UPSTREAM_TIMEOUT',
        affected: 2,
        path: ['touchMedia', 1, 'ownerLive', 'pulse'],
      },
    ]);

    const inner = world.request();
    const done = await world.stock(
      `mutation { finish(id: "${id(7, 0)}") { ... on MediumDone { medium { ${BODY} } } } }`,
      {},
      inner,
    );
    expect(told(inner, done.data)).toMatchObject([{ path: ['finish', 'medium', 'ownerLive', 'pulse'] }]);
  });
});

describe('who may', () => {
  test('a refused role is refused the edge as any other field, and no source is asked', async () => {
    const asked = world.request(Role.ANALYST);
    const query = '{ books(first: 3) { nodes { title shelf { place } author { id live { pulse } } } } }';
    expect(await world.whole(query, {}, asked)).toBeNull();
    const { data, errors } = await world.stock(query, {}, asked);
    expect(
      errors!.map(({ path, originalError }) => [path!.at(-1), (originalError as { code?: string }).code]),
    ).toEqual(Array.from({ length: 3 }, () => ['live', 'HUB_ACCESS_FIELD']));
    expect(JSON.stringify(data)).toContain('"live":null');
    expect(world.live.calls.map(({ batch }) => batch)).toEqual(['shelf']);
  });

  test('whose live data are shown is on record, before they are handed out', async () => {
    const asked = world.request();
    await world.whole('{ people(first: 3) { id live { __typename } } }', {}, asked);
    expect(asked.audits[0]!.subjects).toHaveLength(3);
    await world.whole('{ people(first: 3) { id } books { nodes { shelf { row } } } }', {}, asked);
    expect(asked.audits[1]!.subjects).toEqual([]);
  });

  test('nothing leaves, and nothing is told of sources, when the read cannot be put on record', async () => {
    world.live = new LiveWorld([{ source: 'north', field: 'pulse' }]);
    const asked = world.request(undefined, { auditRead: () => Promise.reject(new Error('full')) });
    const query = '{ people { live { pulse } } }';
    expect(await world.whole(query, {}, asked)).toBeNull();
    const { data, errors } = await world.stock(query, {}, asked);
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    expect(told(asked, data)).toEqual([]);
  });
});
