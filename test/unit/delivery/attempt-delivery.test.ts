/** One attempt without a database: what is checked before it leaves, when it is called off, and what is never said. */

import type {
  DocumentsCapability,
  DocumentTraits,
  OutgoingDocument,
} from '../../../src/clinical/documents.port.js';
import { HubError } from '../../../src/core/errors.js';
import { attemptDelivery, type Sending } from '../../../src/delivery/attempt-delivery.js';
import type { Head } from '../../../src/delivery/claim.service.js';
import { mayGo } from '../../../src/delivery/gate.rules.js';
import type { Ancestor } from '../../../src/delivery/predecessor.reader.js';
import { settlementOf, withoutAttempt } from '../../../src/delivery/settlement.js';
import { pause, within } from '../../../src/delivery/within.js';
import { DEFAULT_WORKER_SETTINGS } from '../../../src/delivery/worker/settings.js';
import { type HeldDocument, ScriptedDocuments } from '../../support/scripted-documents.js';

const head = (change: Partial<Head> = {}): Head => ({
  laneId: 'l',
  fence: '3',
  seq: '7',
  attemptId: 'a',
  deliveryId: 'd',
  operation: 'FILE',
  ours: 'QUEUED',
  waits: false,
  tries: 1,
  conflicts: 0,
  mayHaveArrived: false,
  reference: null,
  priorLocalId: null,
  isSamePatient: true,
  queuedAt: new Date(0),
  identityState: 'CLEAR',
  deceasedOn: null,
  nhsNumber: null,
  familyName: null,
  givenName: null,
  dateOfBirth: null,
  localIds: ['p'],
  documentVersionId: 'v',
  documentId: 'n',
  version: 1,
  action: 'CREATE',
  predecessorId: null,
  kind: 'PROGRESS_NOTE',
  title: 'Progress note',
  text: 'Text',
  textHash: 'c3328c39b0e29f78e9ff45db674248b1d245887d',
  authorReference: 'Practitioner/1',
  authorName: 'Sam',
  authorEmployer: 'Provider',
  authorRole: 'Employment specialist',
  contactOn: '2026-03-02',
  contactStartedAt: null,
  writtenAt: new Date(0),
  signedAt: new Date(0),
  visibility: 'SHAREABLE',
  labels: [],
  ancestors: [],
  ...change,
});

let record: ScriptedDocuments;
let calledOff: AbortController;
beforeEach(() => {
  record = new ScriptedDocuments();
  calledOff = new AbortController();
});
const attempt = (of: Head, change: Partial<Sending> = {}) =>
  attemptDelivery(of, {
    documents: record,
    custodianOdsCode: 'ODS',
    sendTimeoutMs: 60_000,
    ambiguousWaitMs: 1,
    signal: calledOff.signal,
    ready: async () => {},
    ...change,
  });

it('nothing leaves when the lease cannot be made sure of', async () => {
  const outcome = await attempt(head(), {
    ready: async () => {
      throw new HubError('HUB_LEASE_LOST');
    },
  });
  expect(outcome).toMatchObject({ class: 'WAITED', lane: 'waits', code: null, mayHaveArrived: false });
  expect(record.calls).toEqual([]);
});

it('called off before it left it has only waited, and what was in doubt stays so', async () => {
  calledOff.abort();
  expect(await attempt(head())).toMatchObject({ class: 'WAITED', code: null, mayHaveArrived: false });
  expect(await attempt(head({ mayHaveArrived: true }))).toMatchObject({
    class: 'WAITED',
    mayHaveArrived: true,
  });
  expect(record.held).toEqual([]);
});

it('called off while the second question is awaited: nothing is sent', async () => {
  const outcome = attempt(head({ mayHaveArrived: true }), { ambiguousWaitMs: 10_000 });
  setTimeout(() => calledOff.abort(), 30);
  expect(await outcome).toMatchObject({ class: 'WAITED', mayHaveArrived: true });
  expect(record.count('send')).toBe(0);
});

it('called off after it left it is in doubt, whatever comes back later', async () => {
  record.script = () => ({ afterMs: 100 });
  const outcome = attempt(head());
  setTimeout(() => calledOff.abort(), 30);
  expect(await outcome).toMatchObject({
    class: 'AMBIGUOUS',
    lane: 'waits',
    mayHaveArrived: true,
    patientLocalId: 'p',
  });
});

