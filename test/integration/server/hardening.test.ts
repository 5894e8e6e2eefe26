/** Hardening: the checks of graphql-cop, hostile documents over HTTP, forms of other sites, and the headers of every answer. */
import { connect } from 'node:net';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { HOSTILE } from '../../unit/limits/limits-schema.js';
import { aServer, ask, bearer } from './edge-support.js';

let app: FastifyInstance;
beforeAll(async () => {
  app = await aServer();
});
afterAll(() => app.close());

const json = { 'content-type': 'application/json' };
const aliases = Array.from({ length: 101 }, (_, i) => `alias${i}:__typename`).join(' ');
const circle = `{ __schema { types { ${'fields { type { '.repeat(5)} name ${'} } '.repeat(5)} } } }`;

/** Checks of graphql-cop 1.15 by its names: the request, and what must not be in the answer. */
const COP: readonly (readonly [name: string, request: InjectOptions, bad: RegExp])[] = [
  ['field_suggestions', post({ query: 'query cop { __schema { directive } }' }), /Did you mean/],
  ['introspection', post({ query: 'query cop { __schema { types { name fields { name } } } }' }), /"types"/],
  [
    'detect_graphiql',
    { method: 'GET', url: '/graphql', headers: { accept: 'text/html' } },
    /graphiql|playground|<html/i,
  ],
  ['get_method_support', { method: 'GET', url: '/graphql?query=query%20cop%20%7B__typename%7D' }, /"data"/],
  [
    'get_based_mutation',
    { method: 'GET', url: '/graphql?query=mutation%20cop%20%7B__typename%7D' },
    /"data"/,
  ],
  ['alias_overloading', post({ query: `query cop { ${aliases} }` }), /alias100/],
  ['batch_query', post(Array(10).fill({ query: 'query cop { __typename }' })), /"data"/],
  ['trace_mode', post({ query: 'query cop { __typename }' }), /tracing/],
  ['unhandled_error', post({ query: 'qwerty cop { abc }' }), /exception|stacktrace|\.js|node_modules/],
  [
    'directive_overloading',
    post({ query: `query cop { __typename ${'@aa'.repeat(10)} }` }),
    /(?:"message"(?:(?!"message").)*){7}/,
  ],
  ['circular_query_introspection', post({ query: circle }, bearer('ANALYST')), /"types"/],
  [
    'post_based_csrf',
    {
      ...post('query=query%20cop%20%7B__typename%7D'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    /"data"/,
  ],
  ['field_duplication', post({ query: `query cop { ${'__typename \n'.repeat(500)} }` }), /"data"/],
];

function post(body: unknown, headers: Record<string, string> = {}): InjectOptions {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  return { method: 'POST', url: '/graphql', headers: { ...json, ...headers }, payload };
}

describe('graphql-cop', () => {
  it.each(COP)('%s finds nothing', async (_name, request, bad) => {
    expect((await app.inject(request)).body).not.toMatch(bad);
  });

  it.each(['ANALYST', 'INTEGRATION'])('nothing more as %s, but for introspection by people', async (role) => {
    for (const [name, request, bad] of COP) {
      if (name === 'introspection' && role === 'ANALYST') continue;
      const answer = await app.inject({ ...request, headers: { ...request.headers, ...bearer(role) } });
      expect([name, bad.test(answer.body)]).toEqual([name, false]);
    }
  });
});

describe('hostile documents over HTTP', () => {
  it.each(HOSTILE)('%s: refused with 4xx and a code', async (_name, body) => {
    const answer = await ask(app, body, bearer('ANALYST'));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.errors[0]!.extensions.code).toMatch(/^HUB_INPUT_(LIMIT|INVALID)$/);
    expect(answer.text.length).toBeLessThan(6_000);
  });

  it.each([
    [`{ __typename ${'@aa'.repeat(10)} }`, 6],
    [`{ ${'x '.repeat(9)} }`, 6],
  ])('%s: at most five findings', async (query, most) => {
    const answer = await ask(app, { query });
    expect(answer.status).toBe(400);
    expect(answer.errors.length).toBeLessThanOrEqual(most);
  });

  it('the limits hold for GET as well', async () => {
    const query = encodeURIComponent(`{ ${aliases} }`);
    const headers = { 'apollo-require-preflight': '1' };
    const answer = await app.inject({ method: 'GET', url: `/graphql?query=${query}`, headers });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('HUB_INPUT_LIMIT');
  });

  it('the prototype of objects is untouched afterwards', () => {
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });
});

describe('GraphQL over HTTP', () => {
  const accept = 'application/graphql-response+json';
  it.each<[string, InjectOptions, number]>([
    ['POST', post({ query: '{ hello }' }), 200],
    ['POST with its own media type', post({ query: '{ hello }' }, { accept }), 200],
    [
      'POST with a character set',
      post({ query: '{ hello }' }, { 'content-type': 'application/json; charset=utf-8' }),
      200,
    ],
    [
      'POST of several operations, one named',
      post({ query: 'query a { hello } query b { hello }', operationName: 'b' }),
      200,
    ],
    [
      'POST with null parameters',
      post({ query: '{ hello }', variables: null, extensions: null, operationName: null }),
      200,
    ],
    [
      'GET of a query',
      { method: 'GET', url: '/graphql?query=%7Bhello%7D', headers: { 'apollo-require-preflight': '1' } },
      200,
    ],
    [
      'GET of a mutation',
      {
        method: 'GET',
        url: '/graphql?query=mutation%7Btouch%7D',
        headers: { 'apollo-require-preflight': '1' },
      },
      405,
    ],
    ['GET from another site’s page', { method: 'GET', url: '/graphql?query=%7Bhello%7D' }, 400],
    [
      'GET with an odd content type',
      { method: 'GET', url: '/graphql?query=%7Bhello%7D', headers: { 'content-type': 'message/http' } },
      415,
    ],
    ['an Accept that cannot be met', post({ query: '{ hello }' }, { accept: 'text/plain' }), 406],
    ['no query', post({ variables: {} }), 400],
    ['a query that is no text', post({ query: { a: 1 } }), 400],
    ['variables that are no object', post({ query: '{ hello }', variables: [1] }), 400],
    ['an operation that is not there', post({ query: 'query a { hello }', operationName: 'b' }), 400],
    ['a persisted query', post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }), 200],
    ['PUT', { ...post({ query: '{ hello }' }), method: 'PUT' }, 404],
    [
      'a preflight of another site',
      { method: 'OPTIONS', url: '/graphql', headers: { origin: 'https://evil.example' } },
      404,
    ],
  ])('%s', async (_name, request, status) => {
    const answer = await app.inject(request);
    expect(answer.statusCode).toBe(status);
    const body = JSON.parse(answer.body) as { data?: unknown; errors?: { extensions: { code: string } }[] };
    if (body.errors) for (const error of body.errors) expect(error.extensions.code).toMatch(/^HUB_/);
    else expect(body.data).toBeDefined();
  });

  it('answers in the media type asked for', async () => {
    expect((await app.inject(post({ query: '{ hello }' }, { accept }))).headers['content-type']).toBe(
      `${accept}; charset=utf-8`,
    );
  });

  it('leaves nothing of a refused form', async () => {
    const payload = JSON.stringify({ query: 'mutation { touch }' });
    for (const type of [
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'application/jsonp',
    ]) {
      const answer = await app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': type },
        payload,
      });
      expect([type, answer.statusCode]).toEqual([type, 415]);
    }
  });
});

