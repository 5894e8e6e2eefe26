/** Errors: every failure leaves with a code and a correlation id, without a value of anybody's; the unknown is logged once. */
import type { FastifyInstance } from 'fastify';
import { type Answer, aServer, ask, bearer, brokenPlugin, CANARIES, logger } from './edge-support.js';

let app: FastifyInstance;
beforeAll(async () => {
  app = await aServer({ plugins: [brokenPlugin] });
});
afterAll(() => app.close());
beforeEach(() => {
  logger.lines.length = 0;
});

const ID = '0190f2a4-0000-7000-8000-000000000001';

function expectClean(answer: Answer): void {
  const told = answer.text + JSON.stringify(logger.lines);
  for (const canary of CANARIES) expect(told).not.toContain(canary);
  for (const error of answer.errors) {
    expect(error.extensions.code).toMatch(/^HUB_[A-Z_]+$/);
    expect(error.extensions.correlationId).toBe(answer.headers['x-correlation-id']);
    expect(error.extensions).not.toHaveProperty('stacktrace');
    expect(error.extensions).not.toHaveProperty('exception');
  }
}

describe('failures of a field', () => {
  it.each<[how: string, code: string, message: string]>([
    ['driver', 'HUB_INTERNAL', 'The hub failed.'],
    ['type', 'HUB_INTERNAL', 'The hub failed.'],
    ['text', 'HUB_INTERNAL', 'The hub failed.'],
    ['graphql', 'HUB_INTERNAL', 'The hub failed.'],
    ['internal', 'HUB_INTERNAL', 'The hub failed.'],
    ['hub', 'HUB_NOT_FOUND', 'There is no such thing within your scope.'],
    ['busy', 'HUB_BUSY', 'Another process is doing this now.'],
    ['unauthorised', 'HUB_ACCESS_FIELD', 'Your role may not read or call this field.'],
    ['validator', 'HUB_INPUT_INVALID', 'person.nhsNumber: is not acceptable; accepted: maxLength'],
  ])('%s → %s', async (how, code, message) => {
    const answer = await ask(app, { query: 'query ($h: String!) { fails(how: $h) }', variables: { h: how } });
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ fails: null });
    expect(answer.errors).toMatchObject([{ message, path: ['fails'], extensions: { code } }]);
    expectClean(answer);
    const failures = logger.lines.filter((line) => line.level === 'error');
    expect(failures).toHaveLength(code === 'HUB_INTERNAL' ? 1 : 0);
  });

  it('a null where the schema forbids it is the hub’s fault', async () => {
    const answer = await ask(app, { query: '{ hard(how: "nothing") }' });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'HUB_INTERNAL' } }]);
    expect(answer.data).toBeNull();
    expectClean(answer);
  });

  it('carries retry class, wait and details', async () => {
    const answer = await ask(app, { query: '{ fails(how: "busy") }' });
    expect(answer.errors[0]!.extensions).toMatchObject({ retry: 'transient', retryAfterMs: 1_500, lane: 7 });
  });

  it('is logged by kind, code and place under the caller’s correlation id', async () => {
    await ask(app, { query: '{ fails(how: "driver") }' }, { 'x-correlation-id': ID });
    expect(logger.lines).toEqual([
      {
        level: 'error',
        message: 'request failed',
        fields: {
          correlationId: ID,
          errorName: 'DriverError',
          code: '23505',
          stack: expect.stringMatching(/^edge-support\.ts:\d+ < /),
        },
      },
    ]);
  });
});

describe('failures outside every field', () => {
  it('of a plugin are masked, with the true cause in the log', async () => {
    const answer = await ask(app, { query: '{ hello } # breakThePlugin' });
    expect(answer.status).toBe(500);
    expect(answer.errors).toMatchObject([
      { message: 'The hub failed.', extensions: { code: 'HUB_INTERNAL' } },
    ]);
    expect(logger.lines).toMatchObject([
      { level: 'error', fields: { errorName: 'DriverError', code: '23505' } },
    ]);
    expectClean(answer);
  });

  it('of the context are masked', async () => {
    const broken = await aServer({ contextFor: () => Promise.reject(new Error('Ada Canary 9990000018')) });
    const answer = await ask(broken, { query: '{ hello }' });
    expect(answer.status).toBe(500);
    expect(answer.errors).toMatchObject([{ message: 'The hub failed.' }]);
    expectClean(answer);
    await broken.close();
  });
});