it('asks under the patient it was sent to before as well as the present one', async () => {
  await attempt(head({ mayHaveArrived: true, priorLocalId: 'old', localIds: ['new'] }));
  expect(record.calls.filter((call) => call.kind === 'find').map((call) => call.patient)).toEqual([
    'new',
    'old',
    'new',
    'old',
  ]);
  expect(record.held[0]!.localId).toBe('new');
});

it('what is found under the former patient is kept as sent there', async () => {
  await attempt(head({ localIds: ['old'] }));
  const { textHash } = record.held[0]!;
  const again = await attempt(
    head({ mayHaveArrived: true, priorLocalId: 'old', localIds: ['new'], textHash }),
  );
  expect(again).toMatchObject({
    class: 'DONE',
    theirs: 'ACCEPTED',
    patientLocalId: 'old',
    wasAskedFirst: true,
  });
  expect(record.held).toHaveLength(1);
});

describe('what goes beside a version that an earlier attempt sent', () => {
  const beside: [string, string][] = [];
  const accompanied = (fault?: HubError): Partial<Sending> => {
    const documents: DocumentsCapability = record;
    return {
      documents: Object.assign(Object.create(documents) as DocumentsCapability, {
        accompany: async (document: OutgoingDocument, reference: string) => {
          beside.push([document.documentVersionId, reference]);
          if (fault) throw fault;
        },
      }),
    };
  };
  beforeEach(() => beside.splice(0));

  it('is written once the version is found, and has no say', async () => {
    await attempt(head(), accompanied());
    expect(beside).toEqual([]);
    const [{ reference, textHash }] = record.held as [HeldDocument];
    const again = head({ mayHaveArrived: true, textHash });
    for (const fault of [undefined, new HubError('HUB_UPSTREAM_REFUSED')])
      expect(await attempt(again, accompanied(fault))).toMatchObject({ class: 'DONE', theirs: 'ACCEPTED' });
    expect(beside).toEqual([
      ['v', reference],
      ['v', reference],
    ]);
  });

  it('is not written where what is found is not what was signed', async () => {
    await attempt(head());
    expect(await attempt(head({ mayHaveArrived: true, textHash: 'other' }), accompanied())).toMatchObject({
      code: 'HUB_DELIVERY_MISMATCH',
    });
    expect(beside).toEqual([]);
  });
});

it.each([
  ['another text', { textHash: 'other' }],
  ['marked as entered in error', { status: 'ENTERED_IN_ERROR' as const }],
])('what is found with %s is nobody’s to resend', async (_name, change) => {
  await attempt(head());
  const { textHash } = record.held[0]!;
  Object.assign(record.held[0]!, change);
  expect(await attempt(head({ mayHaveArrived: true, textHash }))).toMatchObject({
    class: 'PERMANENT',
    lane: 'parked',
    code: 'HUB_DELIVERY_MISMATCH',
    mayHaveArrived: true,
  });
  expect(record.count('send')).toBe(1);
});

it('what the record holds twice is a person’s; a conflict that is merely reported is asked about again', async () => {
  await attempt(head());
  record.held.push({ ...record.held[0]!, reference: 'DocumentReference/twin' });
  expect(await attempt(head({ mayHaveArrived: true }))).toMatchObject({
    lane: 'parked',
    code: 'HUB_DELIVERY_MISMATCH',
    mayHaveArrived: true,
  });
  record.script = (call) => (call.kind === 'find' ? { code: 'HUB_UPSTREAM_CONFLICT' } : undefined);
  expect(await attempt(head({ mayHaveArrived: true }))).toMatchObject({ class: 'CONFLICT', lane: 'waits' });
  expect(record.count('send')).toBe(1);
});

