/** What leaves the FHIR R4 adapter on the wire, and what it does when the network or the server fails it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { GUARD } from '../../../adapters/fhir-r4/transport/guard.js';
import type { CaseloadPage } from '../../../src/clinical/clinical-record.port.js';
import { FixedClock } from '../../../src/core/clock.js';
import { isId } from '../../../src/core/ids.js';
import type { LogFields, Logger } from '../../../src/core/logger.js';
import { aMembership, memberships } from '../../contract/contract-memberships.js';
import {
  CANARY,
  episodeResource,
  patientResource,
  practitionerResource,
  SERVER_CLOCK,
  type TestResource,
} from '../../support/fhir-resources.js';
import { type ScriptedFhirServer, startScriptedFhirServer } from '../../support/scripted-fhir-server.js';

const TEAM = 'Organization/team-one';
const REQUEST = { teamReference: TEAM, since: null };
const never = (): AbortSignal => new AbortController().signal;

let server: ScriptedFhirServer;
const waits: number[] = [];
const lines: [string, LogFields | undefined][] = [];
const say = (message: string, fields?: LogFields) => void lines.push([message, fields]);
const logger: Logger = { error: say, warn: say, info: say, debug: say };

beforeEach(async () => {
  server = await startScriptedFhirServer();
  waits.length = 0;
  lines.length = 0;
});
afterEach(() => server.close());

function adapterFor(settings: Record<string, unknown> = {}) {
  const parsed = parseSettings({
    baseUrl: server.baseUrl,
    bearerToken: 'wire-token',
    pageSize: 20,
    ...settings,
  });
  const clock = new FixedClock(new Date('2026-03-01T09:00:05.000Z'));
  const sleep = async (ms: number) => void waits.push(ms);
  return createFhirR4(parsed, { system: 'TRUST-A', clock, logger }, { random: () => 0, sleep });
}

function hold(count: number, more: readonly TestResource[] = []): void {
  const held = memberships(count);
  server.load([
    ...held.map((one) => episodeResource(TEAM, one)),
    ...held.map(({ patient }) => patientResource(patient)),
    ...more,
  ]);
}

async function pull(
  adapter: ReturnType<typeof adapterFor>,
  since: string | null = null,
): Promise<CaseloadPage[]> {
  const pages: CaseloadPage[] = [];
  for await (const page of adapter.caseload!.pull({ ...REQUEST, since }, never())) pages.push(page);
  return pages;
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
const header = (name: string) => server.seen.map(({ headers }) => headers[name]);

test('each request says who asks, what for and in what form', async () => {
  hold(50);
  await pull(adapterFor({ odsCode: 'RXX' }));
  expect(server.seen).toHaveLength(3);
  expect(new Set(header('authorization'))).toEqual(new Set(['Bearer wire-token']));
  expect(new Set(header('nhsd-end-user-organisation-ods'))).toEqual(new Set(['RXX']));
  expect(new Set(header('accept'))).toEqual(new Set(['application/fhir+json']));
  expect(new Set(header('x-correlation-id')).size).toBe(1);
  expect(new Set(header('x-request-id')).size).toBe(3);
  for (const id of [...header('x-request-id'), ...header('x-correlation-id')])
    expect(isId(String(id))).toBe(true);
});

test('without token and ODS code those headers are not sent', async () => {
  hold(1);
  await pull(adapterFor({ auth: 'NONE' }));
  expect(header('authorization')).toEqual([undefined]);
  expect(header('nhsd-end-user-organisation-ods')).toEqual([undefined]);
});

test('a repeat carries the same request id, and waits as long as it was told', async () => {
  hold(1);
  server.misbehave({ kind: 'BUSY_429', times: 2 });
  await pull(adapterFor());
  expect(server.seen).toHaveLength(3);
  expect(new Set(header('x-request-id')).size).toBe(1);
  expect(waits).toEqual([1_000, 1_000]);
});

test('the first search is as agreed with the site', async () => {
  hold(1);
  await pull(adapterFor(), '2026-01-01T00:00:00Z');
  const { url } = server.seen[0]!;
  expect(url.pathname).toBe('/fhir/EpisodeOfCare');
  expect([...url.searchParams]).toEqual([
    ['organization', TEAM],
    ['_include', 'EpisodeOfCare:patient'],
    ['_include', 'EpisodeOfCare:care-manager'],
    ['_count', '20'],
    ['_sort', '_lastUpdated'],
    ['_total', 'accurate'],
    ['_lastUpdated', 'ge2026-01-01T00:00:00.000Z'],
  ]);
});

test('patients left out are read together, once per page', async () => {
  hold(40);
  server.misbehave({ kind: 'PATIENT_LEFT_OUT', page: 0 });
  const pages = await pull(adapterFor());
  expect(pages.flatMap(({ items }) => items)).toHaveLength(40);
  const reads = server.seen.filter(({ url }) => url.pathname.endsWith('/Patient'));
  expect(reads).toHaveLength(2);
  expect(reads[0]!.url.searchParams.get('_id')!.split(',')).toHaveLength(20);
});

test('one patient in two episodes of a page is read once', async () => {
  const one = aMembership(1);
  const episode = episodeResource(TEAM, one);
  server.load([episode, { ...episode, id: 'episode-again' }, patientResource(one.patient)]);
  server.misbehave({ kind: 'PATIENT_LEFT_OUT', page: 0 });
  const [page] = await pull(adapterFor());
  expect(page!.items.map(({ value }) => value.patient.localId)).toEqual([
    one.patient.localId,
    one.patient.localId,
  ]);
  expect(server.seen.at(-1)!.url.searchParams.get('_id')).toBe(one.patient.localId);
});

test('the watermark is the server’s clock at the first page', async () => {
  hold(50);
  const pages = await pull(adapterFor());
  expect(pages.map(({ watermark }) => watermark)).toEqual([SERVER_CLOCK, SERVER_CLOCK, SERVER_CLOCK]);
  expect(pages[0]!.items[0]).toMatchObject({
    source: { system: 'TRUST-A', reference: 'EpisodeOfCare/episode-person-0000', version: '1' },
    asOf: '2026-01-01T00:00:00.000Z',
    fetchedAt: '2026-03-01T09:00:05.000Z',
    complete: true,
  });
});

test('what is not understood is counted by path and loses nobody', async () => {
  const [one, two] = [aMembership(1), aMembership(2)];
  server.load([
    {
      ...episodeResource(TEAM, one),
      period: { start: '2026', end: 'later' },
      careManager: { display: 'Somebody' },
    },
    episodeResource(TEAM, two),
    {
      ...patientResource(one.patient),
      birthDate: '1980',
      identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000000' }],
    },
    patientResource(two.patient),
    practitionerResource(two.coordinator!.reference, 'Worker'),
  ]);
  const adapter = adapterFor();
  const [page] = await pull(adapter);
  expect(page!.items.map(({ complete }) => complete)).toEqual([false, true]);
  expect(page!.items[0]!.value).toMatchObject({ validFrom: null, validTo: null, careCoordinator: null });
  expect(Object.fromEntries(adapter.unmapped)).toEqual({
    'EpisodeOfCare.period.start': 1,
    'EpisodeOfCare.period.end': 1,
    'EpisodeOfCare.careManager': 1,
    'Patient.birthDate': 1,
    'Patient.identifier[nhsNumber].value': 1,
  });
});

test.each([
  undefined,
  { display: 'Somebody' },
  { reference: 'Group/1' },
  { reference: 'https://elsewhere.example/fhir/Patient/1' },
])('an episode whose patient cannot be read from here (%p) makes the pull incomplete', async (patient) => {
  server.load([{ ...episodeResource(TEAM, aMembership(1)), patient }]);
  expect(await failureOf(pull(adapterFor()))).toMatchObject({
    code: 'HUB_CASELOAD_INCOMPLETE',
    details: { reason: 'NOT_UNDERSTOOD', path: 'EpisodeOfCare.patient' },
  });
  expect(server.strays).toHaveLength(0);
});

test('a pull has a budget of its own, whatever each request takes', async () => {
  hold(100);
  server.misbehave({ kind: 'DELAY', page: 3 });
  const started = performance.now();
  const error = await failureOf(pull(adapterFor({ callTimeoutMs: 60_000, totalTimeoutMs: 300 })));
  expect(error).toMatchObject({ code: 'HUB_UPSTREAM_TIMEOUT', retry: 'transient' });
  expect(performance.now() - started).toBeLessThan(20_000);
});

test('more pages than agreed are not asked for', async () => {
  hold(100);
  const error = await failureOf(pull(adapterFor({ maxPages: 3 })));
  expect(error).toMatchObject({ code: 'HUB_CASELOAD_INCOMPLETE', details: { reason: 'PAGE_CAP', pages: 3 } });
  expect(server.seen).toHaveLength(3);
});

test('a server that keeps failing is left alone by pulls, and health still tells the truth', async () => {
  hold(1);
  server.misbehave({ kind: 'DOWN_503', page: 0, times: GUARD.failures });
  const adapter = adapterFor();
  for (let n = 0; n < GUARD.failures / 4; n++) await failureOf(pull(adapter));
  const before = server.seen.length;
  expect(await failureOf(pull(adapter))).toMatchObject({
    code: 'HUB_UPSTREAM_UNAVAILABLE',
    details: { circuit: 'OPEN' },
  });
  expect(server.seen).toHaveLength(before);
  expect(await adapter.health(never())).toMatchObject({ state: 'UP', product: 'Scripted 1' });
});

test('log lines hold codes and ids only', async () => {
  hold(30);
  server.misbehave({ kind: 'DOWN_503', times: 2 });
  await pull(adapterFor());
  expect(lines).toHaveLength(2);
  for (const [, fields] of lines)
    expect(Object.keys(fields!).sort()).toEqual(['attempt', 'code', 'correlationId', 'system']);
  expect(JSON.stringify(lines)).not.toMatch(/organization|127\.0\.0\.1|wire-token|CANARY|Bearer/);
});

/** Serves one answer to everything. */
async function withAnswer(answer: (server: Server) => Promise<void>, body: object): Promise<void> {
  const one = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  try {
    await answer(one);
  } finally {
    one.closeAllConnections();
    one.close();
  }
}
const addressOf = (one: Server, scheme = 'http') =>
  `${scheme}://127.0.0.1:${(one.address() as AddressInfo).port}/`;

