/** The subscription to what becomes of notes, on a served world: events from the database, read under each subscriber's own scope. */
import type { FastifyInstance } from 'fastify';
import { silentLogger } from '../../../src/core/logger.js';
import { type HeardChanges, hearChanges } from '../../../src/main/heard-changes.js';
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
    heard = await hearChanges(graph.world.db.ownerUrl, silentLogger);
    app = await graph.server.variant({ deliveryChanges: heard });
    servers.push(app);
    url = await app.listen({ host: '127.0.0.1', port: 0 });
  }, 60_000);
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

  async function watch(who: Client, noteId: string | null, query = WATCH): Promise<FrameReader> {
    const response = await fetch(`${url}/graphql/stream`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${await graph.server.tokenOf(CLIENTS[who])}`,
      },
      body: JSON.stringify({ query, variables: { noteId } }),
    });
    expect(response.status).toBe(200);
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
    expect((await specialist.result<Told>()).data!.noteDelivery.note.id).toBe(made.noteId);
    await becomes(theirs, 'PARKED', 'REJECTED');
    expect((await specialist.result<Told>()).data!.noteDelivery).toMatchObject({
      note: { id: theirs.noteId },
      delivery: { ours: 'PARKED', theirs: 'REJECTED' },
    });
    expect(await elsewhere.isSilent(300)).toBe(true);
    expect(await foreign.isSilent(300)).toBe(true);
  });

  it('of a note that the subscriber may not see is silent, as of one that there is not', async () => {
    const note = await notes.signed();
    const hidden = await notes.signed(null, { visibility: 'SERVICE_ONLY' });
    const streams = [
      await watch('foreignSpecialist', note.noteId),
      await watch('foreignSpecialist', '01890000-0000-7000-8000-000000000000'),
      await watch('coordinator', hidden.noteId),
    ];
    await becomes(note, 'SENDING', 'NONE');
    await graph.world.sql(`select pg_notify('hub_delivery_changed', $1)`, [hidden.noteId]);
    for (const frames of streams) expect(await frames.isSilent(300)).toBe(true);
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

  it('ends for somebody who has left the directory, and goes silent for somebody who has left the team', async () => {
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
    expect(await moved.isSilent(300)).toBe(true);
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
