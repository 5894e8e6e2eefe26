/** The whole HTTP part of the table of answers, row by row, against the adapter: read, search, create and update. */
import { readFileSync } from 'node:fs';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { codeOfStatus } from '../../../adapters/fhir-r4/answers.rules.js';
import { plainContent } from '../../../adapters/fhir-r4/documents/attachment.js';
import { documentResource } from '../../../adapters/fhir-r4/documents/document-resource.rules.js';
import { parseSettings } from '../../../adapters/fhir-r4/settings.js';
import type { DocumentsCapability } from '../../../src/clinical/documents.port.js';
import { FixedClock } from '../../../src/core/clock.js';
import { ERROR_CODES } from '../../../src/core/error-codes.js';
import { isHubError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
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
  readonly readBackEqual?: boolean;
  readonly read: string | null;
  readonly write: string | null;
}

const TABLE = JSON.parse(
  readFileSync(new URL('../../fixtures/answers/http.json', import.meta.url), 'utf8'),
) as readonly Row[];
const ROWS = TABLE.flatMap((row) => row.cases.map((name) => ({ ...row, name })));
const never = (): AbortSignal => new AbortController().signal;
const document = anOutgoingDocument();
const KEY = keyOf(document);
const REFERENCE = 'DocumentReference/doc-1';

let server: AnsweringServer;
let waits = 0;
beforeEach(async () => {
  waits = 0;
  server = await startAnsweringServer();
  server.hold(filed());
});
afterEach(() => server.close());

const SETTINGS = { bearerToken: 'table-token', callTimeoutMs: 10_000, maxAttempts: 1, maxBodyBytes: 100_000 };

function filed(): object {
  const rules = parseSettings({ ...SETTINGS, baseUrl: server.baseUrl });
  const parts = { content: plainContent(document), encounter: null };
  return { ...documentResource(document, rules, parts), id: 'doc-1', meta: { versionId: '7' } };
}

function documentsAt(baseUrl: string, more: Record<string, unknown> = {}): DocumentsCapability {
  const settings = parseSettings({ ...SETTINGS, baseUrl, ...more });
  const clock = new FixedClock(new Date('2026-03-01T09:00:00.000Z'));
  const sleep = async () => void waits++;
  return createFhirR4(settings, { system: 'TABLE', clock, logger: silentLogger }, { random: () => 0, sleep })
    .documents!;
}

/** What each interaction is to the adapter's caller. A read is the first step of a withdrawal, an update its second. */
const WORK: Readonly<Record<Interaction, (documents: DocumentsCapability) => Promise<unknown>>> = {
  read: (documents) => documents.withdraw({ ...KEY, reference: REFERENCE }, never()),
  search: (documents) => documents.find([KEY], never()),
  create: (documents) => documents.send(document, never()),
  update: (documents) => documents.withdraw({ ...KEY, reference: REFERENCE }, never()),
};

interface Ended {
  readonly what: string;
  readonly error: unknown;
  readonly value: unknown;
}

/** The class in which the work ends: `done`, `accepted`, or that of its error. */
async function endOf(work: Promise<unknown>): Promise<Ended> {
  try {
    const value = await work;
    const stage = (value as { stage?: string } | null)?.stage;
    return { what: stage === undefined ? 'done' : 'accepted', error: null, value };
  } catch (error) {
    if (!isHubError(error)) throw error;
    const what = error.code === 'HUB_UPSTREAM_NOT_FOUND' ? 'absent' : error.retry;
    return { what, error, value: null };
  }
}

function run(interaction: Interaction, name: string): Promise<Ended> {
  const unreached = UNREACHED.find((one) => one === name);
  if (unreached !== undefined) return endOf(WORK[interaction](documentsAt(server.unreached(unreached))));
  server.answer(interaction, name);
  const limit = ENDLESS.has(name) ? { callTimeoutMs: 250 } : {};
  return endOf(WORK[interaction](documentsAt(server.baseUrl, limit)));
}

function everythingIn(error: unknown, depth = 0): string {
  if (depth > 6 || typeof error !== 'object' || error === null) return String(error);
  return Object.getOwnPropertyNames(error)
    .map((name) => everythingIn(Reflect.get(error, name), depth + 1))
    .join('\n');
}

function expectNothingTold({ error }: Ended): void {
  for (const secret of [CANARY, 'table-token', '127.0.0.1', document.text])
    expect(everythingIn(error)).not.toContain(secret);
}

test('the table has every row of the design, and nothing without an answer', () => {
  expect(new Set(TABLE.map(({ answer }) => answer)).size).toBe(17);
  expect(ROWS.length).toBeGreaterThan(60);
  for (const { read, write } of TABLE) expect([read, write]).not.toEqual([null, null]);
});

