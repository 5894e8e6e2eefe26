/** Interfaces and unions over one table each: the compiled answer against graphql-js over an independent reader. */
import fc from 'fast-check';
import { execute, type GraphQLSchema, parse } from 'graphql';
import { Role } from '../../../src/core/caller.js';
import { id, TEAMS } from './library-data.js';
import { LibraryWorld, type Variables, visibleRows } from './library-world.js';
import { naiveSchema } from './naive-reader.js';
import { VARIANT_DOCUMENTS } from './variant-documents.js';

let world: LibraryWorld;
let naive: GraphQLSchema;

beforeAll(async () => {
  world = await LibraryWorld.open();
  naive = naiveSchema(visibleRows(world.rows, [TEAMS.own, TEAMS.second]));
});
afterAll(() => world.close());

async function expected(query: string, variables: Variables): Promise<string> {
  const result = await execute({ schema: naive, document: parse(query), variableValues: variables });
  expect(result.errors).toBeUndefined();
  return JSON.stringify(result.data);
}

async function compare(query: string, variables: Variables = {}): Promise<void> {
  const answer = await expected(query, variables);
  expect(JSON.stringify(await world.whole(query, variables))).toBe(answer);
  const stock = await world.stock(query, variables);
  expect(stock.errors).toBeUndefined();
  expect(JSON.stringify(stock.data)).toBe(answer);
}

test.each(VARIANT_DOCUMENTS.map(([name, query, variables]) => ({ name, query, variables: variables ?? {} })))(
  '$name',
  ({ query, variables }) => compare(query, variables),
);

const alias = fc.constantFrom('', '', '', 'a: ', 'b: ', '__proto__: ');
const inPerson = ['id', 'name', 'bornOn', 'latestMedium { __typename title }', 'latestErrand { __typename }'];
const person = fc.subarray(inPerson, { minLength: 1 }).map((parts) => `{ ${parts.join(' ')} }`);
const COMMON = ['id', 'title', 'price', '__typename'];
const LEAVES = {
  Medium: COMMON,
  Film: [...COMMON, 'minutes', 'name'],
  Disc: [...COMMON, 'tracks', 'label', 'madeOn'],
} as const;
/** Fragments that can be spread in each. */
const WITHIN = {
  Medium: ['Medium', 'Film', 'Disc'],
  Film: ['Medium', 'Film'],
  Disc: ['Medium', 'Disc'],
} as const;

/** A selection of one of the three types; the same relation of the same name everywhere, so that fields merge. */
function selection(type: keyof typeof LEAVES, depth: number): fc.Arbitrary<string> {
  const leaf = fc.constantFrom(...LEAVES[type]);
  const aliased = leaf.map((name) => (name === '__typename' ? name : `${type}_${name}: ${name}`));
  const parts: fc.Arbitrary<string>[] = [leaf, aliased, person.map((inner) => `owner ${inner}`)];
  if (type === 'Film') parts.push(person.map((inner) => `director ${inner}`));
  if (depth > 0) {
    const inner = selection('Medium', depth - 1);
    parts.push(
      inner.map((body) => `related { ${body} }`),
      inner.map((body) => `comments(first: 2) { words medium { ${body} } }`),
      fc
        .constantFrom(...WITHIN[type])
        .chain((on) => selection(on, depth - 1).map((body) => `... on ${on} { ${body} }`)),
    );
  }
  return fc.array(fc.oneof(...parts), { minLength: 1, maxLength: 5 }).map((list) => list.join(' '));
}

test('compiled and naive agree on generated selections of members and of the interface', async () => {
  // One in four goes deeper, at several times the cost.
  const bodies = fc.oneof(
    { weight: 3, arbitrary: selection('Medium', 2) },
    { weight: 1, arbitrary: selection('Medium', 3) },
  );
  const documents = fc
    .tuple(alias, bodies, fc.boolean())
    .map(
      ([name, body, edges]) =>
        `{ media(first: 20) { ${edges ? `edges { node { ${body} } }` : ''} ${name}nodes { ${body} } } people { media(first: 2) { ${body} } } }`,
    );
  await fc.assert(
    fc.asyncProperty(documents, (query) => compare(query)),
    { numRuns: 120 },
  );
});

test('what all members select alike is read once', async () => {
  const asked = world.request();
  await world.whole(
    '{ media { nodes { owner { name } comments { words } ... on Film { minutes } ... on Disc { label } } } }',
    {},
    asked,
  );
  const { text } = asked.statements[0]!;
  expect(text.match(/left join people/g)).toHaveLength(1);
  expect(text.match(/from comments/g)).toHaveLength(1);
});

