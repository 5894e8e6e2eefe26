/** A note under the wrong person, put right in one act on the real database: nothing is left half done. */
import type { Caller } from '../../../src/core/caller.js';
import { newId } from '../../../src/core/ids.js';
import type { WrongPersonForm } from '../../../src/notes/wrong-person.service.js';
import { failureOf, NOW } from '../../support/casework-world.js';
import {
  aPolicy,
  createNoteWorld,
  type EpisodeOfWorld,
  type NoteWorld,
  type SignedNote,
} from '../../support/note-world.js';

describe('refileUnderRightPerson', () => {
  let notes: NoteWorld;
  let sam: Caller;
  let mo: Caller;
  let wrong: EpisodeOfWorld;
  let right: EpisodeOfWorld;
  beforeAll(async () => {
    notes = await createNoteWorld();
    ({ specialist: sam, manager: mo } = notes.callers);
  });
  beforeEach(async () => {
    wrong = await notes.episode();
    right = await notes.episode();
  });
  afterEach(() => notes.world.clock.set(NOW));
  afterAll(() => notes.close());
  const key = (): string => notes.world.key();
  const refile = (noteId: string, change: Partial<WrongPersonForm> = {}, by = sam) =>
    notes.notes.refileUnderRightPerson(by, {
      idempotencyKey: key(),
      noteId,
      rightEpisodeId: right.episodeId,
      incidentReference: 'DATIX-1234',
      reason: 'two people of one name',
      ...change,
    });
  const filed = async (change: Parameters<NoteWorld['signed']>[1] = {}, by = sam): Promise<SignedNote> => {
    const signed = await notes.signed(wrong.episodeId, change, by);
    await notes.settle(signed.documentVersionId);
    return signed;
  };
  const versionsOf = (noteId: string) =>
    notes.world.sql<Record<string, unknown>>(
      'select *, contact_on::text as contact_on from signed_documents where document_id = $1 order by version',
      [noteId],
    );
  const incident = async (incidentId: string) => {
    const [row] = await notes.world.sql('select * from wrong_person_incidents where id = $1', [incidentId]);
    return row as Record<string, unknown>;
  };

  it('withdraws from one record and files the same text on the other, under ids of its own', async () => {
    const old = await filed({ contactOn: '2026-03-01', labels: ['SAFEGUARDING'], visibility: 'SHAREABLE' });
    notes.world.later(48);
    const { noteId, refiledAsId, incidentId } = await refile(old.noteId);
    expect(noteId).toBe(old.noteId);
    expect(await notes.note(noteId)).toMatchObject({
      state: 'RETRACTED',
      retracted_because: 'WRONG_PERSON',
      retraction_reason: 'two people of one name',
      refiled_as_id: refiledAsId,
      person_id: wrong.personId,
    });
    expect(await notes.deliveries(noteId)).toEqual(['FILE SETTLED v1', 'WITHDRAW QUEUED v1']);
    expect(await notes.note(refiledAsId)).toMatchObject({
      state: 'SIGNED',
      person_id: right.personId,
      episode_id: right.episodeId,
      author_id: sam.scope.staffId,
      latest_version: 1,
      visibility: 'SHAREABLE',
    });
    expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
    const [before] = await versionsOf(noteId);
    const [after] = await versionsOf(refiledAsId);
    expect(after).toEqual({
      ...before,
      id: after!.id,
      document_id: refiledAsId,
      person_id: right.personId,
      signed_at: notes.world.clock.now(),
    });
    expect(after!.id).not.toBe(before!.id);
    expect(after!.text).toBe(old.text);
    expect(await incident(incidentId)).toMatchObject({
      organisation_id: notes.world.organisations.home,
      team_id: notes.world.teams.CMHT,
      person_id: wrong.personId,
      right_person_id: right.personId,
      note_id: noteId,
      refiled_as_id: refiledAsId,
      incident_reference: 'DATIX-1234',
      reason: 'two people of one name',
      cancelled: [],
      reported_by: sam.scope.staffId,
      reported_at: notes.world.clock.now(),
    });
  });

  it('goes to each person’s own lane', async () => {
    const old = await filed();
    const { refiledAsId } = await refile(old.noteId);
    const lanes = await notes.world.sql(
      `select d.operation, l.person_id from deliveries d join delivery_lanes l on l.id = d.lane_id where d.document_id = any($1::uuid[]) and d.ours = 'QUEUED' order by 1`,
      [[old.noteId, refiledAsId]],
    );
    expect(lanes).toEqual([
      { operation: 'FILE', person_id: right.personId },
      { operation: 'WITHDRAW', person_id: wrong.personId },
    ]);
  });

  it('is signed by whoever acts, with the times of writing and contact as they were', async () => {
    const old = await filed();
    notes.world.later();
    const { refiledAsId } = await refile(old.noteId, {}, mo);
    const [after] = await versionsOf(refiledAsId);
    expect(after).toMatchObject({
      author_staff_id: mo.scope.staffId,
      author_reference: 'PractitionerRole/mo',
      written_at: NOW,
      contact_on: '2026-03-11',
      text: old.text,
    });
    expect(await notes.note(refiledAsId)).toMatchObject({ author_id: mo.scope.staffId });
  });

  it('of what never left sends the wrong record nothing', async () => {
    const old = await notes.signed(wrong.episodeId);
    const { incidentId, refiledAsId } = await refile(old.noteId);
    expect(await notes.deliveries(old.noteId)).toEqual(['FILE CANCELLED v1']);
    expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
    expect((await incident(incidentId)).cancelled).toEqual([{ what: 'DELIVERY', id: old.documentVersionId }]);
  });

  it('takes every version off the wrong record, what it shows as superseded as well, and refiles the last text', async () => {
    const old = await filed({ text: 'First' });
    const second = await notes.amended(old.noteId, { text: 'Second' });
    await notes.settle(second.documentVersionId);
    const { refiledAsId } = await refile(old.noteId);
    expect((await notes.deliveries(old.noteId)).slice(2)).toEqual([
      'WITHDRAW QUEUED v2',
      'WITHDRAW QUEUED v1',
    ]);
    expect(await versionsOf(refiledAsId)).toMatchObject([
      { version: 1, action: 'CREATE', predecessor_id: null, text: second.text, reason: null },
    ]);
  });

  it('refiles an addendum as one, after its entry', async () => {
    const old = await filed();
    const { draftId } = await notes.notes.add(sam, {
      idempotencyKey: key(),
      noteId: old.noteId,
      text: 'More',
    });
    const addendum = await notes.sign(draftId);
    const { refiledAsId } = await refile(old.noteId);
    const [entry, more] = await versionsOf(refiledAsId);
    expect(entry).toMatchObject({ version: 1, action: 'CREATE', text: old.text });
    expect(more).toMatchObject({
      version: 2,
      action: 'APPEND',
      predecessor_id: entry!.id,
      text: addendum.text,
    });
    expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1', 'FILE QUEUED v2']);
  });

  it('can be amended afterwards, from the author’s own words', async () => {
    const old = await filed({ contactOn: '2026-03-01', text: 'Words as typed\r\n' });
    const { refiledAsId } = await refile(old.noteId);
    const { draftId } = await notes.notes.amend(sam, {
      idempotencyKey: key(),
      noteId: refiledAsId,
      reason: 'typo',
    });
    expect(await notes.draft(draftId)).toMatchObject({ text: 'Words as typed\r\n' });
    await expect(notes.sign(draftId)).resolves.toBeDefined();
  });

  it('ends what was derived and lists it: drafts of anybody, a countersignature that is waited for', async () => {
    const old = await filed();
    const amendment = await notes.notes.amend(mo, {
      idempotencyKey: key(),
      noteId: old.noteId,
      reason: 'wrong',
    });
    const first = await refile(old.noteId);
    expect((await incident(first.incidentId)).cancelled).toEqual([{ what: 'DRAFT', id: amendment.draftId }]);
    expect(await notes.draft(amendment.draftId)).toMatchObject({ state: 'DISCARDED' });

    await notes.policies([aPolicy({ countersignRole: 'TEAM_MANAGER', countersignKinds: ['ACTION_PLAN'] })]);
    const waiting = await notes.signed(wrong.episodeId, { kind: 'ACTION_PLAN' });
    const second = await refile(waiting.noteId);
    const [asked] = await notes.world.sql<{ id: string; state: string }>(
      'select id, state from countersignatures where note_id = $1',
      [waiting.noteId],
    );
    expect(asked!.state).toBe('WITHDRAWN');
    expect((await incident(second.incidentId)).cancelled).toEqual([
      { what: 'COUNTERSIGNATURE', id: asked!.id },
    ]);
    expect(await notes.deliveries(waiting.noteId)).toEqual([]);
    // What still waited goes on waiting, under the right person.
    expect(await notes.note(second.refiledAsId)).toMatchObject({ state: 'AWAITING_COUNTERSIGNATURE' });
    expect(await notes.deliveries(second.refiledAsId)).toEqual([]);
    await notes.notes.countersign(mo, {
      idempotencyKey: key(),
      noteId: second.refiledAsId,
      decision: 'APPROVED',
    });
    expect(await notes.deliveries(second.refiledAsId)).toEqual(['FILE QUEUED v1']);

    const approved = await notes.signed(wrong.episodeId, { kind: 'ACTION_PLAN' });
    await notes.notes.countersign(mo, {
      idempotencyKey: key(),
      noteId: approved.noteId,
      decision: 'APPROVED',
    });
    const third = await refile(approved.noteId);
    expect(await notes.deliveries(third.refiledAsId)).toEqual(['FILE QUEUED v1']);
    await notes.policies([]);
  });

  describe('a countersignature', () => {
    let policied: EpisodeOfWorld;
    beforeEach(async () => {
      // The right person's episode is of another specification than the wrong one's.
      policied = await notes.episode({ document: '001' });
    });
    // Keeping none would end them on the day that it really is.
    afterEach(() => notes.world.sql('truncate note_policies'));
    const asks = (change: Parameters<typeof aPolicy>[0] = {}) =>
      aPolicy({
        countersignRole: 'TEAM_MANAGER',
        countersignKinds: ['ACTION_PLAN'],
        clause: 'SOP 4.2',
        ...change,
      });
    const plan = (by = sam) => notes.signed(wrong.episodeId, { kind: 'ACTION_PLAN', text: 'Plan' }, by);
    const decide = (noteId: string, by = mo, decision: 'APPROVED' | 'REJECTED' = 'APPROVED') =>
      notes.notes.countersign(by, { idempotencyKey: key(), noteId, decision, reason: 'say by when' });
    const of = (noteId: string) =>
      notes.world.sql<Record<string, unknown>>(
        `select s.version, c.role, c.clause, c.state, c.decided_by, c.decided_at from countersignatures c
         join signed_documents s on s.id = c.document_version_id where c.note_id = $1 order by s.version`,
        [noteId],
      );
    const more = async (noteId: string, text = 'More') =>
      notes.sign((await notes.notes.add(sam, { idempotencyKey: key(), noteId, text })).draftId);

    it('that is waited for is given by the manager who refiles somebody else’s note, having read it', async () => {
      await notes.policies([asks()]);
      const waiting = await plan();
      const { refiledAsId } = await refile(waiting.noteId, {}, mo);
      expect(await of(refiledAsId)).toEqual([
        {
          version: 1,
          role: 'TEAM_MANAGER',
          clause: 'SOP 4.2',
          state: 'APPROVED',
          decided_by: mo.scope.staffId,
          decided_at: notes.world.clock.now(),
        },
      ]);
      expect(await of(waiting.noteId)).toMatchObject([{ state: 'WITHDRAWN' }]);
      expect(await notes.note(refiledAsId)).toMatchObject({ state: 'SIGNED' });
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
      expect(await notes.items(refiledAsId)).toEqual([]);
    });

    it('is not given by a manager to their own note: another one is asked', async () => {
      await notes.policies([asks()]);
      const max = await notes.colleague('max', 'TEAM_MANAGER');
      const { refiledAsId } = await refile((await plan(mo)).noteId, {}, mo);
      expect(await notes.note(refiledAsId)).toMatchObject({ state: 'AWAITING_COUNTERSIGNATURE' });
      expect(await failureOf(decide(refiledAsId))).toEqual({ code: 'HUB_STATE_CONFLICT', field: 'noteId' });
      await decide(refiledAsId, max);
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
    });

    it('is not given by a manager where somebody else is asked for it', async () => {
      await notes.policies([asks({ countersignRole: 'CARE_COORDINATOR' })]);
      const { refiledAsId } = await refile((await plan()).noteId, {}, mo);
      expect(await of(refiledAsId)).toMatchObject([{ role: 'CARE_COORDINATOR', state: 'PENDING' }]);
      await decide(refiledAsId, notes.callers.coordinator);
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
    });

    it('is not given by the author who refiles', async () => {
      await notes.policies([asks()]);
      const { refiledAsId } = await refile((await plan()).noteId);
      expect(await of(refiledAsId)).toMatchObject([{ role: 'TEAM_MANAGER', state: 'PENDING' }]);
      await decide(refiledAsId);
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
    });

    it('of what was approved under one policy is not asked for again under another', async () => {
      await notes.policies([
        asks({ specification: 'IPS-GROW-LEAFLET' }),
        asks({ specification: 'QVV/0294', countersignRole: 'CARE_COORDINATOR' }),
      ]);
      const { noteId } = await plan();
      await decide(noteId);
      const { refiledAsId } = await refile(noteId, { rightEpisodeId: policied.episodeId });
      expect(await of(refiledAsId)).toEqual([]);
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
    });

    it('is asked for where the right episode’s policy wants one and the wrong one’s did not', async () => {
      await notes.policies([asks({ specification: 'QVV/0294' })]);
      const { noteId } = await plan();
      expect(await notes.note(noteId)).toMatchObject({ state: 'SIGNED' });
      const { refiledAsId } = await refile(noteId, { rightEpisodeId: policied.episodeId });
      expect(await notes.note(refiledAsId)).toMatchObject({ state: 'AWAITING_COUNTERSIGNATURE' });
      expect(await notes.deliveries(refiledAsId)).toEqual([]);
      expect(await notes.items(refiledAsId)).toMatchObject([{ kind: 'COUNTERSIGN' }]);
      // What it replaces is off the wrong record at once.
      expect(await notes.deliveries(noteId)).toEqual(['FILE CANCELLED v1']);
      await decide(refiledAsId);
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
    });

    it('is not asked for where the right episode’s policy wants none', async () => {
      const free = await notes.episode();
      await notes.policies([asks({ specification: 'QVV/0294' })]);
      wrong = policied;
      const { noteId } = await plan();
      expect(await notes.note(noteId)).toMatchObject({ state: 'AWAITING_COUNTERSIGNATURE' });
      const { refiledAsId } = await refile(noteId, { rightEpisodeId: free.episodeId });
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
    });

    it('of an entry holds its addenda back, approved ones as well; one decision lets all go in their order', async () => {
      const { noteId } = await plan();
      await notes.policies([asks()]);
      await more(noteId);
      await decide(noteId);
      const { refiledAsId } = await refile(noteId);
      expect(await of(refiledAsId)).toMatchObject([
        { version: 1, state: 'PENDING' },
        { version: 2, state: 'PENDING' },
      ]);
      expect(await notes.deliveries(refiledAsId)).toEqual([]);
      await decide(refiledAsId);
      expect(await of(refiledAsId)).toMatchObject([{ state: 'APPROVED' }, { state: 'APPROVED' }]);
      expect(await notes.note(refiledAsId)).toMatchObject({ state: 'SIGNED' });
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1', 'FILE QUEUED v2']);
      expect(await notes.items(refiledAsId)).toEqual([]);
    });

    it('of an addendum alone lets the approved entry go', async () => {
      await notes.policies([asks()]);
      const { noteId } = await plan();
      await decide(noteId);
      await more(noteId);
      const { refiledAsId } = await refile(noteId);
      expect(await of(refiledAsId)).toMatchObject([{ version: 2, state: 'PENDING' }]);
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
      await decide(refiledAsId);
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1', 'FILE QUEUED v2']);
    });

    it('refused, gives back the words of entry and addenda as one draft', async () => {
      const { noteId } = await plan();
      await more(noteId, 'She rang.');
      await notes.policies([asks()]);
      const { refiledAsId } = await refile(noteId);
      await decide(refiledAsId, mo, 'REJECTED');
      expect(await of(refiledAsId)).toMatchObject([{ state: 'REJECTED' }, { state: 'REJECTED' }]);
      expect(await notes.note(refiledAsId)).toMatchObject({ state: 'DRAFT' });
      const drafts = await notes.world.sql<{ id: string }>(
        `select id, purpose, text, rejection_reason, base_version from note_drafts where note_id = $1 and state = 'OPEN'`,
        [refiledAsId],
      );
      expect(drafts).toMatchObject([
        { purpose: 'NEW', text: 'Plan\n\nShe rang.', rejection_reason: 'say by when', base_version: 2 },
      ]);
      const again = await notes.sign(drafts[0]!.id);
      expect(await notes.version(again.documentVersionId)).toMatchObject({ version: 3, action: 'CREATE' });
      await decide(refiledAsId);
      expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v3']);
    });
  });

  it('says who has seen data of the wrong person since it was signed, and nobody else', async () => {
    const old = await filed();
    const read = (subject: string, at: string, personIds: readonly string[], kind = 'READ', org = wrong) =>
      notes.world.sql(
        `insert into audit_events (id, at, subject, role, purpose, organisation_id, kind, operation, outcome, person_ids, correlation_id)
         values ($1, $2, $3, 'CARE_COORDINATOR', 'DIRECT_CARE', $4, $5, 'query', 'DONE', $6::uuid[], 'c')`,
        [
          newId(),
          at,
          subject,
          org === wrong ? notes.world.organisations.home : notes.world.organisations.other,
          kind,
          personIds,
        ],
      );
    await read('too-early', '2026-03-11T11:59:59Z', [wrong.personId]);
    await read('cass', '2026-03-11T12:00:01Z', [wrong.personId, right.personId]);
    await read('cass', '2026-03-11T13:00:00Z', [wrong.personId]);
    await read('dee', '2026-03-11T12:30:00Z', [wrong.personId]);
    await read('other-person', '2026-03-11T12:30:00Z', [right.personId]);
    await read('writer', '2026-03-11T12:30:00Z', [wrong.personId], 'WRITE');
    await read('other-trust', '2026-03-11T12:30:00Z', [wrong.personId], 'READ', right);
    const { incidentId } = await refile(old.noteId);
    expect((await incident(incidentId)).readers).toEqual([
      {
        subject: 'cass',
        role: 'CARE_COORDINATOR',
        times: 2,
        firstAt: '2026-03-11T12:00:01.000Z',
        lastAt: '2026-03-11T13:00:00.000Z',
      },
      {
        subject: 'dee',
        role: 'CARE_COORDINATOR',
        times: 1,
        firstAt: '2026-03-11T12:30:00.000Z',
        lastAt: '2026-03-11T12:30:00.000Z',
      },
    ]);
  });

  it('opens a work item and is on record under both persons', async () => {
    const old = await filed();
    const { noteId, refiledAsId, incidentId } = await refile(old.noteId);
    expect(await notes.items(noteId)).toEqual([
      { kind: 'WRONG_PERSON', subject_id: incidentId, assigned_staff_id: null },
    ]);
    const [event] = await notes.audited('refileUnderRightPerson', noteId);
    expect(event).toMatchObject({
      kind: 'WRITE',
      person_ids: [wrong.personId, right.personId],
      details: { noteId, refiledAsId, incidentId, withdrawn: [old.documentVersionId], cancelled: [] },
    });
  });

  it('is done once: under its key answered again, under another refused', async () => {
    const old = await filed();
    const form = { idempotencyKey: key() };
    const first = await refile(old.noteId, form);
    expect(await refile(old.noteId, form)).toEqual(first);
    expect(await failureOf(refile(old.noteId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    expect(await notes.world.count('notes', 'episode_id = $1', [right.episodeId])).toBe(1);
  });

  it('by two at once is done once', async () => {
    const old = await filed();
    const outcomes = await Promise.allSettled([refile(old.noteId), refile(old.noteId, {}, mo)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await notes.world.count('notes', 'episode_id = $1', [right.episodeId])).toBe(1);
  });

  it('crosswise by two at once never waits for ever: lanes are taken in one order', async () => {
    for (let round = 0; round < 6; round++) {
      const one = await notes.signed(wrong.episodeId);
      const other = await notes.signed(right.episodeId);
      await notes.settle(one.documentVersionId);
      await notes.settle(other.documentVersionId);
      const both = await Promise.all([
        refile(one.noteId),
        refile(other.noteId, { rightEpisodeId: wrong.episodeId }, mo),
      ]);
      for (const { noteId, refiledAsId } of both) {
        expect(await notes.deliveries(noteId)).toEqual(['FILE SETTLED v1', 'WITHDRAW QUEUED v1']);
        expect(await notes.deliveries(refiledAsId)).toEqual(['FILE QUEUED v1']);
      }
    }
  });

  describe('is refused', () => {
    it('for the same person, merged ones included', async () => {
      const old = await filed();
      const same = await notes.episode({ personId: wrong.personId });
      const again = refile(old.noteId, { rightEpisodeId: same.episodeId });
      expect(await failureOf(again)).toEqual({ code: 'HUB_INPUT_INVALID', field: 'rightEpisodeId' });
      await notes.world.sql('update persons set merged_into_id = $2 where id = $1', [
        wrong.personId,
        right.personId,
      ]);
      expect(await failureOf(refile(old.noteId))).toEqual({
        code: 'HUB_INPUT_INVALID',
        field: 'rightEpisodeId',
      });
    });

    it('to an episode that the caller does not reach, as if there were none', async () => {
      const old = await filed();
      const eip = await notes.episode({ team: 'EIP' });
      const foreign = await notes.episode({ team: 'FOREIGN' });
      const refusals = await Promise.all(
        [eip.episodeId, foreign.episodeId, newId(), 'x'].map((rightEpisodeId) =>
          failureOf(refile(old.noteId, { rightEpisodeId })),
        ),
      );
      expect(new Set(refusals.map((refusal) => JSON.stringify(refusal)))).toEqual(
        new Set([JSON.stringify({ code: 'HUB_NOT_FOUND', field: 'rightEpisodeId' })]),
      );
      await expect(refile(old.noteId, { rightEpisodeId: eip.episodeId }, mo)).resolves.toBeDefined();
    });

    it('after the right person’s death, where they have no destination, where the caller is not known there', async () => {
      const old = await filed();
      const dead = await notes.episode({ personId: await notes.someone().died('2026-03-10').known() });
      expect(await failureOf(refile(old.noteId, { rightEpisodeId: dead.episodeId }))).toMatchObject({
        code: 'HUB_NOTE_DATE',
      });
      const nowhere = await notes.episode({ systemId: null });
      expect(await failureOf(refile(old.noteId, { rightEpisodeId: nowhere.episodeId }))).toEqual({
        code: 'HUB_NOTE_NO_DESTINATION',
      });
      const elsewhere = await notes.episode({ systemId: await notes.anotherSystem('other-record') });
      expect(await failureOf(refile(old.noteId, { rightEpisodeId: elsewhere.episodeId }))).toEqual({
        code: 'HUB_NOTE_AUTHOR_UNMAPPED',
      });
      expect(await notes.note(old.noteId)).toMatchObject({ state: 'SIGNED' });
      expect(await notes.deliveries(old.noteId)).toEqual(['FILE SETTLED v1']);
    });

    it('of a draft, of what is retracted, by a colleague', async () => {
      const draft = await notes.drafted(wrong.episodeId);
      expect(await failureOf(refile(draft.noteId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
      const old = await filed();
      const colleague = await notes.colleague(`colleague-${newId()}`, 'EMPLOYMENT_SPECIALIST');
      expect(await failureOf(refile(old.noteId, {}, colleague))).toEqual({ code: 'HUB_NOTE_NOT_AUTHOR' });
      await notes.notes.retract(sam, { idempotencyKey: key(), noteId: old.noteId, reason: 'in error' });
      expect(await failureOf(refile(old.noteId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
    });

    it.each<[string, Partial<WrongPersonForm>]>([
      ['incidentReference', { incidentReference: '' }],
      ['incidentReference', { incidentReference: 'a\nb c' }],
      ['reason', { reason: 'no' }],
    ])('without a usable %s', async (field, change) => {
      const old = await filed();
      expect(await failureOf(refile(old.noteId, change))).toEqual({ code: 'HUB_INPUT_INVALID', field });
    });
  });

  it('of a note of the service alone goes nowhere and needs no destination', async () => {
    const old = await notes.signed(wrong.episodeId, { visibility: 'SERVICE_ONLY' });
    const nowhere = await notes.episode({ systemId: null });
    const { refiledAsId } = await refile(old.noteId, { rightEpisodeId: nowhere.episodeId });
    expect([await notes.deliveries(old.noteId), await notes.deliveries(refiledAsId)]).toEqual([[], []]);
    expect(await notes.note(refiledAsId)).toMatchObject({ state: 'SIGNED', visibility: 'SERVICE_ONLY' });
  });

  it('lets the writer see of the record of reads what the incident needs, and of its own organisation alone', async () => {
    const select = (columns: string, scope = sam.scope) =>
      notes.world.database.transaction('write', scope, (tx) =>
        tx.query(`select ${columns} from audit_events`),
      );
    const kinds = (await select('kind')) as { kind: string }[];
    expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(['READ']));
    expect(await failureOf(select('details'))).toEqual({ code: 'HUB_ACCESS_REFUSED' });
    const foreign = await select('subject', notes.callers.foreignSpecialist.scope);
    expect(foreign).toEqual([{ subject: 'other-trust' }]);
  });
});
