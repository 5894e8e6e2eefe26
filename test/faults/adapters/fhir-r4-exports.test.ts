/** What an export sends and when, what it leaves behind, and which files it fetches with what. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import type { CaseloadPage } from '../../../src/clinical/clinical-record.port.js';
import { FixedClock } from '../../../src/core/clock.js';
import type { LogFields, Logger } from '../../../src/core/logger.js';
import { failureOf, never } from '../../contract/contract-case.js';
import { memberships } from '../../contract/contract-memberships.js';
import { eventually } from '../../support/eventually.js';
import { FHIR_CASELOADS } from '../../support/fhir-caseloads.js';
import { outcome } from '../../support/fhir-misbehaviour.js';
import {
  episodeResource,
  patientResource,
  SERVER_CLOCK,
  type TestResource,
} from '../../support/fhir-resources.js';
import { type ScriptedFhirServer, startScriptedFhirServer } from '../../support/scripted-fhir-server.js';

const { served, settings, teamReference, resourcesOf } = FHIR_CASELOADS.BULK_EXPORT!;
const waits: number[] = [];
const lines: [string, LogFields | undefined][] = [];
const say = (message: string, fields?: LogFields) => void lines.push([message, fields]);
const logger: Logger = { error: say, warn: say, info: say, debug: say };

let server: ScriptedFhirServer;
let elsewhere: Server;
let fetched: IncomingMessage[];
let file = '';

beforeEach(async () => {
  server = await startScriptedFhirServer(served);
  waits.length = 0;
  lines.length = 0;
  fetched = [];
  elsewhere = createServer((request, response) => {
    fetched.push(request);
    response.writeHead(200, { 'content-type': 'binary/octet-stream' }).end(file);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await server.close();
  await new Promise((resolve) => elsewhere.close(resolve));
});

const origin = () => `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;

function adapterFor(more: Record<string, unknown> = {}) {
  const parsed = parseSettings({
    baseUrl: server.baseUrl,
    bearerToken: 'wire-token',
    odsCode: 'RZZ',
    pageSize: 20,
    ...settings,
    ...more,
  });
  const clock = new FixedClock(new Date('2026-03-01T09:00:05.000Z'));
  const sleep = async (ms: number) => void waits.push(ms);
  return createFhirR4(parsed, { system: 'TRUST-A', clock, logger }, { random: () => 0, sleep });
}

async function pull(adapter: ReturnType<typeof adapterFor>, since: string | null = null, signal = never()) {
  const pages: CaseloadPage[] = [];
  for await (const page of adapter.caseload!.pull({ teamReference, since }, signal)) pages.push(page);
  return pages.flatMap(({ items }) => items.map(({ source }) => source.reference)).sort();
}

const episodes = (count: number) =>
  memberships(count)
    .map(({ patient }) => `EpisodeOfCare/episode-${patient.localId}`)
    .sort();
const asLines = (resources: readonly TestResource[]) =>
  resources.map((one) => JSON.stringify(one)).join('\n');
const seen = (part: string) => server.seen.filter(({ url }) => url.href.includes(part));

test('it is begun as an asynchronous request, asked after as the server wants, and deleted', async () => {
  server.load(resourcesOf(memberships(70)));
  expect(await pull(adapterFor(), null)).toEqual(episodes(70));
  const [begun] = server.seen;
  expect(begun!.url.pathname).toBe('/fhir/Group/everybody/$export');
  expect([...begun!.url.searchParams]).toEqual([
    ['_type', 'EpisodeOfCare,Patient,PractitionerRole,Practitioner'],
  ]);
  expect(begun!.headers).toMatchObject({
    prefer: 'respond-async',
    accept: 'application/fhir+json',
    authorization: 'Bearer wire-token',
  });
  expect(waits).toEqual([2_000]);
  expect(lines).toContainEqual([
    'an export is under way',
    expect.objectContaining({ system: 'TRUST-A', received: 40, expected: 100 }),
  ]);
  expect(server.seen.at(-1)).toMatchObject({ method: 'DELETE', url: { pathname: '/fhir/export/1' } });
  expect(server.exports.jobs.size).toBe(0);
  expect(new Set(server.seen.map(({ headers }) => headers['x-correlation-id'])).size).toBe(2);
});

test('an increment asks for what changed, and reads the patients and workers who did not', async () => {
  const held = memberships(30);
  server.load(resourcesOf(held));
  const since = held[20]!.changedAt;
  expect(await pull(adapterFor(), since)).toEqual(episodes(30).slice(20));
  expect(server.seen[0]!.url.searchParams.get('_since')).toBe(since);
  expect(seen('/fhir/Patient').map(({ method }) => method)).toEqual(['POST']);
  expect(seen('/fhir/Practitioner?').map(({ method }) => method)).toEqual(['POST']);
});

test('what the export says was deleted is left out, and what another team has', async () => {
  server.load(resourcesOf(memberships(10)));
  const [gone, ...rest] = episodes(10);
  const bundle = {
    resourceType: 'Bundle',
    id: 'b',
    type: 'transaction',
    entry: [{ request: { method: 'DELETE', url: gone } }],
  };
  file = asLines([bundle]);
  server.exports.manifest = {
    requiresAccessToken: false,
    deleted: [{ type: 'Bundle', url: `${origin()}/deleted` }],
  };
  expect(await pull(adapterFor({ exportFileOrigins: origin() }))).toEqual(rest);
});

test('files that ask for no token are sent nothing of the hub, here or elsewhere', async () => {
  const [membership] = memberships(1);
  const { reference } = { reference: `EpisodeOfCare/episode-${membership!.patient.localId}` };
  server.load([patientResource(membership!.patient), episodeResource(teamReference, membership!)]);
  file = asLines([episodeResource(teamReference, membership!)]);
  const patients = { type: 'Patient', url: `${server.baseUrl}export/1/Patient-1`, count: 1 };
  const output = [
    { type: 'EpisodeOfCare', url: `${origin()}/bucket/1.ndjson?signature=x`, count: 1 },
    patients,
  ];
  server.exports.manifest = { requiresAccessToken: false, output };
  expect(await pull(adapterFor({ exportFileOrigins: origin() }))).toEqual([reference]);
  expect(fetched).toHaveLength(1);
  for (const { headers } of [...fetched, ...seen('Patient-1')]) {
    expect(headers.authorization).toBeUndefined();
    expect(headers['nhsd-end-user-organisation-ods']).toBeUndefined();
    expect(headers.accept).toBe('application/fhir+ndjson');
  }
});

test.each([
  ['the origin is not one of the site’s', {}, false],
  ['they ask for the token', { exportFileOrigins: 'HERE' }, true],
])(
  'files elsewhere are not fetched when %s, and the job is deleted',
  async (_when, more, requiresAccessToken) => {
    server.load(resourcesOf(memberships(1)));
    const output = [{ type: 'EpisodeOfCare', url: `${origin()}/1.ndjson` }];
    server.exports.manifest = { requiresAccessToken, output };
    const stated = 'exportFileOrigins' in more ? { exportFileOrigins: origin() } : {};
    expect(await failureOf(pull(adapterFor(stated)))).toMatchObject({ code: 'HUB_UPSTREAM_ORIGIN' });
    expect(fetched).toEqual([]);
    expect(server.exports.jobs.size).toBe(0);
  },
);

test('information among the errors is none; a failure makes the pull incomplete, and the job is deleted', async () => {
  server.load(resourcesOf(memberships(3)));
  server.exports.manifest = {
    requiresAccessToken: false,
    error: [{ type: 'OperationOutcome', url: `${origin()}/errors` }],
  };
  file = asLines([outcome('informational', 'information'), outcome('incomplete', 'warning')]);
  const adapter = adapterFor({ exportFileOrigins: origin() });
  expect(await pull(adapter)).toEqual(episodes(3));
  file = asLines([outcome('informational', 'information'), outcome('exception')]);
  expect(await failureOf(pull(adapter))).toMatchObject({
    code: 'HUB_CASELOAD_INCOMPLETE',
    details: { reason: 'OUTCOME', issues: ['exception'] },
  });
  expect(server.exports.jobs.size).toBe(0);
});

test.each([
  ['has no job', 200, {}, 'HUB_UPSTREAM_PROTOCOL'],
  ['does not say where', 202, {}, 'HUB_UPSTREAM_PROTOCOL'],
  [
    'sends the hub elsewhere',
    202,
    { 'content-location': 'https://elsewhere.example/job' },
    'HUB_UPSTREAM_ORIGIN',
  ],
  ['cannot export', 501, {}, 'HUB_UPSTREAM_REJECTED'],
])('a server that %s fails the pull', async (_what, status, headers, code) => {
  server.exports.beginning = (response) => void response.writeHead(status, headers).end();
  expect(await failureOf(pull(adapterFor()))).toMatchObject({ code });
  expect(server.strays).toEqual([]);
});

test('a job that does not end before the pull’s time is over is given up and deleted', async () => {
  server.load(resourcesOf(memberships(1)));
  server.exports.endless = true;
  const adapter = adapterFor({ totalTimeoutMs: 9_000 });
  expect(await failureOf(pull(adapter))).toMatchObject({ code: 'HUB_UPSTREAM_TIMEOUT' });
  // The first as the server says, those without a time at growing intervals, until one is longer than what is left.
  expect(waits).toEqual([2_000, 2_000, 4_000, 8_000]);
  expect(server.exports.jobs.size).toBe(0);
});

test('a caller who stops or turns away leaves no job behind', async () => {
  server.load(resourcesOf(memberships(70)));
  const adapter = adapterFor();
  for await (const page of adapter.caseload!.pull({ teamReference, since: null }, never())) {
    expect(page.items).toHaveLength(20);
    break;
  }
  expect(server.exports.jobs.size).toBe(0);
  const controller = new AbortController();
  const pulling = adapter.caseload!.pull({ teamReference, since: null }, controller.signal);
  const stopping = async () => {
    for await (const _page of pulling) controller.abort();
  };
  expect(await failureOf(stopping())).toMatchObject({ code: 'HUB_UPSTREAM_STOPPED' });
  await eventually(() => server.exports.jobs.size === 0);
});

test('a job that cannot be deleted does not fail the pull, and is told', async () => {
  server.load(resourcesOf(memberships(2)));
  server.exports.undeletable = true;
  expect(await pull(adapterFor())).toEqual(episodes(2));
  expect(lines.map(([message]) => message)).toContain(
    'an export could not be deleted; its files stay until they expire',
  );
});

test('a file that breaks off is read again from its start, and nobody comes twice', async () => {
  server.load(resourcesOf(memberships(120)));
  server.misbehave({ kind: 'BREAK_OFF', page: 2, times: 2 });
  expect(await pull(adapterFor())).toEqual(episodes(120));
  expect(seen('EpisodeOfCare-2')).toHaveLength(3);
  expect(new Set(seen('EpisodeOfCare-2').map(({ headers }) => headers['x-request-id'])).size).toBe(1);
});

test('a membership that is there twice is what its later line says', async () => {
  const [one, two] = memberships(2);
  const moved = {
    ...episodeResource(teamReference, one!),
    managingOrganization: { reference: 'Organization/other' },
  };
  server.load([
    episodeResource(teamReference, one!),
    episodeResource(teamReference, two!),
    moved,
    ...[one!, two!].map(({ patient }) => patientResource(patient)),
  ]);
  expect(await pull(adapterFor())).toEqual([`EpisodeOfCare/episode-${two!.patient.localId}`]);
});

describe('a caller who keeps cursors', () => {
  /** Pulls so many pages, keeping the cursors; answers the references that came, and the last cursor. */
  async function keeping(adapter: ReturnType<typeof adapterFor>, most: number, resume?: string) {
    let cursor: string | undefined;
    const came: string[] = [];
    const request = {
      teamReference,
      since: null,
      keep: async (told: string) => {
        cursor = told;
      },
      ...(resume === undefined ? {} : { resume }),
    };
    let pages = 0;
    for await (const page of adapter.caseload!.pull(request, never())) {
      came.push(...page.items.map(({ source }) => source.reference));
      cursor = page.cursor;
      if (++pages === most) break;
    }
    return { came, cursor };
  }
  const begun = () => seen('$export').length;

  test('is interrupted and goes on with the same job, which is deleted when the end is reached', async () => {
    server.load(resourcesOf(memberships(70)));
    const adapter = adapterFor();
    const before = await keeping(adapter, 2);
    expect(server.exports.jobs.size).toBe(1);
    const after = await keeping(adapter, 9, before.cursor);
    expect([...before.came, ...after.came].sort()).toEqual(episodes(70));
    expect(begun()).toBe(1);
    expect(server.exports.jobs.size).toBe(0);
  });

  test('is told of the job before it is done: whoever stops waiting can wait on', async () => {
    server.load(resourcesOf(memberships(70)));
    server.exports.endless = true;
    let cursor: string | undefined;
    const request = {
      teamReference,
      since: null,
      keep: async (told: string) => {
        cursor = told;
      },
    };
    const waiting = async () => {
      for await (const _page of adapterFor({ totalTimeoutMs: 9_000 }).caseload!.pull(request, never()));
    };
    expect(await failureOf(waiting())).toMatchObject({ code: 'HUB_UPSTREAM_TIMEOUT' });
    expect(server.exports.jobs.size).toBe(1);
    server.exports.endless = false;
    expect((await keeping(adapterFor(), 9, cursor)).came.sort()).toEqual(episodes(70));
    expect(begun()).toBe(1);
  });

  test('has no job left behind by what would fail again', async () => {
    server.load(resourcesOf(memberships(70)));
    server.misbehave({ kind: 'TOTAL_WRONG' });
    expect(await failureOf(keeping(adapterFor(), 9))).toMatchObject({ code: 'HUB_CASELOAD_INCOMPLETE' });
    expect(server.exports.jobs.size).toBe(0);
  });
});

test('what an export holds was so when it was taken, however late its files are fetched', async () => {
  server.load(resourcesOf(memberships(3)));
  const times = new Set<string>();
  for await (const { items } of adapterFor().caseload!.pull({ teamReference, since: null }, never()))
    for (const { fetchedAt } of items) times.add(fetchedAt);
  expect([...times]).toEqual([new Date(SERVER_CLOCK).toISOString()]);
});