describe('headers', () => {
  it.each(['/', '/graphql', '/health/live', '/nowhere'])(
    'of %s: no cache, no framing, no sniffing, no other origin',
    async (url) => {
      const { headers } = await app.inject({ url, headers: { origin: 'https://evil.example' } });
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'strict-transport-security': expect.stringContaining('max-age='),
        'x-correlation-id': expect.any(String),
      });
      expect(Object.keys(headers).filter((name) => /^access-control|^x-powered|^server$/.test(name))).toEqual(
        [],
      );
    },
  );
});

describe('listening', () => {
  it('serves over a socket, and closes with nothing left', async () => {
    const listening = await aServer();
    const address = await listening.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${address}/graphql`, {
      method: 'POST',
      headers: json,
      body: '{"query":"{__typename}"}',
    });
    expect([answer.status, await answer.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
    await listening.close();
    await expect(fetch(`${address}/graphql`)).rejects.toThrow();
  });

  it('answers bytes that are no HTTP with 400 and lives on', async () => {
    const listening = await aServer();
    const address = new URL(await listening.listen({ host: '127.0.0.1', port: 0 }));
    const said = await new Promise<string>((resolve) => {
      const socket = connect(Number(address.port), '127.0.0.1', () =>
        socket.write('\x16\x03\x01 9990000018\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.on('close', () => resolve(text));
    });
    expect(said).toMatch(/^HTTP\/1.1 400/);
    expect(said).not.toContain('9990000018');
    expect((await fetch(new URL('/health/live', address))).status).toBe(200);
    await listening.close();
  });
});
