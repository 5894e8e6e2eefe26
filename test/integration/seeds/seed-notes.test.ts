/** Episodes and notes of the demonstration through the hub's own use cases: complete, repeatable row for row, resumed after a failure anywhere, quick. */
import { demonstrationHub } from '../../../seeds/demonstration/hub-world.js';
import { seedDirectory, seedReferrals } from '../../../seeds/demonstration/seed-hub.js';
import { type NoteSeeding, seedEpisodes, seedNotes } from '../../../seeds/demonstration/seed-notes.js';
import type { EligibilityService } from '../../../src/casework/eligibility/eligibility.service.js';
import { EpisodeService } from '../../../src/casework/episodes/episode.service.js';
import { ReferralService } from '../../../src/casework/referrals/referral.service.js';
import { FixedClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { connectSystems } from '../../../src/main/systems.js';
import { NoteService } from '../../../src/notes/note.service.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const TODAY = '2026-03-02';
const world = demonstrationHub('http://127.0.0.1:9/fhir', TODAY, 700);
const noted = new Set(world.notes.map(({ episode }) => episode));
/** The episodes that have notes, and some more, open and closed: few enough to seed often. */
const few = {
  ...world,
  episodes: world.episodes.filter(({ key }, index) => noted.has(key) || index % 10 === 0),
};

let db: TestDatabase;
let seeding: NoteSeeding;
let clock: FixedClock;

/** The hub as it is when the caseload has been read and referrals are there; people come with their referrals. */
beforeAll(async () => {
  db = await createTestDatabase();
  clock = new FixedClock(new Date(`${TODAY}T12:00:00.000Z`));
  const directory = await seedDirectory(db.database, world);
  const site = world.sites[0]!;
  const profile = { ...site, teams: [...site.teams], shownSettings: site.settings };
  const systems = await connectSystems([profile], db.database, clock, silentLogger);
  await Promise.all(systems.map(({ adapter }) => adapter.close()));
  const services = {
    referrals: new ReferralService(db.database, clock),
    // What is decided about them is another test's.
    eligibility: { check: async () => ({ outcomes: [] }) } as unknown as EligibilityService,
  };
  const carried = new Set(world.episodes.map(({ key }) => key));
  await seedReferrals(
    services,
    directory,
    world.referrals.filter(({ key }) => carried.has(key)),
  );
  seeding = {
    database: db.database,
    directory,
    episodes: new EpisodeService(db.database, clock),
    notes: new NoteService(db.database, clock),
  };
});
afterAll(() => db.close());
/** Empties what this seeding writes, past the guard of tables that are only added to. */
beforeEach(() =>
  db.owner.query(
    `set session_replication_role = replica;
     truncate employment_episodes, signed_documents, delivery_lanes, work_items, idempotency_keys cascade;
     reset session_replication_role`,
  ),
);

const rows = async <Row extends object>(sql: string): Promise<Row[]> =>
  (await db.owner.query(sql)).rows as Row[];
const seed = async (how: NoteSeeding = seeding) => seedNotes(how, few, await seedEpisodes(how, few));

/** Every row that seeding can write, all columns. */
async function everything(): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = await rows<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const held = new Map<string, readonly string[]>();
  for (const { name } of tables)
    held.set(
      name,
      (await rows<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t order by 1`)).map(
        ({ row }) => row,
      ),
    );
  return held;
}

test('episodes are opened, and some closed, as the world says; those of A go to its record system', async () => {
  const started = performance.now();
  const ids = await seedEpisodes(seeding, world);
  expect(performance.now() - started).toBeLessThan(60_000);
  expect(ids.size).toBe(world.episodes.length);
  const found = await rows<Record<string, unknown>>(
    `select e.id, o.ods_code as organisation, s.subject as specialist, e.opened_on::text as "openedOn", e.closed_on::text as "closedOn",
       e.closing_reason as reason, c.code as system
     from employment_episodes e join organisations o on o.id = e.organisation_id join staff s on s.id = e.specialist_id
     left join clinical_record_systems c on c.id = e.system_id`,
  );
  const byId = new Map(found.map(({ id, ...rest }) => [id, rest]));
  expect(byId.size).toBe(world.episodes.length);
  for (const { key, organisation, specialist, openedOn, closed } of world.episodes)
    expect(byId.get(ids.get(key))).toEqual({
      organisation,
      specialist,
      openedOn,
      closedOn: closed?.on ?? null,
      reason: closed?.reason ?? null,
      system: organisation === 'DEMO1' ? 'demo-a' : null,
    });
  const ofA = found.filter(({ organisation }) => organisation === 'DEMO1');
  expect(ofA.length).toBeGreaterThanOrEqual(100);
});

test('notes are signed by their specialists and queued, but for what waits for a manager or stays with the service', async () => {
  expect(await seed()).toBe(world.notes.length + 1);
  const found = await rows<Record<string, unknown>>(
    `select n.kind, n.state, n.visibility, n.latest_version as version, s.subject as author, d.author_reference as reference,
       count(x.id) filter (where x.ours = 'QUEUED')::integer as queued
     from notes n join staff s on s.id = n.author_id
     join signed_documents d on d.document_id = n.id and d.version = n.latest_version
     left join deliveries x on x.document_id = n.id group by n.id, s.subject, d.id order by n.created_at, n.id`,
  );
  expect(found).toHaveLength(world.notes.length);
  for (const [index, note] of world.notes.entries()) {
    const author = world.episodes.find(({ key }) => key === note.episode)!.specialist;
    const waits = note.kind === 'CLOSURE_SUMMARY';
    const stays = note.visibility === 'SERVICE_ONLY';
    expect(found[index]).toMatchObject({
      kind: note.kind,
      author,
      state: waits ? 'AWAITING_COUNTERSIGNATURE' : 'SIGNED',
      visibility: note.visibility ?? 'CLINICAL_RECORD',
      version: note.amendedBy ? 2 : 1,
      queued: waits || stays ? 0 : 1,
    });
    if (!stays)
      expect(found[index]!.reference).toBe(
        author === 'demo-specialist' ? 'Practitioner/es-kit-marchbank' : 'Practitioner/es-nerys-oakshott',
      );
  }
  // Nothing has left yet, so the amended note is the first that the record sees.
  expect(
    await rows(
      `select d.version, d.action, d.reason, x.ours from signed_documents d join deliveries x on x.document_version_id = d.id
       where d.document_id = (select document_id from signed_documents where version = 2) order by d.version`,
    ),
  ).toEqual([
    { version: 1, action: 'CREATE', reason: null, ours: 'CANCELLED' },
    { version: 2, action: 'CREATE', reason: world.notes.at(-1)!.amendedBy!.reason, ours: 'QUEUED' },
  ]);
});

test('seeded twice is not a row more, less or other, even with every key forgotten', async () => {
  await seed();
  const before = await everything();
  await seed();
  expect(await everything()).toEqual(before);
  await db.owner.query(`delete from idempotency_keys where mutation in ('openEpisode', 'closeEpisode')`);
  const without = await everything();
  await seed();
  expect(await everything()).toEqual(without);
});

test('of two that seed at once, nothing is there twice', async () => {
  await Promise.allSettled([seed(), seed()]);
  await seed();
  const [counts] = await rows<{ episodes: number; notes: number }>(
    'select (select count(*)::integer from employment_episodes) as episodes, (select count(*)::integer from notes) as notes',
  );
  expect(counts).toEqual({ episodes: few.episodes.length, notes: world.notes.length });
});

/** Use cases whose `at`-th call of all fails, before it does anything or after it has done everything. */
function failing(at: number, when: 'before' | 'after'): NoteSeeding {
  let calls = 0;
  const once =
    <Args extends readonly unknown[], T>(work: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const mine = calls++;
      if (mine === at && when === 'before') throw new Error('killed');
      const result = await work(...args);
      if (mine === at) throw new Error('killed');
      return result;
    };
  const { episodes, notes } = seeding;
  return {
    ...seeding,
    episodes: {
      open: once(episodes.open.bind(episodes)),
      close: once(episodes.close.bind(episodes)),
    },
    notes: {
      draft: once(notes.draft.bind(notes)),
      sign: once(notes.sign.bind(notes)),
      amend: once(notes.amend.bind(notes)),
    },
  };
}

/** Kills work at its first call, before and after it, then at its second, and so on until it gets through; tells how often it was killed. */
async function killedAtEach(work: (how: NoteSeeding) => Promise<unknown>): Promise<number> {
  for (let at = 0, kills = 0; ; at++)
    for (const when of ['before', 'after'] as const)
      try {
        await work(failing(at, when));
        return kills;
      } catch (error) {
        expect((error as Error).message).toBe('killed');
        kills++;
      }
}

test('killed before or after any of its calls, the next start ends as an undisturbed one does', async () => {
  // Episodes that are there are passed over, those in hand beside the killed one are finished.
  expect(await killedAtEach((how) => seedEpisodes(how, few))).toBeGreaterThan(4);
  const ids = await seedEpisodes(seeding, few);
  const calls = 2 * world.notes.length + 2;
  expect(await killedAtEach((how) => seedNotes(how, few, ids))).toBe(2 * calls);
  const [counts] = await rows<Record<string, number>>(
    `select (select count(*)::integer from employment_episodes) as episodes, (select count(*)::integer from notes) as notes,
       (select count(*)::integer from signed_documents) as versions,
       (select count(*)::integer from note_drafts where state = 'OPEN') as open`,
  );
  expect(counts).toEqual({
    episodes: few.episodes.length,
    notes: world.notes.length,
    versions: world.notes.length + 1,
    open: 0,
  });
});

test('killed between opening and closing, the next start leaves the episode as it is rather than failing', async () => {
  const killed = { ...seeding.episodes, open: seeding.episodes.open.bind(seeding.episodes) };
  const close = () => Promise.reject(new Error('killed'));
  await expect(seedEpisodes({ ...seeding, episodes: { ...killed, close } }, few)).rejects.toThrow('killed');
  const ids = await seedEpisodes(seeding, few);
  expect(ids.size).toBe(few.episodes.length);
});

test('what has not been referred is passed over', async () => {
  const none = { ...world, referrals: world.referrals.map((one) => ({ ...one, receivedOn: '2001-01-01' })) };
  expect((await seedEpisodes(seeding, none)).size).toBe(0);
  expect(await seedNotes(seeding, world, new Map())).toBe(0);
});