describe('bad input says what is accepted, never what was given', () => {
  const date = 'query ($d: Date) { born(on: $d) }';
  const filter = 'query ($f: Filter) { filtered(filter: $f) }';
  it.each<[name: string, query: string, variables: unknown, field: string, fault: string, accepted: string]>([
    ['a scalar', date, { d: '9990000018' }, 'd', 'not a calendar date', 'YYYY-MM-DD'],
    [
      'an enum',
      filter,
      { f: { needed: true, colourIn: ['RED', 'Ada Canary'] } },
      'f.colourIn[1]',
      'is not acceptable',
      'RED, GREEN',
    ],
    ['a number', filter, { f: { needed: true, count: 'Ada Canary' } }, 'f.count', 'is not acceptable', 'Int'],
    [
      'deep',
      filter,
      { f: { needed: true, or: [{ needed: true, on: '999 000 0018' }] } },
      'f.or[0].on',
      'not a calendar date',
      'YYYY-MM-DD',
    ],
    ['a missing field', filter, { f: { on: null } }, 'f.needed', 'is missing', 'Boolean'],
    ['a null field', filter, { f: { needed: null } }, 'f.needed', 'is null', 'Boolean'],
    [
      'an unknown field',
      filter,
      { f: { needed: true, 'Ada Canary': 1 } },
      'f',
      'has a field that the type does not know',
      'Filter { colourIn, on, count, or, needed }',
    ],
    [
      'a spoofed path',
      filter,
      { f: { needed: true, count: 'x at "9990000018"; y' } },
      'f.count',
      'is not acceptable',
      'Int',
    ],
    [
      'a path in a key',
      filter,
      { f: { needed: true, ' at "f9990000018"; Ada Canary': 1 } },
      'f',
      'has a field that the type does not know',
      'Filter { colourIn, on, count, or, needed }',
    ],
    [
      'text for an object',
      filter,
      { f: 'Ada Canary' },
      'f',
      'is not acceptable',
      'Filter { colourIn, on, count, or, needed }',
    ],
    ['a missing variable', 'query ($i: ID!) { needed(id: $i) }', {}, 'i', 'is missing', 'ID'],
    ['a null variable', 'query ($i: ID!) { needed(id: $i) }', { i: null }, 'i', 'is null', 'ID'],
    ['a literal scalar', '{ born(on: "9990000018") }', {}, 'on', 'not a calendar date', 'YYYY-MM-DD'],
    [
      'a literal enum',
      '{ filtered(filter: { needed: true, colourIn: [BLUE_9990000018] }) }',
      {},
      'colourIn',
      'is not acceptable',
      'RED, GREEN',
    ],
    [
      'a literal number',
      '{ filtered(filter: { needed: true, count: "Ada Canary" }) }',
      {},
      'count',
      'is not acceptable',
      'Int',
    ],
    [
      'a default value',
      'query ($n: Int = "Ada Canary") { people(first: $n) { id } }',
      {},
      'n',
      'is not acceptable',
      'Int',
    ],
  ])('%s', async (_name, query, variables, field, fault, accepted) => {
    const answer = await ask(app, { query, variables });
    expect(answer.status).toBe(400);
    expect(answer.errors[0]).toMatchObject({
      message: `${field}: ${fault}; accepted: ${accepted}`,
      extensions: { code: 'HUB_INPUT_INVALID', field, fault, accepted, retry: 'permanent' },
    });
    expectClean(answer);
  });

  it.each<[string, string]>([
    ['{ hello(name: "9990000018" }', 'Syntax Error: Expected Name, found "}".'],
    ['{ hello "Ada Canary" }', 'Syntax Error: Expected Name, found String.'],
    ['{ hello 9990000018 }', 'Syntax Error: Expected Name, found Int.'],
    ['{ hello(name: 0999000001) }', 'Syntax Error: Invalid number, unexpected digit after 0: "9".'],
    ['{ nothing }', 'Cannot query field "nothing" on type "Query".'],
    ['{ hallo }', 'Cannot query field "hallo" on type "Query".'],
    ['{ a9990000018 }', 'Cannot query field "a…" on type "Query".'],
    ['query a { hello } query b { hello }', 'The document has no such operation.'],
  ])('%s', async (query, message) => {
    const answer = await ask(app, { query });
    expect(answer.status).toBe(400);
    expect(answer.errors[0]).toMatchObject({ message, extensions: { code: 'HUB_INPUT_INVALID' } });
    expectClean(answer);
  });

  it('an argument whose variable has no value', async () => {
    const query = 'query ($i: ID = null) { needed(id: $i) }';
    const answer = await ask(app, { query });
    expect(answer.errors[0]!.extensions.code).toBe('HUB_INPUT_INVALID');
    expectClean(answer);
  });

  it('a hundred thousand bad items make six errors, not a hundred thousand', async () => {
    const colourIn = Array(15_000).fill('Ada Canary');
    const answer = await ask(app, { query: filter, variables: { f: { needed: true, colourIn } } });
    expect(answer.errors.length).toBeLessThanOrEqual(6);
    expect(answer.text.length).toBeLessThan(5_000);
    expectClean(answer);
  });
});