test('where the answer has no clock of its own, its Date is the watermark', async () => {
  await withAnswer(
    async (one) => {
      const [page] = await pull(adapterFor({ baseUrl: addressOf(one) }));
      expect(page).toMatchObject({ page: 1, last: true, total: null, items: [] });
      expect(page!.watermark).toMatch(/^\d{4}-\d{2}-\d{2}T.*\.000Z$/);
    },
    { resourceType: 'Bundle', type: 'searchset' },
  );
});

test('a server of another FHIR version is down', async () => {
  await withAnswer(
    async (one) => {
      const health = await adapterFor({ baseUrl: addressOf(one) }).health(never());
      expect(health).toMatchObject({ state: 'DOWN', code: 'HUB_UPSTREAM_PROTOCOL' });
    },
    { resourceType: 'CapabilityStatement', fhirVersion: '3.0.2' },
  );
});

test('a connection that never becomes TLS is unreachable, and nothing of it is told', async () => {
  await withAnswer(async (one) => {
    const error = await failureOf(pull(adapterFor({ baseUrl: addressOf(one, 'https'), maxAttempts: 1 })));
    expect(error).toMatchObject({ code: 'HUB_UPSTREAM_UNREACHABLE', retry: 'transient' });
    expect(String((error as Error).stack)).not.toContain('127.0.0.1');
  }, {});
});

test('issue types reach the operator, diagnostics do not', async () => {
  server.misbehave({ kind: 'REJECTS_400' });
  const error = await failureOf(pull(adapterFor()));
  expect(error).toMatchObject({
    code: 'HUB_UPSTREAM_REJECTED',
    details: { status: 400, issues: ['invalid'] },
  });
  expect(JSON.stringify(error)).not.toContain(CANARY);
});
