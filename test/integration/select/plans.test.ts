/** How PostgreSQL runs compiled reads over 20,000 books: by index under row-level security, never by walking a table. */
import { Role } from '../../../src/core/caller.js';
import { id, NO_ROWS, ORGANISATION, TEAMS } from './library-data.js';
import { LibraryWorld } from './library-world.js';

let world: LibraryWorld;

beforeAll(async () => {
  world = await LibraryWorld.open(NO_ROWS);
  const uuid = (kind: number, n: string): string =>
    `('${id(kind, 0).slice(0, 24)}' || lpad(to_hex(${n}), 12, '0'))::uuid`;
  const team = (n: string): string =>
    `('${id(2, 0).slice(0, 24)}' || lpad(to_hex(1 + ${n} % 20), 12, '0'))::uuid`;
  const org = `'${ORGANISATION}'::uuid`;
  for (const sql of [
    `insert into people select ${uuid(3, 'n')}, ${uuid(4, 'n')}, ${org}, ${team('n')}, 'Person ' || n, date '1990-01-01' from generate_series(1, 4000) n`,
    `insert into books (id, organisation_id, team_id, title, genre, created_at, available, author_id)
     select ${uuid(5, 'n')}, ${org}, ${team('n')}, 'Book ' || n, 'NOVEL', timestamptz '2026-01-01' + n * interval '1 minute', true, ${uuid(3, '1 + n % 4000')} from generate_series(1, 20000) n`,
    `insert into reviews (id, organisation_id, team_id, book_id, stars, written_at, observed_from)
     select ${uuid(6, 'n')}, ${org}, ${team('n % 20000')}, ${uuid(5, '1 + n % 20000')}, n % 5, timestamptz '2026-02-01' + n * interval '1 second', timestamptz '2026-02-01' from generate_series(1, 60000) n`,
    'analyze people, books, reviews',
  ]) {
    await world.test.owner.query(sql);
  }
});
afterAll(() => world.close());

const HOT: readonly (readonly [string, string])[] = [
  [
    'a page with to-one, latest and children',
    '{ books(first: 100) { nodes { id title author { name } latestReview { stars } reviews(first: 5) { stars writtenAt } } pageInfo { endCursor } } }',
  ],
  [
    'four levels',
    '{ books(first: 20) { nodes { author { books { title reviews { stars reviewer { name } } } } } } }',
  ],
  ['a row by id', `{ book(id: "${id(5, 20)}") { title author { name } reviews { stars } } }`],
];

async function plan(query: string, role: Role): Promise<string> {
  const asked = world.request(role, {}, [TEAMS.own, TEAMS.second]);
  expect(await world.whole(query, {}, asked)).not.toBeNull();
  const { text, values } = asked.statements.at(-1)!;
  const client = await world.test.owner.connect();
  try {
    await client.query('begin');
    await client.query(
      `select set_config('hub.org', $1, true), set_config('hub.teams', $2, true), set_config('hub.orgs', $1, true)`,
      [ORGANISATION, asked.context.scope.teamIds.join()],
    );
    // As the reading pools do.
    await client.query('set local random_page_cost = 1.1');
    await client.query(`set local role ${role === Role.ANALYST ? 'hub_read_analyst' : 'hub_read_staff'}`);
    const { rows } = await client.query(`explain (costs off) ${text}`, [...values]);
    return rows.map((row) => row['QUERY PLAN'] as string).join('\n');
  } finally {
    await client.query('rollback');
    client.release();
  }
}

test.each(HOT)('%s is read by index', async (_name, query) => {
  expect(await plan(query, Role.EMPLOYMENT_SPECIALIST)).not.toContain('Seq Scan');
});

test('a page that starts from a cursor is read by index', async () => {
  const first = (await world.whole('{ books(first: 50) { pageInfo { endCursor } } }')) as {
    books: { pageInfo: { endCursor: string } };
  };
  const next = `{ books(first: 50, after: "${first.books.pageInfo.endCursor}") { nodes { id } } }`;
  const explained = await plan(next, Role.EMPLOYMENT_SPECIALIST);
  expect(explained).not.toContain('Seq Scan');
  expect(explained).toContain('ROW(');
});

test('the guard sees a sequential scan when there is one', async () => {
  expect(
    await plan(
      '{ books(first: 5, orderBy: TITLE) { nodes { id } } people(first: 5) { id } }',
      Role.EMPLOYMENT_SPECIALIST,
    ),
  ).toContain('Seq Scan');
});
