/** Drafts on the real database: begun, edited, discarded; by their author, and by a manager once the author has left. */
import type { Caller } from '../../../src/core/caller.js';
import type { EditForm } from '../../../src/notes/draft.service.js';
import { failureOf, TODAY } from '../../support/casework-world.js';
import { createNoteWorld, type NoteWorld } from '../../support/note-world.js';

describe('drafts', () => {
  let notes: NoteWorld;
  let sam: Caller;
  let mo: Caller;
  beforeAll(async () => {
    notes = await createNoteWorld();
    ({ specialist: sam, manager: mo } = notes.callers);
  });
  afterAll(() => notes.close());
  const key = (): string => notes.world.key();

  describe('draft', () => {
    it('keeps what was typed as it was typed, with its defaults', async () => {
      const { episodeId, personId } = await notes.episode();
      const text = 'A\r\n\tcafe\u0301 \u0007';
      const { draftId, noteId } = await notes.drafted(episodeId, { text });
      expect(await notes.draft(draftId)).toMatchObject({
        note_id: noteId,
        organisation_id: notes.world.organisations.home,
        team_id: notes.world.teams.CMHT,
        person_id: personId,
        author_id: sam.scope.staffId,
        purpose: 'NEW',
        state: 'OPEN',
        title: 'Employment support: progress note',
        text,
        contact_on: TODAY,
        contact_started_at: null,
        visibility: 'CLINICAL_RECORD',
        labels: [],
        urgent: false,
        reason: null,
        base_version: 0,
        revision: 1,
        written_at: notes.world.clock.now(),
      });
      expect(await notes.note(noteId)).toMatchObject({
        state: 'DRAFT',
        kind: 'PROGRESS_NOTE',
        latest_version: 0,
        visibility: 'SERVICE_ONLY',
        contact_on: null,
        episode_id: episodeId,
      });
    });

    it('keeps all that is said', async () => {
      const { episodeId } = await notes.episode();
      const { draftId } = await notes.drafted(episodeId, {
        kind: 'ACTION_PLAN',
        title: 'Plan',
        contactOn: '2026-03-10',
        contactStartedAt: '2026-03-10T09:30:00Z',
        visibility: 'SHAREABLE',
        labels: ['SAFEGUARDING', 'THIRD_PARTY_INFORMATION', 'SAFEGUARDING'],
        urgent: true,
      });
      expect(await notes.draft(draftId)).toMatchObject({
        title: 'Plan',
        contact_on: '2026-03-10',
        contact_started_at: new Date('2026-03-10T09:30:00Z'),
        visibility: 'SHAREABLE',
        labels: ['THIRD_PARTY_INFORMATION', 'SAFEGUARDING'],
        urgent: true,
      });
    });

    it('may be of an episode that is closed, and of an empty page', async () => {
      const { episodeId } = await notes.episode({ closedOn: '2026-03-05' });
      await expect(notes.drafted(episodeId, { text: '' })).resolves.toMatchObject({
        draftId: expect.any(String),
      });
    });

    it('puts it on record with ids alone', async () => {
      const { episodeId, personId } = await notes.episode();
      const { draftId, noteId } = await notes.drafted(episodeId);
      expect(await notes.audited('draftNote', noteId)).toEqual([
        {
          kind: 'WRITE',
          outcome: 'DONE',
          subject: 'sam',
          person_ids: [personId],
          details: { noteId, draftId },
        },
      ]);
    });

    it.each<[string, object]>([
      ['kind', { kind: 'LETTER' }],
      ['title', { title: 'two\nlines' }],
      ['contactOn', { contactOn: '11/03/2026' }],
      ['contactStartedAt', { contactStartedAt: '2026-03-09T10:00:00Z' }],
      ['visibility', { visibility: 'PUBLIC' }],
      ['labels', { labels: ['SECRET'] }],
      ['idempotencyKey', { idempotencyKey: 'short' }],
    ])('names a bad %s and writes nothing', async (field, change) => {
      const { episodeId } = await notes.episode();
      const before = await notes.world.count('notes');
      expect(await failureOf(notes.drafted(episodeId, change))).toEqual({ code: 'HUB_INPUT_INVALID', field });
      expect(await notes.world.count('notes')).toBe(before);
    });

    it.each(['a\u0000b', 'a\ud800'])('refuses what cannot be saved: %j', async (text) => {
      const { episodeId } = await notes.episode();
      expect(await failureOf(notes.drafted(episodeId, { text }))).toEqual({
        code: 'HUB_NOTE_TEXT',
        field: 'text',
      });
    });
  });

  describe('edit', () => {
    const edited = async (
      change: Partial<EditForm>,
      form: Parameters<NoteWorld['drafted']>[1] = {},
      by = sam,
    ) => {
      const { draftId } = await notes.drafted((await notes.episode()).episodeId, form);
      await notes.notes.edit(by, { idempotencyKey: key(), draftId, revision: 1, ...change });
      return notes.draft(draftId);
    };

    it('changes what is given, leaves the rest, and moves the time of writing and the revision', async () => {
      const before = notes.world.clock.now();
      const { draftId } = await notes.drafted((await notes.episode()).episodeId, {
        urgent: true,
        labels: ['SAFEGUARDING'],
        contactStartedAt: '2026-03-11T09:00:00Z',
      });
      const first = await notes.draft(draftId);
      notes.world.later();
      await notes.notes.edit(sam, { idempotencyKey: key(), draftId, revision: 1, text: 'Other words' });
      const second = await notes.draft(draftId);
      expect(second).toEqual({
        ...first,
        text: 'Other words',
        revision: 2,
        written_at: new Date(before.getTime() + 3_600_000),
      });
      notes.world.clock.set(before);
    });

    it.each<[string, Partial<EditForm>, Record<string, unknown>]>([
      ['title', { title: 'New title' }, { title: 'New title' }],
      ['day', { contactOn: '2026-03-10' }, { contact_on: '2026-03-10' }],
      ['visibility', { visibility: 'SERVICE_ONLY' }, { visibility: 'SERVICE_ONLY' }],
      ['labels', { labels: [] }, { labels: [] }],
      ['urgency', { urgent: false }, { urgent: false }],
      ['text, emptied', { text: '' }, { text: '' }],
    ])('changes the %s', async (_what, change, expected) => {
      expect(await edited(change, { urgent: true, labels: ['SAFEGUARDING'] })).toMatchObject(expected);
    });

    it('takes null for as it was, but a start is taken back by it', async () => {
      const form = { contactStartedAt: '2026-03-11T09:00:00Z', title: 'Kept', text: 'Kept' };
      expect(
        await edited(
          { title: null, text: null, contactOn: null, visibility: null, labels: null, urgent: null },
          form,
        ),
      ).toMatchObject({ title: 'Kept', text: 'Kept', contact_started_at: new Date(form.contactStartedAt) });
      expect(await edited({ contactStartedAt: null }, form)).toMatchObject({ contact_started_at: null });
    });

    it('changes the kind of a note while nothing is signed', async () => {
      const { draftId, noteId } = await notes.drafted((await notes.episode()).episodeId);
      await notes.notes.edit(sam, { idempotencyKey: key(), draftId, revision: 1, kind: 'ACTION_PLAN' });
      expect(await notes.note(noteId)).toMatchObject({ kind: 'ACTION_PLAN' });
      const signed = await notes.sign(draftId);
      const amendment = await notes.notes.amend(sam, {
        idempotencyKey: key(),
        noteId: signed.noteId,
        reason: 'wrong',
      });
      const change = {
        idempotencyKey: key(),
        draftId: amendment.draftId,
        revision: 1,
        kind: 'CLOSURE_SUMMARY' as const,
      };
      expect(await failureOf(notes.notes.edit(sam, change))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'kind',
      });
    });

    it('refuses a day that the start is not on, and a reason where there is nothing to give one for', async () => {
      const started = { contactStartedAt: '2026-03-11T09:00:00Z' };
      expect(await failureOf(edited({ contactOn: '2026-03-10' }, started))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'contactStartedAt',
      });
      expect(await failureOf(edited({ reason: 'because' }))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'reason',
      });
    });

    it('refuses a revision that is not the last: two windows do not overwrite each other', async () => {
      const { draftId } = await notes.drafted((await notes.episode()).episodeId);
      const edit = (text: string) =>
        notes.notes.edit(sam, { idempotencyKey: key(), draftId, revision: 1, text });
      const outcomes = await Promise.allSettled([edit('one'), edit('two')]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await failureOf(edit('three'))).toEqual({ code: 'HUB_STATE_CONFLICT', field: 'revision' });
      expect(await notes.draft(draftId)).toMatchObject({ revision: 2 });
    });

    it('is the author’s alone, a manager’s not either', async () => {
      expect(await failureOf(edited({ text: 'mine' }, {}, mo))).toEqual({ code: 'HUB_NOTE_NOT_AUTHOR' });
    });

    it('is of an open draft', async () => {
      const signed = await notes.signed();
      const edit = notes.notes.edit(sam, {
        idempotencyKey: key(),
        draftId: signed.draftId,
        revision: 1,
        text: 'x',
      });
      expect(await failureOf(edit)).toEqual({ code: 'HUB_STATE_CONFLICT' });
    });
  });

  describe('discard', () => {
    it('takes the note with it, once and for all', async () => {
      const { draftId, noteId } = await notes.drafted((await notes.episode()).episodeId);
      expect(await notes.notes.discard(sam, { idempotencyKey: key(), draftId })).toEqual({ draftId, noteId });
      expect(await notes.notes.discard(sam, { idempotencyKey: key(), draftId })).toEqual({ draftId, noteId });
      expect([(await notes.draft(draftId)).state, (await notes.note(noteId)).state]).toEqual([
        'DISCARDED',
        'DISCARDED',
      ]);
      expect(await notes.audited('discardDraft', noteId)).toHaveLength(1);
      expect(await failureOf(notes.sign(draftId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    });

    it('of an amendment leaves the note as it stands', async () => {
      const { noteId } = await notes.signed();
      const { draftId } = await notes.notes.amend(sam, {
        idempotencyKey: key(),
        noteId,
        reason: 'wrong day',
      });
      await notes.notes.discard(sam, { idempotencyKey: key(), draftId });
      expect(await notes.note(noteId)).toMatchObject({ state: 'SIGNED', latest_version: 1 });
    });

    it('is not of what is signed', async () => {
      const { draftId } = await notes.signed();
      expect(await failureOf(notes.notes.discard(sam, { idempotencyKey: key(), draftId }))).toEqual({
        code: 'HUB_STATE_CONFLICT',
      });
    });

    it.each([
      ['is no longer active', 'update staff set active = false where id = $1'],
      ['is no longer of the team', `update staff_teams set valid_to = '2026-03-11' where staff_id = $1`],
    ])('is a manager’s once the author %s, and not before', async (what, leave) => {
      const leaver = await notes.colleague(`leaver who ${what}`, 'EMPLOYMENT_SPECIALIST');
      const { draftId, noteId } = await notes.drafted((await notes.episode()).episodeId, {}, leaver);
      const discard = () => notes.notes.discard(mo, { idempotencyKey: key(), draftId });
      expect(await failureOf(discard())).toEqual({ code: 'HUB_NOTE_NOT_AUTHOR' });
      expect(await failureOf(notes.notes.discard(sam, { idempotencyKey: key(), draftId }))).toEqual({
        code: 'HUB_NOTE_NOT_AUTHOR',
      });
      await notes.world.sql(leave, [leaver.scope.staffId]);
      expect(await failureOf(notes.notes.sign(mo, { idempotencyKey: key(), draftId }))).toEqual({
        code: 'HUB_NOTE_NOT_AUTHOR',
      });
      await discard();
      expect(await notes.note(noteId)).toMatchObject({ state: 'DISCARDED' });
    });
  });

  it('are read by their author and by nobody else', async () => {
    const { draftId } = await notes.drafted((await notes.episode()).episodeId);
    const seenBy = async ({ scope }: Caller) =>
      (
        await notes.world.database.read('staff', scope, {
          text: 'select text from note_drafts where id = $1',
          values: [draftId],
        })
      ).length;
    const { specialist, manager, coordinator, eipSpecialist, foreignSpecialist } = notes.callers;
    expect(
      await Promise.all([specialist, manager, coordinator, eipSpecialist, foreignSpecialist].map(seenBy)),
    ).toEqual([1, 0, 0, 0, 0]);
  });

  it('give the schedule no word of what is in them', async () => {
    const work = notes.world.database.transaction('worker', notes.callers.system.scope, (tx) =>
      tx.query('select text from note_drafts'),
    );
    expect(await failureOf(work)).toEqual({ code: 'HUB_ACCESS_REFUSED' });
  });
});