describe('failures before the graph', () => {
  it.each<[name: string, options: object, status: number, code: string]>([
    [
      'a body that is no JSON',
      { payload: '{"query": "9990000018', headers: { 'content-type': 'application/json' } },
      400,
      'HUB_INPUT_INVALID',
    ],
    [
      'an empty body',
      { payload: '', headers: { 'content-type': 'application/json' } },
      400,
      'HUB_INPUT_INVALID',
    ],
    [
      'text',
      { payload: '{"query":"{hello}"}', headers: { 'content-type': 'text/plain' } },
      415,
      'HUB_INPUT_INVALID',
    ],
    [
      'a form',
      { payload: 'query={hello}', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'HUB_INPUT_INVALID',
    ],
    [
      '1.2 MB',
      { payload: `"${'x'.repeat(1_200_000)}"`, headers: { 'content-type': 'application/json' } },
      413,
      'HUB_INPUT_LIMIT',
    ],
    ['another address', { url: '/9990000018' }, 404, 'HUB_NOT_FOUND'],
    ['a broken address', { url: '/%c0%ae9990000018%' }, 400, 'HUB_INPUT_INVALID'],
  ])('%s', async (_name, options, status, code) => {
    const answer = await app.inject({ method: 'POST', url: '/graphql', ...options });
    expect(answer.statusCode).toBe(status);
    const body = JSON.parse(answer.body) as { errors: Answer['errors'] };
    const { errors } = body;
    expect(errors[0]!.extensions.code).toBe(code);
    expectClean({ status, text: answer.body, headers: answer.headers, data: null, errors });
  });

  it('names the limit on the body', async () => {
    const answer = await ask(app, `"${'x'.repeat(1_200_000)}"`, bearer('ANALYST'));
    expect(answer.errors[0]!.extensions).toMatchObject({
      limit: 'body',
      value: 1_200_002,
      maximum: 1_000_000,
    });
  });
});

describe('the correlation id', () => {
  it.each([ID, ID.toUpperCase(), '4bf92f3577b34da6a3ce929d0e0e4736'])('%s is taken over', async (id) => {
    const answer = await ask(app, { query: '{ hello }' }, { 'x-correlation-id': id });
    expect(answer.headers['x-correlation-id']).toBe(id.toLowerCase());
  });

  it.each(['', 'Ada Canary', '9990000018', 'a'.repeat(400), `${ID}x`])('%p is replaced', async (id) => {
    const answer = await ask(app, { query: '{ hello }' }, { 'x-correlation-id': id });
    expect(answer.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers['x-correlation-id']).not.toBe(id);
  });

  it('of requests that run at once are not mixed up', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => ID.slice(0, -2) + String(10 + i));
    const answers = await Promise.all(
      ids.map((id) => ask(app, { query: '{ fails(how: "hub") }' }, { 'x-correlation-id': id })),
    );
    expect(answers.map((answer) => answer.errors[0]!.extensions.correlationId)).toEqual(ids);
  });
});
