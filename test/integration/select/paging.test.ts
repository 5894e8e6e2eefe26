/** Walking a list page by page: every order, both directions, every row once; cursors that are not ours are refused. */
import { isHubError } from '../../../src/core/errors.js';
import { CursorKeyring } from '../../../src/platform/database/select/sealed-cursors.js';
import { TEAMS } from './library-data.js';
import { type Asked, LibraryWorld } from './library-world.js';

let world: LibraryWorld;
beforeAll(async () => {
  world = await LibraryWorld.open();
});
afterAll(() => world.close());

interface Page {
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

const PAGE = 'edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const WALK = `query Q($o: BookOrder, $first: Int, $after: String, $last: Int, $before: String, $f: BookFilter) {
  books(orderBy: $o, first: $first, after: $after, last: $last, before: $before, filter: $f) { ${PAGE} } }`;

async function page(variables: Record<string, unknown>, asked?: Asked): Promise<Page> {
  const data = (await world.whole(WALK, variables, asked)) as { books: Page } | null;
  return data!.books;
}

const ORDERS = ['NEWEST', 'OLDEST', 'TITLE', 'PAGES', 'MIXED', 'PUBLISHED'];
const SEEN = 56;

describe.each(ORDERS)('in order %s', (o) => {
  test.each([1, 7, 25])('forward by %i', async (first) => {
    const all = (await page({ o, first: 100 })).edges.map((edge) => edge.node.id);
    expect(new Set(all).size).toBe(SEEN);
    const walked: string[] = [];
    for (let after: string | null = null; ; ) {
      const { edges, pageInfo } = await page({ o, first, after });
      walked.push(...edges.map((edge) => edge.node.id));
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      expect([edges[0]!.cursor.length, edges.at(-1)!.cursor.length].every((length) => length > 40)).toBe(
        true,
      );
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(walked).toEqual(all);
  });

  test('backward by 7', async () => {
    const all = (await page({ o, first: 100 })).edges.map((edge) => edge.node.id);
    let walked: string[] = [];
    for (let before: string | null = null; ; ) {
      const { edges, pageInfo } = await page({ o, last: 7, before });
      walked = [...edges.map((edge) => edge.node.id), ...walked];
      expect(pageInfo.hasNextPage).toBe(before !== null);
      if (!pageInfo.hasPreviousPage) break;
      before = pageInfo.startCursor;
    }
    expect(walked).toEqual(all);
  });
});

test('a filter stays with the walk', async () => {
  const f = { genre: 'NOVEL' };
  const all = (await page({ f, first: 100 })).edges.map((edge) => edge.node.id);
  const first = await page({ f, first: 5 });
  const second = await page({ f, first: 100, after: first.pageInfo.endCursor });
  expect([...first.edges, ...second.edges].map((edge) => edge.node.id)).toEqual(all);
});

test('an empty page has no cursors', async () => {
  const empty = await page({ f: { titleStartsWith: 'nothing' } });
  expect(empty).toEqual({
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

async function refusal(
  variables: Record<string, unknown>,
  asked = world.request(),
): Promise<string | undefined> {
  expect(await world.whole(WALK, variables, asked)).toBeNull();
  const { data, errors } = await world.stock(WALK, variables, asked);
  expect(data).toBeNull();
  expect(errors).toHaveLength(1);
  expect(errors![0]!.path).toEqual(['books']);
  expect(asked.statements).toHaveLength(0);
  const cause = errors![0]!.originalError;
  return isHubError(cause) ? cause.code : undefined;
}

test('cursors of another order, caller, type or hand are refused', async () => {
  const { endCursor } = (await page({ o: 'TITLE', first: 3 })).pageInfo;
  expect(await refusal({ o: 'NEWEST', after: endCursor })).toBe('HUB_INPUT_CURSOR');
  const other = new CursorKeyring(Buffer.alloc(32, 7)).for('another');
  expect(await refusal({ o: 'TITLE', after: endCursor }, world.request(undefined, { cursors: other }))).toBe(
    'HUB_INPUT_CURSOR',
  );
  const review = (await world.whole('{ reviews(first: 1) { pageInfo { endCursor } } }')) as {
    reviews: { pageInfo: { endCursor: string } };
  };
  expect(await refusal({ after: review.reviews.pageInfo.endCursor })).toBe('HUB_INPUT_CURSOR');
  expect(await refusal({ after: '' })).toBe('HUB_INPUT_CURSOR');
  expect(await refusal({ after: 'bm9wZQ' })).toBe('HUB_INPUT_CURSOR');
});

test('sizes and directions that cannot be are refused', async () => {
  expect(await refusal({ first: -1 })).toBe('HUB_INPUT_INVALID');
  expect(await refusal({ first: 101 })).toBe('HUB_INPUT_LIMIT');
  expect(await refusal({ first: 2_000_000_000 })).toBe('HUB_INPUT_LIMIT');
  expect(await refusal({ last: -5 })).toBe('HUB_INPUT_INVALID');
  expect(await refusal({ first: 1, last: 1 })).toBe('HUB_INPUT_INVALID');
  expect(await refusal({ first: 1, before: 'x' })).toBe('HUB_INPUT_INVALID');
});

test('input that PostgreSQL would refuse is refused before it', async () => {
  expect(await refusal({ f: { authorId: 'x' } })).toBe('HUB_INPUT_INVALID');
  expect(await refusal({ f: { titleStartsWith: 'a\u0000b' } })).toBe('HUB_INPUT_INVALID');
  expect(await refusal({ f: { createdFrom: 'yesterday' } })).toBe('HUB_INPUT_INVALID');
  expect(await refusal({ f: { author: { bornFrom: '2026-02-30' } } })).toBe('HUB_INPUT_INVALID');
});

test('page sizes share statements, and a statement is named from its second use', async () => {
  const asked = world.request(undefined, {}, [TEAMS.own]);
  const query = 'query Q($n: Int) { books(first: $n, orderBy: OLDEST) { nodes { id pages } } }';
  for (const n of [26, 30, 50]) {
    const data = (await world.whole(query, { n }, asked)) as { books: { nodes: unknown[] } };
    expect(data.books.nodes).toHaveLength(Math.min(n, 40));
  }
  expect(new Set(asked.statements.map(({ text }) => text)).size).toBe(1);
  expect(asked.statements.map(({ name }) => name !== undefined)).toEqual([false, true, true]);
  expect(asked.statements[0]!.text).toMatch(/limit 50\b/);
  // Joins after the limit may lose the order of the page, so the statement must sort last of all.
  expect(asked.statements[0]!.text).toMatch(/\) t\d+ order by [^()]+$/);
});

test('a row past the page is read only when it is asked whether there is one', async () => {
  const asked = world.request();
  await world.whole('{ books(first: 20) { nodes { id } pageInfo { startCursor endCursor } } }', {}, asked);
  for (const field of ['hasNextPage', 'hasPreviousPage'])
    await world.whole(`{ books(first: 20) { nodes { id } pageInfo { ${field} } } }`, {}, asked);
  expect(asked.statements.map(({ text }) => /limit (\d+)\) t\d+ order by/.exec(text)?.[1])).toEqual([
    '20',
    '21',
    '21',
  ]);
});
