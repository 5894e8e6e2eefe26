/** The compiled answer equals that of graphql-js over an independent reader: data, order of keys, for every document. */
import { execute, type GraphQLSchema, parse } from 'graphql';
import { DOCUMENTS } from './documents.js';
import { TEAMS } from './library-data.js';
import { LibraryWorld, type Variables, visibleRows } from './library-world.js';
import { naiveSchema } from './naive-reader.js';

let world: LibraryWorld;
let naive: GraphQLSchema;

beforeAll(async () => {
  world = await LibraryWorld.open();
  naive = naiveSchema(visibleRows(world.rows, [TEAMS.own, TEAMS.second]));
});
afterAll(() => world.close());

async function expected(query: string, variables: Variables): Promise<string> {
  const lowered = variables.id ? { ...variables, id: String(variables.id).toLowerCase() } : variables;
  const result = await execute({ schema: naive, document: parse(query), variableValues: lowered });
  expect(result.errors).toBeUndefined();
  return JSON.stringify(result.data);
}

test.each(DOCUMENTS.map(([name, query, variables]) => ({ name, query, variables: variables ?? {} })))(
  '$name',
  async ({ query, variables }) => {
    const answer = await expected(query, variables);
    expect(JSON.stringify(await world.whole(query, variables))).toBe(answer);
    const stock = await world.stock(query, variables);
    expect(stock.errors).toBeUndefined();
    expect(JSON.stringify(stock.data)).toBe(answer);
    // Again from the cache, and by a prepared statement.
    expect(JSON.stringify(await world.whole(query, variables))).toBe(answer);
  },
);

test('there are at least forty documents', () => {
  expect(DOCUMENTS.length).toBeGreaterThanOrEqual(40);
});
