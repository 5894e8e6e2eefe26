/** The way to a record system: mutual TLS, authorities of a site's own, and proxies, for FHIR and for the token endpoint alike. */
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { createNetwork } from '../../../adapters/fhir-r4/transport/network.js';
import { FixedClock } from '../../../src/core/clock.js';
import type { LogFields, Logger } from '../../../src/core/logger.js';
import { everythingIn, failureOf, never } from '../../contract/contract-case.js';
import { authority } from '../../support/certificates.js';
import { type ConnectProxy, startConnectProxy } from '../../support/connect-proxy.js';
import { eventually } from '../../support/eventually.js';
import { ISSUED_TOKEN, type MutualTlsSite, startMutualTlsSite } from '../../support/mutual-tls-site.js';
import { anOutgoingDocument } from '../../support/outgoing-documents.js';

const NOW = '2026-03-01T09:00:00.000Z';
const CREDENTIALS = 'hub user:p@ss:word/%';
const SHOWN = 'http://hub%20user:p%40ss%3Aword%2F%25@127.0.0.1';
const BY_TLS = 'https://hub%20user:p%40ss%3Aword%2F%25@localhost';

let strict: MutualTlsSite;
let mild: MutualTlsSite;
const lines: unknown[] = [];
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  strict = await startMutualTlsSite(true);
  mild = await startMutualTlsSite(false);
});
afterAll(async () => {
  await strict.close();
  await mild.close();
});
beforeEach(() => {
  lines.length = 0;
  for (const site of [strict, mild]) (site.arrivals as unknown[]).length = 0;
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

const say = (message: string, fields?: LogFields) => void lines.push([message, fields]);
const logger: Logger = { error: say, warn: say, info: say, debug: say };

function adapterFor(site: MutualTlsSite, more: Record<string, unknown>, now = NOW) {
  const settings = parseSettings({
    ...site.settings(),
    maxAttempts: 1,
    callTimeoutMs: 30_000,
    totalTimeoutMs: 60_000,
    ...more,
  });
  const adapter = createFhirR4(settings, { system: 'SITE', clock: new FixedClock(new Date(now)), logger });
  opened.push(adapter);
  return {
    settings,
    adapter,
    read: () => adapter.caseload!.teams(never()),
    write: () => adapter.documents!.send(anOutgoingDocument(), never()),
  };
}

async function proxy(options?: Parameters<typeof startConnectProxy>[0]): Promise<ConnectProxy> {
  const made = await startConnectProxy(options);
  opened.push(made);
  return made;
}

/** What the hub would have to answer for if it were told, logged or printed. */
function expectNothingTold(shown: readonly unknown[], ...secrets: readonly string[]): void {
  const told = [...shown.map((one) => everythingIn(one)), JSON.stringify(lines)].join('\n');
  for (const secret of [...secrets, ISSUED_TOKEN, 'PRIVATE KEY', '127.0.0.1'])
    expect(told).not.toContain(secret);
}

const certified = ({ key, cert }: { key: string; cert: string }) => ({
  clientCertificate: cert,
  clientKey: key,
});

describe('mutual TLS', () => {
  test('the right certificate is shown for the token and for FHIR, reading and writing', async () => {
    const { read, write } = adapterFor(strict, certified(strict.issue()));
    expect(await read()).toEqual([]);
    expect(await write()).toMatchObject({ stage: 'ACCEPTED', reference: 'DocumentReference/doc-1' });
    expect(strict.arrivals.map(({ shownBy, method, url }) => [shownBy, method, url.split('?')[0]])).toEqual([
      ['the-hub', 'POST', '/token'],
      ['the-hub', 'GET', '/fhir/Organization'],
      ['the-hub', 'POST', '/fhir/DocumentReference'],
    ]);
  });

  const stranger = authority('Authority that the site does not know');
  /** Node's own server hangs up on whoever it does not know, once the request may have left; it sends no alert. */
  test.each([
    ['none', () => ({})],
    ['one of another authority', () => certified(stranger.issue({ name: 'the-hub' }))],
    ['one that the site finds expired', () => certified(strict.issue({ to: '260301085959Z' }))],
  ])('where the site hangs up on %s: coded, and nothing was taken', async (_what, certificate) => {
    // A clock that is behind does not keep the hub from asking; the site knows better.
    const bearer = { auth: 'BEARER', bearerToken: 'site-token', ...certificate() };
    for (const more of [bearer, certificate()]) {
      const { read, write } = adapterFor(strict, more, '2026-02-28T09:00:00.000Z');
      for (const work of [read, write]) {
        const error = await failureOf(work());
        const isWrite = work === write && more === bearer;
        expect(error).toMatchObject({
          code: isWrite ? 'HUB_UPSTREAM_AMBIGUOUS' : 'HUB_UPSTREAM_UNREACHABLE',
        });
        expectNothingTold([error], 'site-token');
      }
    }
    expect(strict.arrivals).toEqual([]);
  });

  /** Fatal alerts about a certificate (RFC 8446 section 6.2), as a server gives them that sees to certificates itself. */
  test.each([
    ['bad_certificate', 42],
    ['unsupported_certificate', 43],
    ['certificate_revoked', 44],
    ['certificate_expired', 45],
    ['certificate_unknown', 46],
    ['unknown_ca', 48],
    ['access_denied', 49],
    ['certificate_required', 116],
  ])('where the site says %s, an operator has to see to it', async (_what, alert) => {
    const record = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, alert]);
    const server = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => socket.end(record));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({ close: () => new Promise<void>((resolve) => server.close(() => resolve())) });
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const at = { baseUrl: `${address}/fhir/`, tokenUrl: `${address}/token`, ...certified(strict.issue()) };
    for (const more of [at, { ...at, auth: 'BEARER', bearerToken: 'site-token' }]) {
      const { read, write } = adapterFor(strict, more);
      for (const work of [read, write])
        expect(await failureOf(work())).toMatchObject({ code: 'HUB_UPSTREAM_REFUSED', retry: 'paused' });
    }
  });

  test.each([
    ['EXPIRED', { to: '260301085959Z' }],
    ['NOT_YET_VALID', { from: '260301090001Z' }],
  ])('one that is %s is not shown at all', async (fault, days) => {
    const { read, write } = adapterFor(strict, certified(strict.issue(days)));
    for (const work of [read, write])
      expect(await failureOf(work())).toMatchObject({
        code: 'HUB_UPSTREAM_REFUSED',
        details: { fault: `CLIENT_CERTIFICATE_${fault}` },
      });
    expect([strict.arrivals.length, await strict.connections()]).toEqual([0, 0]);
  });

  test('it is shown to no other host, whatever that asks for', async () => {
    const { settings } = adapterFor(strict, {
      ...certified(mild.issue()),
      certificateAuthority: mild.authority.cert,
    });
    const network = createNetwork(settings, new FixedClock(new Date(NOW)));
    opened.push({ close: async () => network.close() });
    await (await network.fetch(new URL(mild.baseUrl), { method: 'GET' })).text();
    expect(mild.arrivals.map(({ shownBy }) => shownBy)).toEqual([null]);
    const known = createNetwork({ ...settings, baseUrl: mild.baseUrl }, new FixedClock(new Date(NOW)));
    opened.push({ close: async () => known.close() });
    await (await known.fetch(new URL(mild.baseUrl), { method: 'GET' })).text();
    expect(mild.arrivals.map(({ shownBy }) => shownBy)).toEqual([null, 'the-hub']);
  });

  test('its key is in no error, no log and nothing that prints the settings', async () => {
    const issued = strict.issue({ to: '260301085959Z' });
    const { read, settings, adapter } = adapterFor(strict, certified(issued));
    const error = await failureOf(read());
    const body = issued.key.split('\n')[1]!;
    expectNothingTold([error], body);
    expect(JSON.stringify([settings, adapter]) + inspect([settings, adapter], { depth: 9 })).not.toContain(
      body,
    );
  });

  test('a site is believed by the authorities of its settings and no others', async () => {
    for (const certificateAuthority of [null, stranger.cert]) {
      const { read, write } = adapterFor(mild, { certificateAuthority });
      for (const work of [read, write])
        expect(await failureOf(work())).toMatchObject({ code: 'HUB_UPSTREAM_REFUSED' });
    }
    expect(mild.arrivals).toEqual([]);
    expect(await adapterFor(mild, {}).read()).toEqual([]);
  });

  test('closing lets go of every connection', async () => {
    const { read, adapter } = adapterFor(mild, {});
    await read();
    expect(await mild.connections()).toBeGreaterThan(0);
    await adapter.close();
    await eventually(async () => (await mild.connections()) === 0);
  });
});

