/** Asking a server what it offers: what it is asked, what its misbehaviour comes to, and that signing in is told apart from everything else. */
import { generateKeyPairSync } from 'node:crypto';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { needsOf } from '../../../adapters/fhir-r4/conformance/conformance.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import type { Conformance } from '../../../src/clinical/conformance.port.js';
import { systemClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { type StatedServer, startStatedServer, statementFor } from '../../support/stated-server.js';

const CANARY = 'canary-9434765919';
const SMART = '.well-known/smart-configuration';
const NEVER = new AbortController().signal;
const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-384',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

let server: StatedServer;
const opened: ClinicalRecordAdapter[] = [];

beforeAll(async () => {
  server = await startStatedServer();
});
beforeEach(() => {
  server.answers.clear();
  server.seen.length = 0;
});
afterEach(() => Promise.all(opened.splice(0).map((adapter) => adapter.close())));
afterAll(() => server.close());

const settingsOf = (more: object = {}) =>
  parseSettings({ baseUrl: server.baseUrl, bearerToken: 's3cret', callTimeoutMs: 30_000, ...more });

function adapterWith(more: object = {}) {
  const adapter = createFhirR4(settingsOf(more), { system: 'a', clock: systemClock, logger: silentLogger });
  opened.push(adapter);
  return adapter;
}

const whole = (more: object = {}) => statementFor(needsOf(settingsOf(more)));
const statesIn = ({ findings }: Conformance) => new Set(findings.map(({ state }) => state));
const ask = (more: object = {}): Promise<Conformance> => adapterWith(more).conformance(NEVER);
const stateOf = ({ findings }: Conformance, code: string) =>
  findings.find((finding) => finding.code === code)?.state;

describe('what is asked', () => {
  test('the statement once, without the token', async () => {
    server.answers.set('metadata', whole());
    const conformance = await ask();
    expect(conformance.failure).toBeNull();
    expect(stateOf(conformance, 'CONDITIONAL_CREATE')).toBe('PRESENT');
    expect(server.seen).toEqual([{ path: 'metadata', authorization: undefined }]);
  });

  test('again with the token where the server insists', async () => {
    server.answers.set('metadata', (request, response) => {
      const isKnown = request.headers.authorization === 'Bearer s3cret';
      response
        .writeHead(isKnown ? 200 : 401, { 'content-type': 'application/fhir+json' })
        .end(JSON.stringify(isKnown ? whole() : {}));
    });
    const conformance = await ask();
    expect(conformance.failure).toBeNull();
    expect(stateOf(conformance, 'CONDITIONAL_CREATE')).toBe('PRESENT');
    expect(server.seen.map(({ authorization }) => authorization)).toEqual([undefined, 'Bearer s3cret']);
  });
});

describe('a server that cannot be asked is told as such, and nothing is said to be missing', () => {
  const failures: readonly (readonly [string, Parameters<StatedServer['answers']['set']>[1], string])[] = [
    ['503', (_request, response) => response.writeHead(503).end(CANARY), 'HUB_UPSTREAM_UNAVAILABLE'],
    ['401 to everybody', (_request, response) => response.writeHead(401).end(CANARY), 'HUB_UPSTREAM_REFUSED'],
    ['no answer', () => undefined, 'HUB_UPSTREAM_TIMEOUT'],
    ['reset', (request) => request.socket.destroy(), 'HUB_UPSTREAM_UNREACHABLE'],
    [
      'sends elsewhere',
      (_request, response) => response.writeHead(302, { location: 'http://elsewhere.example/' }).end(),
      'HUB_UPSTREAM_ORIGIN',
    ],
  ];
  test.each(failures)('%s', async (_name, answer, code) => {
    server.answers.set('metadata', answer);
    const limited = code === 'HUB_UPSTREAM_TIMEOUT' ? { callTimeoutMs: 200 } : {};
    expect(await ask(limited)).toEqual({ failure: code, findings: [] });
  });

  test('one that is closed', async () => {
    const adapter = adapterWith();
    await adapter.close();
    expect(await adapter.conformance(NEVER)).toEqual({ failure: 'HUB_UPSTREAM_STOPPED', findings: [] });
  });

  test('ten failures open no breaker', async () => {
    server.answers.set('metadata', (_request, response) => response.writeHead(503).end());
    const adapter = adapterWith();
    for (let turn = 0; turn < 10; turn++) await adapter.conformance(NEVER);
    server.answers.set('Organization', { resourceType: 'Bundle', type: 'searchset', total: 0 });
    expect(await adapter.caseload!.teams(NEVER)).toEqual([]);
  });
});

describe('a server that tells nothing has told nothing', () => {
  const json = (body: string) => (_request: unknown, response: import('node:http').ServerResponse) =>
    response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(body);
  const silent: readonly (readonly [string, Parameters<StatedServer['answers']['set']>[1] | null])[] = [
    ['404', null],
    ['a page', (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(CANARY)],
    ['cut short', json('{"resourceType":"CapabilityStatement","rest":[{')],
    ['another resource', { resourceType: 'Patient', name: CANARY }],
    ['an outcome', { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: CANARY }] }],
    ['null', json('null')],
    ['empty', json('')],
    [
      'too large',
      (request, response) => json(JSON.stringify({ ...whole(), name: 'x'.repeat(5000) }))(request, response),
    ],
    ['501', (_request, response) => response.writeHead(501).end(CANARY)],
  ];
  test.each(silent)('%s', async (_name, answer) => {
    if (answer !== null) server.answers.set('metadata', answer);
    const conformance = await ask({ maxBodyBytes: 4096 });
    expect(conformance.failure).toBeNull();
    expect(conformance.findings.length).toBeGreaterThan(20);
    expect(statesIn(conformance)).toEqual(new Set(['NOT_STATED']));
    expect(JSON.stringify(conformance)).not.toContain(CANARY);
  });
});

