/** Any history of signing, amending, adding and retracting, with any answers of the record in between: what stands here is what stands there. */
import fc from 'fast-check';
import { isHubError } from '../../../src/core/errors.js';
import { readAncestors } from '../../../src/delivery/predecessor.reader.js';
import { mayBeThere, referenceFor } from '../../../src/delivery/predecessor.rules.js';
import { currentVersions } from '../../../src/notes/note-versions.rules.js';
import { versionsOf } from '../../../src/notes/note-work.reader.js';
import { createNoteWorld, type NoteWorld } from '../../support/note-world.js';

/** What a step of a history does. `accept` and the two after it are answers to the head of the lane. */
const STEPS = [
  'amend',
  'amendEntry',
  'add',
  'retract',
  'refile',
  'accept',
  'refuse',
  'acceptUnheard',
  'send',
] as const;
type Step = (typeof STEPS)[number];

interface Head {
  readonly id: string;
  readonly documentVersionId: string;
  readonly operation: 'FILE' | 'WITHDRAW';
  readonly action: 'CREATE' | 'REPLACE' | 'APPEND';
  readonly predecessorId: string | null;
  readonly ours: string;
}

/** A record system of one person that does as it is told, in the order of the lane, and remembers. */
class Record {
  readonly documents = new Map<string, 'CURRENT' | 'SUPERSEDED' | 'ENTERED_IN_ERROR'>();
  readonly faults: string[] = [];

  constructor(
    private readonly notes: NoteWorld,
    private readonly personId: string,
  ) {}

  async head(): Promise<Head | null> {
    const [head] = await this.notes.world.sql<Head>(
      `select d.id, d.document_version_id as "documentVersionId", d.operation, d.ours, s.action, s.predecessor_id as "predecessorId"
       from delivery_lanes l join deliveries d on d.lane_id = l.id join signed_documents s on s.id = d.document_version_id
       where l.person_id = $1 and d.seq >= l.head_seq and d.ours not in ('CANCELLED', 'SETTLED') order by d.seq limit 1`,
      [this.personId],
    );
    return head ?? null;
  }

  /** Takes the head, and answers or not. */
  async take(answered: boolean): Promise<boolean> {
    const head = await this.head();
    if (!head) return false;
    await this.apply(head);
    if (answered) await this.settle(head);
    else await this.mark(head, 'PARKED', head.operation === 'FILE');
    return true;
  }

  async mark(head: Head, ours: string, mayHaveArrived: boolean): Promise<void> {
    await this.notes.world.sql(
      `with d as (update deliveries set ours = $2, may_have_arrived = may_have_arrived or $3 where id = $1 returning lane_id, seq)
       update delivery_lanes l set head_seq = d.seq, state = case when $2 = 'PARKED' then 'PARKED' else 'READY' end from d where l.id = d.lane_id`,
      [head.id, ours, mayHaveArrived],
    );
  }

  private async settle(head: Head): Promise<void> {
    await this.notes.world.sql(
      `with d as (update deliveries set ours = 'SETTLED', theirs = 'FILED' where id = $1 returning lane_id, seq)
       update delivery_lanes l set head_seq = d.seq + 1, state = case when l.last_seq > d.seq then 'READY' else 'IDLE' end from d where l.id = d.lane_id`,
      [head.id],
    );
  }

  /** As the worker would: what a version follows is asked of the rules of delivery. */
  private async apply(head: Head): Promise<void> {
    const { documentVersionId, operation } = head;
    if (operation === 'WITHDRAW') {
      if (!this.documents.has(documentVersionId)) this.faults.push('withdraws what is not there');
      this.documents.set(documentVersionId, 'ENTERED_IN_ERROR');
      return;
    }
    // The same version again is the same document: the far end is asked before anything is sent twice.
    if (this.documents.has(documentVersionId)) return;
    const lines = await this.notes.world.database.transaction(
      'worker',
      this.notes.callers.system.scope,
      (tx) => readAncestors(tx, this.notes.world.systemId, [head]),
    );
    const ancestors = lines.get(documentVersionId) ?? [];
    const absent = ancestors.filter(mayBeThere).map((one) => one.documentVersionId);
    const reference = referenceFor(
      head.action,
      ancestors,
      new Set(absent.filter((id) => !this.documents.has(id))),
    );
    if (reference.kind === 'wait' || reference.kind === 'missing')
      this.faults.push(`${head.action}: ${reference.kind}`);
    if (reference.kind === 'refer') {
      const id = reference.ancestor.documentVersionId;
      if (!this.documents.has(id)) this.faults.push(`${reference.action} of what is not there`);
      if (reference.action === 'REPLACE') this.documents.set(id, 'SUPERSEDED');
    }
    this.documents.set(documentVersionId, 'CURRENT');
  }

