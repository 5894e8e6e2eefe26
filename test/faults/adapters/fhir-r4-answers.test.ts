/** The table of answers where the hub signs in, and its column of reads for every read that the adapter does. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFhirR4, type FhirR4Adapter } from '../../../adapters/fhir-r4/adapter.js';
import { contentOf } from '../../../adapters/fhir-r4/documents/attachment.js';
import { documentResource } from '../../../adapters/fhir-r4/documents/document-resource.rules.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import { FixedClock } from '../../../src/core/clock.js';
import type { ErrorCode } from '../../../src/core/error-codes.js';
import { HubError, isHubError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import { everythingIn, never } from '../../contract/contract-case.js';
import { CANARY } from '../../support/fhir-resources.js';
import { anOutgoingDocument, keyOf } from '../../support/outgoing-documents.js';
import {
  type AnsweringServer,
  ENDLESS,
  type Interaction,
  startAnsweringServer,
  UNREACHED,
} from '../../support/scripted-answers.js';

interface Row {
  readonly answer: string;
  readonly cases: readonly string[];
  readonly read: string | null;
  readonly write: string | null;
}

const TABLE = JSON.parse(
  readFileSync(new URL('../../fixtures/answers/http.json', import.meta.url), 'utf8'),
) as readonly Row[];

const signing = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const document = anOutgoingDocument();
const withdrawal = { ...keyOf(document), reference: 'DocumentReference/doc-1' };

let server: AnsweringServer;
let tokens: Server;
let issued: number;
beforeAll(async () => {
  server = await startAnsweringServer();
  tokens = createServer((_request, response) => {
    issued += 1;
    const token = { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: 300 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
  });
  await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  tokens.closeAllConnections();
  await Promise.all([server.close(), new Promise((resolve) => tokens.close(resolve))]);
});
beforeEach(() => {
  issued = 0;
  (server.seen as unknown[]).length = 0;
  for (const interaction of ['read', 'search', 'create', 'update'] as const) server.answer(interaction, null);
});

function adapterAt(baseUrl: string, more: Record<string, unknown>): FhirR4Adapter {
  const limits = { callTimeoutMs: 10_000, maxAttempts: 1, maxBodyBytes: 100_000 };
  const settings = parseSettings({ baseUrl, ...limits, ...more });
  const clock = new FixedClock(new Date('2026-03-01T09:00:00.000Z'));
  return createFhirR4(settings, { system: 'TABLE', clock, logger: silentLogger });
}

/** The class in which the work ends: `done`, or that of its error. */
async function endOf(work: Promise<unknown>): Promise<{ readonly what: string; readonly told: string }> {
  try {
    await work;
    return { what: 'done', told: '' };
  } catch (error) {
    if (!isHubError(error)) throw error;
    const what = error.code === 'HUB_UPSTREAM_NOT_FOUND' ? 'absent' : error.retry;
    return { what, told: everythingIn(error) };
  }
}

describe('row 401, where the hub has a token to renew', () => {
  const WORK: Readonly<Record<Interaction, (adapter: FhirR4Adapter) => Promise<unknown>>> = {
    read: ({ documents }) => documents!.withdraw(withdrawal, never()),
    search: ({ documents }) => documents!.find([keyOf(document)], never()),
    create: ({ documents }) => documents!.send(document, never()),
    update: ({ documents }) => documents!.withdraw(withdrawal, never()),
  };
  const row = TABLE.find(({ answer }) => answer === '401')!;
  const signedIn = () => ({
    auth: 'SMART_BACKEND',
    tokenUrl: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`,
    clientId: 'the-hub',
    scopes: 'system/*.rs',
    privateKey: String(signing.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    documentIdentifierSystem: 'https://hub.example/Id/document',
  });
  beforeEach(async () => {
    // A withdrawal sends back what is held.
    const settings = parseSettings({ baseUrl: server.baseUrl, ...signedIn() });
    const content = await contentOf(document, settings);
    const held = documentResource(document, settings, { content, encounter: null });
    server.hold({ ...held, id: 'doc-1', meta: { versionId: '7' } });
  });
  const askedFor = (interaction: Interaction) =>
    server.seen
      .filter((one) => one.interaction === interaction)
      .map(({ headers }) => [headers.authorization, headers['x-request-id']]);

  test.each(['read', 'search', 'create', 'update'] as const)(
    '%s: refreshed once, sent again as the same request, then paused',
    async (interaction) => {
      server.answer(interaction, '401');
      const { what, told } = await endOf(WORK[interaction](adapterAt(server.baseUrl, signedIn())));
      expect(what).toBe(interaction === 'create' || interaction === 'update' ? row.write : row.read);
      expect(told).not.toMatch(/token-\d|CANARY|127\.0\.0\.1/);
      const [first, second, ...more] = askedFor(interaction);
      expect([first![0], second![0], more]).toEqual(['Bearer token-1', 'Bearer token-2', []]);
      expect(second![1]).toBe(first![1]);
      expect(issued).toBe(2);
    },
  );
});

/** Reads whose answers the table's column of reads is about, besides those of documents. */
const READS: Readonly<Record<string, (adapter: FhirR4Adapter) => Promise<unknown>>> = {
  pull: async ({ caseload }) => {
    const pages: unknown[] = [];
    for await (const page of caseload!.pull({ teamReference: 'Organization/one', since: null }, never()))
      pages.push(page);
  },
  teams: ({ caseload }) => caseload!.teams(never()),
  demographics: ({ record }) => record!.demographics!(['person-1'], never()),
  documents: ({ record }) => record!.documents!(['person-1'], never()),
  health: async ({ health }) => {
    const { code } = await health(never());
    if (code !== null) throw new HubError(code as ErrorCode);
  },
};

describe('the column of reads', () => {
  const ROWS = TABLE.flatMap((row) => row.cases.map((name) => ({ ...row, name }))).filter(
    ({ read, name }) => read !== null && read !== 'done' && name !== '304',
  );

  test.each(ROWS)('$name: $read, whatever is read', async ({ name, read }) => {
    const unreached = UNREACHED.find((one) => one === name);
    server.answer('search', unreached === undefined ? name : null);
    const baseUrl = unreached === undefined ? server.baseUrl : server.unreached(unreached);
    const limit = ENDLESS.has(name) ? { callTimeoutMs: 250 } : {};
    const ends = await Promise.all(
      Object.entries(READS).map(async ([what, work]) => ({
        of: what,
        ...(await endOf(work(adapterAt(baseUrl, { bearerToken: 'table-token', ...limit })))),
      })),
    );
    expect(ends.map(({ of, what }) => [of, what])).toEqual(Object.keys(READS).map((of) => [of, read]));
    for (const { told } of ends)
      for (const secret of [CANARY, 'table-token', '127.0.0.1']) expect(told).not.toContain(secret);
    expect(server.seen.every(({ interaction }) => interaction === 'search')).toBe(true);
  });

  test('control: a right answer is done, so that it is the answer which decides', async () => {
    server.hold();
    const { caseload, record } = adapterAt(server.baseUrl, { bearerToken: 'table-token' });
    expect((await endOf(caseload!.teams(never()))).what).toBe('done');
    expect((await endOf(record!.demographics!(['person-1'], never()))).what).toBe('done');
  });
});
