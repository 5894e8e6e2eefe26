/** Notes through the graph: the whole story of one, from draft to retraction, with what each role sees of it on the way. */
import { newId } from '../../../src/core/ids.js';
import { TODAY } from '../../support/casework-world.js';
import { aPolicy, NoteWorld } from '../../support/note-world.js';
import { openUseCases, type UseCases } from '../../support/use-cases.js';

interface Changed {
  readonly draft: { readonly id: string; readonly revision: number; readonly [field: string]: unknown };
  readonly note: { readonly id: string; readonly [field: string]: unknown };
}
interface Signed {
  readonly note: { readonly id: string; readonly [field: string]: unknown };
  readonly delivery: { readonly id: string; readonly [field: string]: unknown } | null;
  readonly prompts: readonly string[];
}

const DRAFT =
  'draft { id revision purpose state title text contactOn visibility labels urgent reason } note { __typename id state draft { id } }';
const SIGNED = `note { __typename id kind state versionCount contactOn latestVersion { id version title text authorName } delivery { id ours theirs } }
  delivery { id operation ours theirs system { code } version { version } } prompts`;
const NOTE =
  'query ($id: UUID!) { note(id: $id) { __typename id kind state versionCount latestVersion { title text textHash } delivery { ours theirs reference } } }';

describe('notes', () => {
  let graph: UseCases;
  let notes: NoteWorld;
  let episodeId: string;
  beforeAll(async () => {
    graph = await openUseCases();
    notes = new NoteWorld(graph.world);
    await notes.build();
    await graph.world.sql(`update teams set duty_contact = '020 7946 0000' where id = $1`, [
      graph.world.teams.CMHT,
    ]);
    ({ episodeId } = await notes.episode());
  });
  afterAll(() => graph.close());

  /** An episode whose person the team sees, as a referral makes them. */
  const seenEpisode = async () => {
    const episode = await notes.episode();
    await graph.world.sql('update persons set visible_team_ids = array[$2::uuid] where id = $1', [
      episode.personId,
      graph.world.teams.CMHT,
    ]);
    return episode;
  };
  const form = (change: object = {}) => ({
    episodeId,
    kind: 'PROGRESS_NOTE',
    title: 'First meeting',
    text: 'Met at the library.',
    contactOn: TODAY,
    ...change,
  });
  const draft = (change: object = {}) =>
    graph.change<Changed>('specialist', 'draftNote', form(change), DRAFT);
  const sign = (draftId: string, who: 'specialist' | 'manager' = 'specialist') =>
    graph.change<Signed>(who, 'signNote', { draftId }, SIGNED);
  const signed = async (change: object = {}): Promise<Signed> => sign((await draft(change)).draft.id);

  describe('a draft', () => {
    it('is seen by its author alone, edited under the revision that was read, and given up', async () => {
      const begun = await draft();
      expect(begun).toMatchObject({
        draft: {
          revision: 1,
          purpose: 'NEW',
          state: 'OPEN',
          text: 'Met at the library.',
          visibility: 'CLINICAL_RECORD',
        },
        note: { __typename: 'ProgressNote', state: 'DRAFT', draft: { id: begun.draft.id } },
      });
      const mine = (who: 'specialist' | 'manager') =>
        graph.query<{ noteDrafts: { nodes: { id: string }[] } }>(
          who,
          '{ noteDrafts(filter: { stateIn: [OPEN] }) { nodes { id } } }',
        );
      expect((await mine('specialist')).noteDrafts.nodes.map(({ id }) => id)).toContain(begun.draft.id);
      expect((await mine('manager')).noteDrafts.nodes).toEqual([]);

      const edit = { draftId: begun.draft.id, revision: 1, text: 'Met at the café.' };
      const edited = await graph.change<Changed>('specialist', 'editDraft', edit, DRAFT);
      expect(edited.draft).toMatchObject({ revision: 2, text: 'Met at the café.', title: 'First meeting' });
      expect(await graph.refusal('specialist', 'editDraft', edit)).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
      });
      expect(await graph.refusal('manager', 'editDraft', { ...edit, revision: 2 })).toMatchObject({
        code: 'HUB_NOTE_NOT_AUTHOR',
      });
      const gone = await graph.change<Changed>(
        'specialist',
        'discardDraft',
        { draftId: begun.draft.id },
        DRAFT,
      );
      expect(gone).toMatchObject({
        draft: { state: 'DISCARDED' },
        note: { state: 'DISCARDED', draft: null },
      });
    });

    it('is a refusal on somebody else’s episode as on none', async () => {
      const theirs = await notes.episode({ team: 'FOREIGN' });
      const refusals = [];
      for (const id of [theirs.episodeId, newId()])
        refusals.push(await graph.refusal('specialist', 'draftNote', form({ episodeId: id })));
      expect(refusals[0]).toEqual(refusals[1]);
      expect(refusals[0]).toMatchObject({ code: 'HUB_NOT_FOUND', field: 'episodeId' });
    });

    it('with a control character cannot be signed, and says where it is', async () => {
      const { draft: one } = await draft({ text: 'Met at\u0007 the library.' });
      expect(await graph.refusal('specialist', 'signNote', { draftId: one.id })).toMatchObject({
        code: 'HUB_NOTE_TEXT',
        message: expect.stringMatching(/\d/),
      });
    });

    it('of an author whom the destination does not know says who must act', async () => {
      const newcomer = await notes.colleague('newcomer', 'EMPLOYMENT_SPECIALIST');
      const { draftId } = await notes.drafted(episodeId, {}, newcomer);
      await expect(notes.sign(draftId, newcomer)).rejects.toMatchObject({ code: 'HUB_NOTE_AUTHOR_UNMAPPED' });
      const items = await graph.query<{ workItems: { nodes: { kind: string }[] } }>(
        'manager',
        '{ workItems(filter: { kindIn: [AUTHOR_UNMAPPED], isOpen: true }) { nodes { kind } } }',
      );
      expect(items.workItems.nodes.length).toBeLessThanOrEqual(1);
    });
  });

  describe('signing', () => {
    it('answers the note, its delivery on the way and nothing to prompt, and the same again under the same key', async () => {
      const { draft: one } = await draft();
      const input = { idempotencyKey: graph.world.key(), draftId: one.id };
      const first = await graph.change<Signed>('specialist', 'signNote', input, SIGNED);
      expect(first).toMatchObject({
        note: {
          __typename: 'ProgressNote',
          state: 'SIGNED',
          versionCount: 1,
          contactOn: TODAY,
          latestVersion: { version: 1, text: expect.stringContaining('Met at the library.') },
          delivery: { ours: 'QUEUED', theirs: 'NONE' },
        },
        delivery: {
          operation: 'FILE',
          ours: 'QUEUED',
          theirs: 'NONE',
          system: { code: 'home' },
          version: { version: 1 },
        },
        prompts: [],
      });
      expect(await graph.change<Signed>('specialist', 'signNote', input, SIGNED)).toEqual(first);
      expect(await graph.refusal('specialist', 'signNote', { draftId: one.id })).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
      });
    });

    it('an assessment is one by its type', async () => {
      const { note } = await signed({ kind: 'ACTION_PLAN', title: 'Plan' });
      const { note: read } = await graph.query<{ note: { __typename: string } }>('coordinator', NOTE, {
        id: note.id,
      });
      expect(read).toMatchObject({ __typename: 'Assessment', kind: 'ACTION_PLAN' });
    });

    it('of something urgent prompts for a call and says whom, and the call is kept', async () => {
      const { note, prompts } = await signed({ urgent: true });
      expect(prompts).toContain('TELEPHONE_CALL');
      const call = {
        noteId: note.id,
        spokeTo: 'Cass, duty worker',
        calledAt: graph.world.clock.now().toISOString(),
      };
      const called = await graph.change(
        'specialist',
        'recordTelephoneCall',
        call,
        'note { team { dutyContact } telephoneCalls { spokeTo calledAt recordedBy { displayName } } }',
      );
      expect(called).toMatchObject({
        note: {
          team: { dutyContact: '020 7946 0000' },
          telephoneCalls: [
            { spokeTo: 'Cass, duty worker', calledAt: call.calledAt, recordedBy: { displayName: 'sam' } },
          ],
        },
      });
    });

    it('with a label that the destination cannot carry, and while it is paused, says so', async () => {
      const labelled = await signed({ labels: ['SAFEGUARDING'] });
      expect(labelled.prompts).toContain('LABEL_NOT_CARRIED');
      const pause = { systemCode: 'home', reason: 'maintenance' };
      const paused = await graph.change(
        'manager',
        'pauseDestination',
        pause,
        'destination { isPaused pausedUntil pausedBecause pausedBy }',
      );
      expect(paused).toMatchObject({
        destination: { isPaused: true, pausedUntil: null, pausedBecause: 'maintenance', pausedBy: 'mo' },
      });
      expect((await signed()).prompts).toContain('DESTINATION_PAUSED');
      const resumed = await graph.change(
        'administrator',
        'resumeDestination',
        { systemCode: 'home' },
        'destination { isPaused pausedBecause }',
      );
      expect(resumed).toMatchObject({ destination: { isPaused: false, pausedBecause: null } });
    });
  });

  it('amended: a second version takes the place of the first with its reason; added to: one stands beside', async () => {
    const { note } = await signed();
    const [first] = await graph.world.sql<{ id: string }>(
      'select id from signed_documents where document_id = $1',
      [note.id],
    );
    await notes.settle(first!.id);
    const amend = { noteId: note.id, reason: 'the place was wrong', text: 'Met at the café.' };
    const { draft: amendment } = await graph.change<Changed>('specialist', 'amendNote', amend, DRAFT);
    expect(amendment).toMatchObject({
      purpose: 'AMEND',
      title: 'First meeting',
      reason: 'the place was wrong',
    });
    await sign(amendment.id);
    const { draft: addition } = await graph.change<Changed>(
      'specialist',
      'addToNote',
      { noteId: note.id, text: 'They rang.' },
      DRAFT,
    );
    await sign(addition.id);
    const { note: read } = await graph.query<{ note: { versions: object[] } }>(
      'specialist',
      `query ($id: UUID!) { note(id: $id) { versionCount versions { version action reason text predecessor { version } deliveries { operation ours } } } }`,
      { id: note.id },
    );
    expect(read.versions).toMatchObject([
      { version: 3, action: 'APPEND', text: expect.stringContaining('They rang.') },
      { version: 2, action: 'REPLACE', reason: 'the place was wrong', predecessor: { version: 1 } },
      { version: 1, action: 'CREATE', reason: null, predecessor: null },
    ]);
  });

  it('retracted: withdrawn where it was on the record, and the reason stays', async () => {
    const { note } = await signed();
    const [version] = await graph.world.sql<{ id: string }>(
      'select id from signed_documents where document_id = $1',
      [note.id],
    );
    await notes.settle(version!.id);
    const taken = await graph.change(
      'specialist',
      'retractNote',
      { noteId: note.id, reason: 'it never took place' },
      'note { state retractedBecause retractionReason retractedAt delivery { operation ours } deliveries { operation } }',
    );
    expect(taken).toMatchObject({
      note: {
        state: 'RETRACTED',
        retractedBecause: 'ENTERED_IN_ERROR',
        retractionReason: 'it never took place',
        delivery: { operation: 'WITHDRAW', ours: 'QUEUED' },
        deliveries: [{ operation: 'WITHDRAW' }, { operation: 'FILE' }],
      },
    });
  });

  it('under the wrong person: one act leaves the note withdrawn, another in its place and an incident', async () => {
    const right = await seenEpisode();
    const { note } = await signed();
    const refiled = await graph.change(
      'specialist',
      'refileUnderRightPerson',
      {
        noteId: note.id,
        rightEpisodeId: right.episodeId,
        incidentReference: 'INC-2026-1',
        reason: 'it was about somebody else',
      },
      `note { state retractedBecause refiledAs { id } incidents { incidentReference } }
       refiledAs { id state person { id } episode { id } } incident { incidentReference reason readerCount reportedBy { displayName } }`,
    );
    expect(refiled).toMatchObject({
      note: {
        state: 'RETRACTED',
        retractedBecause: 'WRONG_PERSON',
        incidents: [{ incidentReference: 'INC-2026-1' }],
      },
      refiledAs: { state: 'SIGNED', person: { id: right.personId }, episode: { id: right.episodeId } },
      incident: { incidentReference: 'INC-2026-1', reportedBy: { displayName: 'sam' } },
    });
  });

  it('countersigned by the role that the policy names: sent back with a reason, signed again, approved, then filed', async () => {
    await notes.policies([
      aPolicy({
        countersignRole: 'CARE_COORDINATOR',
        countersignKinds: ['CLOSURE_SUMMARY'],
        clause: 'test 2.1',
      }),
    ]);
    const waiting = await signed({ kind: 'CLOSURE_SUMMARY' });
    expect(waiting).toMatchObject({
      note: { state: 'AWAITING_COUNTERSIGNATURE', delivery: null },
      delivery: null,
      prompts: ['AWAITING_COUNTERSIGNATURE'],
    });
    const noteId = waiting.note.id;
    const items = await graph.query<{
      workItems: { nodes: { kind: string; note: { id: string } | null }[] };
    }>(
      'coordinator',
      '{ workItems(filter: { kindIn: [COUNTERSIGN], isOpen: true }) { nodes { kind note { id } } } }',
    );
    expect(items.workItems.nodes).toContainEqual({ kind: 'COUNTERSIGN', note: { id: noteId } });
    const { errors } = await graph.answer(
      'manager',
      'mutation ($i: CountersignNoteInput!) { countersignNote(input: $i) { __typename } }',
      {
        i: { idempotencyKey: graph.world.key(), noteId, decision: 'APPROVED' },
      },
    );
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['HUB_ACCESS_REFUSED']);
    const back = await graph.change(
      'coordinator',
      'countersignNote',
      { noteId, decision: 'REJECTED', reason: 'the plan is missing' },
      'note { state countersignature { role clause state reason decidedBy { displayName } } }',
    );
    expect(back).toMatchObject({
      note: {
        countersignature: {
          role: 'CARE_COORDINATOR',
          clause: 'test 2.1',
          state: 'REJECTED',
          reason: 'the plan is missing',
        },
      },
    });
    const { noteDrafts } = await graph.query<{
      noteDrafts: { nodes: { id: string; rejectionReason: string | null; note: { id: string } }[] };
    }>(
      'specialist',
      '{ noteDrafts(filter: { stateIn: [OPEN] }) { nodes { id rejectionReason note { id } } } }',
    );
    const returned = noteDrafts.nodes.find(({ note }) => note.id === noteId)!;
    expect(returned.rejectionReason).toBe('the plan is missing');
    await sign(returned.id);
    const approved = await graph.change(
      'coordinator',
      'countersignNote',
      { noteId, decision: 'APPROVED' },
      'note { state delivery { ours } }',
    );
    expect(approved).toMatchObject({ note: { state: 'SIGNED', delivery: { ours: 'QUEUED' } } });
  });

  it('parked: seen with every attempt and a work item, replayed, cancelled; the work item seen to', async () => {
    const own = await notes.episode();
    const { note, delivery } = await signed({ episodeId: own.episodeId });
    await graph.world.sql(
      `update deliveries set ours = 'PARKED', last_code = 'HUB_UPSTREAM_REJECTED' where id = $1`,
      [delivery!.id],
    );
    await graph.world.sql(
      `update delivery_lanes set state = 'PARKED' where id = (select lane_id from deliveries where id = $1)`,
      [delivery!.id],
    );
    const itemId = newId();
    await graph.world.sql(
      `insert into work_items (id, organisation_id, team_id, kind, subject_id, document_id, delivery_id) select $1, organisation_id, team_id, 'RECEIPT_OVERDUE', id, document_id, id from deliveries where id = $2`,
      [itemId, delivery!.id],
    );
    const { noteDeliveries } = await graph.query<{ noteDeliveries: { nodes: object[] } }>(
      'manager',
      '{ noteDeliveries(filter: { oursIn: [PARKED], lastCode: "HUB_UPSTREAM_REJECTED" }) { nodes { id note { id } lastCode } } }',
    );
    expect(noteDeliveries.nodes).toEqual([
      { id: delivery!.id, note: { id: note.id }, lastCode: 'HUB_UPSTREAM_REJECTED' },
    ]);
    const of = { deliveryId: delivery!.id, reason: 'put right there' };
    expect(await graph.change('specialist', 'replayDelivery', of, 'delivery { ours }')).toMatchObject({
      delivery: { ours: 'QUEUED' },
    });
    expect(await graph.change('specialist', 'cancelDelivery', of, 'delivery { ours endedAt }')).toMatchObject(
      {
        delivery: { ours: 'CANCELLED', endedAt: expect.any(String) },
      },
    );
    expect(await graph.refusal('specialist', 'replayDelivery', of)).toMatchObject({
      code: 'HUB_STATE_CONFLICT',
    });
    const resolved = await graph.change(
      'specialist',
      'resolveWorkItem',
      { workItemId: itemId, resolution: 'looked there by hand' },
      'workItem { resolvedBy resolution note { id } }',
    );
    expect(resolved).toMatchObject({
      workItem: { resolvedBy: 'sam', resolution: 'looked there by hand', note: { id: note.id } },
    });
  });

  describe('for the service alone', () => {
    it('is seen by the service, and by clinical colleagues of the team on no path at all', async () => {
      const own = await seenEpisode();
      const hidden = await signed({
        episodeId: own.episodeId,
        visibility: 'SERVICE_ONLY',
        title: 'Kept',
        text: 'CnryKept between us.',
      });
      expect(hidden.delivery).toBeNull();
      await graph.world.sql(
        `insert into work_items (id, organisation_id, team_id, kind, subject_id, document_id) select gen_random_uuid(), organisation_id, team_id, 'AUTHOR_HAS_LEFT', id, id from notes where id = $1`,
        [hidden.note.id],
      );
      const everything = `{
        notes(first: 100) { totalCount nodes { id latestVersion { text } } }
        note(id: "${hidden.note.id}") { id }
        person(id: "${own.personId}") { notes { id versions { text } } }
        episode(id: "${own.episodeId}") { notes { id latestVersion { text } } }
        workItems(first: 100) { nodes { kind note { id } } }
        byKind: notes(filter: { episodeId: "${own.episodeId}" }) { totalCount }
      }`;
      type Everything = {
        note: object | null;
        person: { notes: object[] };
        episode: { notes: object[] };
        byKind: { totalCount: number };
        workItems: { nodes: { kind: string }[] };
      };
      const theirs = await graph.query<Everything>('coordinator', everything);
      expect(JSON.stringify(theirs)).not.toMatch(new RegExp(`CnryKept|${hidden.note.id}`));
      expect(theirs).toMatchObject({
        note: null,
        person: { notes: [] },
        episode: { notes: [] },
        byKind: { totalCount: 0 },
      });
      expect(theirs.workItems.nodes.map(({ kind }) => kind)).not.toContain('AUTHOR_HAS_LEFT');
      for (const who of ['specialist', 'manager'] as const) {
        const ours = await graph.query<Everything>(who, everything);
        expect(ours).toMatchObject({ note: { id: hidden.note.id }, byKind: { totalCount: 1 } });
        expect(JSON.stringify(ours)).toContain('CnryKept');
        expect(ours.workItems.nodes.map(({ kind }) => kind)).toContain('AUTHOR_HAS_LEFT');
      }
    });

    /** Whatever hangs on a note, by every path to it. */
    const around = async (who: 'coordinator' | 'specialist', noteId: string, personId: string) => {
      const told = await graph.query<Record<string, unknown>>(
        who,
        `query ($id: UUID!, $person: UUID!) {
          note(id: $id) { id versions { text } countersignature { reason } telephoneCalls { spokeTo } deliveries { version { text } timeline { id } } }
          notes(first: 100) { nodes { id versions { text } countersignature { reason } telephoneCalls { spokeTo } } }
          noteDeliveries(first: 100) { nodes { note { id } person { id } version { title text } timeline { id } } }
          workItems(first: 100) { nodes { note { id } delivery { version { text } } } }
          person(id: $person) { notes { id versions { text } telephoneCalls { spokeTo } } }
        }`,
        { id: noteId, person: personId },
      );
      return JSON.stringify(told);
    };

    it('is not what a note becomes that was to go to the record: it is refused, and whoever saw it sees it', async () => {
      const own = await seenEpisode();
      const { note } = await signed({
        episodeId: own.episodeId,
        title: 'CnryQueued',
        text: 'CnryQueued words.',
      });
      const amend = {
        noteId: note.id,
        reason: 'not for them',
        text: 'CnryBetween us.',
        visibility: 'SERVICE_ONLY',
      };
      expect(await graph.refusal('specialist', 'amendNote', amend)).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
        field: 'visibility',
        message: expect.stringMatching(/retract it/),
      });
      const add = { noteId: note.id, text: 'CnryBetween us.' };
      const { draft: addition } = await graph.change<Changed>('specialist', 'addToNote', add, DRAFT);
      const edit = { draftId: addition.id, revision: addition.revision, visibility: 'SERVICE_ONLY' };
      expect(await graph.refusal('specialist', 'editDraft', edit)).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
        field: 'visibility',
      });
      const theirs = await around('coordinator', note.id, own.personId);
      // Seen as a note and as a delivery alike, never the one without the other.
      expect(theirs).toMatch(
        new RegExp(`"note":{"id":"${note.id}","versions":\\[{"text":"CnryQueued words."}`),
      );
      expect(theirs).toContain('"version":{"title":"CnryQueued","text":"CnryQueued words."}');
      expect(theirs).not.toContain('CnryBetween');
    });

    it('stays so, with the call, the refusal and the words of every version, whatever its author would have', async () => {
      await notes.policies([
        aPolicy({ countersignRole: 'TEAM_MANAGER', countersignKinds: ['VOCATIONAL_PROFILE'] }),
      ]);
      const own = await seenEpisode();
      const hidden = {
        episodeId: own.episodeId,
        kind: 'VOCATIONAL_PROFILE',
        title: 'CnryKept',
        visibility: 'SERVICE_ONLY',
      };
      const { note } = await signed({ ...hidden, text: 'CnryKept one.' });
      const calledAt = graph.world.clock.now().toISOString();
      const call = { noteId: note.id, spokeTo: 'CnryKept duty', calledAt };
      await graph.change('specialist', 'recordTelephoneCall', call, 'note { id }');
      const decide = (decision: 'APPROVED' | 'REJECTED', reason?: string) =>
        graph.change('manager', 'countersignNote', { noteId: note.id, decision, reason }, 'note { id }');
      await decide('APPROVED');
      const amend = { noteId: note.id, reason: 'CnryKept reason', text: 'CnryKept two.' };
      expect(
        await graph.refusal('specialist', 'amendNote', { ...amend, visibility: 'CLINICAL_RECORD' }),
      ).toMatchObject({ code: 'HUB_STATE_CONFLICT', field: 'visibility' });
      const { draft: amendment } = await graph.change<Changed>('specialist', 'amendNote', amend, DRAFT);
      await sign(amendment.id);
      await decide('REJECTED', 'CnryKept refusal');
      const [returned] = await graph.world.sql<{ id: string; revision: number }>(
        `select id, revision from note_drafts where note_id = $1 and state = 'OPEN'`,
        [note.id],
      );
      const edit = { draftId: returned!.id, revision: returned!.revision, visibility: 'CLINICAL_RECORD' };
      expect(await graph.refusal('specialist', 'editDraft', edit)).toMatchObject({
        code: 'HUB_STATE_CONFLICT',
        field: 'visibility',
      });
      const theirs = await around('coordinator', note.id, own.personId);
      expect(theirs).not.toMatch(new RegExp(`CnryKept|${note.id}`));
      const ours = await around('specialist', note.id, own.personId);
      for (const words of ['one.', 'two.', 'duty', 'refusal']) expect(ours).toContain(`CnryKept ${words}`);
    });

    it('stays in view of somebody of the service who asks as a clinical colleague, and goes with the role', async () => {
      const { note } = await signed({ visibility: 'SERVICE_ONLY' });
      const ask = () =>
        graph.world.database.read('staff', notes.callers.specialist.scope, {
          text: 'select id from notes where id = $1',
          values: [note.id],
        });
      expect(await ask()).toHaveLength(1);
      const staffId = notes.callers.specialist.scope.staffId;
      await graph.world.sql(`update staff_roles set valid_to = current_date where staff_id = $1`, [staffId]);
      expect(await ask()).toEqual([]);
      await graph.world.sql(`update staff_roles set valid_to = null where staff_id = $1`, [staffId]);
    });
  });

  it('an analyst counts them by pseudonym, kind, day and state, and reads no word', async () => {
    await graph.world.sql('update reporting_agreements set covered_organisation_id = $1', [
      graph.world.organisations.home,
    ]);
    graph.world.later();
    const { notes: page, noteDeliveries } = await graph.query<{
      notes: {
        totalCount: number;
        nodes: { person: { id: string } | null; latestVersion: { kind?: string } | null }[];
      };
      noteDeliveries: { totalCount: number };
    }>(
      'analyst',
      `{ notes(first: 100) { totalCount nodes { id kind state contactOn author { id } person { id } latestVersion { version isLateEntry visibility signedAt } delivery { ours theirs queuedAt } } }
         noteDeliveries(filter: { operation: FILE }) { totalCount } }`,
    );
    expect(page.totalCount).toBe(
      await graph.world.count('notes', 'organisation_id = $1', [graph.world.organisations.home]),
    );
    expect(noteDeliveries.totalCount).toBeGreaterThan(0);
    const people = await graph.world.sql<{ id: string; pseudonym: string }>(
      'select id, pseudonym from persons',
    );
    const ids = new Set(people.map(({ id }) => id));
    const pseudonyms = new Set(people.map(({ pseudonym }) => pseudonym));
    for (const { person } of page.nodes)
      if (person) expect([ids.has(person.id), pseudonyms.has(person.id)]).toEqual([false, true]);
    for (const field of [
      'latestVersion { text }',
      'latestVersion { title }',
      'latestVersion { authorName }',
      'retractionReason',
      'draft { id }',
    ]) {
      const { errors, text } = await graph.answer('analyst', `{ notes(first: 100) { nodes { ${field} } } }`);
      expect([field, [...new Set(errors.map(({ extensions }) => extensions.code))]]).toEqual([
        field,
        ['HUB_ACCESS_FIELD'],
      ]);
      expect(text).not.toMatch(/library|café|never took place/);
    }
  });

  it('each read names the person, whatever is selected', async () => {
    const own = await notes.episode();
    const { note } = await signed({ episodeId: own.episodeId });
    for (const [query, operation] of [
      [`{ note(id: "${note.id}") { state } }`, 'Query.note'],
      [
        `{ noteDeliveries(filter: { systemId: "${graph.world.systemId}" }, first: 100) { nodes { ours } } }`,
        'Query.noteDeliveries',
      ],
    ] as const) {
      await graph.answer('coordinator', query);
      const [row] = await graph.world.sql<{ person_ids: string[] }>(
        `select person_ids from audit_events where operation = $1 and kind = 'READ' order by at desc limit 1`,
        [operation],
      );
      expect(row!.person_ids).toContain(own.personId);
    }
  });
});
