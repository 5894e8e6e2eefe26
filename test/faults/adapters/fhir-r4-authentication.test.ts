/** Signing in to a FHIR R4 server against a local authorisation server that checks what it is shown (RFC 7523, SMART App Launch 2.2). */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { jwtVerify } from 'jose';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { publicKeys } from '../../../adapters/fhir-r4/auth/auth-fields.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { FixedClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const NEXT = generateKeyPairSync('rsa', { modulusLength: 2048 });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const NOW = new Date('2026-03-01T09:00:00.000Z');
const pem = ({ privateKey }: { privateKey: KeyObject }): string =>
  String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** What the authorisation server believes and does. */
interface Believes {
  readonly key: KeyObject;
  readonly kid: string;
  readonly algorithm: string;
}

/** Both servers in one process; the record system takes only the newest token. */
class Site {
  readonly assertions = new Set<string>();
  readonly scopes: (string | null)[] = [];
  asked = 0;
  issued = 0;
  lifeSeconds: number | string = 300;
  status = 200;
  /** Tokens that the record system does not take although they are good. */
  refusing = 0;
  readonly refusals: string[] = [];
  reads = 0;
  private tokens: Server | undefined;
  private record: Server | undefined;

  constructor(
    public believes: readonly Believes[],
    readonly clock: FixedClock,
  ) {}

