/** The whole HTTP part of the table of answers through the real adapter, the real worker and the database: class, lane and receipt of every row. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFhirR4 } from '../../../adapters/fhir-r4/adapter.js';
import { plainContent } from '../../../adapters/fhir-r4/documents/attachment.js';
import { documentResource } from '../../../adapters/fhir-r4/documents/document-resource.rules.js';
import { type FhirR4Settings, parseSettings } from '../../../adapters/fhir-r4/settings.js';
import type { DocumentsCapability } from '../../../src/clinical/documents.port.js';
import { isHubError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import type { WorkerDestination } from '../../../src/delivery/worker/destination-loop.js';
import type { WorkerSettings } from '../../../src/delivery/worker/settings.js';
import { startDeliveryWorker } from '../../../src/delivery/worker/start-worker.js';
import { createDeliveryWorld, type DeliveryWorld, type SignedForTest } from '../../support/delivery-world.js';
import { NEVER_MS } from '../../support/eventually.js';
import { anOutgoingDocument } from '../../support/outgoing-documents.js';
import {
  type AnsweringServer,
  ENDLESS,
  startAnsweringServer,
  UNREACHED,
} from '../../support/scripted-answers.js';

interface Row {
  readonly answer: string;
  readonly cases: readonly string[];
  readonly readBackEqual?: boolean;
  readonly read: string | null;
  readonly write: string | null;
  readonly lane: string | null;
  readonly theirs: string | null;
}
type Case = Row & { readonly name: string };

/** What a row says, in the words of the table. */
interface Outcome {
  readonly what: string | null;
  readonly lane: string | null;
  readonly theirs: string | null;
}

const TABLE = JSON.parse(
  readFileSync(new URL('../../fixtures/answers/http.json', import.meta.url), 'utf8'),
) as readonly Row[];
const CASES: readonly Case[] = TABLE.flatMap((row) => row.cases.map((name) => ({ ...row, name })));
const WRITES = CASES.filter(({ write }) => write !== null);
/** As for the adapter alone: a right answer to a search says something else, and a 304 is believed by nobody. */
const READS = CASES.filter(({ read, name }) => read !== null && read !== 'done' && name !== '304');
const DOCUMENT = 'DocumentReference/doc-1';
const PATIENT = 'patient-1';

/** Nobody is tried twice, and a destination is asked for work when it is told that there is some. */
const SETTINGS: Partial<WorkerSettings> = {
  // Full jitter begins at nought: a month, so that no second attempt falls into the test.
  backoffMs: 2_592_000_000,
  longestBackoffMs: 2_592_000_000,
  pollMs: 2_000,
  // Nor does a lane change hands because the machine stood still.
  leaseMs: 120_000,
  renewMs: 5_000,
  reapMs: 60_000,
  unparkMs: 60_000,
  watchMs: 100,
};

const CLASS_OF: Readonly<Record<string, string>> = {
  DONE: 'done',
  TRANSIENT: 'transient',
  AMBIGUOUS: 'ambiguous',
  PERMANENT: 'permanent',
  PAUSED: 'paused',
  CONFLICT: 'conflict',
};

interface Observed {
  readonly versionId: string;
  readonly ours: string;
  readonly theirs: string;
  readonly class: string;
  readonly state: string;
  readonly passed: boolean;
  readonly attempts: number;
  readonly laterMs: number;
  readonly paused: boolean;
  readonly arrived: boolean;
}

const OBSERVED = `
select d.document_version_id as "versionId", d.ours, d.theirs, a.class, l.state, l.head_seq > d.seq as passed, d.attempts, d.may_have_arrived as arrived,
       (extract(epoch from l.due - clock_timestamp()) * 1000)::float8 as "laterMs",
       coalesce(p.paused_until > clock_timestamp(), false) as paused
from deliveries d
join delivery_lanes l on l.id = d.lane_id
join destinations p on p.system_id = d.system_id
join delivery_attempts a on a.delivery_id = d.id and a.number = 1 and a.ended_at is not null
where d.document_version_id = any($1::uuid[]) and d.operation = $2`;

