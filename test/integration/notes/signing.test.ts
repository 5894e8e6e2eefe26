/** Signing on the real database: what is kept, where it goes, what refuses it, what its author is told. */
import type { Caller } from '../../../src/core/caller.js';
import { isHubError } from '../../../src/core/errors.js';
import { newId } from '../../../src/core/ids.js';
import type { DraftForm } from '../../../src/notes/draft.service.js';
import { textHash } from '../../../src/notes/signed-text.rules.js';
import { failureOf, NOW, TODAY } from '../../support/casework-world.js';
import { createNoteWorld, type NoteWorld } from '../../support/note-world.js';

/** Code and details of what a promise rejects with. */
async function refusalOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!isHubError(error)) throw error ?? new Error('it did not fail');
  return { code: error.code, ...error.details };
}

describe('signing', () => {
  let notes: NoteWorld;
  let sam: Caller;
  beforeAll(async () => {
    notes = await createNoteWorld();
    sam = notes.callers.specialist;
  });
  afterEach(() => notes.world.clock.set(NOW));
  afterAll(() => notes.close());
  const key = (): string => notes.world.key();

  describe('what is kept', () => {
    it('is the whole of it, once and for ever', async () => {
      const { episodeId, personId } = await notes.episode();
      const { draftId, noteId } = await notes.drafted(episodeId, {
        title: 'Visit',
        text: 'cafe\u0301\r\n\tok',
        contactStartedAt: '2026-03-11T09:30:00Z',
        labels: ['THIRD_PARTY_INFORMATION'],
        visibility: 'SHAREABLE',
      });
      notes.world.later();
      const signed = await notes.sign(draftId);
      expect(signed).toMatchObject({ noteId, prompts: [], deliveryId: expect.any(String) });
      const text = 'caf\u00e9\n    ok';
      const kept = {
        document_id: noteId,
        version: 1,
        organisation_id: notes.world.organisations.home,
        team_id: notes.world.teams.CMHT,
        person_id: personId,
        system_id: notes.world.systemId,
        action: 'CREATE',
        predecessor_id: null,
        reason: null,
        kind: 'PROGRESS_NOTE',
        title: 'Visit',
        text,
        text_hash: textHash(text),
        author_staff_id: sam.scope.staffId,
        author_reference: 'PractitionerRole/sam',
        author_name: 'sam',
        author_employer: 'Home trust',
        author_role: 'Employment specialist',
        contact_on: TODAY,
        contact_started_at: new Date('2026-03-11T09:30:00Z'),
        is_late_entry: false,
        written_at: NOW,
        signed_at: notes.world.clock.now(),
        visibility: 'SHAREABLE',
        labels: ['THIRD_PARTY_INFORMATION'],
        urgent: false,
      };
      expect(await notes.version(signed.documentVersionId)).toEqual({
        id: signed.documentVersionId,
        ...kept,
      });
      expect(await notes.note(noteId)).toMatchObject({
        state: 'SIGNED',
        latest_version: 1,
        contact_on: TODAY,
        visibility: 'SHAREABLE',
      });
      expect(await notes.draft(draftId)).toMatchObject({
        state: 'SIGNED',
        signed_version_id: signed.documentVersionId,
        text: 'cafe\u0301\r\n\tok',
      });
      await expect(
        notes.world.sql('update signed_documents set text = $2 where id = $1', [
          signed.documentVersionId,
          'x',
        ]),
      ).rejects.toThrow('append-only');
    });

    it('goes to the person’s lane in the same transaction, with ids alone', async () => {
      const { episodeId, personId } = await notes.episode();
      const signed = await notes.signed(episodeId);
      const [delivery] = await notes.world.sql(
        `select d.operation, d.ours, d.theirs, d.seq, d.document_id, d.document_version_id, d.team_id, d.person_id, d.urgent_due_at,
           l.person_id as lane_person_id, l.system_id from deliveries d join delivery_lanes l on l.id = d.lane_id where d.id = $1`,
        [signed.deliveryId],
      );
      expect(delivery).toEqual({
        operation: 'FILE',
        ours: 'QUEUED',
        theirs: 'NONE',
        seq: '1',
        document_id: signed.noteId,
        document_version_id: signed.documentVersionId,
        team_id: notes.world.teams.CMHT,
        person_id: personId,
        urgent_due_at: null,
        lane_person_id: personId,
        system_id: notes.world.systemId,
      });
    });

    it('is on record with ids alone', async () => {
      const { episodeId, personId } = await notes.episode();
      const { noteId, documentVersionId, deliveryId } = await notes.signed(episodeId);
      expect(await notes.audited('signNote', noteId)).toEqual([
        {
          kind: 'WRITE',
          outcome: 'DONE',
          subject: 'sam',
          person_ids: [personId],
          details: { noteId, documentVersionId, deliveryId, version: 1, action: 'CREATE', prompts: [] },
        },
      ]);
    });

    it('is 30,000 characters of anything a person would type, read back to the letter', async () => {
      const piece =
        'Cyfarfu ŷ żółć Встреча שָׁלוֹם مرحبًا नियोक्ता 与雇主会面 고용주 👩‍💻🏴󠁧󠁢󠁥󠁮󠁧󠁿 MSH|^~\\& <p>&amp;</p> {"a":"\\n"}\r\n\t—\u2028';
      const characters = [...piece];
      const typed = Array.from({ length: 29_000 }, (_, index) => characters[index % characters.length]).join(
        '',
      );
      const { text } = await notes.signed(null, { text: typed });
      expect(text).toBe(
        typed
          .replace(/\r\n|\r|\u2028/g, '\n')
          .replaceAll('\t', '    ')
          .normalize('NFC'),
      );
    });

    it('of the service alone needs no destination and no identifier, and goes nowhere', async () => {
      const fay = await notes.colleague('fay', 'EMPLOYMENT_SPECIALIST');
      const { episodeId } = await notes.episode({ systemId: null });
      const signed = await notes.signed(
        episodeId,
        { visibility: 'SERVICE_ONLY', labels: ['SAFEGUARDING'] },
        fay,
      );
      expect(signed).toMatchObject({ deliveryId: null, prompts: [] });
      expect(await notes.version(signed.documentVersionId)).toMatchObject({
        system_id: null,
        author_reference: null,
        author_name: 'fay',
        author_employer: 'Home trust',
        author_role: 'Employment specialist',
      });
      expect(await notes.deliveries(signed.noteId)).toEqual([]);
      expect(await notes.note(signed.noteId)).toMatchObject({ state: 'SIGNED', visibility: 'SERVICE_ONLY' });
    });
  });

  describe('late entries', () => {
    it('say so in the first line of what is filed, with all times', async () => {
      const { episodeId } = await notes.episode();
      const { draftId } = await notes.drafted(episodeId, { contactOn: '2026-03-09', text: 'Words' });
      notes.world.later(2);
      const signed = await notes.sign(draftId);
      expect(signed.prompts).toEqual(['LATE_ENTRY']);
      expect(signed.text).toBe(
        'Late entry: contact on 9 March 2026, written on 11 March 2026 at 12:00, signed on 11 March 2026 at 14:00.\n\nWords',
      );
      expect(await notes.version(signed.documentVersionId)).toMatchObject({
        is_late_entry: true,
        text_hash: textHash(signed.text),
      });
    });

    it('begin after 24 hours from the end of the day, or from the start where that is known', async () => {
      const late = async (change: Partial<DraftForm>) => (await notes.signed(null, change)).prompts;
      expect(await late({ contactOn: '2026-03-10' })).toEqual([]);
      expect(await late({ contactOn: '2026-03-10', contactStartedAt: '2026-03-10T12:00:00Z' })).toEqual([]);
      expect(await late({ contactOn: '2026-03-10', contactStartedAt: '2026-03-10T11:59:59Z' })).toEqual([
        'LATE_ENTRY',
      ]);
    });
  });

  describe('the text', () => {
    it.each(['\u0007', '\u000b', '\u0085', '\u202e', '\ufeff', '\ufffe'])(
      'is refused for %j, and nothing is signed',
      async (character) => {
        const { draftId, noteId } = await notes.drafted((await notes.episode()).episodeId, {
          text: `one\ntwo${character}`,
        });
        expect(await refusalOf(notes.sign(draftId))).toEqual({
          code: 'HUB_NOTE_TEXT',
          field: 'text',
          fault: 'CHARACTER',
          codePoint: `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
          line: 2,
          column: 4,
          offset: 7,
        });
        expect(await notes.note(noteId)).toMatchObject({ state: 'DRAFT', latest_version: 0 });
        expect(await notes.draft(draftId)).toMatchObject({ state: 'OPEN' });
        expect(await notes.deliveries(noteId)).toEqual([]);
        expect(await notes.audited('signNote', noteId)).toEqual([]);
      },
    );

    it('is refused when empty, too long, or larger than the destination takes', async () => {
      const fault = async (text: string) => (await refusalOf(notes.signed(null, { text }))).fault;
      expect(await fault(' \n')).toBe('EMPTY');
      expect(await fault('a'.repeat(30_001))).toBe('TOO_LONG');
      await notes.destination({ maxTextBytes: 8 });
      expect(await refusalOf(notes.signed(null, { text: 'éééé1' }))).toMatchObject({
        fault: 'TOO_LARGE',
        bytes: 9,
        accepted: 8,
      });
      await expect(notes.signed(null, { text: 'éééé' })).resolves.toBeDefined();
      await notes.destination();
    });
  });

  describe('the day of the contact', () => {
    it.each<[string, Partial<DraftForm>, object]>([
      ['in the future', { contactOn: '2026-03-12' }, { fault: 'IN_FUTURE' }],
      ['later today', { contactStartedAt: '2026-03-11T12:00:01Z' }, { fault: 'IN_FUTURE' }],
      [
        'further back than the policy allows',
        { contactOn: '2025-12-10' },
        { fault: 'TOO_FAR_BACK', accepted: 'a date from 2025-12-11' },
      ],
    ])('%s is refused', async (_what, change, expected) => {
      expect(await refusalOf(notes.signed(null, change))).toMatchObject({
        code: 'HUB_NOTE_DATE',
        field: 'contactOn',
        ...expected,
      });
    });

    it('may be the day of death and not a day later', async () => {
      const personId = await notes.someone().died('2026-03-10').known();
      const { episodeId } = await notes.episode({ personId });
      expect(await refusalOf(notes.signed(episodeId))).toMatchObject({
        code: 'HUB_NOTE_DATE',
        fault: 'AFTER_DEATH',
      });
      await expect(notes.signed(episodeId, { contactOn: '2026-03-10' })).resolves.toBeDefined();
    });

    it('is held against the death of the person that survives a merge', async () => {
      const { episodeId, personId } = await notes.episode();
      const survivor = await notes.someone().died('2026-03-10').known();
      await notes.world.sql('update persons set merged_into_id = $2 where id = $1', [personId, survivor]);
      expect(await refusalOf(notes.signed(episodeId))).toMatchObject({ fault: 'AFTER_DEATH' });
    });

    it('is before the closing of the episode, except of a closure summary', async () => {
      const { episodeId } = await notes.episode({ closedOn: '2026-03-11' });
      expect(await refusalOf(notes.signed(episodeId))).toMatchObject({ fault: 'AFTER_CLOSING' });
      await expect(notes.signed(episodeId, { contactOn: '2026-03-10' })).resolves.toBeDefined();
      await expect(notes.signed(episodeId, { kind: 'CLOSURE_SUMMARY' })).resolves.toBeDefined();
    });
  });

  describe('the author', () => {
    it.each([
      ['has no identifier at all', null],
      ['had one until today', { validTo: TODAY }],
      ['has one from tomorrow', { validFrom: '2026-03-12' }],
      ['has one in another system', 'elsewhere'],
    ] as const)('who %s cannot sign; the administrator is asked, once', async (what, identity) => {
      const ned = await notes.colleague(`ned who ${what}`, 'EMPLOYMENT_SPECIALIST');
      if (identity === 'elsewhere')
        await notes.mapped(ned, { systemId: await notes.anotherSystem('elsewhere') });
      else if (identity) await notes.mapped(ned, identity);
      const { episodeId, personId } = await notes.episode();
      const { draftId, noteId } = await notes.drafted(episodeId, {}, ned);
      const refusal = {
        code: 'HUB_NOTE_AUTHOR_UNMAPPED',
        whoActs: 'ADMINISTRATOR',
        systemCode: 'home',
        on: TODAY,
      };
      expect(await refusalOf(notes.sign(draftId, ned))).toEqual(refusal);
      expect(await refusalOf(notes.sign(draftId, ned))).toEqual(refusal);
      expect(await notes.items(noteId)).toEqual([
        { kind: 'AUTHOR_UNMAPPED', subject_id: noteId, assigned_staff_id: null },
      ]);
      expect(await notes.note(noteId)).toMatchObject({ state: 'DRAFT' });
      expect(await notes.deliveries(noteId)).toEqual([]);
      const [refused] = await notes.audited('signNote', noteId);
      expect(refused).toMatchObject({ kind: 'REFUSED', outcome: 'REFUSED', person_ids: [personId] });

      await notes.world.sql('delete from author_identities where staff_id = $1', [ned.scope.staffId]);
      await notes.mapped(ned);
      await expect(notes.sign(draftId, ned)).resolves.toMatchObject({ noteId });
      expect(await notes.items(noteId)).toEqual([]);
    });

    it('may sign under the same key once they are known', async () => {
      const nia = await notes.colleague('nia', 'EMPLOYMENT_SPECIALIST');
      const { draftId } = await notes.drafted((await notes.episode()).episodeId, {}, nia);
      const input = { idempotencyKey: key(), draftId };
      expect(await failureOf(notes.notes.sign(nia, input))).toEqual({ code: 'HUB_NOTE_AUTHOR_UNMAPPED' });
      await notes.mapped(nia);
      const signed = await notes.notes.sign(nia, input);
      expect(await notes.notes.sign(nia, input)).toEqual(signed);
    });

    it('is the one who wrote it; a manager signs nothing of theirs', async () => {
      const { draftId } = await notes.drafted((await notes.episode()).episodeId);
      expect(await failureOf(notes.sign(draftId, notes.callers.manager))).toEqual({
        code: 'HUB_NOTE_NOT_AUTHOR',
      });
    });

    it('may be a manager, of a note of their own', async () => {
      const { episodeId } = await notes.episode();
      const signed = await notes.signed(episodeId, {}, notes.callers.manager);
      expect(await notes.version(signed.documentVersionId)).toMatchObject({
        author_reference: 'PractitionerRole/mo',
      });
    });
  });

  describe('the destination', () => {
    it('is wanted for anything that is filed', async () => {
      const { episodeId } = await notes.episode({ systemId: null });
      expect(await failureOf(notes.signed(episodeId))).toEqual({ code: 'HUB_NOTE_NO_DESTINATION' });
    });

    it('is one that takes documents', async () => {
      const systemId = newId();
      await notes.world.sql(
        `insert into clinical_record_systems (id, organisation_id, code, name, adapter) values ($1, $2, 'reads-only', 'R', 'caseload-extract')`,
        [systemId, notes.world.organisations.home],
      );
      const { episodeId } = await notes.episode({ systemId });
      expect(await failureOf(notes.signed(episodeId))).toEqual({ code: 'HUB_NOTE_NO_DESTINATION' });
    });

    it('may not know the person yet: signed, and said', async () => {
      const personId = await notes.world.someone().known();
      const signed = await notes.signed((await notes.episode({ personId })).episodeId);
      expect(signed).toMatchObject({ prompts: ['UNLINKED'], deliveryId: expect.any(String) });
    });

    it('knows the person by the record of whoever they were merged with, and not by one that was replaced', async () => {
      const { episodeId, personId } = await notes.episode({ personId: await notes.world.someone().known() });
      const survivor = await notes.someone().known();
      await notes.world.sql('update persons set merged_into_id = $2 where id = $1', [personId, survivor]);
      const signed = await notes.signed(episodeId);
      expect(signed.prompts).toEqual([]);
      const [lane] = await notes.world.sql(
        'select l.person_id, d.person_id as signed_for from deliveries d join delivery_lanes l on l.id = d.lane_id where d.id = $1',
        [signed.deliveryId],
      );
      expect(lane).toEqual({ person_id: survivor, signed_for: personId });
      await notes.world.sql(`update record_links set replaced_by_local_id = 'x' where person_id = $1`, [
        survivor,
      ]);
      expect((await notes.signed(episodeId)).prompts).toEqual(['UNLINKED']);
    });

    it('that cannot carry a label is said, and the label stays', async () => {
      const signed = await notes.signed(null, { labels: ['SAFEGUARDING', 'WITHHOLD_FROM_PERSON'] });
      expect(signed.prompts).toEqual(['LABEL_NOT_CARRIED']);
      expect(await notes.version(signed.documentVersionId)).toMatchObject({
        labels: ['WITHHOLD_FROM_PERSON', 'SAFEGUARDING'],
      });
    });

    it('may be paused: signed, and said', async () => {
      await notes.world.sql(`update destinations set paused_until = 'infinity' where system_id = $1`, [
        notes.world.systemId,
      ]);
      expect((await notes.signed()).prompts).toEqual(['DESTINATION_PAUSED']);
      await notes.world.sql('update destinations set paused_until = null');
      expect((await notes.signed()).prompts).toEqual([]);
    });

    it('gets nothing of somebody in dispute without a signature refused for it', async () => {
      const personId = await notes.someone().inConflict().known();
      await expect(notes.signed((await notes.episode({ personId })).episodeId)).resolves.toBeDefined();
    });
  });

  it('of an urgent note asks for a telephone call and says by when it must be filed', async () => {
    const signed = await notes.signed(null, { urgent: true });
    expect(signed.prompts).toEqual(['TELEPHONE_CALL']);
    const [delivery] = await notes.world.sql('select urgent_due_at from deliveries where id = $1', [
      signed.deliveryId,
    ]);
    expect(delivery).toEqual({ urgent_due_at: new Date(NOW.getTime() + 240 * 60_000) });
  });

  it('is done once under a key, and refused to another input', async () => {
    const { draftId, noteId } = await notes.drafted((await notes.episode()).episodeId);
    const input = { idempotencyKey: key(), draftId };
    const first = await notes.notes.sign(sam, input);
    expect(await notes.notes.sign(sam, input)).toEqual(first);
    expect(await notes.world.count('signed_documents', 'document_id = $1', [noteId])).toBe(1);
    const other = await notes.drafted((await notes.episode()).episodeId);
    expect(await failureOf(notes.notes.sign(sam, { ...input, draftId: other.draftId }))).toEqual({
      code: 'HUB_INPUT_REPEATED_KEY',
    });
    expect(await failureOf(notes.sign(draftId))).toEqual({ code: 'HUB_STATE_CONFLICT' });
  });

  it('leaves nothing when the record of it cannot be written', async () => {
    const { draftId, noteId } = await notes.drafted((await notes.episode()).episodeId);
    await notes.world.sql('alter table audit_events add constraint planted check (false) not valid');
    expect(await failureOf(notes.sign(draftId))).toEqual({ code: 'HUB_AUDIT_UNAVAILABLE' });
    await notes.world.sql('alter table audit_events drop constraint planted');
    expect(await notes.deliveries(noteId)).toEqual([]);
    expect(await notes.note(noteId)).toMatchObject({ state: 'DRAFT', latest_version: 0 });
  });
});