describe('an earlier write that may have arrived', () => {
  const ancestor = (change: Partial<Ancestor> = {}): Ancestor => ({
    documentVersionId: 'v',
    action: 'CREATE',
    ours: 'CANCELLED',
    theirs: 'NONE',
    mayHaveArrived: true,
    reference: null,
    patientLocalId: 'p',
    ...change,
  });
  /** The document of `v` arrives once so many questions have been asked. */
  const arrivesAfter = async (questions: number): Promise<void> => {
    await attempt(head());
    const [late] = record.held.splice(0);
    record.calls.length = 0;
    record.script = (call) => {
      if (call.kind === 'find' && call.nth === questions + 1) record.held.push(late!);
      return undefined;
    };
  };
  beforeEach(() => {
    record.traits = { ...record.traits, repeatsAreHarmless: true };
  });

  it.each([
    ['HUB_UPSTREAM_REJECTED', 'FILE'],
    ['HUB_UPSTREAM_TOO_LARGE', 'FILE'],
    ['HUB_UPSTREAM_NOT_FOUND', 'FILE'],
    ['HUB_UPSTREAM_REJECTED', 'WITHDRAW'],
  ] as const)('stays in doubt when a later %s of a %s says no to itself', async (code, operation) => {
    record.script = (call) => (call.kind === 'find' ? undefined : { code });
    const change = {
      operation,
      ancestors: operation === 'FILE' ? [] : [ancestor({ ours: 'SETTLED', reference: 'r' })],
    };
    expect(await attempt(head({ ...change, mayHaveArrived: true }))).toMatchObject({
      class: 'PERMANENT',
      mayHaveArrived: true,
    });
    expect(await attempt(head({ ...change, mayHaveArrived: false }))).toMatchObject({
      class: 'PERMANENT',
      mayHaveArrived: false,
    });
  });

  it('is asked for once before a repeat that is harmless, and twice before one that is not', async () => {
    await attempt(head({ mayHaveArrived: true }));
    expect(record.count('find')).toBe(1);
    record.traits = { ...record.traits, repeatsAreHarmless: false };
    await attempt(head({ mayHaveArrived: true, documentVersionId: 'w' }));
    expect(record.count('find', 'w')).toBe(2);
  });

  it('is asked for twice before a withdrawal finds nothing there, harmless or not', async () => {
    const withdrawal = head({ operation: 'WITHDRAW', ancestors: [ancestor()] });
    expect(await attempt(withdrawal)).toMatchObject({ class: 'DONE', theirs: null, watch: false });
    expect(record.calls.map(({ kind }) => kind)).toEqual(['find', 'find']);
  });

  it('is withdrawn when it arrives between the two questions', async () => {
    await arrivesAfter(1);
    const withdrawal = head({ operation: 'WITHDRAW', ancestors: [ancestor()] });
    expect(await attempt(withdrawal)).toMatchObject({ class: 'DONE', theirs: 'ACCEPTED', watch: true });
    expect(record.held.map(({ status }) => status)).toEqual(['ENTERED_IN_ERROR']);
  });

  it.each([
    [1, 'REPLACE', 'DocumentReference/1'],
    [2, 'CREATE', null],
  ] as const)('arriving after question %i makes the amendment a %s', async (questions, action, reference) => {
    await arrivesAfter(questions);
    const amendment = head({ documentVersionId: 'w', action: 'REPLACE', ancestors: [ancestor()] });
    expect(await attempt(amendment)).toMatchObject({ class: 'DONE' });
    expect(record.count('find', 'v')).toBe(2);
    expect(record.versions('w')[0]).toMatchObject({ action, predecessorReference: reference });
  });

  it('that was cancelled for certain is not asked for', async () => {
    await attempt(head({ action: 'REPLACE', ancestors: [ancestor({ mayHaveArrived: false })] }));
    await attempt(head({ operation: 'WITHDRAW', ancestors: [ancestor({ mayHaveArrived: false })] }));
    expect(record.count('find')).toBe(0);
  });

  it('a withdrawal that is refused is done where the record shows the mark, by whomever', async () => {
    await attempt(head());
    record.script = (call) => (call.kind === 'withdraw' ? { code: 'HUB_UPSTREAM_REJECTED' } : undefined);
    const withdrawal = head({
      operation: 'WITHDRAW',
      ancestors: [ancestor({ ours: 'SETTLED', reference: 'DocumentReference/1' })],
    });
    expect(await attempt(withdrawal)).toMatchObject({ class: 'PERMANENT', lane: 'parked' });
    record.held[0]!.status = 'ENTERED_IN_ERROR';
    expect(await attempt(withdrawal)).toMatchObject({ class: 'DONE', theirs: 'ACCEPTED', watch: true });
  });
});

