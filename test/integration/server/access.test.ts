/** Who gets in: tokens at the edge, introspection by role, rates, and the graph's answer to those without a token. */
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../../src/core/errors.js';
import { claims, es256, part } from '../../unit/access/tokens/token-support.js';
import { aServer, ask, bearer } from './edge-support.js';

let app: FastifyInstance;
beforeAll(async () => {
  app = await aServer();
});
afterAll(() => app.close());

describe('tokens', () => {
  it('none: the graph answers, and knows nobody', async () => {
    const answer = await ask(app, { query: '{ __typename whoami }' });
    expect(answer).toMatchObject({ status: 200, data: { __typename: 'Query', whoami: null }, errors: [] });
  });

  it('good: the subject is known', async () => {
    const answer = await ask(app, { query: '{ whoami }' }, bearer('ANALYST', 'analyst-7'));
    expect(answer).toMatchObject({ status: 200, data: { whoami: 'analyst-7' } });
  });

  it.each<[string, string, string]>([
    ['unsigned', `Bearer ${part({ alg: 'none', kid: 'ec-1' })}.${part(claims())}.`, 'ALGORITHM'],
    ['expired', `Bearer ${es256(claims({ exp: 1 }))}`, 'EXPIRED'],
    ['another scheme', 'Basic dXNlcjpwYXNz', 'MALFORMED'],
    ['no token after the scheme', 'Bearer ', 'MALFORMED'],
    ['two tokens', 'Bearer a b', 'MALFORMED'],
  ])('%s: 401 with the reason and nothing of the token', async (_name, authorization, reason) => {
    const answer = await ask(app, { query: '{ __typename }' }, { authorization });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'HUB_ACCESS_TOKEN', reason, retry: 'permanent' } },
    ]);
    expect(answer.text).not.toContain(authorization.slice(7, 30).trim() || 'nothing');
    expect(answer.data).toBeUndefined();
  });

  it.each<[string, number, Record<string, unknown>]>([
    ['HUB_ACCESS_NO_STAFF', 403, {}],
    ['HUB_ACCESS_PURPOSE', 403, {}],
    ['HUB_DATABASE_UNAVAILABLE', 503, { 'retry-after': '1' }],
    ['HUB_ACCESS_UNAUTHENTICATED', 401, { 'www-authenticate': 'Bearer' }],
  ])('a context refused with %s answers %i', async (code, status, headers) => {
    const refusing = await aServer({
      contextFor: () => Promise.reject(new HubError(code as 'HUB_ACCESS_PURPOSE')),
    });
    const answer = await ask(refusing, { query: '{ hello }' });
    expect(answer.status).toBe(status);
    expect(answer.errors).toMatchObject([{ extensions: { code } }]);
    expect(answer.headers).toMatchObject(headers);
    await refusing.close();
  });

  it('keys that cannot be fetched answer 503, to be tried again', async () => {
    const verifyToken = () => Promise.reject(new HubError('HUB_ACCESS_KEYS_UNAVAILABLE'));
    const blind = await aServer({ verifyToken });
    const answer = await ask(blind, { query: '{ hello }' }, bearer('ANALYST'));
    expect(answer.status).toBe(503);
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'HUB_ACCESS_KEYS_UNAVAILABLE', retry: 'transient' } },
    ]);
    await blind.close();
  });
});

describe('introspection', () => {
  const SCHEMA = '{ __schema { queryType { name } } }';
  const people = [
    'EMPLOYMENT_SPECIALIST',
    'TEAM_MANAGER',
    'CARE_COORDINATOR',
    'ANALYST',
    'ADMINISTRATOR',
    'IDENTITY_STEWARD',
  ];

  it.each(people)('is open to %s', async (role) => {
    const answer = await ask(app, { query: SCHEMA }, bearer(role));
    expect(answer).toMatchObject({ status: 200, data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it.each([
    SCHEMA,
    '{ __type(name: "Query") { name } }',
    '{ a: __type(name: "Query") { name } }',
    '{ ...F } fragment F on Query { __schema { types { name } } }',
  ])('is closed to machines and to those without a token: %s', async (query) => {
    expect(await ask(app, { query }, bearer('INTEGRATION'))).toMatchObject({
      status: 403,
      errors: [{ extensions: { code: 'HUB_ACCESS_REFUSED' } }],
    });
    expect(await ask(app, { query })).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: 'HUB_ACCESS_UNAUTHENTICATED' } }],
    });
  });

  it('stays closed to a machine after a person asked the same', async () => {
    await ask(app, { query: SCHEMA }, bearer('ANALYST'));
    expect((await ask(app, { query: SCHEMA }, bearer('INTEGRATION'))).status).toBe(403);
  });

  it('follows the context when told how', async () => {
    const closed = await aServer({ mayIntrospect: () => false });
    expect((await ask(closed, { query: SCHEMA }, bearer('ANALYST'))).status).toBe(403);
    await closed.close();
  });
});

describe('rates', () => {
  it('are counted by subject, and by address without a good token', async () => {
    const slow = await aServer({ rate: { perSubject: 3, perAddress: 2, windowMs: 60_000 } });
    const statusOf = async (headers?: Record<string, string>) =>
      (await ask(slow, { query: '{ hello }' }, headers)).status;
    const forged = () => ({
      authorization: `Bearer ${es256(claims({ exp: 1, sub: String(Math.random()) }))}`,
    });
    const one = bearer('ANALYST', 'one');
    expect([await statusOf(one), await statusOf(one), await statusOf(one), await statusOf(one)]).toEqual([
      200, 200, 200, 429,
    ]);
    expect(await statusOf(bearer('ANALYST', 'two'))).toBe(200);
    expect([await statusOf(forged()), await statusOf(), await statusOf(forged())]).toEqual([401, 200, 429]);
    await slow.close();
  });

  it('say when to come back', async () => {
    const slow = await aServer({ rate: { perAddress: 1, windowMs: 60_000 } });
    await ask(slow, { query: '{ hello }' });
    const answer = await ask(slow, { query: '{ hello }' });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(50);
    expect(answer.errors).toMatchObject([{ extensions: { code: 'HUB_ACCESS_RATE', retry: 'transient' } }]);
    expect(answer.errors[0]!.extensions.retryAfterMs).toBeGreaterThan(50_000);
    await slow.close();
  });

  it('never hold up the health routes', async () => {
    const slow = await aServer({ rate: { perAddress: 1, windowMs: 60_000 } });
    for (let i = 0; i < 5; i++) expect((await slow.inject('/health/live')).statusCode).toBe(200);
    await slow.close();
  });
});
