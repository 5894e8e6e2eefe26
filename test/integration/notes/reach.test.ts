/** Who reaches what: every use case of notes by every role, from other teams and trusts, under a key that is used again. */
import type { Caller } from '../../../src/core/caller.js';
import { isHubError } from '../../../src/core/errors.js';
import { newId } from '../../../src/core/ids.js';
import { aPolicy, createNoteWorld, type NoteWorld } from '../../support/note-world.js';

/** What a use case is asked about: one of the ids by which it finds its note. */
interface Target {
  readonly episodeId: string;
  readonly noteId: string;
  readonly draftId: string;
  readonly rightEpisodeId: string;
}

type UseCase = (it: NoteWorld, by: Caller, target: Target, idempotencyKey: string) => Promise<object>;

/** Each with the field by which it finds what it is about, and how that is arranged. */
const USE_CASES: Readonly<Record<string, readonly [keyof Target, 'OPEN' | 'SIGNED' | 'WAITING', UseCase]>> = {
  draft: [
    'episodeId',
    'OPEN',
    ({ notes }, by, { episodeId }, idempotencyKey) =>
      notes.draft(by, {
        idempotencyKey,
        episodeId,
        kind: 'PROGRESS_NOTE',
        text: 'x',
        contactOn: '2026-03-11',
      }),
  ],
  edit: [
    'draftId',
    'OPEN',
    ({ notes }, by, { draftId }, idempotencyKey) =>
      notes.edit(by, { idempotencyKey, draftId, revision: 1, text: 'y' }),
  ],
  discard: [
    'draftId',
    'OPEN',
    ({ notes }, by, { draftId }, idempotencyKey) => notes.discard(by, { idempotencyKey, draftId }),
  ],
  sign: [
    'draftId',
    'OPEN',
    ({ notes }, by, { draftId }, idempotencyKey) => notes.sign(by, { idempotencyKey, draftId }),
  ],
  amend: [
    'noteId',
    'SIGNED',
    ({ notes }, by, { noteId }, idempotencyKey) =>
      notes.amend(by, { idempotencyKey, noteId, reason: 'wrong' }),
  ],
  add: [
    'noteId',
    'SIGNED',
    ({ notes }, by, { noteId }, idempotencyKey) => notes.add(by, { idempotencyKey, noteId, text: 'more' }),
  ],
  retract: [
    'noteId',
    'SIGNED',
    ({ notes }, by, { noteId }, idempotencyKey) =>
      notes.retract(by, { idempotencyKey, noteId, reason: 'wrong' }),
  ],
  recordTelephoneCall: [
    'noteId',
    'SIGNED',
    ({ notes }, by, { noteId }, idempotencyKey) =>
      notes.recordTelephoneCall(by, {
        idempotencyKey,
        noteId,
        spokeTo: 'duty',
        calledAt: '2026-03-11T11:00:00Z',
      }),
  ],
  countersign: [
    'noteId',
    'WAITING',
    ({ notes }, by, { noteId }, idempotencyKey) =>
      notes.countersign(by, { idempotencyKey, noteId, decision: 'APPROVED' }),
  ],
  refileUnderRightPerson: [
    'noteId',
    'SIGNED',
    ({ notes }, by, { noteId, rightEpisodeId }, idempotencyKey) =>
      notes.refileUnderRightPerson(by, {
        idempotencyKey,
        noteId,
        rightEpisodeId,
        incidentReference: 'INC-1',
        reason: 'wrong person',
      }),
  ],
};
const NAMES = Object.keys(USE_CASES);

/** All that a refusal shows. */
async function shown(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!isHubError(error)) throw error;
    return JSON.stringify({
      code: error.code,
      message: error.message,
      details: error.details,
      retry: error.retry,
    });
  }
}

