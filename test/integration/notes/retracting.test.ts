/** Retraction on the real database: what never left is cancelled, what is or may be there is withdrawn, what hangs on it ends. */
import type { Caller } from '../../../src/core/caller.js';
import { failureOf, NOW } from '../../support/casework-world.js';
import { aPolicy, createNoteWorld, type NoteWorld } from '../../support/note-world.js';

describe('retracting', () => {
  let notes: NoteWorld;
  let sam: Caller;
  let mo: Caller;
  beforeAll(async () => {
    notes = await createNoteWorld();
    ({ specialist: sam, manager: mo } = notes.callers);
  });
  afterAll(() => notes.close());
  const key = (): string => notes.world.key();
  const retract = (noteId: string, by = sam, reason = 'never took place') =>
    notes.notes.retract(by, { idempotencyKey: key(), noteId, reason });

  it('marks the note, keeps its text and says why', async () => {
    const { noteId, documentVersionId } = await notes.signed();
    await retract(noteId);
    expect(await notes.note(noteId)).toMatchObject({
      state: 'RETRACTED',
      retracted_at: NOW,
      retracted_because: 'ENTERED_IN_ERROR',
      retraction_reason: 'never took place',
      refiled_as_id: null,
      latest_version: 1,
    });
    expect(await notes.version(documentVersionId)).toMatchObject({ version: 1 });
  });

  it('of what never left cancels it, and nothing goes out', async () => {
    const { noteId } = await notes.signed();
    await retract(noteId);
    expect(await notes.deliveries(noteId)).toEqual(['FILE CANCELLED v1']);
  });

  it('of a refused head cancels it and lets the lane go on', async () => {
    const { episodeId } = await notes.episode();
    const { noteId, documentVersionId } = await notes.signed(episodeId);
    const next = await notes.signed(episodeId);
    await notes.put(documentVersionId, 'PARKED');
    await retract(noteId);
    const [lane] = await notes.world.sql(
      'select l.state, l.head_seq from deliveries d join delivery_lanes l on l.id = d.lane_id where d.id = $1',
      [next.deliveryId],
    );
    expect(lane).toEqual({ state: 'READY', head_seq: '2' });
  });

  it.each([
    ['is filed', (it: NoteWorld, id: string) => it.settle(id), 'FILE SETTLED v1'],
    ['is accepted', (it: NoteWorld, id: string) => it.settle(id, 'ACCEPTED'), 'FILE SETTLED v1'],
    ['is being sent', (it: NoteWorld, id: string) => it.put(id, 'SENDING'), 'FILE SENDING v1'],
    ['may have arrived', (it: NoteWorld, id: string) => it.put(id, 'PARKED', true), 'FILE CANCELLED v1'],
  ] as const)('of what %s withdraws it in its lane', async (_what, arrange, filed) => {
    const { noteId, documentVersionId } = await notes.signed();
    await arrange(notes, documentVersionId);
    await retract(noteId);
    expect(await notes.deliveries(noteId)).toEqual([filed, 'WITHDRAW QUEUED v1']);
  });

  it('of an amended note withdraws what the record shows as current, once', async () => {
    const first = await notes.signed();
    await notes.settle(first.documentVersionId);
    const second = await notes.amended(first.noteId);
    await notes.settle(second.documentVersionId);
    await retract(first.noteId);
    expect(await notes.deliveries(first.noteId)).toEqual([
      'FILE SETTLED v1',
      'FILE SETTLED v2',
      'WITHDRAW QUEUED v2',
    ]);
  });

  it('of an amendment of what may have arrived withdraws both: the record may show them side by side', async () => {
    const first = await notes.signed();
    await notes.put(first.documentVersionId, 'PARKED', true);
    const second = await notes.amended(first.noteId);
    await notes.settle(second.documentVersionId);
    await retract(first.noteId);
    expect(await notes.deliveries(first.noteId)).toEqual([
      'FILE CANCELLED v1',
      'FILE SETTLED v2',
      'WITHDRAW QUEUED v2',
      'WITHDRAW QUEUED v1',
    ]);
  });

  it('of an amendment that never left withdraws what the record still has', async () => {
    const first = await notes.signed();
    await notes.settle(first.documentVersionId);
    await notes.amended(first.noteId);
    await retract(first.noteId);
    expect(await notes.deliveries(first.noteId)).toEqual([
      'FILE SETTLED v1',
      'FILE CANCELLED v2',
      'WITHDRAW QUEUED v1',
    ]);
  });

  it('of an amendment that is on its way withdraws both, the newer first: it may yet be refused', async () => {
    const first = await notes.signed();
    await notes.settle(first.documentVersionId);
    const second = await notes.amended(first.noteId);
    await notes.put(second.documentVersionId, 'SENDING');
    await retract(first.noteId);
    expect(await notes.deliveries(first.noteId)).toEqual([
      'FILE SETTLED v1',
      'FILE SENDING v2',
      'WITHDRAW QUEUED v2',
      'WITHDRAW QUEUED v1',
    ]);
  });

  it('of an entry with an addendum withdraws both', async () => {
    const entry = await notes.signed();
    await notes.settle(entry.documentVersionId);
    const { draftId } = await notes.notes.add(sam, {
      idempotencyKey: key(),
      noteId: entry.noteId,
      text: 'More',
    });
    await notes.settle((await notes.sign(draftId)).documentVersionId);
    await retract(entry.noteId);
    expect((await notes.deliveries(entry.noteId)).slice(2)).toEqual([
      'WITHDRAW QUEUED v2',
      'WITHDRAW QUEUED v1',
    ]);
  });

  it('of a note of the service alone sends nothing', async () => {
    const { noteId } = await notes.signed(null, { visibility: 'SERVICE_ONLY' });
    await retract(noteId);
    expect(await notes.deliveries(noteId)).toEqual([]);
    expect(await notes.note(noteId)).toMatchObject({ state: 'RETRACTED' });
  });

  it('ends open drafts, whoever’s, and a countersignature that is waited for, with its work item', async () => {
    const signed = await notes.signed();
    const { draftId } = await notes.notes.amend(mo, {
      idempotencyKey: key(),
      noteId: signed.noteId,
      reason: 'wrong',
    });
    await retract(signed.noteId);
    expect(await notes.draft(draftId)).toMatchObject({ state: 'DISCARDED' });
    expect(await failureOf(notes.sign(draftId, mo))).toEqual({ code: 'HUB_STATE_CONFLICT' });

    await notes.policies([aPolicy({ countersignRole: 'TEAM_MANAGER', countersignKinds: ['ACTION_PLAN'] })]);
    const waiting = await notes.signed(null, { kind: 'ACTION_PLAN' });
    await retract(waiting.noteId);
    expect(
      await notes.world.count('countersignatures', `note_id = $1 and state = 'WITHDRAWN'`, [waiting.noteId]),
    ).toBe(1);
    expect(await notes.items(waiting.noteId)).toEqual([]);
    expect(await notes.deliveries(waiting.noteId)).toEqual([]);
    const approve = notes.notes.countersign(mo, {
      idempotencyKey: key(),
      noteId: waiting.noteId,
      decision: 'APPROVED',
    });
    expect(await failureOf(approve)).toEqual({ code: 'HUB_STATE_CONFLICT' });
    await notes.policies([]);
  });

  it('twice, by two people, changes nothing the second time', async () => {
    const { noteId, documentVersionId } = await notes.signed();
    await notes.settle(documentVersionId);
    await retract(noteId);
    const before = await notes.note(noteId);
    expect(await retract(noteId, mo, 'once more')).toEqual({ noteId });
    expect(await notes.note(noteId)).toEqual(before);
    expect(await notes.deliveries(noteId)).toEqual(['FILE SETTLED v1', 'WITHDRAW QUEUED v1']);
    expect(await notes.audited('retractNote', noteId)).toHaveLength(1);
  });

  it('by two people at once withdraws once', async () => {
    const { noteId, documentVersionId } = await notes.signed();
    await notes.settle(documentVersionId);
    await Promise.all([retract(noteId), retract(noteId, mo)]);
    expect(await notes.deliveries(noteId)).toEqual(['FILE SETTLED v1', 'WITHDRAW QUEUED v1']);
  });

  it('is the author’s or a manager’s', async () => {
    const other = await notes.colleague('other', 'EMPLOYMENT_SPECIALIST');
    const { noteId } = await notes.signed();
    expect(await failureOf(retract(noteId, other))).toEqual({ code: 'HUB_NOTE_NOT_AUTHOR' });
    await expect(retract(noteId, mo)).resolves.toEqual({ noteId });
  });

  it('needs a reason and something signed; nothing follows it', async () => {
    const { noteId } = await notes.signed();
    expect(await failureOf(retract(noteId, sam, ''))).toEqual({ code: 'HUB_INPUT_INVALID', field: 'reason' });
    const draft = await notes.drafted((await notes.episode()).episodeId);
    expect(await failureOf(retract(draft.noteId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    await retract(noteId);
    expect(await failureOf(notes.amended(noteId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
  });

  it('is on record with what was withdrawn and cancelled, by ids', async () => {
    const { noteId, documentVersionId } = await notes.signed();
    await notes.settle(documentVersionId);
    const { draftId } = await notes.notes.amend(sam, { idempotencyKey: key(), noteId, reason: 'wrong' });
    await retract(noteId);
    const [event] = await notes.audited('retractNote', noteId);
    expect(event).toMatchObject({
      kind: 'WRITE',
      details: { noteId, withdrawn: [documentVersionId], cancelled: [draftId] },
    });
  });
});