describe.each(['read', 'search'] as const)('%s', (interaction) => {
  // An empty search result is a right answer to a search, and a resource without id is none to be had by a read.
  const rows = ROWS.filter(({ read, name }) => read !== null && read !== 'done' && name !== '304');
  test.each(rows)('$name: $read', async ({ name, read }) => {
    const ended = await run(interaction, name);
    expect(ended.what).toBe(read);
    expectNothingTold(ended);
    expect(server.seen.filter((one) => one.interaction === 'create' || one.interaction === 'update')).toEqual(
      [],
    );
  });

  test('a right answer is done', async () => {
    const work = WORK[interaction](documentsAt(server.baseUrl));
    expect((await endOf(work)).what).toBe(interaction === 'read' ? 'accepted' : 'done');
  });

  test('304 is done for who has a copy; the adapter never has one, asks for none and does not believe it', async () => {
    expect(codeOfStatus(304)).toBeNull();
    const ended = await run(interaction, '304');
    expect(ended.error).toMatchObject({ code: 'HUB_UPSTREAM_PROTOCOL' });
    expect(server.seen.every(({ headers }) => headers['if-none-match'] === undefined)).toBe(true);
  });
});

describe.each(['create', 'update'] as const)('%s', (interaction) => {
  const ofWrites = ROWS.filter(({ write }) => write !== null && write !== 'done');
  test.each(ofWrites)('$name: $write', async ({ name, write }) => {
    const ended = await run(interaction, name);
    // The failure of what is not there is permanent: its code says that it was looked for.
    expect(ended.what).toBe(name === '404' || name === '410' ? 'absent' : write);
    if (ended.what === 'absent') expect(ERROR_CODES.HUB_UPSTREAM_NOT_FOUND.retry).toBe(write);
    expectNothingTold(ended);
    const writes = server.seen.filter((one) => one.interaction === interaction);
    // After 412 nothing was done: a withdrawal reads what the document is now, and writes to that once more.
    const tries = interaction === 'update' && name === '412' ? 2 : 1;
    expect(writes.length).toBe(UNREACHED.some((one) => one === name) ? 0 : tries);
    expect(waits).toBe(0);
  });

  test('304 says nothing of a write', async () => {
    expect((await run(interaction, '304')).what).toBe('ambiguous');
  });
});

test.each(ROWS.filter(({ readBackEqual }) => readBackEqual))(
  '$name, read back equal: done',
  async ({ name }) => {
    const ended = await run('create', name);
    expect(ended.value).toMatchObject({ reference: REFERENCE, version: '7' });
    const [found] = await documentsAt(server.baseUrl).find([KEY], never());
    expect(found!.value).toMatchObject({
      documentVersionId: document.documentVersionId,
      patientLocalId: document.patient.localId,
      textHash: document.textHash,
      status: 'CURRENT',
      isFinal: true,
      version: '7',
    });
  },
);

test('202 waits for somebody there, with or without saying where', async () => {
  expect((await run('create', '202 with id')).value).toEqual({
    stage: 'AWAITING_REVIEW',
    reference: REFERENCE,
    version: '7',
  });
  expect((await run('create', '202 empty')).value).toEqual({
    stage: 'AWAITING_REVIEW',
    reference: null,
    version: null,
  });
});

test('a size or type that is not taken has a code of its own for writes, with the limit where it is known', async () => {
  for (const name of ['413', '415'])
    expect((await run('create', name)).error).toMatchObject({
      code: 'HUB_UPSTREAM_TOO_LARGE',
      details: { status: Number(name) },
    });
  const limited = documentsAt(server.baseUrl, { maxTextBytes: 20 });
  server.answer('create', null);
  const before = server.seen.length;
  expect((await endOf(limited.send(document, never()))).error).toMatchObject({
    code: 'HUB_UPSTREAM_TOO_LARGE',
    details: { maxTextBytes: 20, bytes: Buffer.byteLength(document.text) },
  });
  expect(server.seen.length).toBe(before);
});

test('the time that a server asks for is told', async () => {
  expect((await run('create', '429')).error).toMatchObject({ retryAfterMs: 7_000 });
});

test('an update of what is not there is looked for once again, and nothing is written elsewhere', async () => {
  expect((await run('update', '410')).error).toMatchObject({ code: 'HUB_UPSTREAM_NOT_FOUND' });
  expect(server.seen.map(({ interaction }) => interaction)).toEqual(['read', 'update', 'search']);
});

describe('control: the table finds what is wrong', () => {
  const statuses = ROWS.filter(({ name }) => /^\d{3}$/.test(name));
  const wrongBy = (classify: (status: number) => string): string[] =>
    statuses
      .filter(({ name, write }) => write !== null && classify(Number(name)) !== write)
      .map(({ name }) => name);
  const classOf = (status: number, exchange: 'READ' | 'WRITE'): string => {
    const code = codeOfStatus(status, exchange);
    return code === null ? 'accepted' : ERROR_CODES[code].retry;
  };

  test('the rules of writes agree with it, those of reads do not', () => {
    expect(wrongBy((status) => classOf(status, 'WRITE'))).toEqual(['204']);
    expect(wrongBy((status) => classOf(status, 'READ'))).toEqual(['204', '500', '502', '504']);
  });
});