  current(): string[] {
    return [...this.documents]
      .filter(([, state]) => state === 'CURRENT')
      .map(([id]) => id)
      .sort();
  }
}

describe('any history', () => {
  let notes: NoteWorld;
  beforeAll(async () => {
    notes = await createNoteWorld();
  });
  afterAll(() => notes.close());

  const run = async (steps: readonly Step[]): Promise<void> => {
    const { episodeId, personId } = await notes.episode();
    const other = await notes.episode();
    const first = await notes.signed(episodeId);
    const { noteId } = first;
    const record = new Record(notes, personId);
    const key = (): string => notes.world.key();
    const by = notes.callers.specialist;
    const step: Readonly<{ [Name in Step]: () => Promise<unknown> }> = {
      amend: () => notes.amended(noteId),
      amendEntry: () => notes.amended(noteId, { documentVersionId: first.documentVersionId }),
      add: async () =>
        notes.sign((await notes.notes.add(by, { idempotencyKey: key(), noteId, text: 'More' })).draftId),
      retract: () => notes.notes.retract(by, { idempotencyKey: key(), noteId, reason: 'in error' }),
      refile: () =>
        notes.notes.refileUnderRightPerson(by, {
          idempotencyKey: key(),
          noteId,
          rightEpisodeId: other.episodeId,
          incidentReference: 'INC-1',
          reason: 'wrong person',
        }),
      accept: () => record.take(true),
      acceptUnheard: () => record.take(false),
      refuse: async () => {
        const head = await record.head();
        if (head) await record.mark(head, 'PARKED', false);
      },
      send: async () => {
        const head = await record.head();
        if (head) await record.mark(head, 'SENDING', false);
      },
    };
    for (const name of steps) {
      try {
        await step[name]();
      } catch (error) {
        // After a retraction nothing follows, and a replaced version is not amended again.
        if (!isHubError(error) || error.code !== 'HUB_STATE_CONFLICT') throw error;
      }
    }
    // In the end the record takes whatever is left: an operator replays what is parked.
    while (await record.take(true));
    const versions = await notes.world.database.transaction('write', by.scope, (tx) =>
      versionsOf(tx, noteId),
    );
    const { state } = await notes.note(noteId);
    expect(record.faults).toEqual([]);
    expect(record.current()).toEqual(
      state === 'RETRACTED'
        ? []
        : currentVersions(versions)
            .map(({ id }) => id)
            .sort(),
    );
    if ((await notes.note(noteId)).retracted_because === 'WRONG_PERSON')
      expect([...record.documents.values()].filter((one) => one !== 'ENTERED_IN_ERROR')).toEqual([]);
  };

  it.each<[string, readonly Step[]]>([
    ['amended in the queue', ['amend', 'amend', 'accept']],
    ['the entry amended before its addendum left', ['add', 'amendEntry', 'add', 'amend']],
    ['amended on its way, refused, amended', ['send', 'amend', 'refuse', 'amend', 'accept']],
    ['taken unheard, amended twice', ['acceptUnheard', 'amend', 'amend', 'accept']],
    ['an addendum amended, the entry amended', ['accept', 'add', 'amend', 'amendEntry', 'accept', 'accept']],
    ['an amendment on its way and a retraction', ['accept', 'amend', 'send', 'retract', 'accept']],
    ['an addendum taken unheard and the wrong person', ['accept', 'add', 'acceptUnheard', 'refile']],
    ['refused and retracted', ['refuse', 'retract']],
    ['taken unheard and retracted', ['acceptUnheard', 'retract']],
  ])('%s', async (_what, steps) => {
    await run(steps);
  });

  it('ends with the same on both sides', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { minLength: 2, maxLength: 9 }), run),
      { numRuns: process.env.HUB_TEST_LONG ? 1_000 : 25 },
    );
  }, 3_600_000);
});
