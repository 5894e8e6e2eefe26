/** What each adapter that reads a record live must do: everybody's own, in the order asked, one request for a page of people. */
import { Capability, type PatientIdentity } from '../../src/clinical/clinical-record.port.js';
import type { RecordCapability, RecordContact, RecordReads } from '../../src/clinical/record.port.js';
import type { ErrorCode } from '../../src/core/error-codes.js';
import { atOnce } from '../support/eventually.js';
import { anOutgoingDocument } from '../support/outgoing-documents.js';
import { type ContractCases, everythingIn, failureOf, never } from './contract-case.js';
import { ON, records, SINCE } from './contract-records.js';
import { EXPECTATIONS } from './expectations.js';

type Read = (record: RecordReads, ids: readonly string[], signal: AbortSignal) => Promise<unknown>;

/** The reads that the port knows, by name; a read that the adapter does not have is absent. */
const READS: readonly (readonly [keyof RecordReads, Read])[] = [
  ['demographics', (record, ids, signal) => record.demographics!(ids, signal)],
  ['careTeams', (record, ids, signal) => record.careTeams!(ids, signal)],
  ['openEpisodes', (record, ids, signal) => record.openEpisodes!(ids, ON, signal)],
  ['documents', (record, ids, signal) => record.documents!(ids, signal)],
  ['encounters', (record, ids, signal) => record.encounters!(ids, SINCE, signal)],
  ['appointments', (record, ids, signal) => record.appointments!(ids, SINCE, signal)],
  ['problems', (record, ids, signal) => record.problems!(ids, signal)],
  ['riskFlags', (record, ids, signal) => record.riskFlags!(ids, signal)],
  ['consents', (record, ids, signal) => record.consents!(ids, signal)],
];

/** Faults of the whole answer, with what a live read makes of them when they last. */
const FAULTS = EXPECTATIONS.filter(
  ({ fault, outcome }) =>
    outcome !== 'COMPLETE' &&
    outcome.code !== 'HUB_CASELOAD_INCOMPLETE' &&
    !['LINK_ELSEWHERE', 'LINK_ALIKE', 'LINK_OUTSIDE', 'OTHER_TEAM'].includes(fault.kind),
).map(({ fault, outcome }) => ({ kind: fault.kind, code: (outcome as { code: ErrorCode }).code }));

const valuesOf = (answers: readonly (readonly { readonly value: unknown }[])[]) =>
  answers.map((own) => own.map(({ value }) => value));