/** What the database shows, in the words of the table: a right answer is `done` once a second read has shown it. */
function outcomeOf(observed: Observed | null): Outcome {
  if (observed === null) return { what: null, lane: null, theirs: null };
  const { ours, theirs, passed, state } = observed;
  const isShown = theirs === 'FILED' || theirs === 'WITHDRAWN';
  const what = observed.class === 'DONE' && !isShown ? 'accepted' : CLASS_OF[observed.class]!;
  const isParked = state === 'PARKED' && ours === 'PARKED';
  const waits = state === 'READY' && ours === 'QUEUED' && !passed;
  const lane = passed && ours === 'SETTLED' ? 'next' : isParked ? 'parked' : waits ? 'waits' : null;
  return { what, lane, theirs: theirs === 'WITHDRAWN' ? 'FILED' : theirs };
}

const expectedOf = ({ write, lane, theirs }: Row): Outcome => ({ what: write, lane, theirs });

/** Each column in which the database differs from a row. */
function differences(row: Row, observed: Observed | null): readonly string[] {
  const expected = expectedOf(row);
  const found = outcomeOf(observed);
  return (['what', 'lane', 'theirs'] as const)
    .filter((column) => expected[column] !== found[column])
    .map((column) => `${row.answer}: ${column} is ${found[column]}, not ${expected[column]}`);
}

/** One case under way: a server, a destination and a person of its own. */
interface Running {
  readonly one: Case;
  readonly server: AnsweringServer;
  readonly destination: WorkerDestination;
  readonly signed: SignedForTest;
  /** Class of the adapter's last failed search; `absent` for what is not there. */
  readonly asked: { what: string | null };
}

const SITE = { bearerToken: 'table-token', maxAttempts: 1, maxBodyBytes: 100_000 };
/** An answer that comes is waited for however slow the machine is; one that never comes, for a second. */
const callTimeoutMs = (name: string): number => (ENDLESS.has(name) ? 1_000 : 30_000);

let world: DeliveryWorld;
const servers: AnsweringServer[] = [];
beforeAll(async () => {
  world = await createDeliveryWorld({ pools: { worker: 4 } });
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await world.close();
});

function settingsOf(server: AnsweringServer, name: string): FhirR4Settings {
  const unreached = UNREACHED.find((each) => each === name);
  const baseUrl = unreached ? server.unreached(unreached) : server.baseUrl;
  return parseSettings({ ...SITE, callTimeoutMs: callTimeoutMs(name), baseUrl });
}

/** The adapter's documents, and what became of its last search. */
function watched(documents: DocumentsCapability, asked: { what: string | null }): DocumentsCapability {
  return {
    traits: documents.traits,
    send: (document, signal) => documents.send(document, signal),
    withdraw: (withdrawal, signal) => documents.withdraw(withdrawal, signal),
    async find(keys, signal) {
      try {
        return await documents.find(keys, signal);
      } catch (error) {
        if (isHubError(error)) asked.what = error.code === 'HUB_UPSTREAM_NOT_FOUND' ? 'absent' : error.retry;
        throw error;
      }
    },
  };
}

/** The document as the record shows it. */
function held(server: AnsweringServer, signed: SignedForTest, change: object = {}): object {
  const { documentVersionId, documentId, text } = signed;
  const document = anOutgoingDocument({ documentVersionId, documentId, text, patient: { localId: PATIENT } });
  const resource = documentResource(document, settingsOf(server, ''), {
    content: plainContent(document),
    encounter: null,
  });
  return { ...resource, id: 'doc-1', meta: { versionId: '7' }, ...change };
}

