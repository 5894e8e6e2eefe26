/** The plugin in a real Apollo Server: answers what it can, and errors are Apollo's own when it cannot. */
import { ApolloServer } from '@apollo/server';
import { compiledReads, liveFaults } from '../../../schema/compiled-reads.js';
import { Role } from '../../../src/core/caller.js';
import { isHubError } from '../../../src/core/errors.js';
import { type Logger, silentLogger } from '../../../src/core/logger.js';
import type { ReadContext } from '../../../src/platform/database/select/read-context.js';
import { id } from './library-data.js';
import { LiveWorld } from './library-live.js';
import { ROOTS } from './library-maps.js';
import { type Asked, LibraryWorld } from './library-world.js';

interface Context {
  reads: ReadContext | null;
}

let world: LibraryWorld;
let compiled: ApolloServer<Context>;
let stock: ApolloServer<Context>;
const answered: boolean[] = [];
const logged: unknown[] = [];
const logger: Logger = { ...silentLogger, error: (...line) => void logged.push(line) };

beforeAll(async () => {
  world = await LibraryWorld.open();
  const { schema } = world;
  // The maps were applied for a context that is the read context; here it is a member, as in the real graph.
  const options = { schema, includeStacktraceInErrorResponses: false };
  const faults = liveFaults<Context>(contextOf, logger);
  const plugin = compiledReads<Context>({
    roots: ROOTS,
    contextOf,
    answered: (yes) => answered.push(yes),
  });
  compiled = new ApolloServer<Context>({ ...options, plugins: [plugin, faults], formatError: coded });
  stock = new ApolloServer<Context>({ ...options, plugins: [faults], formatError: coded });
  await Promise.all([compiled.start(), stock.start()]);
});
afterAll(async () => {
  await Promise.all([compiled.stop(), stock.stop(), world.close()]);
});

/** One and the same object for the resolvers and for the plugins, since Apollo hands out a copy of what it is given. */
const contextOf = (context: Context): ReadContext | null =>
  context.reads && (context as unknown as ReadContext);

function coded(formatted: object, error: unknown): { message: string } {
  const cause = (error as { originalError?: unknown }).originalError;
  return { ...formatted, message: isHubError(cause) ? cause.code : 'other' };
}

interface Answer {
  status: number | undefined;
  data: unknown;
  errors: unknown;
}

async function ask(
  server: ApolloServer<Context>,
  query: string,
  variables: object,
  asked: Asked | null,
): Promise<Answer> {
  const contextValue = { reads: asked?.context ?? null, ...asked?.context } as Context;
  const request = { query, variables: variables as Record<string, unknown> };
  const { body, http } = await server.executeOperation(request, { contextValue });
  if (body.kind !== 'single') throw new Error('incremental');
  const { data, errors } = body.singleResult;
  return {
    status: http.status,
    data: JSON.stringify(data),
    errors: JSON.parse(JSON.stringify(errors ?? null)),
  };
}

const cases: readonly (readonly [string, boolean, string, object?, Role?])[] = [
  ['a list', true, '{ books(first: 3) { nodes { id title author { name } } totalCount } }'],
  ['a row', true, 'query Q($id: ID!) { book(id: $id) { title } }', { id: id(5, 7) }],
  ['a mixed operation', false, '{ version books { totalCount } }'],
  [
    'a recursive filter',
    true,
    'query Q($f: BookFilter) { books(filter: $f) { totalCount } }',
    { f: { or: [{ or: [{ genre: 'NOVEL' }] }] } },
  ],
  ['a bad variable', false, 'query Q($id: ID!) { book(id: $id) { title } }', {}],
  ['a bad cursor', false, '{ books(after: "x") { totalCount nodes { id } } }'],
  ['a refused field', false, '{ books(first: 2) { nodes { secret title } } }', {}, Role.ANALYST],
  ['a refused root', false, '{ people { id } books { totalCount } }', {}, Role.ANALYST],
  ['introspection', false, '{ __type(name: "Book") { name } }'],
  ['a syntax error', false, '{ books { '],
  ['an unknown field', false, '{ books { nope } }'],
];

