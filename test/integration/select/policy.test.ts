/** Who may read what: refused fields keep their place in the error, the rest is answered; reads are put on record or not answered. */

import { Role } from '../../../src/core/caller.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { id, TEAMS } from './library-data.js';
import { type Asked, LibraryWorld, type Variables } from './library-world.js';

let world: LibraryWorld;
beforeAll(async () => {
  world = await LibraryWorld.open();
});
afterAll(() => world.close());

const analyst = (): Asked => world.request(Role.ANALYST);

async function refused(query: string, asked: Asked, variables: Variables = {}) {
  expect(await world.whole(query, variables, asked)).toBeNull();
  const { data, errors } = await world.stock(query, variables, asked);
  const coded = (errors ?? []).map(({ path, originalError }) => [
    path?.join('.'),
    isHubError(originalError) ? originalError.code : String(originalError),
  ]);
  return { data, coded };
}

test('a refused field is null with an error at its path; the others are answered', async () => {
  const { data, coded } = await refused(
    `{ book(id: "${id(5, 7)}") { title secret author { id name } } }`,
    analyst(),
  );
  expect(coded).toEqual([
    ['book.secret', 'HUB_ACCESS_FIELD'],
    ['book.author.name', 'HUB_ACCESS_FIELD'],
  ]);
  expect(data).toEqual({ book: { title: 'Beta', secret: null, author: { id: id(4, 1), name: null } } });
});

test('a refused column is never in the statement', async () => {
  const asked = analyst();
  await world.stock('{ books { nodes { id secret publishedOn editor { id } loan { from } } } }', {}, asked);
  expect(asked.statements).toHaveLength(1);
  expect(asked.statements[0]!.text).not.toMatch(/secret|published_on|editor_id|loan_from/);
});

test('a role reads its own expression of a column', async () => {
  const query = `{ book(id: "${id(5, 7)}") { author { id } } }`;
  expect(await world.whole(query)).toEqual({ book: { author: { id: id(3, 1) } } });
  expect(await world.whole(query, {}, analyst())).toEqual({ book: { author: { id: id(4, 1) } } });
});

test('filters, orders and roots have policies of their own', async () => {
  const byName = await refused(
    '{ books(filter: { or: [{ author: { nameStartsWith: "A" } }] }) { totalCount } }',
    analyst(),
  );
  expect(byName.coded).toEqual([['books', 'HUB_ACCESS_FIELD']]);
  const flagged = await refused('{ books(filter: { published: true }) { totalCount } }', analyst());
  expect(flagged.coded).toEqual([['books', 'HUB_ACCESS_FIELD']]);
  const ordered = await refused('{ books(orderBy: PUBLISHED) { totalCount } }', analyst());
  expect(ordered.coded).toEqual([['books', 'HUB_ACCESS_FIELD']]);
  const single = await refused('{ bookByTitle(title: "Beta") { id } }', analyst());
  expect(single.coded).toEqual([['bookByTitle', 'HUB_ACCESS_FIELD']]);
  const root = await refused('{ people { id } }', analyst());
  expect(root.coded).toEqual([['people', 'HUB_ACCESS_FIELD']]);
  expect(
    await world.whole(
      '{ books(filter: { author: { bornFrom: "2000-06-01" } }) { totalCount } }',
      {},
      analyst(),
    ),
  ).toEqual({
    books: { totalCount: 15 },
  });
});

test('a hand-written field gets what it needs and takes the stock way', async () => {
  const query = `{ book(id: "${id(5, 7)}") { t: title m: mood } }`;
  const { data, coded } = await refused(query, world.request());
  expect(coded).toEqual([]);
  expect(data).toEqual({ book: { t: 'Beta', m: `${id(5, 7)} has 87 pages` } });
  const forAnalyst = await refused(query, analyst());
  expect(forAnalyst.coded).toEqual([['book.m', 'HUB_ACCESS_FIELD']]);
});

test('a promised row that is hidden is GraphQL’s own null error', async () => {
  const client = await world.test.owner.connect();
  await client.query(
    `insert into reviews select ($1 || right(id::text, 12))::uuid, organisation_id, $2, book_id, reviewer_id, stars, body, written_at, observed_from, observed_to
     from reviews where observed_to is null limit 1`,
    ['00000000-0000-7000-8099-', TEAMS.foreign.replace(/3$/, '9')],
  );
  client.release();
  const asked = world.request(undefined, {}, [TEAMS.foreign.replace(/3$/, '9')]);
  const { data, coded } = await refused('{ reviews { nodes { id book { title } } } }', asked);
  expect(data).toBeNull();
  expect(coded).toHaveLength(1);
  expect(coded[0]![0]).toBe('reviews.nodes.0.book');
});

describe('on record', () => {
  test('subjects are named when something identifying is selected, and only then', async () => {
    const asked = world.request();
    await world.whole('{ books(first: 60) { nodes { title author { id bornOn } } } }', {}, asked);
    await world.whole(
      '{ books(first: 12, orderBy: OLDEST) { nodes { author { name } } } bookByTitle(title: "Beta") { id } }',
      {},
      asked,
    );
    expect(asked.audits.map(({ operation }) => operation)).toEqual([
      'Query.books',
      'Query.books,Query.bookByTitle',
    ]);
    expect(asked.audits[0]!.subjects).toEqual([]);
    expect([...asked.audits[1]!.subjects].sort()).toEqual(Array.from({ length: 11 }, (_, n) => id(3, n)));
  });

  test('rows past the page are not read about', async () => {
    const asked = world.request();
    await world.whole('{ people(first: 2) { name } }', {}, asked);
    expect(asked.audits[0]!.subjects).toHaveLength(2);
    await world.whole(
      '{ books(first: 1) { nodes { author { name } } pageInfo { hasNextPage } } }',
      {},
      asked,
    );
    expect(asked.audits[1]!.subjects).toHaveLength(1);
  });

  test('the stock way records each root', async () => {
    const asked = world.request();
    await world.stock('{ people(first: 1) { name } books { totalCount } }', {}, asked);
    expect(asked.audits.map(({ operation }) => operation).sort()).toEqual(['Query.books', 'Query.people']);
  });

  test('without a record there is no answer', async () => {
    const asked = world.request(undefined, { auditRead: () => Promise.reject(new Error('full')) });
    const { data, coded } = await refused(
      '{ people { name } b: book(id: "00000000-0000-7000-8005-000000000001") { id } }',
      asked,
    );
    expect(data).toBeNull();
    expect(coded).toContainEqual(['people', 'HUB_AUDIT_UNAVAILABLE']);
  });

  test('a failed read is worded by its root field, and not repeated', async () => {
    let reads = 0;
    const failing = {
      read: async () => {
        reads++;
        throw new HubError('HUB_DATABASE_UNAVAILABLE');
      },
    };
    const asked = world.request(undefined, { database: failing });
    const { data, coded } = await refused(`{ b: book(id: "${id(5, 7)}") { title } }`, asked);
    expect(data).toEqual({ b: null });
    expect(coded).toEqual([['b', 'HUB_DATABASE_UNAVAILABLE']]);
    expect(reads).toBe(1);
    expect(asked.audits).toEqual([]);
  });
});
