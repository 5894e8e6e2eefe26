/** What the schedule finds: urgent notes not filed, countersignatures that do not come, drafts left behind; and telephone calls. */
import type { Caller } from '../../../src/core/caller.js';
import { failureOf, NOW } from '../../support/casework-world.js';
import { aPolicy, createNoteWorld, type NoteWorld } from '../../support/note-world.js';

describe('chasing', () => {
  let notes: NoteWorld;
  let sam: Caller;
  let mo: Caller;
  let system: Caller;
  beforeAll(async () => {
    notes = await createNoteWorld();
    ({ specialist: sam, manager: mo, system } = notes.callers);
  });
  // What one test leaves behind the next one's schedule would find.
  afterEach(async () => {
    notes.world.clock.set(NOW);
    await notes.world.sql(
      `truncate work_items, telephone_calls, countersignatures, deliveries, note_policies cascade`,
    );
    await notes.world.sql(`update note_drafts set state = 'DISCARDED' where state = 'OPEN'`);
    await notes.world.sql('update staff set active = true');
  });
  afterAll(() => notes.close());
  const key = (): string => notes.world.key();

  describe('escalateUrgent', () => {
    it('names a manager of the team once the time is up, once', async () => {
      const { noteId, deliveryId } = await notes.signed(null, { urgent: true });
      await notes.signed();
      notes.world.later(4);
      expect(await notes.chase.escalateUrgent(system)).toBe(0);
      notes.world.clock.advance(1);
      expect(await notes.chase.escalateUrgent(system)).toBe(1);
      expect(await notes.items(noteId)).toEqual([
        { kind: 'URGENT_NOT_FILED', subject_id: deliveryId, assigned_staff_id: mo.scope.staffId },
      ]);
      expect(await notes.chase.escalateUrgent(system)).toBe(0);
      await notes.world.sql('update work_items set resolved_at = now()');
      expect(await notes.chase.escalateUrgent(system)).toBe(0);
    });

    it('names whom the policy names', async () => {
      const duty = await notes.colleague('duty', 'TEAM_MANAGER', ['EIP']);
      await notes.policies([aPolicy({ urgentWithinMinutes: 30, urgentEscalateTo: 'duty' })]);
      const { noteId } = await notes.signed(null, { urgent: true });
      notes.world.later(1);
      expect(await notes.chase.escalateUrgent(system)).toBe(1);
      expect((await notes.items(noteId))[0]?.assigned_staff_id).toBe(duty.scope.staffId);
    });

    it('names nobody where the team has no manager', async () => {
      await notes.world.sql('update staff set active = false where id = $1', [mo.scope.staffId]);
      const { noteId } = await notes.signed(null, { urgent: true });
      notes.world.later(5);
      await notes.chase.escalateUrgent(system);
      expect(await notes.items(noteId)).toMatchObject([{ assigned_staff_id: null }]);
    });

    it.each([
      ['filed', (it: NoteWorld, id: string) => it.settle(id), 0],
      ['accepted and not yet read back', (it: NoteWorld, id: string) => it.settle(id, 'ACCEPTED'), 1],
      [
        'waiting for a signature there',
        (it: NoteWorld, id: string) => it.settle(id, 'AWAITING_SIGNATURE'),
        1,
      ],
      ['parked', (it: NoteWorld, id: string) => it.put(id, 'PARKED'), 1],
    ] as const)('of one that is %s: %#', async (_what, arrange, expected) => {
      const { documentVersionId } = await notes.signed(null, { urgent: true });
      await arrange(notes, documentVersionId);
      notes.world.later(5);
      expect(await notes.chase.escalateUrgent(system)).toBe(expected);
    });

    it('says nothing of one that was retracted', async () => {
      const { noteId } = await notes.signed(null, { urgent: true });
      await notes.notes.retract(sam, { idempotencyKey: key(), noteId, reason: 'never took place' });
      notes.world.later(5);
      expect(await notes.chase.escalateUrgent(system)).toBe(0);
    });

    it('does not wait for a countersignature either', async () => {
      await notes.policies([aPolicy({ countersignRole: 'TEAM_MANAGER', countersignKinds: ['ACTION_PLAN'] })]);
      const signed = await notes.signed(null, { kind: 'ACTION_PLAN', urgent: true });
      notes.world.later(5);
      expect(await notes.chase.escalateUrgent(system)).toBe(1);
      expect((await notes.items(signed.noteId)).map(({ kind }) => kind)).toEqual([
        'COUNTERSIGN',
        'URGENT_NOT_FILED',
      ]);
      await notes.notes.countersign(mo, {
        idempotencyKey: key(),
        noteId: signed.noteId,
        decision: 'APPROVED',
      });
      expect(await notes.items(signed.noteId)).toEqual([]);
      expect(await notes.chase.escalateUrgent(system)).toBe(1);
    });

    it('is on record, and only when there is something', async () => {
      const { episodeId, personId } = await notes.episode();
      await notes.signed(episodeId, { urgent: true });
      expect(await notes.chase.escalateUrgent(system)).toBe(0);
      notes.world.later(5);
      await notes.chase.escalateUrgent(system);
      expect(
        await notes.world.sql(
          `select kind, subject, person_ids, details from audit_events where operation = 'escalateUrgentNotes' and $1 = any(person_ids)`,
          [personId],
        ),
      ).toEqual([
        { kind: 'SYSTEM', subject: 'system:review', person_ids: [personId], details: { opened: 1 } },
      ]);
    });
  });

  describe('chaseCountersignatures', () => {
    it('puts one on the list after its last day, once; working days count', async () => {
      await notes.policies([aPolicy({ countersignRole: 'TEAM_MANAGER', countersignKinds: ['ACTION_PLAN'] })]);
      const { noteId, documentVersionId } = await notes.signed(null, { kind: 'ACTION_PLAN' });
      notes.world.clock.set(new Date('2026-03-13T23:59:59Z'));
      expect(await notes.chase.chaseCountersignatures(system)).toBe(0);
      notes.world.clock.set(new Date('2026-03-14T00:00:00Z'));
      expect(await notes.chase.chaseCountersignatures(system)).toBe(1);
      expect(await notes.chase.chaseCountersignatures(system)).toBe(0);
      expect(await notes.items(noteId)).toEqual([
        { kind: 'COUNTERSIGN', subject_id: documentVersionId, assigned_staff_id: null },
        { kind: 'COUNTERSIGN_OVERDUE', subject_id: documentVersionId, assigned_staff_id: null },
      ]);
      await notes.notes.countersign(mo, { idempotencyKey: key(), noteId, decision: 'APPROVED' });
      expect(await notes.items(noteId)).toEqual([]);
    });

    it('never decides by itself', async () => {
      await notes.policies([aPolicy({ countersignRole: 'TEAM_MANAGER', countersignKinds: ['ACTION_PLAN'] })]);
      const { noteId } = await notes.signed(null, { kind: 'ACTION_PLAN' });
      notes.world.later(24 * 365);
      await notes.chase.chaseCountersignatures(system);
      expect(await notes.note(noteId)).toMatchObject({ state: 'AWAITING_COUNTERSIGNATURE' });
      expect(await notes.deliveries(noteId)).toEqual([]);
    });
  });

  describe('noteLeavers', () => {
    it.each([
      ['is no longer active', 'update staff set active = false where id = $1'],
      ['is no longer of the team', `update staff_teams set valid_to = '2026-03-11' where staff_id = $1`],
    ])('puts the open draft of an author who %s on the list, once', async (_what, leave) => {
      const leaver = await notes.colleague(`leaver-${key()}`, 'EMPLOYMENT_SPECIALIST');
      await notes.mapped(leaver);
      const { episodeId } = await notes.episode();
      await notes.signed(episodeId, {}, leaver);
      const { draftId, noteId } = await notes.drafted(episodeId, {}, leaver);
      await notes.drafted(episodeId);
      expect(await notes.chase.noteLeavers(system)).toBe(0);
      await notes.world.sql(leave, [leaver.scope.staffId]);
      expect(await notes.chase.noteLeavers(system)).toBe(1);
      expect(await notes.chase.noteLeavers(system)).toBe(0);
      expect(await notes.items(noteId)).toEqual([
        { kind: 'AUTHOR_HAS_LEFT', subject_id: draftId, assigned_staff_id: mo.scope.staffId },
      ]);
      await notes.notes.discard(mo, { idempotencyKey: key(), draftId });
      expect(await notes.items(noteId)).toEqual([]);
    });

    it('leaves what they signed to be filed as they signed it', async () => {
      const leaver = await notes.colleague(`leaver-${key()}`, 'EMPLOYMENT_SPECIALIST');
      await notes.mapped(leaver);
      const { noteId } = await notes.signed(null, {}, leaver);
      await notes.world.sql('update staff set active = false where id = $1', [leaver.scope.staffId]);
      await notes.chase.noteLeavers(system);
      expect(await notes.deliveries(noteId)).toEqual(['FILE QUEUED v1']);
      expect(await notes.items(noteId)).toEqual([]);
    });
  });

  it('is of one organisation: another’s schedule finds nothing', async () => {
    await notes.signed(null, { urgent: true });
    notes.world.later(5);
    const other = {
      ...system,
      scope: { ...system.scope, organisationId: notes.world.organisations.other },
    };
    expect(await notes.chase.escalateUrgent(other)).toBe(0);
  });

  describe('recordTelephoneCall', () => {
    const call = (noteId: string, change: object = {}, by = sam) =>
      notes.notes.recordTelephoneCall(by, {
        idempotencyKey: key(),
        noteId,
        spokeTo: 'Duty desk, CMHT',
        calledAt: '2026-03-11T11:30:00Z',
        ...change,
      });

    it('keeps who was told, when, by whom; it does not stand for filing', async () => {
      const { noteId } = await notes.signed(null, { urgent: true });
      expect(await call(noteId)).toEqual({ noteId });
      expect(
        await notes.world.sql(
          'select note_id, team_id, spoke_to, called_at, recorded_by, recorded_at from telephone_calls',
        ),
      ).toEqual([
        {
          note_id: noteId,
          team_id: notes.world.teams.CMHT,
          spoke_to: 'Duty desk, CMHT',
          called_at: new Date('2026-03-11T11:30:00Z'),
          recorded_by: sam.scope.staffId,
          recorded_at: NOW,
        },
      ]);
      notes.world.later(5);
      expect(await notes.chase.escalateUrgent(system)).toBe(1);
    });

    it('is on record without whom', async () => {
      const { noteId } = await notes.signed();
      await call(noteId, {}, mo);
      const [event] = await notes.audited('recordTelephoneCall', noteId);
      expect(Object.keys(event!.details as object).sort()).toEqual(['callId', 'noteId']);
    });

    it.each<[string, object]>([
      ['spokeTo', { spokeTo: ' ' }],
      ['spokeTo', { spokeTo: 'a\nb' }],
      ['calledAt', { calledAt: '2026-03-11T12:00:01Z' }],
      ['calledAt', { calledAt: 'noon' }],
    ])('names a bad %s', async (field, change) => {
      const { noteId } = await notes.signed();
      expect(await failureOf(call(noteId, change))).toEqual({ code: 'HUB_INPUT_INVALID', field });
    });

    it('is of something signed', async () => {
      const { noteId } = await notes.drafted((await notes.episode()).episodeId);
      expect(await failureOf(call(noteId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    });
  });
});
