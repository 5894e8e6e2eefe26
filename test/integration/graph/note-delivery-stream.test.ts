/** The subscription to what becomes of notes, on a served world: events from the database, read under each subscriber's own scope. */
import type { FastifyInstance } from 'fastify';
import { RecordReadService } from '../../../src/clinical/record-read.service.js';
import { HubError } from '../../../src/core/errors.js';
import { silentLogger } from '../../../src/core/logger.js';
import { CHANGED_CHANNEL } from '../../../src/delivery/enqueue.service.js';
import { type HeardChanges, hearChanges } from '../../../src/main/heard-changes.js';
import { DatabaseRole } from '../../../src/platform/database/policy.js';
import { shareListener } from '../../../src/platform/database/shared-listener.js';
import { FrameReader } from '../../support/event-stream.js';
import { NoteWorld, type SignedNote } from '../../support/note-world.js';
import { CLIENTS, type Client, openUseCases, type UseCases } from '../../support/use-cases.js';

interface Told {
  noteDelivery: {
    note: { id: string; state: string; latestVersion: { text: string } | null };
    delivery: { id: string; ours: string; theirs: string } | null;
  };
}

const WATCH = `subscription ($noteId: UUID) { noteDelivery(noteId: $noteId) {
  note { id state latestVersion { text } } delivery { id ours theirs } } }`;

/** Live reads of the home system, which cannot be reached. */
function failingRecord({ world }: UseCases): RecordReadService {
  const record = {
    demographics: async () => {
      throw new HubError('HUB_UPSTREAM_UNREACHABLE');
    },
  };
  const home = { id: world.systemId, organisationId: world.organisations.home, code: 'home', record };
  return new RecordReadService({
    database: world.database,
    clock: world.clock,
    audit: { record: async () => undefined },
    systems: () => [home],
  });
}