describe('signing in', () => {
  const TOKEN_URL = 'https://auth.example/token';
  const smart = {
    auth: 'SMART_BACKEND',
    bearerToken: null,
    tokenUrl: TOKEN_URL,
    clientId: 'hub',
    scopes: 'a',
    privateKey,
  };
  const oauthUris = (url: string) => ({
    extension: [
      {
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: [{ url: 'token', valueUri: url }],
      },
    ],
  });
  const withSecurity = (security: object) => {
    const statement = whole(smart);
    return { ...statement, rest: [{ ...statement.rest[0], security }] };
  };

  test('what the server publishes is what the site says', async () => {
    server.answers.set('metadata', whole(smart));
    server.answers.set(SMART, {
      token_endpoint: TOKEN_URL,
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    });
    const conformance = await ask(smart);
    for (const code of ['TOKEN_ENDPOINT', 'TOKEN_AUTH_METHOD', 'GRANT_TYPE', 'SIGNING_ALGORITHM'])
      expect(stateOf(conformance, code)).toBe('PRESENT');
  });

  test('it publishes something else: each thing is named, and none of its words comes out', async () => {
    server.answers.set('metadata', whole(smart));
    server.answers.set(SMART, {
      token_endpoint: `https://auth.example/${CANARY}`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', CANARY],
      grant_types_supported: ['authorization_code'],
      token_endpoint_auth_signing_alg_values_supported: ['RS384'],
    });
    const conformance = await ask(smart);
    for (const code of ['TOKEN_ENDPOINT', 'TOKEN_AUTH_METHOD', 'GRANT_TYPE', 'SIGNING_ALGORITHM'])
      expect(stateOf(conformance, code)).toBe('MISSING');
    expect(JSON.stringify(conformance)).not.toContain(CANARY);
  });

  test.each([
    ['the endpoint of the statement', oauthUris(TOKEN_URL), 'PRESENT'],
    ['another one there', oauthUris(`${TOKEN_URL}/`), 'MISSING'],
    ['neither', {}, 'NOT_STATED'],
  ])('no configuration, %s: %s', async (_name, security, state) => {
    server.answers.set('metadata', withSecurity(security));
    const conformance = await ask(smart);
    expect(stateOf(conformance, 'TOKEN_ENDPOINT')).toBe(state);
    expect(stateOf(conformance, 'GRANT_TYPE')).toBe('NOT_STATED');
  });

  test('a site that signs in otherwise is asked nothing of it', async () => {
    server.answers.set('metadata', whole());
    expect(stateOf(await ask(), 'TOKEN_ENDPOINT')).toBeUndefined();
    expect(server.seen.map(({ path }) => path)).not.toContain(SMART);
  });
});