  async open(): Promise<this> {
    this.tokens = createServer(async (request, response) => {
      this.asked++;
      const form = new URLSearchParams(await text(request));
      const failure = this.status === 200 ? await this.fault(form) : null;
      const say = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (failure !== null) {
        this.refusals.push(failure);
        return say(400, { error: 'invalid_client', error_description: `canary ${failure}` });
      }
      if (this.status !== 200) return say(this.status, { error: 'canary' });
      this.issued++;
      this.scopes.push(form.get('scope'));
      return say(200, {
        access_token: `token-${this.issued}`,
        token_type: 'Bearer',
        expires_in: this.lifeSeconds,
      });
    }).listen(0, '127.0.0.1');
    this.record = createServer((request, response) => {
      this.reads++;
      const good = request.headers.authorization === `Bearer token-${this.issued}` && this.refusing-- <= 0;
      response.writeHead(good ? 200 : 401, { 'content-type': 'application/fhir+json' });
      response.end(
        JSON.stringify(
          good
            ? { resourceType: 'Bundle', type: 'searchset', total: 0, link: [], entry: [] }
            : { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'login' }] },
        ),
      );
    }).listen(0, '127.0.0.1');
    for (const server of [this.tokens, this.record])
      if (!server.listening) await new Promise((done) => server.once('listening', done));
    return this;
  }

  private port = (server: Server | undefined): number => (server!.address() as AddressInfo).port;

  get tokenUrl(): string {
    return `http://127.0.0.1:${this.port(this.tokens)}/oauth2/token`;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port(this.record)}/fhir`;
  }

  /** What is wrong with a request for a token; null when nothing is. */
  private async fault(form: URLSearchParams): Promise<string | null> {
    if (form.get('grant_type') !== 'client_credentials') return 'grant';
    if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      return 'assertion type';
    const assertion = form.get('client_assertion') ?? '';
    const header = JSON.parse(Buffer.from(assertion.split('.')[0]!, 'base64url').toString()) as {
      kid?: string;
    };
    const known = this.believes.find(({ kid }) => kid === header.kid);
    if (!known) return 'unknown kid';
    try {
      const { payload } = await jwtVerify(assertion, known.key, {
        algorithms: [known.algorithm],
        audience: this.tokenUrl,
        issuer: 'the-hub',
        subject: 'the-hub',
        currentDate: this.clock.now(),
        maxTokenAge: 300,
        requiredClaims: ['jti', 'exp', 'iat'],
      });
      if ((payload.exp ?? 0) > this.clock.now().getTime() / 1000 + 300) return 'lives too long';
      if (this.assertions.has(payload.jti!)) return 'replayed';
      this.assertions.add(payload.jti!);
      return null;
    } catch (error) {
      return (error as { code?: string }).code ?? 'unverified';
    }
  }

  async close(): Promise<void> {
    for (const server of [this.tokens, this.record]) {
      server?.closeAllConnections();
      await new Promise((done) => (server ? server.close(done) : done(null)));
    }
  }
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function site(believes: Believes): Promise<Site> {
  const made = await new Site([believes], new FixedClock(NOW)).open();
  opened.push(made);
  return made;
}

function adapterFor(at: Site, settings: object) {
  const parsed = parseSettings({
    baseUrl: at.baseUrl,
    auth: 'SMART_BACKEND',
    tokenUrl: at.tokenUrl,
    clientId: 'the-hub',
    scopes: 'system/Organization.rs',
    maxAttempts: 1,
    maxConcurrent: 32,
    callTimeoutMs: 30_000,
    ...settings,
  });
  const adapter = createFhirR4(parsed, { system: 'SITE', clock: at.clock, logger: silentLogger });
  opened.unshift(adapter);
  const read = () => adapter.caseload!.teams(AbortSignal.timeout(60_000));
  return { read, parsed };
}

const SMART: Believes = { key: RSA.publicKey, kid: 'now', algorithm: 'RS384' };
const smart = { privateKey: pem(RSA), keyId: 'now' };
const refusal = (status: number) =>
  expect.objectContaining({ code: 'HUB_UPSTREAM_REFUSED', details: expect.objectContaining({ status }) });

test.each([
  ['RS384', 'SMART_BACKEND', RSA, {}],
  ['ES384', 'SMART_BACKEND', EC, {}],
  ['RS512', 'NHS_SIGNED_JWT', RSA, { scopes: [] }],
  ['RS512', 'SMART_BACKEND', RSA, { signingAlgorithm: 'RS512' }],
] as const)('%s by %s is believed, and the token goes with the read', async (algorithm, auth, pair, more) => {
  const at = await site({ key: pair.publicKey, kid: 'now', algorithm });
  const { read } = adapterFor(at, { auth, privateKey: pem(pair), keyId: 'now', ...more });
  await expect(read()).resolves.toEqual([]);
  expect(at.refusals).toEqual([]);
  expect(at.scopes).toEqual([auth === 'NHS_SIGNED_JWT' ? null : 'system/Organization.rs']);
});

test('fifty reads at once ask for one token, and later ones for none', async () => {
  const at = await site(SMART);
  const { read } = adapterFor(at, smart);
  await Promise.all(Array.from({ length: 50 }, read));
  await read();
  expect([at.asked, at.reads]).toEqual([1, 51]);
});

test.each([
  [300, 269, 271],
  ['300', 269, 271],
  [40, 19, 21],
])('a token of %s seconds is kept until shortly before its end', async (life, before, after) => {
  const at = await site(SMART);
  at.lifeSeconds = life;
  const { read } = adapterFor(at, smart);
  await read();
  at.clock.set(new Date(NOW.getTime() + before * 1000));
  await read();
  expect(at.asked).toBe(1);
  at.clock.set(new Date(NOW.getTime() + after * 1000));
  await read();
  expect([at.asked, at.assertions.size]).toEqual([2, 2]);
});

test('no life is believed past a day, and none that is over', async () => {
  const at = await site(SMART);
  const { read } = adapterFor(at, smart);
  for (const [life, before, after] of [
    [1e300, 86_300, 86_500],
    [-5, 29, 61],
  ] as const) {
    const asked = at.asked;
    const began = at.clock.now().getTime();
    at.lifeSeconds = life;
    await read();
    at.clock.set(new Date(began + before * 1000));
    await read();
    expect(at.asked).toBe(asked + 1);
    at.clock.set(new Date(began + after * 1000));
    at.lifeSeconds = 1;
    await read();
    expect(at.asked).toBe(asked + 2);
    at.clock.set(new Date(began + (after + 5) * 1000));
  }
});

test('a refused token is replaced once for all who were refused; refused again, the answer stands', async () => {
  const at = await site(SMART);
  const { read } = adapterFor(at, smart);
  await read();
  at.refusing = 1;
  await read();
  expect([at.asked, at.reads]).toEqual([2, 3]);
  at.refusing = 2;
  await expect(read()).rejects.toEqual(refusal(401));
  expect([at.asked, at.reads]).toEqual([3, 5]);
});

describe('rotation', () => {
  const both = { privateKey: pem(NEXT), keyId: 'next', previousPrivateKey: pem(RSA), previousKeyId: 'now' };

  test('a server that has not read the new key yet takes the one before it', async () => {
    const at = await site(SMART);
    const { read } = adapterFor(at, both);
    await read();
    expect([at.refusals, at.issued]).toEqual([['unknown kid'], 1]);
  });

  test('a server that has read it is shown nothing else', async () => {
    const at = await site({ key: NEXT.publicKey, kid: 'next', algorithm: 'RS384' });
    const { read } = adapterFor(at, both);
    await read();
    expect([at.refusals, at.asked]).toEqual([[], 1]);
  });

  test('both public halves are published, and nothing of the private ones', async () => {
    const { parsed } = adapterFor(await site(SMART), both);
    const published = publicKeys(parsed);
    expect(published.map(({ kid, alg }) => [kid, alg])).toEqual([
      ['next', 'RS384'],
      ['now', 'RS384'],
    ]);
    for (const key of published)
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key).not.toHaveProperty(secret);
    expect(JSON.stringify(parsed)).not.toContain('PRIVATE KEY');
  });
});

describe('a client that is refused', () => {
  test.each([
    ['an unknown key', { ...smart, keyId: 'other' }, 'unknown kid'],
    [
      'another key under the same id',
      { privateKey: pem(NEXT), keyId: 'now' },
      'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    ],
    ['another client', { ...smart, clientId: 'somebody' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ])('%s: coded, nothing sent to the record, no word of the server kept', async (_what, settings, fault) => {
    const at = await site(SMART);
    const { read } = adapterFor(at, settings);
    const failure = await read().catch((error: unknown) => error);
    expect(failure).toEqual(refusal(400));
    expect(
      JSON.stringify([(failure as Error).message, (failure as { details: object }).details]),
    ).not.toMatch(/canary|PRIVATE/);
    expect([at.refusals, at.reads]).toEqual([[fault], 0]);
  });

  test.each([500, 503, 429])(
    '%s of the authorisation server is transient and reaches nobody else',
    async (status) => {
      const at = await site(SMART);
      at.status = status;
      const { read } = adapterFor(at, smart);
      await expect(read()).rejects.toMatchObject({
        code: 'HUB_UPSTREAM_UNAVAILABLE',
        details: { at: 'TOKEN' },
      });
      expect(at.reads).toBe(0);
      at.status = 200;
      await expect(read()).resolves.toEqual([]);
    },
  );
});
