/** The record read live: each kind of thing of somebody who has it, beside somebody who has not and somebody who is not there. */
import type { FhirR4Adapter } from '../../adapters/fhir-r4/adapter.js';
import type { Observed } from '../../src/clinical/clinical-record.port.js';
import { newId } from '../../src/core/ids.js';
import type { ToMake } from './marked-data.js';
import * as made from './resources.js';
import { eventually, type InteropRun, idOf } from './run.js';
import { FOREVER, type RunOf, trip } from './trip.js';

type Lists = readonly (readonly Observed<unknown>[])[];
type Record = NonNullable<FhirR4Adapter['record']>;

/** A kind of thing that a record holds: how it is made, read, and what must come of it. */
interface Kind {
  readonly what: string;
  make(who: string, run: InteropRun): Promise<ToMake>;
  read(record: Record, ids: readonly string[]): Promise<Lists>;
  /** Of the only thing in the list. */
  readonly expected: object;
}

const KINDS: readonly Kind[] = [
  {
    what: 'care teams',
    make: async (who, run) => made.careTeam(who, await run.author()),
    read: (record, ids) => record.careTeams!(ids, FOREVER),
    expected: { status: 'active', members: [{ reference: expect.stringMatching(/^Practitioner\//) }] },
  },
  {
    what: 'open episodes',
    make: async (who, run) =>
      made.episode(
        who,
        await run.team('record'),
        { status: 'active', start: '2026-01-05' },
        await run.author(),
      ),
    read: (record, ids) => record.openEpisodes!(ids, '2026-02-01', FOREVER),
    expected: { state: 'OPEN', startedOn: '2026-01-05' },
  },
  {
    what: 'contacts',
    make: async (who, run) => made.encounter(who, await run.author()),
    read: (record, ids) => record.encounters!(ids, '2026-01-01', FOREVER),
    expected: { status: 'finished', start: { day: '2026-02-02' } },
  },
  {
    what: 'appointments',
    make: async (who) => made.appointment(who),
    read: (record, ids) => record.appointments!(ids, '2026-01-01', FOREVER),
    expected: { status: 'booked', start: { day: '2099-02-02' } },
  },
  {
    what: 'problems',
    make: async (who) => made.condition(who),
    read: (record, ids) => record.problems!(ids, FOREVER),
    expected: { problem: 'Interop problem', clinicalStatus: 'active', verificationStatus: 'confirmed' },
  },
  {
    what: 'risk flags',
    make: async (who) => made.flag(who),
    read: (record, ids) => record.riskFlags!(ids, FOREVER),
    expected: { flag: 'Interop warning', status: 'active' },
  },
  {
    what: 'consents',
    make: async (who) => made.consent(who),
    read: (record, ids) => record.consents!(ids, FOREVER),
    expected: { status: 'active', provision: 'permit' },
  },
  {
    what: 'documents',
    make: async (who, run) => made.document(who, await run.author()),
    read: (record, ids) => record.documents!(ids, FOREVER),
    expected: { title: 'Interop document', status: 'current', documentVersionId: null },
  },
];

/** Declares the trips. */
export function recordTrips(runOf: RunOf): void {
  const recordOf = (run: InteropRun): Record =>
    run.adapter({ permittedTypes: 'Condition, Flag, DocumentReference' }).record!;
  /** Who has it, who has not, and nobody. */
  const three = async (run: InteropRun): Promise<[string, string, string]> => [
    await run.person(),
    await run.person(),
    `Patient/${newId()}`,
  ];

  trip('record: demographics', runOf, async (run) => {
    const nhsNumber = run.nhsNumber();
    const who = await run.data.make(made.patient(nhsNumber, 'Demographic'));
    await eventually(async () => {
      const read = await recordOf(run).demographics!([newId(), idOf(who)], FOREVER);
      expect(read.map((one) => one?.value ?? null)).toMatchObject([
        null,
        {
          identity: { localId: idOf(who), nhsNumber, nhsNumberStatus: '01' },
          name: expect.stringContaining('Demographic'),
          dateOfBirth: '1980-02-29',
          telephone: '01632 960000',
        },
      ]);
    });
  });

  for (const { what, make, read, expected } of KINDS)
    trip(`record: ${what}`, runOf, async (run) => {
      const [who, other, nobody] = await three(run);
      const reference = await run.data.make(await make(who, run));
      const record = recordOf(run);
      await eventually(async () => {
        const lists = await read(record, [other, who, nobody].map(idOf));
        expect(lists.map((list) => list.map(({ source }) => source.reference))).toEqual([
          [],
          [reference],
          [],
        ]);
        expect(lists[1]![0]!.value).toMatchObject(expected);
      });
    });

  trip('record: the text of a document, to whom it belongs and to nobody else', runOf, async (run) => {
    const [who, other] = await three(run);
    const reference = await run.data.make(made.document(who, await run.author()));
    const record = recordOf(run);
    await eventually(async () => {
      const text = await record.documentText!(idOf(who), reference, FOREVER);
      expect(text?.value.text).toBe('Interop text');
    });
    expect(await record.documentText!(idOf(other), reference, FOREVER)).toBeNull();
  });
}