test.each(
  cases.map(([name, shortcut, query, variables, role]) => ({ name, shortcut, query, variables, role })),
)(
  '$name is answered as without the plugin',
  async ({ shortcut, query, variables = {}, role = Role.EMPLOYMENT_SPECIALIST }) => {
    answered.length = 0;
    const with_ = await ask(compiled, query, variables, world.request(role));
    const without = await ask(stock, query, variables, world.request(role));
    expect(with_).toEqual(without);
    expect(answered.includes(true)).toBe(shortcut);
  },
);

describe('live sources that fail', () => {
  afterEach(() => {
    world.live = new LiveWorld();
  });

  test('are one error each on both ways, with all that errors of the hub carry, beside complete data', async () => {
    world.live = new LiveWorld([
      { source: 'south', field: 'steps' },
      { source: 'north', field: 'pulse', digits: '3' },
    ]);
    const query = '{ people { name live { steps p: pulse } } version @skip(if: true) }';
    const whole = await ask(compiled, query, {}, world.request());
    const walked = await ask(stock, query, {}, world.request());
    const comparable = (answer: Answer) => JSON.stringify(answer).replace(/"correlationId":"[^"]+"/g, '');
    expect(comparable(walked)).toBe(comparable(whole));
    expect(whole.status).toBeUndefined();
    const extensions = {
      code: 'HUB_UPSTREAM_TIMEOUT',
      retry: 'transient',
      retryAfterMs: 1000,
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      asOf: null,
    };
    const message = 'The clinical record system did not answer in time.';
    expect(whole.errors).toEqual([
      {
        message,
        path: ['people', 8, 'live', 'p'],
        extensions: { ...extensions, system: 'north', edge: 'Live.pulse', affected: 1 },
      },
      {
        message,
        path: ['people', 0, 'live', 'steps'],
        extensions: { ...extensions, system: 'south', edge: 'Live.steps', affected: 11 },
      },
    ]);
    expect(JSON.parse(String(whole.data))).toMatchObject({
      people: expect.arrayContaining([{ name: 'Zoë', live: { steps: null, p: 62 } }]),
    });
    expect(logged).toEqual([]);
  });

  test('come after the errors of fields', async () => {
    world.live = new LiveWorld([{ source: 'north', field: 'place' }]);
    const query = '{ books(first: 1) { nodes { secret shelf { place row } } } }';
    const { errors } = await ask(compiled, query, {}, world.request(Role.ANALYST));
    expect(errors).toMatchObject([{ message: 'HUB_ACCESS_FIELD' }, { extensions: { edge: 'Shelf.place' } }]);
  });

  test('that fail for a reason nobody foresaw are logged without what they said', async () => {
    const asked = world.request(undefined, {
      batches: { live: () => Promise.reject(new TypeError('of Anne, born 1950')) },
    });
    const { errors, data } = await ask(compiled, '{ people(first: 2) { live { pulse } } }', {}, asked);
    expect(errors).toMatchObject([
      {
        message: 'The hub failed.',
        path: ['people', 0, 'live'],
        extensions: { code: 'HUB_INTERNAL', system: null, affected: 2 },
      },
    ]);
    expect(data).toBe('{"people":[{"live":null},{"live":null}]}');
    expect(JSON.stringify(logged)).toContain('TypeError');
    expect(JSON.stringify(logged)).not.toContain('Anne');
  });
});

test('a request without a caller takes the stock way', async () => {
  answered.length = 0;
  expect((await ask(compiled, '{ __typename }', {}, null)).data).toBe('{"__typename":"Query"}');
  expect(answered).toEqual([false]);
});

test('no data leaves when the read cannot be put on record', async () => {
  const asked = world.request(undefined, { auditRead: () => Promise.reject(new Error('locked')) });
  const { data, errors } = await ask(
    compiled,
    '{ book(id: "00000000-0000-7000-8005-000000000007") { title author { name } } }',
    {},
    asked,
  );
  expect(data).toBe('{"book":null}');
  expect(errors).toMatchObject([{ message: 'HUB_AUDIT_UNAVAILABLE', path: ['book'] }]);
});
