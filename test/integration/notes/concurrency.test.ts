/** Twenty authors at once: versions follow each other, lanes have no gaps, a retraction is never undone; and what happens without the lock. */
import type { Caller } from '../../../src/core/caller.js';
import { isHubError } from '../../../src/core/errors.js';
import { NoteService } from '../../../src/notes/note.service.js';
import type { Database, Transaction } from '../../../src/platform/database/database.js';
import { createNoteWorld, type NoteWorld } from '../../support/note-world.js';

const AUTHORS = 20;

describe('twenty authors at once', () => {
  let notes: NoteWorld;
  let authors: Caller[];
  beforeAll(async () => {
    notes = await createNoteWorld({ pools: { write: AUTHORS } });
    authors = [];
    for (let index = 0; index < AUTHORS; index++) {
      const author = await notes.colleague(`author-${index}`, 'TEAM_MANAGER');
      await notes.mapped(author);
      authors.push(author);
    }
  });
  afterAll(() => notes.close());
  const key = (): string => notes.world.key();
  const codeOf = (outcome: PromiseSettledResult<unknown>): string => {
    if (outcome.status === 'fulfilled') return 'done';
    if (!isHubError(outcome.reason)) throw outcome.reason;
    return outcome.reason.code;
  };

  it('on one person: every note signed, one lane, its numbers without gap or double', async () => {
    const { episodeId, personId } = await notes.episode();
    await Promise.all(authors.map((by) => notes.signed(episodeId, {}, by)));
    const lanes = await notes.world.sql<{ seqs: number[]; last_seq: number }>(
      `select array_agg(d.seq::integer order by d.seq) as seqs, l.last_seq::integer as last_seq
       from delivery_lanes l join deliveries d on d.lane_id = l.id where l.person_id = $1 group by l.id`,
      [personId],
    );
    expect(lanes).toEqual([
      { seqs: Array.from({ length: AUTHORS }, (_, index) => index + 1), last_seq: AUTHORS },
    ]);
  });

  it('on drafts of one version: one is signed, nineteen are told', async () => {
    const { noteId } = await notes.signed();
    const drafts = await Promise.all(
      authors.map(async (by) => ({
        by,
        ...(await notes.notes.amend(by, { idempotencyKey: key(), noteId, reason: 'mine is right' })),
      })),
    );
    const outcomes = await Promise.allSettled(drafts.map(({ by, draftId }) => notes.sign(draftId, by)));
    expect(outcomes.map(codeOf).sort()).toEqual(
      [...Array(AUTHORS - 1).fill('HUB_STATE_CONFLICT'), 'done'].sort(),
    );
    expect(await notes.note(noteId)).toMatchObject({ latest_version: 2, state: 'SIGNED' });
  });

  it('eight of them amending one note in turn: versions follow each other, each takes the place of what the record has', async () => {
    const first = await notes.signed();
    await notes.settle(first.documentVersionId);
    const { noteId } = first;
    // All that lost a turn begin anew: the work grows with the square of how many they are.
    const amenders = authors.slice(0, 8);
    await Promise.all(
      amenders.map(async (by) => {
        for (let tries = 0; tries < 200; tries++) {
          const { draftId } = await notes.notes.amend(by, { idempotencyKey: key(), noteId, reason: 'again' });
          const [outcome] = await Promise.allSettled([notes.sign(draftId, by)]);
          if (outcome!.status === 'fulfilled') return;
          expect(codeOf(outcome!)).toBe('HUB_STATE_CONFLICT');
          await notes.notes.discard(by, { idempotencyKey: key(), draftId });
        }
        throw new Error('never got its turn');
      }),
    );
    const versions = await notes.world.sql<{
      version: number;
      action: string;
      predecessor_id: string | null;
    }>(
      'select version, action, predecessor_id from signed_documents where document_id = $1 order by version',
      [noteId],
    );
    expect(versions.map(({ version }) => version)).toEqual(
      Array.from({ length: amenders.length + 1 }, (_, index) => index + 1),
    );
    for (const { action, predecessor_id } of versions.slice(1))
      expect([action, predecessor_id]).toEqual(['REPLACE', first.documentVersionId]);
    const alive = (await notes.deliveries(noteId)).filter((line) => !line.includes('CANCELLED'));
    expect(alive).toEqual(['FILE SETTLED v1', `FILE QUEUED v${amenders.length + 1}`]);
  });

  it('signing one draft under different keys: once', async () => {
    const by = authors[0]!;
    const { draftId, noteId } = await notes.drafted((await notes.episode()).episodeId, {}, by);
    const outcomes = await Promise.allSettled(authors.map(() => notes.sign(draftId, by)));
    expect(outcomes.map(codeOf).filter((code) => code === 'done')).toHaveLength(1);
    expect(await notes.deliveries(noteId)).toEqual(['FILE QUEUED v1']);
  });

  /** Every author signs an amendment and retracts the note at once; answers what was left wrong: most of it, without the lock. */
  async function raced(service: NoteService): Promise<string[]> {
    const wrong: string[] = [];
    await Promise.all(
      authors.map(async (by) => {
        const { noteId } = await notes.signed(null, {}, by);
        const { draftId } = await notes.notes.amend(by, { idempotencyKey: key(), noteId, reason: 'late' });
        await Promise.allSettled([
          service.sign(by, { idempotencyKey: key(), draftId }),
          service.retract(by, { idempotencyKey: key(), noteId, reason: 'in error' }),
        ]);
        const { state } = await notes.note(noteId);
        const sent = (await notes.deliveries(noteId)).filter((line) => /^FILE QUEUED/.test(line));
        if (state !== 'RETRACTED' || sent.length > 0) wrong.push(`${state} ${sent.join()}`);
      }),
    );
    return wrong;
  }

  it('a retraction stands against an amendment that is signed at the same moment', async () => {
    expect(await raced(notes.notes)).toEqual([]);
  });

  it('and does not without the lock of the note (control)', async () => {
    const unlocked: Database = {
      ...notes.world.database,
      read: (...args) => notes.world.database.read(...args),
      audit: (...args) => notes.world.database.audit(...args),
      close: () => notes.world.database.close(),
      transaction: (role, scope, work) =>
        notes.world.database.transaction(role, scope, (tx) =>
          work({
            manager: tx.manager,
            query: ((text: string, values?: readonly unknown[]) =>
              tx.query(
                text.replace('from notes where id = $1 for update', 'from notes where id = $1'),
                values,
              )) as Transaction['query'],
          }),
        ),
    };
    const service = new NoteService(unlocked, notes.world.clock);
    let wrong: string[] = [];
    for (let round = 0; round < 20 && wrong.length === 0; round++) wrong = await raced(service);
    expect(wrong).not.toEqual([]);
  });
});