describe('where the far end tells of itself and cannot be asked', () => {
  const can = (change: Partial<DocumentTraits>): void => {
    record.traits = { ...record.traits, repeatsAreHarmless: false, proof: 'RECEIPT', ...change };
  };
  const inDoubt = { mayHaveArrived: true, tries: 2 };

  it.each(['RECEIPT', 'NONE'] as const)('what is in doubt is not repeated: %s', async (proof) => {
    can({ proof });
    expect(await attempt(head(inDoubt))).toMatchObject({
      lane: 'parked',
      code: 'HUB_DELIVERY_UNPROVEN',
      mayHaveArrived: true,
    });
    expect(record.count('send')).toBe(0);
    expect(await attempt(head({ ...inDoubt, tries: 1 }))).toMatchObject({ class: 'DONE' });
  });

  it('it is repeated where that is harmless', async () => {
    can({ repeatsAreHarmless: true });
    expect(await attempt(head(inDoubt))).toMatchObject({ class: 'DONE', watch: true });
  });

  it('of somebody who is known otherwise by now it is no repeat, and not harmless', async () => {
    can({ repeatsAreHarmless: true });
    const changed = { ...inDoubt, isSamePatient: false };
    expect(await attempt(head(changed))).toMatchObject({ lane: 'parked', code: 'HUB_DELIVERY_UNPROVEN' });
    expect(record.count('send')).toBe(0);
    expect(await attempt(head({ ...changed, tries: 1 }))).toMatchObject({ class: 'DONE' });
    can({ repeatsAreHarmless: true, proof: 'READ' });
    expect(await attempt(head({ ...changed, documentVersionId: 'other' }))).toMatchObject({ class: 'DONE' });
  });

  it('nothing is looked for where there is nothing to come', async () => {
    can({ proof: 'NONE' });
    expect(await attempt(head())).toMatchObject({ class: 'DONE', theirs: 'ACCEPTED', watch: false });
  });

  it('a receipt that came meanwhile settles it, whatever it says', async () => {
    can({});
    await attempt(head());
    const { textHash } = record.held[0]!;
    expect(await attempt(head({ ...inDoubt, textHash }))).toMatchObject({ class: 'DONE' });
    record.held[0]!.status = 'REJECTED';
    expect(await attempt(head({ ...inDoubt, textHash }))).toMatchObject({
      lane: 'parked',
      code: 'HUB_UPSTREAM_REJECTED',
      theirs: 'REJECTED',
    });
    expect(record.count('send')).toBe(1);
  });

  const cancelled: Ancestor = {
    documentVersionId: 'u',
    action: 'CREATE',
    ours: 'CANCELLED',
    theirs: 'NONE',
    mayHaveArrived: true,
    reference: null,
    patientLocalId: 'p',
  };

  it('what follows a version in doubt does not go as if that had never been', async () => {
    can({});
    expect(await attempt(head({ action: 'REPLACE', ancestors: [cancelled] }))).toMatchObject({
      lane: 'parked',
      code: 'HUB_DELIVERY_PREDECESSOR',
    });
  });

  it('a version in doubt is withdrawn by the reference that it has in any case', async () => {
    await attempt(head());
    can({});
    const unseen = Object.assign(Object.create(record as DocumentsCapability) as DocumentsCapability, {
      find: async (keys: readonly unknown[]) => keys.map(() => null),
      referenceOf: () => 'DocumentReference/1',
    });
    const withdrawal = head({ operation: 'WITHDRAW', ancestors: [{ ...cancelled, documentVersionId: 'v' }] });
    expect(await attempt(withdrawal, { documents: unseen })).toMatchObject({ class: 'DONE', watch: true });
    expect(record.held[0]!.status).toBe('ENTERED_IN_ERROR');
  });
});

it('what is shareable says so, and nothing else does', async () => {
  await attempt(head());
  await attempt(head({ documentVersionId: 'w', visibility: 'CLINICAL_RECORD' }));
  expect(record.held.map((each) => each.isShareable)).toEqual([true, false]);
});

describe('before it leaves', () => {
  const traits = {
    labels: ['SAFEGUARDING' as const],
    maxTextBytes: 4,
    repeatsAreHarmless: true,
    proof: 'READ' as const,
  };
  it.each<[string, Partial<Head>, string | null]>([
    ['all is well', {}, null],
    ['a label that is carried', { labels: ['SAFEGUARDING'] }, null],
    ['a label that is not', { labels: ['SAFEGUARDING', 'WITHHOLD_FROM_PERSON'] }, 'HUB_DELIVERY_LABEL'],
    ['one byte too many', { text: 'Texts' }, 'HUB_UPSTREAM_TOO_LARGE'],
    ['three characters, five bytes', { text: 'éé1' }, 'HUB_UPSTREAM_TOO_LARGE'],
    ['no record', { localIds: null }, 'HUB_DELIVERY_UNLINKED'],
    ['two records', { localIds: ['p', 'q'] }, 'HUB_DELIVERY_IDENTITY'],
    ['a dispute', { identityState: 'CONFLICT' }, 'HUB_DELIVERY_IDENTITY'],
    [
      'a dispute comes before a missing link',
      { identityState: 'CONFLICT', localIds: null },
      'HUB_DELIVERY_IDENTITY',
    ],
    ['died on the day', { deceasedOn: '2026-03-02' }, null],
    ['died the day before', { deceasedOn: '2026-03-01' }, 'HUB_DELIVERY_DECEASED'],
    ['an author nobody there knows', { authorReference: null }, 'HUB_NOTE_AUTHOR_UNMAPPED'],
  ])('%s', (_name, change, code) => {
    expect(mayGo(head(change), traits)).toBe(code);
  });
});

