/** What a mutation or a hand-written resolver answers: members of a union by id, lists of ids, in one statement. */
import { id } from './library-data.js';
import { LibraryWorld } from './library-world.js';

let world: LibraryWorld;
beforeAll(async () => {
  world = await LibraryWorld.open();
});
afterAll(() => world.close());

const TOUCH = `mutation T($id: ID!) { touch(id: $id) {
  kind: __typename ... on Book { t: title author { name } reviews(first: 1) { id } } ... on Person { name } ... on Refused { reason }
} }`;

test('the selection on a member of a union is read by its id', async () => {
  const asked = world.request();
  const book = await world.stock(TOUCH, { id: id(5, 7) }, asked);
  expect(book).toMatchObject({
    data: { touch: { kind: 'Book', t: 'Beta', author: { name: "O'Brien" }, reviews: [{}] } },
  });
  expect(asked.statements).toHaveLength(1);
  expect(asked.audits).toEqual([{ operation: 'Mutation.touch', subjects: [id(3, 1)] }]);
  const person = await world.stock(TOUCH, { id: id(3, 0) });
  expect(person).toEqual({ data: { touch: { kind: 'Person', name: 'Anne' } } });
});

test('a row that is hidden is null to the resolver', async () => {
  const hidden = await world.stock(TOUCH, { id: id(5, (14 * 7) % 60) });
  expect(hidden).toEqual({ data: { touch: { kind: 'Refused', reason: 'not there' } } });
});

test('rows by ids keep the order of the ids, with null for what is not visible', async () => {
  const asked = world.request();
  const ids = [id(5, 14), id(9, 9), id(5, 7), id(5, 14)];
  const { data, errors } = await world.stock(
    'mutation T($ids: [ID!]!) { touchAll(ids: $ids) { i: id } }',
    { ids },
    asked,
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({ touchAll: [{ i: ids[0] }, null, { i: ids[2] }, { i: ids[3] }] });
  expect(asked.statements).toHaveLength(1);
});

test('mutations and hand-written roots never take the shortcut', async () => {
  expect(await world.whole(TOUCH, { id: id(5, 7) })).toBeNull();
  expect(await world.whole('{ version books { totalCount } }')).toBeNull();
  expect(await world.whole('{ __schema { queryType { name } } }')).toBeNull();
  expect((await world.stock('{ version books { totalCount } }')).data).toEqual({
    version: '1',
    books: { totalCount: 56 },
  });
});

test('variables that are wrong never take the shortcut', async () => {
  expect(await world.whole('query Q($id: ID!) { book(id: $id) { id } }', {})).toBeNull();
});

test('the plans that are kept hold nothing of the request that they were made for', async () => {
  const query =
    'query Q($f: BookFilter, $id: ID!) { books(filter: $f) { nodes { id } } book(id: $id) { id } }';
  await world.whole(query, { f: { titleStartsWith: 'only-in-this-request' }, id: id(5, 7) });
  const seen = new Set<unknown>();
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Map) for (const entry of value) walk(entry);
    for (const part of Object.values(value)) walk(part);
  };
  walk(world.plans);
  expect(texts.some((text) => text.includes('select '))).toBe(true);
  expect(texts.filter((text) => text.includes('only-in-this-request') || text.includes(id(5, 7)))).toEqual(
    [],
  );
});
