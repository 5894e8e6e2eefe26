/** Amendments and addenda on the real database: what they are prefilled with, who may, what becomes of what they replace. */
import type { Caller } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import type { AmendForm } from '../../../src/notes/amend.service.js';
import { failureOf, NOW } from '../../support/casework-world.js';
import { createNoteWorld, type NoteWorld, type SignedNote } from '../../support/note-world.js';

describe('amending', () => {
  let notes: NoteWorld;
  let sam: Caller;
  let mo: Caller;
  beforeAll(async () => {
    notes = await createNoteWorld();
    ({ specialist: sam, manager: mo } = notes.callers);
  });
  afterEach(() => notes.world.clock.set(NOW));
  afterAll(() => notes.close());
  const key = (): string => notes.world.key();
  const placed = async ({ documentVersionId }: SignedNote) => {
    const { action, predecessor_id, version } = await notes.version(documentVersionId);
    return { action, predecessor_id, version };
  };
  const amend = (noteId: string, change: Partial<AmendForm> = {}, by = sam) =>
    notes.notes.amend(by, { idempotencyKey: key(), noteId, reason: 'the day was wrong', ...change });
  const add = (noteId: string, text = 'She rang back.', by = sam) =>
    notes.notes.add(by, { idempotencyKey: key(), noteId, text });
  const added = async (noteId: string, text?: string, by = sam) =>
    notes.sign((await add(noteId, text, by)).draftId, by);

  describe('an amendment', () => {
    it('is prefilled with the words of the version, without headings, and is not urgent again', async () => {
      const first = await notes.signed(null, {
        contactOn: '2026-03-09',
        contactStartedAt: '2026-03-09T10:00:00Z',
        text: 'As typed\r\n',
        title: 'Visit',
        labels: ['SAFEGUARDING'],
        visibility: 'SHAREABLE',
        urgent: true,
      });
      const { draftId } = await amend(first.noteId);
      expect(await notes.draft(draftId)).toMatchObject({
        purpose: 'AMEND',
        text: 'As typed\r\n',
        title: 'Visit',
        contact_on: '2026-03-09',
        contact_started_at: new Date('2026-03-09T10:00:00Z'),
        labels: ['SAFEGUARDING'],
        visibility: 'SHAREABLE',
        urgent: false,
        reason: 'the day was wrong',
        base_version: 1,
        about_version_id: first.documentVersionId,
      });
    });

    it('takes what the form says otherwise; a start is not carried to another day', async () => {
      const first = await notes.signed(null, { contactStartedAt: '2026-03-11T10:00:00Z' });
      const { draftId } = await amend(first.noteId, {
        text: 'New',
        contactOn: '2026-03-10',
        urgent: true,
        labels: [],
      });
      expect(await notes.draft(draftId)).toMatchObject({
        text: 'New',
        contact_on: '2026-03-10',
        contact_started_at: null,
        urgent: true,
      });
    });

    it('of what the record has takes its place there, with the reason in the text', async () => {
      const first = await notes.signed();
      await notes.settle(first.documentVersionId);
      notes.world.later();
      const second = await notes.amended(first.noteId, { text: 'Right', reason: 'wrong\nemployer' });
      expect(await placed(second)).toEqual({
        action: 'REPLACE',
        predecessor_id: first.documentVersionId,
        version: 2,
      });
      expect(second.text).toBe('Amended on 11 March 2026 at 13:00. Reason: wrong employer\n\nRight');
      expect(await notes.version(second.documentVersionId)).toMatchObject({ reason: 'wrong employer' });
      expect(await notes.deliveries(first.noteId)).toEqual(['FILE SETTLED v1', 'FILE QUEUED v2']);
      expect(await notes.note(first.noteId)).toMatchObject({ state: 'SIGNED', latest_version: 2 });
    });

    it('of what never left is the first that the record sees; the other is cancelled', async () => {
      const first = await notes.signed();
      const second = await notes.amended(first.noteId);
      expect(await placed(second)).toEqual({ action: 'CREATE', predecessor_id: null, version: 2 });
      expect(await notes.deliveries(first.noteId)).toEqual(['FILE CANCELLED v1', 'FILE QUEUED v2']);
    });

    it('of a refused head lets its lane go on', async () => {
      const first = await notes.signed();
      await notes.put(first.documentVersionId, 'PARKED');
      const second = await notes.amended(first.noteId);
      expect(await placed(second)).toMatchObject({ action: 'CREATE' });
      const [lane] = await notes.world.sql(
        'select l.state, l.head_seq from deliveries d join delivery_lanes l on l.id = d.lane_id where d.id = $1',
        [second.deliveryId],
      );
      expect(lane).toEqual({ state: 'READY', head_seq: '2' });
    });

    it.each([
      ['is being sent', 'SENDING', false],
      ['may have arrived', 'PARKED', true],
    ] as const)('of what %s takes its place', async (_what, ours, mayHaveArrived) => {
      const first = await notes.signed();
      await notes.put(first.documentVersionId, ours, mayHaveArrived);
      const second = await notes.amended(first.noteId);
      expect(await placed(second)).toMatchObject({
        action: 'REPLACE',
        predecessor_id: first.documentVersionId,
      });
    });

    it('of an amendment that never left takes the place of what that was to replace', async () => {
      const first = await notes.signed();
      await notes.settle(first.documentVersionId);
      await notes.amended(first.noteId);
      const third = await notes.amended(first.noteId);
      expect(await placed(third)).toEqual({
        action: 'REPLACE',
        predecessor_id: first.documentVersionId,
        version: 3,
      });
      expect(await notes.deliveries(first.noteId)).toEqual([
        'FILE SETTLED v1',
        'FILE CANCELLED v2',
        'FILE QUEUED v3',
      ]);
    });

    it('of an amendment whose original was refused in the end is the first that the record sees', async () => {
      const first = await notes.signed();
      await notes.put(first.documentVersionId, 'SENDING');
      await notes.amended(first.noteId);
      await notes.put(first.documentVersionId, 'PARKED');
      const third = await notes.amended(first.noteId);
      expect(await placed(third)).toMatchObject({ action: 'CREATE', predecessor_id: null });
      expect(await notes.deliveries(first.noteId)).toEqual([
        'FILE CANCELLED v1',
        'FILE CANCELLED v2',
        'FILE QUEUED v3',
      ]);
    });

    it('of what was cancelled too late to be sure never makes a second copy', async () => {
      const first = await notes.signed();
      await notes.put(first.documentVersionId, 'PARKED', true);
      await notes.amended(first.noteId);
      const third = await notes.amended(first.noteId);
      expect(await placed(third)).toMatchObject({
        action: 'REPLACE',
        predecessor_id: first.documentVersionId,
      });
    });

    it('keeps saying that the entry was late, with the times of the entry, and is not late itself', async () => {
      const late = await notes.signed(null, { contactOn: '2026-03-01' });
      const inTime = await notes.signed();
      notes.world.later(24 * 30);
      const amendedLate = await notes.amended(late.noteId);
      expect(amendedLate.prompts).toEqual(['LATE_ENTRY']);
      expect(amendedLate.text).toContain(
        'Late entry: contact on 1 March 2026, written on 11 March 2026 at 12:00, signed on 11 March 2026 at 12:00.',
      );
      expect((await notes.amended(inTime.noteId)).prompts).toEqual([]);
    });

    it('may come long after, since the day is held against the first signature', async () => {
      const first = await notes.signed(null, { contactOn: '2025-12-11' });
      notes.world.later(24 * 200);
      await expect(notes.amended(first.noteId)).resolves.toBeDefined();
      expect(await failureOf(notes.amended(first.noteId, { contactOn: '2025-12-10' }))).toMatchObject({
        code: 'HUB_NOTE_DATE',
      });
    });

    it('stays in the record system in which the note is, wherever the episode’s notes go now', async () => {
      const { episodeId } = await notes.episode();
      const first = await notes.signed(episodeId);
      await notes.settle(first.documentVersionId);
      const elsewhere = await notes.anotherSystem(`system-${newId()}`);
      await notes.world.sql('update employment_episodes set system_id = $2 where id = $1', [
        episodeId,
        elsewhere,
      ]);
      const second = await notes.amended(first.noteId);
      expect(await notes.version(second.documentVersionId)).toMatchObject({
        system_id: notes.world.systemId,
      });
    });
  });

  describe('an addendum', () => {
    it('stands beside its version, under its labels, and says to what it is added', async () => {
      const first = await notes.signed(null, { labels: ['THIRD_PARTY_INFORMATION'], title: 'Visit' });
      notes.world.later(48);
      const second = await added(first.noteId);
      expect(second.prompts).toEqual([]);
      expect(second.text).toBe(
        'Added on 13 March 2026 at 12:00 to the entry about 11 March 2026.\n\nShe rang back.',
      );
      expect(await placed(second)).toEqual({
        action: 'APPEND',
        predecessor_id: first.documentVersionId,
        version: 2,
      });
      expect(await notes.version(second.documentVersionId)).toMatchObject({
        title: 'Visit',
        labels: ['THIRD_PARTY_INFORMATION'],
        is_late_entry: false,
      });
      expect(await notes.deliveries(first.noteId)).toEqual(['FILE QUEUED v1', 'FILE QUEUED v2']);
    });

    it('to what never went to the record is the first that the record sees', async () => {
      const first = await notes.signed();
      await notes.world.sql(`update deliveries set ours = 'CANCELLED' where document_version_id = $1`, [
        first.documentVersionId,
      ]);
      expect(await placed(await added(first.noteId, 'For the record'))).toMatchObject({
        action: 'CREATE',
        predecessor_id: null,
      });
    });

    it('is what is amended next, unless the entry is named; a version that was replaced is not', async () => {
      const entry = await notes.signed(null, { text: 'Entry' });
      await notes.settle(entry.documentVersionId);
      const addendum = await added(entry.noteId);
      await notes.settle(addendum.documentVersionId);
      const newest = await notes.amended(entry.noteId);
      expect(await placed(newest)).toMatchObject({ predecessor_id: addendum.documentVersionId });
      const named = await notes.amended(entry.noteId, { documentVersionId: entry.documentVersionId });
      expect(await placed(named)).toMatchObject({
        action: 'REPLACE',
        predecessor_id: entry.documentVersionId,
        version: 4,
      });
      const replaced = amend(entry.noteId, { documentVersionId: entry.documentVersionId });
      expect(await failureOf(replaced)).toEqual({ code: 'HUB_STATE_CONFLICT', field: 'documentVersionId' });
      const foreign = amend(entry.noteId, { documentVersionId: newId() });
      expect(await failureOf(foreign)).toEqual({ code: 'HUB_NOT_FOUND', field: 'documentVersionId' });
    });

    it('that is amended before it left stays an addendum of the entry, which goes on', async () => {
      const entry = await notes.signed();
      await added(entry.noteId);
      const third = await notes.amended(entry.noteId);
      expect(await placed(third)).toEqual({
        action: 'APPEND',
        predecessor_id: entry.documentVersionId,
        version: 3,
      });
      expect(await notes.deliveries(entry.noteId)).toEqual([
        'FILE QUEUED v1',
        'FILE CANCELLED v2',
        'FILE QUEUED v3',
      ]);
    });
  });

  describe('whom a note is for', () => {
    const OTHER = {
      CLINICAL_RECORD: 'SERVICE_ONLY',
      SHAREABLE: 'SERVICE_ONLY',
      SERVICE_ONLY: 'CLINICAL_RECORD',
    };
    const settled = { code: 'HUB_STATE_CONFLICT', field: 'visibility' };
    type Audience = keyof typeof OTHER;
    const from = (visibility: Audience) => notes.signed(null, { visibility });

    it.each(Object.keys(OTHER) as Audience[])(
      '%s is settled with the first signature: no amendment, addendum or edit goes over to the other side',
      async (visibility) => {
        const { noteId } = await from(visibility);
        const over = { visibility: OTHER[visibility] as Audience };
        const before = await notes.deliveries(noteId);
        expect(await failureOf(amend(noteId, over))).toEqual(settled);
        const form = { idempotencyKey: key(), noteId, text: 'More', ...over };
        expect(await failureOf(notes.notes.add(sam, form))).toEqual(settled);
        const { draftId } = await amend(noteId);
        const edit = { idempotencyKey: key(), draftId, revision: 1, ...over };
        expect(await failureOf(notes.notes.edit(sam, edit))).toEqual(settled);
        // A draft that says so nevertheless is not signed.
        await notes.world.sql('update note_drafts set visibility = $2 where id = $1', [
          draftId,
          over.visibility,
        ]);
        expect(await failureOf(notes.sign(draftId))).toEqual(settled);
        expect([await notes.deliveries(noteId), await notes.note(noteId)]).toEqual([
          before,
          expect.objectContaining({ state: 'SIGNED', latest_version: 1, visibility }),
        ]);
      },
    );

    it('says what to do instead', async () => {
      const { noteId } = await from('CLINICAL_RECORD');
      await expect(amend(noteId, { visibility: 'SERVICE_ONLY' })).rejects.toThrow(
        /retract it.*write a new one/i,
      );
    });

    it.each([
      ['CLINICAL_RECORD', 'SHAREABLE'],
      ['SHAREABLE', 'CLINICAL_RECORD'],
      ['SERVICE_ONLY', 'SERVICE_ONLY'],
    ] as const)('%s may become %s', async (before, after) => {
      const { noteId } = await from(before);
      await notes.amended(noteId, { visibility: after });
      expect(await notes.note(noteId)).toMatchObject({ latest_version: 2, visibility: after });
    });

    it('a first draft may say either until it is signed', async () => {
      const { draftId, noteId } = await notes.drafted((await notes.episode()).episodeId);
      for (const [revision, visibility] of ['SERVICE_ONLY', 'CLINICAL_RECORD', 'SERVICE_ONLY'].entries())
        await notes.notes.edit(sam, {
          idempotencyKey: key(),
          draftId,
          revision: revision + 1,
          visibility: visibility as Audience,
        });
      await notes.sign(draftId);
      expect(await notes.note(noteId)).toMatchObject({ visibility: 'SERVICE_ONLY' });
    });
  });

  describe('what is urgent and not filed', () => {
    const DUE = new Date(NOW.getTime() + 240 * 60_000);
    const due = async ({ documentVersionId }: SignedNote) => {
      const [row] = await notes.world.sql(
        'select urgent_due_at from deliveries where document_version_id = $1',
        [documentVersionId],
      );
      return row?.urgent_due_at;
    };

    it.each([
      ['waits in the queue', async () => {}],
      ['is being sent', (it: SignedNote) => notes.put(it.documentVersionId, 'SENDING')],
      ['was refused', (it: SignedNote) => notes.put(it.documentVersionId, 'PARKED')],
      ['may have arrived', (it: SignedNote) => notes.put(it.documentVersionId, 'PARKED', true)],
      ['was taken and not read back', (it: SignedNote) => notes.settle(it.documentVersionId, 'ACCEPTED')],
    ] as const)(
      'and %s: its amendment is as urgent, by the same time, and is told by telephone',
      async (_what, arrange) => {
        const first = await notes.signed(null, { urgent: true });
        await arrange(first);
        notes.world.later(3);
        const second = await notes.amended(first.noteId);
        expect(second.prompts).toContain('TELEPHONE_CALL');
        expect(await notes.version(second.documentVersionId)).toMatchObject({ urgent: true });
        expect(await due(second)).toEqual(DUE);
      },
    );

    it('stays so through one amendment after another, whatever their authors say', async () => {
      const first = await notes.signed(null, { urgent: true });
      notes.world.later(1);
      await notes.amended(first.noteId, { urgent: false });
      notes.world.later(1);
      expect(await due(await notes.amended(first.noteId, { urgent: true }))).toEqual(DUE);
    });

    it('ends with the filing: what amends it then is as urgent as its author says', async () => {
      const first = await notes.signed(null, { urgent: true });
      await notes.settle(first.documentVersionId);
      notes.world.later(3);
      const second = await notes.amended(first.noteId);
      expect([second.prompts, await due(second)]).toEqual([[], null]);
      await notes.settle(second.documentVersionId);
      const third = await notes.amended(first.noteId, { urgent: true });
      expect(await due(third)).toEqual(new Date(notes.world.clock.now().getTime() + 240 * 60_000));
    });

    it('is not handed on to an addendum, nor to the amendment of one', async () => {
      const first = await notes.signed(null, { urgent: true });
      const addendum = await added(first.noteId);
      const amended = await notes.amended(first.noteId);
      expect([await due(addendum), await due(amended)]).toEqual([null, null]);
      expect(await due(first)).toEqual(DUE);
    });
  });

  describe('who may', () => {
    it('the author, whoever carries the episode today, a manager: each under their own name', async () => {
      const carrier = await notes.colleague('carrier', 'EMPLOYMENT_SPECIALIST');
      const colleague = await notes.colleague('colleague', 'EMPLOYMENT_SPECIALIST');
      for (const one of [carrier, colleague]) await notes.mapped(one);
      const { episodeId } = await notes.episode({ specialist: carrier });
      const { noteId } = await notes.signed(episodeId);
      expect(await failureOf(notes.amended(noteId, {}, colleague))).toEqual({ code: 'HUB_NOTE_NOT_AUTHOR' });
      expect(await failureOf(add(noteId, 'x', colleague))).toEqual({ code: 'HUB_NOTE_NOT_AUTHOR' });
      const authors: unknown[] = [];
      for (const by of [sam, carrier, mo]) {
        const signed = await notes.amended(noteId, {}, by);
        authors.push((await notes.version(signed.documentVersionId)).author_reference);
      }
      expect(authors).toEqual(['PractitionerRole/sam', 'PractitionerRole/carrier', 'PractitionerRole/mo']);
      expect(await notes.note(noteId)).toMatchObject({ author_id: sam.scope.staffId });
    });

    it('goes on when the author has left: the note stays theirs, the amendment is the manager’s', async () => {
      const leaver = await notes.colleague('leaver', 'EMPLOYMENT_SPECIALIST');
      await notes.mapped(leaver);
      const { noteId, documentVersionId } = await notes.signed(null, {}, leaver);
      await notes.settle(documentVersionId);
      await notes.world.sql('update staff set active = false where id = $1', [leaver.scope.staffId]);
      const second = await notes.amended(noteId, {}, mo);
      expect([
        (await notes.version(documentVersionId)).author_staff_id,
        (await notes.version(second.documentVersionId)).author_staff_id,
      ]).toEqual([leaver.scope.staffId, mo.scope.staffId]);
    });
  });

  it('needs a reason, a signed note and no other open draft of the caller’s', async () => {
    const { noteId } = await notes.signed();
    expect(await failureOf(amend(noteId, { reason: ' ' }))).toEqual({
      code: 'HUB_INPUT_INVALID',
      field: 'reason',
    });
    const draft = await notes.drafted((await notes.episode()).episodeId);
    expect(await failureOf(amend(draft.noteId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    await amend(noteId);
    expect(await failureOf(amend(noteId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    await expect(amend(noteId, {}, mo)).resolves.toBeDefined();
  });

  it('of two drafts begun from the same version only the first is signed; the other is begun again', async () => {
    const { noteId } = await notes.signed();
    const first = await amend(noteId, { text: 'sam’s' });
    const second = await amend(noteId, { text: 'mo’s' }, mo);
    await notes.sign(first.draftId);
    expect(await failureOf(notes.sign(second.draftId, mo))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    await notes.notes.discard(mo, { idempotencyKey: key(), draftId: second.draftId });
    const { text } = await notes.amended(noteId, {}, mo);
    expect(text).toContain('sam’s');
  });
});