/** Declares the cases. */
export function recordCases({ subject, contractCase }: ContractCases): void {
  const recordCase = (title: string, body: (record: RecordCapability) => Promise<void>) =>
    contractCase(title, Capability.RECORD, () => body(subject().adapter.record!));
  const people = records(100);
  const ids = people.map(({ localId }) => localId);

  recordCase('demographics are what is held, in the order asked, null for nobody', async (record) => {
    if (!record.demographics) return;
    subject().peer.loadRecords(people);
    const asked = ['nobody', ...[...ids].reverse(), ids[3]!];
    const read = await record.demographics(asked, never());
    const byId = new Map(people.map(({ localId, demographics }) => [localId, demographics]));
    expect(read.map((one) => one?.value ?? null)).toEqual(asked.map((id) => byId.get(id) ?? null));
    expect(read[0]).toBeNull();
    expect(read[1]).toMatchObject({ complete: true, source: { reference: `Patient/${asked[1]}` } });
  });

  recordCase(
    'whose a record is and whether it may be opened comes along, as it does with a caseload',
    async (record) => {
      if (!record.demographics) return;
      const changes: readonly Partial<PatientIdentity>[] = [
        {},
        { restricted: true },
        { active: false },
        { replacedByLocalId: ids[0]! },
        { nhsNumber: null, nhsNumberStatus: null, dateOfBirth: null },
        { nhsNumber: people[1]!.demographics.identity.nhsNumber, nhsNumberStatus: '02' },
      ];
      const peer = changes.map((change, at) => {
        const { demographics, ...rest } = people[at]!;
        const identity = { ...demographics.identity, active: true, restricted: false, ...change };
        return { ...rest, demographics: { ...demographics, ...identity, identity } };
      });
      subject().peer.loadRecords(peer);
      const read = await record.demographics(ids.slice(0, changes.length), never());
      expect(read.map((one) => one!.value.identity)).toEqual(
        peer.map(({ demographics }) => demographics.identity),
      );
      for (const [at, change] of changes.entries()) expect(read[at]!.value.identity).toMatchObject(change);
    },
  );

  recordCase('care teams are everybody’s own, with every member named', async (record) => {
    if (!record.careTeams) return;
    subject().peer.loadRecords(people);
    expect(valuesOf(await record.careTeams(ids, never()))).toEqual(people.map(({ careTeams }) => careTeams));
  });

  recordCase('open episodes are those of the day by the hub’s own count', async (record) => {
    if (!record.openEpisodes) return;
    subject().peer.loadRecords(people);
    const open = people.map(({ episodes }) =>
      episodes
        .filter(({ endedOn, startedOn }) => (endedOn === null || ON < endedOn) && (startedOn ?? '') <= ON)
        .map(({ endedOn: _ended, ...episode }) => episode),
    );
    expect(open.flat().some(({ state }) => state === 'ENDED')).toBe(true);
    expect(valuesOf(await record.openEpisodes(ids, ON, never()))).toEqual(open);
    // Long before, only those whose start nobody knows could have been open.
    const before = (await record.openEpisodes(ids, '2020-01-01', never())).flat();
    expect(before.length).toBeGreaterThan(0);
    expect(before.every(({ value }) => value.startedOn === null)).toBe(true);
  });

  recordCase('documents come newest first, the hub’s own by their version', async (record) => {
    if (!record.documents) return;
    const [one, two] = ids as [string, string];
    const signed = ['2026-02-01T09:00:00.000Z', '2026-02-03T09:00:00.000Z', '2026-02-02T09:00:00.000Z'];
    const sent = signed.map((signedAt) => anOutgoingDocument({ signedAt, patient: { localId: one } }));
    for (const document of sent) await subject().adapter.documents!.send(document, never());
    const [none, some] = await record.documents([two, one], never());
    expect(none).toEqual([]);
    expect(some!.map(({ value }) => [value.recordedAt, value.documentVersionId])).toEqual(
      [1, 2, 0].map((at) => [signed[at], sent[at]!.documentVersionId]),
    );
    for (const { value } of some!)
      expect(value).toMatchObject({
        title: 'Progress note',
        status: 'current',
        author: expect.stringContaining('Kit Marchbank') as string,
      });
    expect(JSON.stringify(some)).not.toContain(sent[0]!.text.slice(0, 12));
  });

  const since = (day: string) => (contact: RecordContact) => (contact.end ?? contact.start)!.day! >= day;

  recordCase(
    'contacts and appointments are those from a day on, everybody’s own, in their order',
    async (record) => {
      subject().peer.loadRecords(people);
      for (const day of [SINCE, '2026-02-20', '2026-02-21']) {
        const held = (read: 'encounters' | 'appointments') =>
          people.map((person) => person[read].filter(since(day)));
        if (record.encounters)
          expect(valuesOf(await record.encounters(ids, day, never()))).toEqual(held('encounters'));
        if (record.appointments)
          expect(valuesOf(await record.appointments(ids, day, never()))).toEqual(held('appointments'));
      }
      expect(people.flatMap(({ encounters }) => encounters).length).toBeGreaterThan(50);
    },
  );

  recordCase('problems are everybody’s own, by code and as precisely as they are held', async (record) => {
    if (!record.problems) return;
    subject().peer.loadRecords(people);
    expect(valuesOf(await record.problems(ids, never()))).toEqual(people.map(({ problems }) => problems));
  });

  recordCase('of the warnings those in force, everybody’s own', async (record) => {
    if (!record.riskFlags) return;
    subject().peer.loadRecords(people);
    const inForce = people.map(({ flags }) => flags.filter(({ status }) => status === 'active'));
    expect(valuesOf(await record.riskFlags(ids, never()))).toEqual(inForce);
    expect(people.flatMap(({ flags }) => flags).length).toBeGreaterThan(inForce.flat().length);
  });

  recordCase('consents are everybody’s own', async (record) => {
    if (!record.consents) return;
    subject().peer.loadRecords(people);
    expect(valuesOf(await record.consents(ids, never()))).toEqual(people.map(({ consents }) => consents));
  });

  recordCase('the text of a document is that of the very patient, and of no other', async (record) => {
    if (!record.documentText) return;
    const [one, two] = ids as [string, string];
    const document = anOutgoingDocument({ patient: { localId: one } });
    await subject().adapter.documents!.send(document, never());
    const { reference } = subject().peer.documents()[0]!;
    const asked = (localId: string, other = reference) => record.documentText!(localId, other, never());
    expect(await asked(one)).toMatchObject({
      value: { text: document.text, title: document.title, documentVersionId: document.documentVersionId },
      source: { reference },
    });
    expect(await asked(two)).toBeNull();
    for (const other of [
      '',
      '..',
      'a b',
      `${reference}/../x`,
      `${reference}-none`,
      'Patient/1',
      `${'a'.repeat(200)}`,
    ])
      expect(await asked(one, other)).toBeNull();
    subject().peer.moveDocument(reference, two);
    expect(await asked(one)).toBeNull();
    expect(await asked(two)).toMatchObject({ value: { text: document.text } });
    subject().peer.rewriteDocument(reference, 'Another text');
    expect(await asked(two)).toMatchObject({ value: { text: 'Another text' } });
    expect(subject().peer.strays()).toBe(0);
    const before = subject().peer.requests();
    for (const id of ['', '..', 'a/b'])
      expect(await failureOf(asked(id))).toMatchObject({ code: 'HUB_INPUT_INVALID' });
    expect(subject().peer.requests()).toBe(before);
  });

  for (const [name, read] of READS) {
    recordCase(`${name}: a hundred people cost one request, and asking for nobody none`, async (record) => {
      if (!record[name]) return;
      subject().peer.loadRecords(people);
      await read(record, ids, never());
      expect(subject().peer.requests()).toBe(1);
      expect(await read(record, [], never())).toEqual([]);
      expect(subject().peer.requests()).toBe(1);
    });

    recordCase(`${name}: an id that is none is refused before anything is sent`, async (record) => {
      if (!record[name]) return;
      for (const id of ['', '..', 'a/b', 'a,b', 'a|b', 'a b', 'Patient/1', `${'a'.repeat(65)}`, 'a\r\nX: y'])
        expect(await failureOf(read(record, [ids[0]!, id], never()))).toMatchObject({
          code: 'HUB_INPUT_INVALID',
        });
      expect(subject().peer.requests() + subject().peer.strays()).toBe(0);
    });

    recordCase(`${name}: every fault is one coded failure for all, that tells nothing`, async (record) => {
      if (!record[name]) return;
      const seen = new Set<string>();
      for (const { kind, code } of FAULTS.filter(({ kind }) => kind !== 'DELAY' && kind !== 'STALL')) {
        if (seen.has(kind)) continue;
        seen.add(kind);
        const one = await subject().another();
        one.peer.loadRecords(people.slice(0, 10));
        one.peer.misbehave({ kind, page: 0 });
        const error = await failureOf(read(one.adapter.record!, ids.slice(0, 10), never()));
        expect([kind, (error as { code?: string } | null)?.code]).toEqual([kind, code]);
        for (const canary of one.peer.canaries) expect(everythingIn(error)).not.toContain(canary);
        expect(one.peer.strays()).toBe(0);
        await one.adapter.close();
        await one.peer.close();
      }
      expect(seen.size).toBeGreaterThan(15);
    });

    recordCase(`${name}: an abort stops it within a second`, async (record) => {
      if (!record[name]) return;
      subject().peer.misbehave({ kind: 'DELAY', page: 0 });
      await atOnce(1_000, async () => {
        const controller = new AbortController();
        const started = performance.now();
        setTimeout(() => controller.abort(), 30);
        expect(await failureOf(read(record, ids, controller.signal))).toMatchObject({
          code: 'HUB_UPSTREAM_STOPPED',
        });
        return performance.now() - started;
      });
      expect(await failureOf(read(record, ids, AbortSignal.abort()))).toMatchObject({
        code: 'HUB_UPSTREAM_STOPPED',
      });
    });
  }
}