test('a cursor of an interface leads on', async () => {
  const page = async (after: string) =>
    (await world.whole(
      `{ media(first: 7, orderBy: TITLE${after}) { nodes { id } pageInfo { endCursor hasNextPage } } }`,
    )) as { media: { nodes: { id: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } };
  const seen: string[] = [];
  for (let after = '', more = true; more; ) {
    const { media } = await page(after);
    seen.push(...media.nodes.map((node) => node.id));
    after = `, after: "${media.pageInfo.endCursor}"`;
    more = media.pageInfo.hasNextPage;
  }
  expect(seen).toHaveLength(19);
  expect(new Set(seen).size).toBe(19);
});

describe('what a mutation answers', () => {
  const BODY = '__typename title ... on Film { minutes owner { name } } ... on Disc { label sound }';

  test('a field of an interface by id', async () => {
    const asked = world.request();
    const film = await world.stock(
      `mutation T($id: ID!) { touchMedium(id: $id) { ${BODY} } }`,
      { id: id(7, 3) },
      asked,
    );
    expect(film).toEqual({
      data: {
        touchMedium: {
          __typename: 'Film',
          title: expect.any(String),
          minutes: 61,
          owner: { name: "O'Brien" },
        },
      },
    });
    expect(asked.statements).toHaveLength(1);
    expect(asked.audits).toEqual([{ operation: 'Mutation.touchMedium', subjects: [id(3, 1)] }]);
    const disc = await world.stock(`mutation T($id: ID!) { touchMedium(id: $id) { ${BODY} } }`, {
      id: id(7, 0),
    });
    expect(disc).toEqual({
      data: { touchMedium: { __typename: 'Disc', title: 'Alpha', label: 'Anne', sound: 'Anne!' } },
    });
    expect(await world.stock('mutation { touchMedium(id: "x") { title } }'.replace('x', id(7, 99)))).toEqual({
      data: { touchMedium: null },
    });
  });

  test('rows of both types by ids, in their order', async () => {
    const ids = [id(7, 3), id(7, 0), id(7, 99), id(7, 3)];
    const { data } = await world.stock(
      'mutation T($ids: [ID!]!) { touchMedia(ids: $ids) { __typename id } }',
      { ids },
    );
    expect(data).toEqual({
      touchMedia: [
        { __typename: 'Film', id: ids[0] },
        { __typename: 'Disc', id: ids[1] },
        null,
        { __typename: 'Film', id: ids[3] },
      ],
    });
  });

  test('an interface within a member of a union', async () => {
    const query = `mutation T($id: ID!) { finish(id: $id) { ... on MediumDone { medium { ${BODY} } } ... on Refused { reason } } }`;
    expect(await world.stock(query, { id: id(7, 0) })).toMatchObject({
      data: { finish: { medium: { __typename: 'Disc', label: 'Anne' } } },
    });
    expect(await world.stock(query, { id: id(3, 0) })).toEqual({ data: { finish: { reason: 'no medium' } } });
  });
});

describe('who may', () => {
  test('a refused field of a member is refused at its path, for rows of that member alone', async () => {
    const query =
      '{ media(first: 20) { nodes { title ... on Disc { tracks } ... on Film { director { name } } } } }';
    const asked = world.request(Role.ANALYST);
    expect(await world.whole(query, {}, asked)).toBeNull();
    const { errors } = await world.stock(query, {}, asked);
    const fields = (errors ?? []).map(({ path }) => String(path!.at(-1)));
    expect(new Set(fields)).toEqual(new Set(['tracks', 'director']));
    expect(fields).toHaveLength(20);
    expect(asked.statements.at(-1)!.text).not.toMatch(/tracks|director_id/);
  });

  test('whose label a disc has is on record; a film is nobody’s', async () => {
    const asked = world.request();
    await world.whole('{ media(first: 20) { nodes { title ... on Film { minutes } } } }', {}, asked);
    await world.whole('{ media(first: 20) { nodes { ... on Disc { label } } } }', {}, asked);
    expect(asked.audits[0]!.subjects).toEqual([]);
    const owners = world.rows.media
      .filter((row) => row.kind === 'disc' && row.team_id !== TEAMS.foreign && row.owner_id !== null)
      .map((row) => row.owner_id);
    expect([...asked.audits[1]!.subjects].sort()).toEqual([...new Set(owners)].sort());
  });
});

test('a row that is of no type of the map is an internal error, never another type’s', async () => {
  const broken = await LibraryWorld.open({
    ...world.rows,
    media: world.rows.media.map((row, n) => (n === 2 ? { ...row, kind: 'tape' } : row)),
  });
  try {
    const query = '{ media(first: 20) { nodes { title } } }';
    expect(await broken.whole(query)).toBeNull();
    const { data, errors } = await broken.stock(query);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['media'], originalError: { code: 'HUB_INTERNAL' } }]);
  } finally {
    await broken.close();
  }
});