describe('noteDelivery', () => {
  let graph: UseCases;
  let notes: NoteWorld;
  let heard: HeardChanges;
  let app: FastifyInstance;
  let url: string;
  const open: FrameReader[] = [];
  const servers: FastifyInstance[] = [];

  beforeAll(async () => {
    graph = await openUseCases();
    notes = new NoteWorld(graph.world);
    await notes.build();
    const { ownerUrl } = graph.world.db;
    const role = DatabaseRole.WORKER;
    heard = await hearChanges(
      shareListener({ ownerUrl, role, channels: [CHANGED_CHANNEL], logger: silentLogger }),
    );
    app = await graph.server.variant({ deliveryChanges: heard });
    servers.push(app);
    url = await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    for (const frames of open.splice(0)) await frames.leave();
  });
  afterAll(async () => {
    // The client library opens connections ahead of need; the server would wait for them to speak.
    const letGo = setInterval(() => {
      for (const each of servers) each.server.closeAllConnections();
    }, 20);
    await heard.close();
    await graph.close().finally(() => clearInterval(letGo));
  });

  /** A stream as it comes. One correlation id for all, so that answers can be held to each other. */
  async function begin(who: Client, noteId: string | null, query = WATCH): Promise<Response> {
    const response = await fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        'x-correlation-id': '0af7651916cd43dd8448eb211c80319c',
        authorization: `Bearer ${await graph.server.tokenOf(CLIENTS[who])}`,
      },
      body: JSON.stringify({ query, variables: { noteId } }),
    });
    expect(response.status).toBe(200);
    return response;
  }

  async function watch(who: Client, noteId: string | null, query = WATCH): Promise<FrameReader> {
    const response = await begin(who, noteId, query);
    const frames = new FrameReader(response);
    open.push(frames);
    // The first comment: the stream is open.
    await frames.frame();
    return frames;
  }

  /** A change of a delivery as the worker makes it, with its word to whoever listens. */
  async function becomes(note: SignedNote, ours: string, theirs: string): Promise<void> {
    await graph.world.sql(
      `with d as (update deliveries set ours = $2, theirs = $3, attempts = attempts + 1 where document_id = $1 returning document_id)
       select pg_notify('hub_delivery_changed', document_id::text) from d`,
      [note.noteId, ours, theirs],
    );
  }

  it('tells at once how a note stands, then each change, in the subscriber’s own words of it', async () => {
    const note = await notes.signed();
    const frames = await watch('specialist', note.noteId);
    expect(await frames.result<Told>()).toEqual({
      data: {
        noteDelivery: {
          note: { id: note.noteId, state: 'SIGNED', latestVersion: { text: note.text } },
          delivery: { id: note.deliveryId, ours: 'QUEUED', theirs: 'NONE' },
        },
      },
    });
    await becomes(note, 'SENDING', 'NONE');
    expect((await frames.result<Told>()).data!.noteDelivery.delivery).toMatchObject({ ours: 'SENDING' });
    await becomes(note, 'SETTLED', 'ACCEPTED');
    expect((await frames.result<Told>()).data!.noteDelivery.delivery).toMatchObject({ theirs: 'ACCEPTED' });
    await becomes(note, 'SETTLED', 'FILED');
    expect((await frames.result<Told>()).data!.noteDelivery.delivery).toMatchObject({ theirs: 'FILED' });
  });

  it('says nothing of another note, nor twice of what has not changed', async () => {
    const [mine, other] = [await notes.signed(), await notes.signed()];
    const frames = await watch('specialist', mine.noteId);
    await frames.result();
    await becomes(other, 'SENDING', 'NONE');
    await graph.world.sql(`select pg_notify('hub_delivery_changed', $1)`, [mine.noteId]);
    expect(await frames.isSilent(400)).toBe(true);
  });

  it('without a note: of every one in the subscriber’s teams, and of no other', async () => {
    const theirs = await notes.signed();
    const [specialist, elsewhere, foreign] = await Promise.all([
      watch('specialist', null),
      watch('eipSpecialist', null),
      watch('foreignSpecialist', null),
    ]);
    const made = await notes.signed();
    // The word of what was signed just before the stream began may come on it still.
    let told = await specialist.result<Told>();
    if (told.data!.noteDelivery.note.id === theirs.noteId) told = await specialist.result<Told>();
    expect(told.data!.noteDelivery.note.id).toBe(made.noteId);
    await becomes(theirs, 'PARKED', 'REJECTED');
    expect((await specialist.result<Told>()).data!.noteDelivery).toMatchObject({
      note: { id: theirs.noteId },
      delivery: { ours: 'PARKED', theirs: 'REJECTED' },
    });
    expect(await elsewhere.isSilent(300)).toBe(true);
    expect(await foreign.isSilent(300)).toBe(true);
  });

  it('of a note that the subscriber may not see says what it says of none, to the byte, and ends', async () => {
    const note = await notes.signed();
    const hidden = await notes.signed(null, { visibility: 'SERVICE_ONLY' });
    const asked: readonly (readonly [Client, string])[] = [
      ['foreignSpecialist', note.noteId],
      ['foreignSpecialist', '01890000-0000-7000-8000-000000000000'],
      ['coordinator', hidden.noteId],
    ];
    const texts = [];
    for (const [who, noteId] of asked) texts.push(await (await begin(who, noteId)).text());
    expect(new Set(texts).size).toBe(1);
    const [, next, complete] = texts[0]!.trim().split('\n\n');
    expect(JSON.parse(next!.split('\ndata: ')[1]!)).toMatchObject({
      data: { noteDelivery: null },
      errors: [{ path: ['noteDelivery'], extensions: { code: 'HUB_NOT_FOUND', field: 'noteId' } }],
    });
    expect(complete).toMatch(/^event: complete/);
    const seen = await watch('specialist', hidden.noteId);
    expect((await seen.result<Told>()).data!.noteDelivery).toMatchObject({
      note: { id: hidden.noteId },
      delivery: null,
    });
  });

  it('is refused to whoever may not read notes, before it begins', async () => {
    for (const who of ['analyst', 'machine', 'administrator'] as const) {
      const frames = await watch(who, null);
      const { data, errors } = await frames.result();
      expect([who, data ?? null, errors!.map(({ extensions }) => extensions.code)]).toEqual([
        who,
        null,
        ['HUB_ACCESS_FIELD'],
      ]);
      expect(await frames.event()).toEqual({ event: 'complete', data: null });
    }
  });

  it('puts each event on record, naming the person', async () => {
    const { episodeId, personId } = await notes.episode();
    const note = await notes.signed(episodeId);
    const reads = () =>
      graph.world.sql<{ operation: string; person_ids: string[]; subject: string }>(
        `select operation, person_ids, subject from audit_events where kind = 'READ' and $1 = any (person_ids) order by at`,
        [personId],
      );
    const frames = await watch('coordinator', note.noteId);
    await frames.result();
    const first = await reads();
    expect(first.map(({ operation, subject }) => [operation, subject]).sort()).toEqual([
      ['NoteDeliveryChanged.delivery', 'cass'],
      ['NoteDeliveryChanged.note', 'cass'],
    ]);
    await becomes(note, 'SENDING', 'NONE');
    await frames.result();
    expect((await reads()).length).toBe(first.length + 2);
  });

  it('tells what live sources failed at, as a query does', async () => {
    const { episodeId, personId } = await notes.episode();
    const note = await notes.signed(episodeId);
    await graph.world.sql('update persons set visible_team_ids = array[$2::uuid] where id = $1', [
      personId,
      graph.world.teams.CMHT,
    ]);
    const failing = await graph.server.variant({ deliveryChanges: heard, record: failingRecord(graph) });
    servers.push(failing);
    const before = url;
    url = await failing.listen({ host: '127.0.0.1', port: 0 });
    try {
      const selection = 'person { clinical { demographics { name } sources { state code } } }';
      const frames = await watch(
        'specialist',
        note.noteId,
        `subscription ($noteId: UUID) { noteDelivery(noteId: $noteId) { note { ${selection} } } }`,
      );
      const { data, errors } = await frames.result();
      const query = await graph.answer(
        'specialist',
        `query ($id: UUID!) { note(id: $id) { ${selection} } }`,
        { id: note.noteId },
        { app: failing },
      );
      expect(query.errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_UPSTREAM_UNREACHABLE']);
      expect((data!.noteDelivery as { note: unknown }).note).toEqual(query.data!.note);
      const bare = (all: readonly { readonly extensions: object }[]) =>
        all.map(({ extensions }) => ({ ...extensions, correlationId: null }));
      expect(bare(errors!)).toEqual(bare(query.errors));
      expect(errors).toMatchObject([
        { path: ['noteDelivery', 'note', 'person', 'clinical', 'demographics'] },
      ]);
      await frames.leave();
    } finally {
      url = before;
    }
  });

  it('ends for somebody who has left the directory, and says that there is no such note to somebody who has left the team', async () => {
    const note = await notes.signed();
    const moved = await watch('manager', note.noteId);
    await moved.result();
    const leaver = await watch('specialist', note.noteId);
    await leaver.result();
    await graph.world.sql(
      `delete from staff_teams where staff_id = (select id from staff where subject = 'mo') and team_id = $1`,
      [graph.world.teams.CMHT],
    );
    await graph.world.sql(`update staff set active = false where subject = 'sam'`);
    // A standing is remembered for five seconds.
    graph.world.clock.advance(6_000);
    await becomes(note, 'SENDING', 'NONE');
    expect((await leaver.result()).errors!.map(({ extensions }) => extensions.code)).toEqual([
      'HUB_ACCESS_NO_STAFF',
    ]);
    expect(await leaver.event()).toEqual({ event: 'complete', data: null });
    expect((await moved.result()).errors!.map(({ extensions }) => extensions.code)).toEqual([
      'HUB_NOT_FOUND',
    ]);
    expect(await moved.event()).toEqual({ event: 'complete', data: null });
    await graph.world.sql(`update staff set active = true where subject = 'sam'`);
  });

  it('when changes may have been missed: a watched note is looked at again, and whoever watches all begins anew', async () => {
    graph.world.clock.advance(6_000);
    const note = await notes.signed();
    const tell: ((noteId: string | null) => void)[] = [];
    const lossy = await graph.server.variant({
      deliveryChanges: {
        subscribe: (listener) => {
          tell.push(listener);
          return () => {};
        },
      },
    });
    servers.push(lossy);
    const before = url;
    url = await lossy.listen({ host: '127.0.0.1', port: 0 });
    try {
      const one = await watch('specialist', note.noteId);
      await one.result();
      const all = await watch('specialist', null);
      await graph.world.sql(`update deliveries set ours = 'SENDING' where document_id = $1`, [note.noteId]);
      for (const listener of tell) listener(null);
      expect((await one.result<Told>()).data!.noteDelivery.delivery).toMatchObject({ ours: 'SENDING' });
      expect((await all.result()).errors!.map(({ extensions }) => extensions.code)).toEqual(['HUB_BUSY']);
      expect(await all.event()).toEqual({ event: 'complete', data: null });
    } finally {
      url = before;
    }
  });
});