describe('how an outcome is put to its lane', () => {
  const settings = { ...DEFAULT_WORKER_SETTINGS, conflictLimit: 2, ambiguousLimit: 3 };
  const outcome = {
    class: 'CONFLICT' as const,
    lane: 'waits' as const,
    code: 'HUB_UPSTREAM_CONFLICT' as const,
    detail: null,
    theirs: null,
    reference: null,
    referenceVersion: null,
    patientLocalId: null,
    mayHaveArrived: false,
    wasAskedFirst: false,
    watch: false,
    answered: true,
    retryAfterMs: undefined,
  };

  it('conflicts are counted with the one that begins', () => {
    expect(settlementOf(head(), outcome, settings)).toMatchObject({
      lane: 'waits',
      code: 'HUB_UPSTREAM_CONFLICT',
    });
    expect(settlementOf(head({ conflicts: 1 }), outcome, settings)).toMatchObject({
      lane: 'parked',
      code: 'HUB_DELIVERY_EXHAUSTED',
      delayMs: 0,
    });
  });

  it('a reference that never comes is parked under its own code', () => {
    const waiting = { ...outcome, class: 'WAITED' as const, code: 'HUB_DELIVERY_PREDECESSOR' as const };
    expect(settlementOf(head({ tries: 3 }), waiting, settings)).toMatchObject({
      lane: 'parked',
      code: 'HUB_DELIVERY_PREDECESSOR',
    });
  });

  it('what was only called off is due at once and never exhausted', () => {
    const calledOffOutcome = { ...outcome, class: 'WAITED' as const, code: null };
    expect(settlementOf(head({ tries: 99 }), calledOffOutcome, settings)).toMatchObject({
      lane: 'waits',
      delayMs: 0,
    });
  });

  it('a refusal leaves the waiting to the pause; what the far end asked for is honoured', () => {
    const refused = { ...outcome, class: 'PAUSED' as const, retryAfterMs: 60_000 };
    expect(settlementOf(head(), refused, settings).delayMs).toBe(0);
    const later = { ...outcome, class: 'TRANSIENT' as const, retryAfterMs: 60_000 };
    expect(settlementOf(head(), later, settings).delayMs).toBeGreaterThanOrEqual(60_000);
  });

  it('a cancelled head is passed over even while it would have to wait; a waiting one is put back', () => {
    expect(withoutAttempt(head({ ours: 'CANCELLED', waits: true }), 50)).toMatchObject({
      lane: 'next',
      attemptId: null,
    });
    expect(withoutAttempt(head({ waits: true }), 50)).toMatchObject({
      lane: 'waits',
      delayMs: 50,
      attemptId: null,
    });
  });
});

describe('deadlines', () => {
  it('end what does not heed its signal, and tell it', async () => {
    let told: AbortSignal | undefined;
    const call = within(20, new AbortController().signal, (signal) => {
      told = signal;
      return new Promise<never>(() => {});
    });
    await expect(call).rejects.toMatchObject({ code: 'HUB_UPSTREAM_TIMEOUT' });
    expect(told!.aborted).toBe(true);
  });

  it('end at once when called off already', async () => {
    calledOff.abort();
    const call = within(1_000, calledOff.signal, () => new Promise<never>(() => {}));
    await expect(call).rejects.toMatchObject({ code: 'HUB_UPSTREAM_STOPPED' });
    await pause(60_000, calledOff.signal);
  });

  it('pass on what comes in time, good or bad', async () => {
    expect(await within(1_000, calledOff.signal, async () => 1)).toBe(1);
    await expect(
      within(1_000, calledOff.signal, async () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
  });
});
