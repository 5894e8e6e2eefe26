/** The routes beside the graph: health, figures, the front page and the explorer's files. */
import type { FastifyInstance } from 'fastify';
import { parse } from 'graphql';
import { EXPLORER_POLICY } from '../../../schema/explorer/explorer.routes.js';
import type { ServerOptions } from '../../../schema/server/server-options.js';
import { aServer, logger, type TestContext } from './edge-support.js';

let app: FastifyInstance;
afterEach(() => app.close());

async function get(
  changes: Partial<ServerOptions<TestContext>>,
  url: string,
  headers: Record<string, string> = {},
) {
  app = await aServer(changes);
  return app.inject({ url, headers });
}

const systems = async () => [{ system: 'trust-a', state: 'STALE', asOf: null }];
const holds = { name: 'database', run: async () => {} };
const fails = { name: 'audit', run: () => Promise.reject(new Error('password=secret')) };

describe('public keys', () => {
  it('are a JWK Set that anyone may keep for five minutes', async () => {
    const publicKeys = [{ kty: 'EC', kid: 'one', alg: 'ES384' }];
    const answer = await get({ publicKeys }, '/.well-known/jwks.json');
    expect([answer.statusCode, answer.json()]).toEqual([200, { keys: publicKeys }]);
    expect(answer.headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/jwk-set\+json/),
      'cache-control': 'public, max-age=300',
    });
  });

  it('are an empty set where there are none', async () => {
    expect((await get({}, '/.well-known/jwks.json')).json()).toEqual({ keys: [] });
  });
});

describe('health', () => {
  it('live: 200 whatever the rest does', async () => {
    const answer = await get({ health: { checks: [fails] } }, '/health/live');
    expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'live' }]);
  });

  it('ready: 200 when every check holds, though a record system is stale', async () => {
    const answer = await get({ health: { checks: [holds], systems } }, '/health/ready');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      status: 'ready',
      checks: [{ name: 'database', ok: true }],
      systems: await systems(),
    });
  });

  it('ready: 503 naming the check, and nothing of its failure', async () => {
    logger.lines.length = 0;
    const answer = await get({ health: { checks: [holds, fails] } }, '/health/ready');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({
      status: 'not ready',
      checks: [{ ok: true }, { name: 'audit', ok: false }],
    });
    expect(answer.body + JSON.stringify(logger.lines)).not.toContain('secret');
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { check: 'audit' } }]);
  });

  it('ready: a check that hangs is a failed one', async () => {
    const hangs = { name: 'database', run: () => new Promise<void>(() => {}) };
    expect((await get({ health: { checks: [hangs] } }, '/health/ready')).statusCode).toBe(503);
  });

  it('ready: systems that cannot be told change nothing', async () => {
    const blind = () => Promise.reject(new Error('no'));
    const answer = await get({ health: { checks: [holds], systems: blind } }, '/health/ready');
    expect([answer.statusCode, (answer.json() as { systems: unknown }).systems]).toEqual([200, null]);
  });
});

describe('metrics', () => {
  const registry = { contentType: 'text/plain; version=0.0.4', metrics: async () => 'hub_up 1\n' };
  const metrics = { registry, token: 'scrape-me' };

  it('are not there unless configured', async () => {
    expect((await get({}, '/metrics')).statusCode).toBe(404);
  });

  it('are open to the loopback interface', async () => {
    const answer = await get({ metrics: { registry } }, '/metrics');
    expect([answer.statusCode, answer.body, answer.headers['content-type']]).toEqual([
      200,
      'hub_up 1\n',
      registry.contentType,
    ]);
  });

  it.each<[string, Record<string, string>, number]>([
    ['from elsewhere', {}, 403],
    ['from elsewhere with the token', { authorization: 'Bearer scrape-me' }, 200],
    ['from elsewhere with another token', { authorization: 'Bearer scrape-m' }, 403],
  ])('%s', async (_name, headers, status) => {
    app = await aServer({ metrics });
    expect((await app.inject({ url: '/metrics', headers, remoteAddress: '192.0.2.7' })).statusCode).toBe(
      status,
    );
  });

  it('a forwarded request is not local', async () => {
    expect((await get({ metrics }, '/metrics', { 'x-forwarded-for': '127.0.0.1' })).statusCode).toBe(403);
  });
});

describe('the front page', () => {
  it('lists what there is', async () => {
    const answer = await get({ explorer: { examples: [] } }, '/');
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    for (const path of ['/graphql', '/explorer', '/health/ready']) expect(answer.body).toContain(path);
  });

  it('does not list an explorer that is not there', async () => {
    expect((await get({}, '/')).body).not.toContain('/explorer');
  });
});

describe('the explorer', () => {
  const examples = [{ title: 'Hello', description: 'Says hello', query: '{ hello }', variables: { a: 1 } }];
  const explorer = { examples };

  it('is not there unless configured', async () => {
    expect((await get({}, '/explorer')).statusCode).toBe(404);
    expect((await app.inject('/explorer/examples.json')).statusCode).toBe(404);
  });

  it('every file that the page names is served here, in its own type and under the policy', async () => {
    const page = await get({ explorer }, '/explorer');
    expect(page.headers['content-security-policy']).toBe(EXPLORER_POLICY);
    const named = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(named.filter((path) => path !== 'data:,')).toHaveLength(6);
    for (const path of named.filter((name) => name !== 'data:,')) {
      const file = await app.inject(path);
      expect([path, file.statusCode, file.headers['content-security-policy']]).toEqual([
        path,
        200,
        EXPLORER_POLICY,
      ]);
      expect(file.headers['content-type']).toBe(
        `text/${path.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`,
      );
      expect(file.body.length).toBeGreaterThan(500);
    }
  });

  it('names no other host, and nothing inline', async () => {
    const page = await get({ explorer }, '/explorer');
    const boot = await app.inject('/explorer/boot.js');
    const style = await app.inject('/explorer/page.css');
    expect(page.body + boot.body + style.body).not.toMatch(/https?:\/\//);
    expect(page.body).not.toMatch(/<style|<script>|\son\w+=|\sstyle=/);
    expect(EXPLORER_POLICY).not.toContain('unsafe');
  });

  it('never touches the browser’s storage', async () => {
    const boot = await get({ explorer }, '/explorer/boot.js');
    expect(boot.body).not.toMatch(/localStorage|sessionStorage|indexedDB|document\.cookie/);
    expect(boot.body).toMatch(/\bstorage,/);
  });

  it('gives the examples, each of them a query', async () => {
    const answer = await get({ explorer }, '/explorer/examples.json');
    expect(answer.json()).toEqual(examples);
    for (const { query } of examples) expect(() => parse(query)).not.toThrow();
  });
});