describe('a proxy', () => {
  test('tunnels token and FHIR alike, and sees nothing of either', async () => {
    const way = await proxy();
    const { read, write } = adapterFor(strict, {
      ...certified(strict.issue()),
      proxyUrl: `http://127.0.0.1:${way.port}`,
    });
    await read();
    await write();
    expect(new Set(way.targets)).toEqual(new Set([`127.0.0.1:${strict.port}`]));
    expect(strict.arrivals.map(({ shownBy }) => shownBy)).toEqual(['the-hub', 'the-hub', 'the-hub']);
    expect(way.passed().length).toBeGreaterThan(1_000);
    for (const secret of [ISSUED_TOKEN, 'DocumentReference', 'client_assertion', 'Organization', 'Bearer'])
      expect(way.passed()).not.toContain(secret);
    expect(way.open).toEqual([]);
  });

  test('is shown its credentials, the record system is not', async () => {
    const way = await proxy({ user: CREDENTIALS });
    const { read } = adapterFor(mild, { proxyUrl: `${SHOWN}:${way.port}` });
    await read();
    expect(new Set(way.credentials)).toEqual(
      new Set([`Basic ${Buffer.from(CREDENTIALS).toString('base64')}`]),
    );
    for (const { headers } of mild.arrivals)
      expect(Object.keys(headers).filter((name) => name.startsWith('proxy'))).toEqual([]);
  });

  test('tunnels what is not encrypted too, so that no address of it is in the open', async () => {
    const way = await proxy();
    const plain = { baseUrl: mild.plainUrl, auth: 'BEARER', bearerToken: 'plain-token' };
    await adapterFor(mild, { ...plain, proxyUrl: `http://127.0.0.1:${way.port}` }).read();
    expect([way.open, way.targets]).toEqual([[], [new URL(mild.plainUrl).host]]);
  });

  const bearer = { auth: 'BEARER', bearerToken: 'site-token' };
  /** The same for a read, a write, and a token that has to be fetched first. */
  async function failuresBy(way: ConnectProxy, more: Record<string, unknown> = {}) {
    const proxyUrl = `${SHOWN}:${way.port}`;
    const known = adapterFor(mild, { ...bearer, proxyUrl, ...more });
    const signing = adapterFor(mild, { proxyUrl, ...more });
    const errors = [
      await failureOf(known.read()),
      await failureOf(known.write()),
      await failureOf(signing.read()),
      await failureOf(signing.write()),
    ];
    expectNothingTold(
      errors,
      'hub user',
      'p@ss',
      'p%40ss',
      'site-token',
      Buffer.from(CREDENTIALS).toString('base64'),
    );
    expect(mild.arrivals).toEqual([]);
    return errors;
  }
  const coded = (code: string, fault?: string) =>
    expect.objectContaining({
      code,
      details: fault === undefined ? expect.anything() : expect.objectContaining({ fault }),
    });

  test.each([407, 401, 403])('that lets nobody through as we are (%d) is for an operator', async (mood) => {
    const way = await proxy();
    way.mood = mood;
    const refused = coded('HUB_UPSTREAM_REFUSED', `PROXY_${mood}`);
    expect(await failuresBy(way)).toEqual([refused, refused, refused, refused]);
  });

  test('with other credentials refuses, and they are told to nobody', async () => {
    const way = await proxy({ user: 'somebody:else' });
    const refused = coded('HUB_UPSTREAM_REFUSED', 'PROXY_407');
    expect(await failuresBy(way)).toEqual([refused, refused, refused, refused]);
  });

  test.each([500, 502, 503, 504, 404])(
    'that cannot reach the site (%d): not sent, tried again later',
    async (mood) => {
      const way = await proxy();
      way.mood = mood;
      const unreachable = coded('HUB_UPSTREAM_UNREACHABLE', `PROXY_${mood}`);
      expect(await failuresBy(way)).toEqual([unreachable, unreachable, unreachable, unreachable]);
    },
  );

  test('that is down: not sent, tried again later', async () => {
    const way = await startConnectProxy();
    await way.close();
    const unreachable = coded('HUB_UPSTREAM_UNREACHABLE', 'ECONNREFUSED');
    expect(await failuresBy(way)).toEqual([unreachable, unreachable, unreachable, unreachable]);
  });

  test('that hangs up is asked once for each, and nothing was sent', async () => {
    const way = await proxy();
    way.mood = 'HANGS_UP';
    const unreachable = coded('HUB_UPSTREAM_UNREACHABLE', 'PROXY_CLOSED');
    expect(await failuresBy(way)).toEqual([unreachable, unreachable, unreachable, unreachable]);
    expect(way.targets).toHaveLength(4);
  });

  test('that says nothing: of the write nobody can say, so it is asked after', async () => {
    const way = await proxy();
    way.mood = 'SILENT';
    const [late, ambiguous] = [coded('HUB_UPSTREAM_TIMEOUT'), coded('HUB_UPSTREAM_AMBIGUOUS')];
    expect(await failuresBy(way, { callTimeoutMs: 150 })).toEqual([late, ambiguous, late, late]);
  });

  test('that leads elsewhere is found out by the certificate there, before anything is said', async () => {
    const way = await proxy();
    way.diverted = strict.port;
    const refused = coded('HUB_UPSTREAM_REFUSED');
    expect(await failuresBy(way)).toEqual([refused, refused, refused, refused]);
    expect(strict.arrivals).toEqual([]);
  });

  test('is spoken to by TLS where its address says so, and believed by the authorities of the site', async () => {
    const way = await proxy({
      user: CREDENTIALS,
      certificate: mild.authority.issue({ hosts: ['localhost'] }),
    });
    const proxyUrl = `${BY_TLS}:${way.port}`;
    expect(await adapterFor(mild, { proxyUrl }).read()).toEqual([]);
    const unknown = await proxy({ certificate: authority().issue({ hosts: ['localhost'] }) });
    const other = adapterFor(mild, { proxyUrl: `${BY_TLS}:${unknown.port}` });
    expect(await failureOf(other.read())).toMatchObject({ code: 'HUB_UPSTREAM_REFUSED' });
    expect([unknown.targets, unknown.credentials]).toEqual([[], []]);
  });

  test('of the environment is not used, nor that of another site', async () => {
    const way = await proxy();
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = `http://127.0.0.1:${way.port}`;
    try {
      const neighbour = adapterFor(mild, { proxyUrl: `http://127.0.0.1:${way.port}` });
      expect(await adapterFor(mild, {}).read()).toEqual([]);
      expect(way.targets).toEqual([]);
      await neighbour.read();
      expect(way.targets).not.toEqual([]);
    } finally {
      for (const [at, name] of names.entries()) {
        if (before[at] === undefined) delete process.env[name];
        else process.env[name] = before[at];
      }
    }
  });
});