describe('reach', () => {
  let notes: NoteWorld;
  beforeAll(async () => {
    notes = await createNoteWorld();
    await notes.policies([aPolicy({ countersignRole: 'TEAM_MANAGER', countersignKinds: ['ACTION_PLAN'] })]);
  });
  afterAll(() => notes.close());

  const arranged = async (state: 'OPEN' | 'SIGNED' | 'WAITING'): Promise<Target> => {
    const { episodeId } = await notes.episode();
    const { episodeId: rightEpisodeId } = await notes.episode();
    const kind = state === 'WAITING' ? 'ACTION_PLAN' : 'PROGRESS_NOTE';
    const { draftId, noteId } = await notes.drafted(episodeId, { kind });
    if (state !== 'OPEN') await notes.sign(draftId);
    return { episodeId, noteId, draftId, rightEpisodeId };
  };
  const may = (name: string): Caller =>
    name === 'countersign' ? notes.callers.manager : notes.callers.specialist;
  const administrator = (): Caller => ({
    ...notes.callers.specialist,
    role: 'ADMINISTRATOR',
    purpose: 'ADMINISTRATION',
    scope: { ...notes.callers.specialist.scope, teamIds: [] },
  });
  const tables = async () => {
    const names = [
      'notes',
      'note_drafts',
      'signed_documents',
      'deliveries',
      'work_items',
      'idempotency_keys',
    ];
    const counts: number[] = [];
    for (const table of names) counts.push(await notes.world.count(table));
    return counts;
  };

  it.each(NAMES)('%s is done by those who write notes', async (name) => {
    const [, state, use] = USE_CASES[name]!;
    expect(await shown(use(notes, may(name), await arranged(state), notes.world.key()))).toBe('done');
  });

  it.each(NAMES)('%s is refused to every other role before anything is looked at', async (name) => {
    const [field, state, use] = USE_CASES[name]!;
    const target = await arranged(state);
    const { coordinator, machine, analyst, system } = notes.callers;
    const others = [
      machine,
      analyst,
      system,
      administrator(),
      ...(name === 'countersign' ? [] : [coordinator]),
    ];
    const before = await tables();
    for (const by of others) {
      const real = await shown(use(notes, by, target, notes.world.key()));
      expect(real).toContain('"HUB_ACCESS_REFUSED"');
      expect(await shown(use(notes, by, { ...target, [field]: newId() }, notes.world.key()))).toBe(real);
    }
    expect(await tables()).toEqual(before);
  });

  it.each(NAMES)(
    '%s of another team or trust is answered, to the letter, as if there were none',
    async (name) => {
      const [field, state, use] = USE_CASES[name]!;
      const target = await arranged(state);
      const { eipSpecialist, foreignSpecialist } = notes.callers;
      const before = await tables();
      const eipManager: Caller = {
        ...notes.callers.manager,
        scope: { ...notes.callers.manager.scope, teamIds: [notes.world.teams.EIP] },
      };
      for (const by of [eipSpecialist, eipManager, foreignSpecialist]) {
        const real = await shown(use(notes, by, target, notes.world.key()));
        const absent = await shown(use(notes, by, { ...target, [field]: newId() }, notes.world.key()));
        const noId = await shown(
          use(notes, by, { ...target, [field]: `'; drop table notes; --` }, notes.world.key()),
        );
        expect(real).toContain(`"HUB_NOT_FOUND"`);
        expect(real).toContain(`"field":"${field}"`);
        expect([absent, noId]).toEqual([real, real]);
      }
      expect(await tables()).toEqual(before);
    },
  );

  it.each(NAMES)('%s is done once under a key, at once or one after the other', async (name) => {
    const [, state, use] = USE_CASES[name]!;
    const target = await arranged(state);
    const key = notes.world.key();
    const [first, second] = await Promise.all([
      use(notes, may(name), target, key),
      use(notes, may(name), target, key),
    ]);
    const before = await tables();
    expect(second).toEqual(first);
    expect(await use(notes, may(name), target, key)).toEqual(first);
    expect(await tables()).toEqual(before);
    const other = await arranged(state);
    expect(await shown(use(notes, may(name), other, key))).toContain('HUB_INPUT_REPEATED_KEY');
  });

  it.each(NAMES)('%s leaves nothing when the record of it cannot be written', async (name) => {
    const [, state, use] = USE_CASES[name]!;
    const target = await arranged(state);
    const before = [...(await tables()), await notes.note(target.noteId), await notes.draft(target.draftId)];
    await notes.world.sql('alter table audit_events add constraint planted check (false) not valid');
    const refused = await shown(use(notes, may(name), target, notes.world.key()));
    await notes.world.sql('alter table audit_events drop constraint planted');
    expect(refused).toContain('HUB_AUDIT_UNAVAILABLE');
    expect([...(await tables()), await notes.note(target.noteId), await notes.draft(target.draftId)]).toEqual(
      before,
    );
  });

  it.each(NAMES)('%s puts nothing on record but ids, codes and counts', async (name) => {
    const [, state, use] = USE_CASES[name]!;
    const target = await arranged(state);
    await use(notes, may(name), target, notes.world.key());
    const events = await notes.world.sql<{ details: object }>(
      `select details from audit_events where details ->> 'noteId' = $1`,
      [target.noteId],
    );
    const values = events.flatMap(({ details }) => Object.values(details).flat());
    for (const value of values) expect(String(value)).toMatch(/^([0-9a-f-]{36}|[A-Z_]+|\d+|null)$/);
  });
});
