/** Countersigning on the real database: by policy, by somebody else; approved it goes, refused it comes back. */
import type { Caller } from '../../../src/core/caller.js';
import { failureOf, NOW, TODAY } from '../../support/casework-world.js';
import { aPolicy, createNoteWorld, type NoteWorld } from '../../support/note-world.js';

describe('countersigning', () => {
  let notes: NoteWorld;
  let sam: Caller;
  let mo: Caller;
  let cass: Caller;
  beforeAll(async () => {
    notes = await createNoteWorld();
    ({ specialist: sam, manager: mo, coordinator: cass } = notes.callers);
    await notes.policies([
      aPolicy({
        clause: 'SOP 4.2',
        countersignRole: 'TEAM_MANAGER',
        countersignKinds: ['ACTION_PLAN', 'CLOSURE_SUMMARY'],
        urgentWithinMinutes: 60,
      }),
      aPolicy({
        specification: 'QVV/0294',
        countersignRole: 'CARE_COORDINATOR',
        countersignKinds: ['ACTION_PLAN'],
      }),
    ]);
  });
  afterEach(() => notes.world.clock.set(NOW));
  afterAll(() => notes.close());
  const key = (): string => notes.world.key();
  const decide = (noteId: string, decision: 'APPROVED' | 'REJECTED', by = mo, reason: string | null = null) =>
    notes.notes.countersign(by, { idempotencyKey: key(), noteId, decision, reason });
  const waiting = (change: Parameters<NoteWorld['signed']>[1] = {}, by = sam) =>
    notes.signed(null, { kind: 'ACTION_PLAN', ...change }, by);
  const asked = async (documentVersionId: string) => {
    const [row] = await notes.world.sql(
      'select role, clause, state, due_on::text as due_on, urgent_due_at, decided_by, decided_at, reason from countersignatures where document_version_id = $1',
      [documentVersionId],
    );
    return row;
  };
  const reopened = async (noteId: string) => {
    const [row] = await notes.world.sql(`select * from note_drafts where note_id = $1 and state = 'OPEN'`, [
      noteId,
    ]);
    return row as Record<string, unknown> & { id: string };
  };

  it('is asked for by the policy: the version is signed and goes nowhere', async () => {
    const signed = await waiting();
    expect(signed).toMatchObject({ deliveryId: null, prompts: ['AWAITING_COUNTERSIGNATURE'] });
    expect(await asked(signed.documentVersionId)).toEqual({
      role: 'TEAM_MANAGER',
      clause: 'SOP 4.2',
      state: 'PENDING',
      due_on: '2026-03-13',
      urgent_due_at: null,
      decided_by: null,
      decided_at: null,
      reason: null,
    });
    expect(await notes.note(signed.noteId)).toMatchObject({
      state: 'AWAITING_COUNTERSIGNATURE',
      latest_version: 1,
    });
    expect(await notes.deliveries(signed.noteId)).toEqual([]);
    expect(await notes.items(signed.noteId)).toEqual([
      { kind: 'COUNTERSIGN', subject_id: signed.documentVersionId, assigned_staff_id: null },
    ]);
  });

  it('is not asked for of another kind', async () => {
    expect((await notes.signed()).prompts).toEqual([]);
  });

  it('approved, lets the version go, once', async () => {
    const signed = await waiting();
    notes.world.later();
    await decide(signed.noteId, 'APPROVED');
    expect(await asked(signed.documentVersionId)).toMatchObject({
      state: 'APPROVED',
      decided_by: mo.scope.staffId,
      decided_at: notes.world.clock.now(),
    });
    expect(await notes.note(signed.noteId)).toMatchObject({ state: 'SIGNED' });
    expect(await notes.deliveries(signed.noteId)).toEqual(['FILE QUEUED v1']);
    expect(await notes.items(signed.noteId)).toEqual([]);
    expect(await failureOf(decide(signed.noteId, 'APPROVED'))).toEqual({ code: 'HUB_STATE_CONFLICT' });
  });

  it('by two at once is decided once', async () => {
    const max = await notes.colleague('max', 'TEAM_MANAGER');
    const { noteId } = await waiting();
    const outcomes = await Promise.allSettled([decide(noteId, 'APPROVED'), decide(noteId, 'APPROVED', max)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await notes.deliveries(noteId)).toEqual(['FILE QUEUED v1']);
  });

  it('of an urgent version counts its time from the first signature, whenever it is approved', async () => {
    const signed = await waiting({ urgent: true });
    expect(signed.prompts).toEqual(['TELEPHONE_CALL', 'AWAITING_COUNTERSIGNATURE']);
    notes.world.later(5);
    await decide(signed.noteId, 'APPROVED');
    const [delivery] = await notes.world.sql('select urgent_due_at from deliveries where document_id = $1', [
      signed.noteId,
    ]);
    expect(delivery).toEqual({ urgent_due_at: new Date(NOW.getTime() + 3_600_000) });
  });

  describe('refused', () => {
    it('comes back to its author as it was written, with the reason', async () => {
      const signed = await waiting({
        text: 'As typed\r\n',
        title: 'Plan',
        labels: ['SAFEGUARDING'],
        urgent: true,
      });
      await decide(signed.noteId, 'REJECTED', mo, 'say by\nwhen');
      expect(await asked(signed.documentVersionId)).toMatchObject({
        state: 'REJECTED',
        reason: 'say by when',
      });
      expect(await notes.note(signed.noteId)).toMatchObject({ state: 'DRAFT', latest_version: 1 });
      expect(await reopened(signed.noteId)).toMatchObject({
        author_id: sam.scope.staffId,
        purpose: 'NEW',
        text: 'As typed\r\n',
        title: 'Plan',
        labels: ['SAFEGUARDING'],
        urgent: true,
        rejection_reason: 'say by when',
        base_version: 1,
        revision: 1,
      });
      expect(await notes.deliveries(signed.noteId)).toEqual([]);
      expect(await notes.items(signed.noteId)).toEqual([]);
    });

    it('is signed again as a second version, the first that the record sees, and is asked about again', async () => {
      const signed = await waiting();
      await decide(signed.noteId, 'REJECTED', mo, 'say by when');
      const again = await notes.sign((await reopened(signed.noteId)).id);
      expect(await notes.version(again.documentVersionId)).toMatchObject({
        version: 2,
        action: 'CREATE',
        predecessor_id: null,
      });
      expect(again.text).toBe('Met at the library and looked at two vacancies.');
      expect(again.prompts).toEqual(['AWAITING_COUNTERSIGNATURE']);
      await decide(signed.noteId, 'APPROVED');
      expect(await notes.deliveries(signed.noteId)).toEqual(['FILE QUEUED v2']);
    });

    it('needs a reason', async () => {
      const { noteId } = await waiting();
      expect(await failureOf(decide(noteId, 'REJECTED'))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'reason',
      });
    });

    it('and discarded, ends the note', async () => {
      const { noteId } = await waiting();
      await decide(noteId, 'REJECTED', mo, 'not needed');
      const { id } = await reopened(noteId);
      await notes.notes.discard(sam, { idempotencyKey: key(), draftId: id });
      expect(await notes.note(noteId)).toMatchObject({ state: 'DISCARDED' });
    });

    it('to an author who has left, waits for a manager to discard it', async () => {
      const leaver = await notes.colleague('leaver', 'EMPLOYMENT_SPECIALIST');
      await notes.mapped(leaver);
      const { noteId } = await waiting({}, leaver);
      await notes.world.sql('update staff set active = false where id = $1', [leaver.scope.staffId]);
      await decide(noteId, 'REJECTED', mo, 'not complete');
      const { id } = await reopened(noteId);
      expect(await failureOf(notes.sign(id, mo))).toEqual({ code: 'HUB_NOTE_NOT_AUTHOR' });
      await notes.notes.discard(mo, { idempotencyKey: key(), draftId: id });
    });
  });

  describe('of an amendment', () => {
    it('leaves what is filed alone until it is given, and then replaces it', async () => {
      const first = await waiting();
      await decide(first.noteId, 'APPROVED');
      const second = await notes.amended(first.noteId);
      expect(await notes.version(second.documentVersionId)).toMatchObject({
        action: 'REPLACE',
        predecessor_id: first.documentVersionId,
      });
      expect(await notes.deliveries(first.noteId)).toEqual(['FILE QUEUED v1']);
      await decide(first.noteId, 'APPROVED');
      expect(await notes.deliveries(first.noteId)).toEqual(['FILE QUEUED v1', 'FILE QUEUED v2']);
    });

    it('refused, leaves the note signed as it was; the draft stays an amendment with its reason', async () => {
      const first = await waiting();
      await decide(first.noteId, 'APPROVED');
      await notes.settle(first.documentVersionId);
      await notes.amended(first.noteId, { reason: 'wrong employer' });
      await decide(first.noteId, 'REJECTED', mo, 'right as it was');
      expect(await notes.note(first.noteId)).toMatchObject({ state: 'SIGNED', latest_version: 2 });
      const draft = await reopened(first.noteId);
      expect(draft).toMatchObject({
        purpose: 'AMEND',
        reason: 'wrong employer',
        about_version_id: first.documentVersionId,
        base_version: 2,
      });
      const third = await notes.sign(draft.id);
      expect(await notes.version(third.documentVersionId)).toMatchObject({
        version: 3,
        action: 'REPLACE',
        predecessor_id: first.documentVersionId,
      });
    });

    it('is not begun while a version waits', async () => {
      const { noteId } = await waiting();
      expect(await failureOf(notes.amended(noteId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    });
  });

  it('of an amendment of something urgent that is not filed counts from the first signature', async () => {
    const first = await waiting({ urgent: true });
    await decide(first.noteId, 'APPROVED');
    notes.world.later(5);
    const second = await notes.amended(first.noteId);
    const due = new Date(NOW.getTime() + 3_600_000);
    expect(second.prompts).toEqual(['TELEPHONE_CALL', 'AWAITING_COUNTERSIGNATURE']);
    expect(await asked(second.documentVersionId)).toMatchObject({ urgent_due_at: due });
    await decide(first.noteId, 'APPROVED');
    const [delivery] = await notes.world.sql(
      'select urgent_due_at from deliveries where document_version_id = $1',
      [second.documentVersionId],
    );
    expect(delivery).toEqual({ urgent_due_at: due });
  });

  it.each([
    ['SERVICE_ONLY', 'CLINICAL_RECORD'],
    ['CLINICAL_RECORD', 'SERVICE_ONLY'],
  ] as const)('refused, a note that was %s does not come back as %s', async (visibility, other) => {
    const { noteId } = await waiting({ visibility });
    await decide(noteId, 'REJECTED', mo, 'say by when');
    const { id } = await reopened(noteId);
    const settled = { code: 'HUB_STATE_CONFLICT', field: 'visibility' };
    const edit = { idempotencyKey: key(), draftId: id, revision: 1, visibility: other };
    expect(await failureOf(notes.notes.edit(sam, edit))).toEqual(settled);
    await notes.world.sql('update note_drafts set visibility = $2 where id = $1', [id, other]);
    expect(await failureOf(notes.sign(id))).toEqual(settled);
  });

  describe('who may', () => {
    it('is whom the policy names, and never whoever signed', async () => {
      const { noteId } = await waiting();
      expect(await failureOf(decide(noteId, 'APPROVED', cass))).toEqual({ code: 'HUB_ACCESS_REFUSED' });
      expect(await failureOf(decide(noteId, 'APPROVED', sam))).toEqual({ code: 'HUB_ACCESS_REFUSED' });
      const own = await waiting({}, mo);
      expect(await failureOf(decide(own.noteId, 'APPROVED'))).toEqual({
        code: 'HUB_STATE_CONFLICT',
        field: 'noteId',
      });
    });

    it('is a care coordinator, where the specification says so', async () => {
      const { episodeId } = await notes.episode({ document: '001' });
      const { noteId } = await notes.signed(episodeId, { kind: 'ACTION_PLAN' });
      expect(await failureOf(decide(noteId, 'APPROVED'))).toEqual({ code: 'HUB_ACCESS_REFUSED' });
      await decide(noteId, 'APPROVED', cass);
      expect(await notes.deliveries(noteId)).toEqual(['FILE QUEUED v1']);
    });

    it('is nobody who may not see it: a coordinator is not asked about what is for the service alone', async () => {
      const { episodeId } = await notes.episode({ document: '001' });
      const signed = await notes.signed(episodeId, { kind: 'ACTION_PLAN', visibility: 'SERVICE_ONLY' });
      expect(signed.prompts).toEqual([]);
      const forManager = await waiting({ visibility: 'SERVICE_ONLY' });
      expect(await failureOf(decide(forManager.noteId, 'APPROVED', cass))).toEqual({
        code: 'HUB_NOT_FOUND',
        field: 'noteId',
      });
      await decide(forManager.noteId, 'APPROVED');
      expect(await notes.deliveries(forManager.noteId)).toEqual([]);
    });
  });

  it('refuses a word that is no decision, and a note that waits for nobody', async () => {
    const { noteId } = await notes.signed();
    expect(await failureOf(decide(noteId, 'MAYBE' as 'APPROVED'))).toEqual({
      code: 'HUB_INPUT_INVALID',
      field: 'decision',
    });
    expect(await failureOf(decide(noteId, 'APPROVED'))).toEqual({ code: 'HUB_STATE_CONFLICT' });
  });

  it('is on record with the decision', async () => {
    const { noteId, documentVersionId } = await waiting({ contactOn: TODAY });
    await decide(noteId, 'REJECTED', mo, 'Ada is named');
    expect(await notes.audited('countersignNote', noteId)).toMatchObject([
      {
        kind: 'WRITE',
        subject: 'mo',
        details: { noteId, documentVersionIds: [documentVersionId], decision: 'REJECTED', deliveryIds: [] },
      },
    ]);
  });
});