async function prepare(
  one: Case,
  sign: (systemId: string, personId: string) => Promise<SignedForTest>,
): Promise<Running> {
  const server = await startAnsweringServer();
  servers.push(server);
  const systemId = await world.destination(`table-${servers.length}`, { sendTimeoutMs: 60_000 });
  const signed = await sign(systemId, await world.linked(systemId, PATIENT));
  const asked = { what: null };
  const dependencies = { system: 'table', clock: world.casework.clock, logger: silentLogger };
  const adapter = createFhirR4(settingsOf(server, one.name), dependencies);
  return {
    one,
    server,
    signed,
    asked,
    destination: {
      systemId,
      systemCode: 'table',
      organisationId: world.casework.organisations.home,
      custodianOdsCode: 'RAA',
      documents: watched(adapter.documents!, asked),
    },
  };
}

/** What the database shows of each, in one look. */
async function observe(
  running: readonly Running[],
  operation: 'FILE' | 'WITHDRAW',
): Promise<readonly (Observed | null)[]> {
  const ids = running.map(({ signed }) => signed.documentVersionId);
  const rows = await world.sql<Observed>(OBSERVED, [ids, operation]);
  return ids.map((id) => rows.find(({ versionId }) => versionId === id) ?? null);
}

/** Runs one worker over every case at once; answers what the database shows when it is settled. */
async function work(
  running: readonly Running[],
  operation: 'FILE' | 'WITHDRAW',
  isSettled: (one: Running, observed: Observed | null) => boolean,
): Promise<readonly (Observed | null)[]> {
  const worker = await startDeliveryWorker({
    database: world.casework.database,
    ownerUrl: world.casework.db.ownerUrl,
    destinations: running.map(({ destination }) => destination),
    clock: world.casework.clock,
    logger: silentLogger,
    settings: SETTINGS,
  });
  try {
    const until = performance.now() + NEVER_MS;
    for (;;) {
      const all = await observe(running, operation);
      if (running.every((one, at) => isSettled(one, all[at]!)) || performance.now() > until) return all;
      await sleep(50);
    }
  } finally {
    await worker.stop();
  }
}

const agrees = ({ one }: Running, observed: Observed | null): boolean =>
  differences(one, observed).length === 0;

/** Every wrong way of filling in a row. */
function wrongRows(row: Row): readonly Row[] {
  const others = (own: string | null, values: readonly string[]) => values.filter((value) => value !== own);
  return [
    ...others(row.write, ['done', 'accepted', ...Object.values(CLASS_OF).slice(1)]).map((write) => ({
      ...row,
      write,
    })),
    ...others(row.lane, ['next', 'waits', 'parked']).map((lane) => ({ ...row, lane })),
    ...others(row.theirs, ['FILED', 'ACCEPTED', 'AWAITING_SIGNATURE', 'REJECTED', 'NONE']).map((theirs) => ({
      ...row,
      theirs,
    })),
  ];
}

/** What holds of every case beside its row. */
function expectTable(running: readonly Running[], all: readonly (Observed | null)[]): void {
  expect(
    running.flatMap(({ one }, at) => differences(one, all[at]!).map((d) => `${one.name}: ${d}`)),
  ).toEqual([]);
  running.forEach(({ one }, at) => {
    const found = all[at]!;
    // A destination is paused by nothing but its refusing the hub.
    expect([one.name, found.paused]).toEqual([one.name, one.write === 'paused']);
    expect([one.name, found.attempts]).toEqual([one.name, 1]);
    // What is not known to have had no effect is asked about before it is sent again.
    expect([one.name, found.arrived]).toEqual([one.name, one.write === 'ambiguous']);
    if (one.name === '429') expect(found.laterMs).toBeGreaterThan(5_000);
    // The control: no other way of filling in the row would have passed.
    for (const wrong of wrongRows(one)) expect(differences(wrong, found)).not.toEqual([]);
  });
}

test('the table is whole', () => {
  expect(new Set(TABLE.map(({ answer }) => answer)).size).toBe(17);
  expect(WRITES.length).toBeGreaterThan(60);
  expect(READS.length).toBeGreaterThan(40);
});

test('every answer to a create', async () => {
  const running: Running[] = [];
  for (const one of WRITES) {
    const each = await prepare(one, (systemId, personId) => world.sign(systemId, personId));
    each.server.answer('create', UNREACHED.some((name) => name === one.name) ? null : one.name);
    if (one.readBackEqual) each.server.hold(held(each.server, each.signed));
    running.push(each);
  }
  expectTable(running, await work(running, 'FILE', agrees));
});

test('every answer to an update', async () => {
  const running: Running[] = [];
  for (const one of WRITES) {
    const each = await prepare(one, async (systemId, personId) => {
      const signed = await world.filed(systemId, personId, PATIENT, DOCUMENT);
      await world.withdraw(systemId, signed);
      return signed;
    });
    each.server.hold(held(each.server, each.signed));
    if (one.readBackEqual)
      each.server.holdAfter('update', held(each.server, each.signed, { status: 'entered-in-error' }));
    each.server.answer('update', UNREACHED.some((name) => name === one.name) ? null : one.name);
    running.push(each);
  }
  expectTable(running, await work(running, 'WITHDRAW', agrees));
  for (const { server, one } of running)
    expect([one.name, server.seen.some(({ interaction }) => interaction === 'create')]).toEqual([
      one.name,
      false,
    ]);
});

test('every answer to the question that comes before a repeat: nothing is sent on it', async () => {
  const running: Running[] = [];
  for (const one of READS) {
    const each = await prepare(one, async (systemId, personId) => {
      const signed = await world.sign(systemId, personId);
      await world.sql('update deliveries set may_have_arrived = true where document_version_id = $1', [
        signed.documentVersionId,
      ]);
      return signed;
    });
    each.server.answer('search', UNREACHED.some((name) => name === one.name) ? null : one.name);
    running.push(each);
  }
  const all = await work(running, 'FILE', (_each, observed) => observed !== null);
  running.forEach(({ one, asked, server }, at) => {
    const found = all[at]!;
    const { name, read } = one;
    expect([name, asked.what]).toEqual([name, read]);
    expect([name, found.theirs, found.arrived, found.attempts]).toEqual([name, 'NONE', true, 1]);
    // What cannot be understood settles nothing: it waits. A refusal of the question itself is somebody's work.
    const isRefusal = read === 'permanent' && !one.answer.startsWith('2xx without id');
    expect([name, outcomeOf(found).lane]).toEqual([name, isRefusal ? 'parked' : 'waits']);
    expect([name, found.paused]).toEqual([name, read === 'paused']);
    expect([name, server.seen.map(({ interaction }) => interaction)]).toEqual([
      name,
      UNREACHED.some((each) => each === name) ? [] : ['search'],
    ]);
  });
});

test('a conflict is settled by a look: ours is done, another text is somebody’s work', async () => {
  const [conflict] = WRITES.filter(({ name }) => name === '409') as [Case];
  const ours = await prepare(conflict, (systemId, personId) => world.sign(systemId, personId));
  const theirs = await prepare(conflict, (systemId, personId) => world.sign(systemId, personId));
  for (const { server } of [ours, theirs]) server.answer('create', '409');
  ours.server.hold(held(ours.server, ours.signed));
  theirs.server.hold(held(theirs.server, { ...theirs.signed, text: 'Another text.' }));
  const [done, parked] = await work(
    [ours, theirs],
    'FILE',
    (_each, observed) => observed?.theirs === 'FILED' || observed?.ours === 'PARKED',
  );
  expect(outcomeOf(done!)).toEqual({ what: 'done', lane: 'next', theirs: 'FILED' });
  expect(outcomeOf(parked!)).toEqual({ what: 'permanent', lane: 'parked', theirs: 'NONE' });
  const [item] = await world.sql<{ code: string }>(
    `select w.code from work_items w join deliveries d on d.id = w.delivery_id where d.document_version_id = $1`,
    [theirs.signed.documentVersionId],
  );
  expect(item).toEqual({ code: 'HUB_DELIVERY_MISMATCH' });
});
