/** Notes to a receiving engine and back: accepted by its answer, filed by its word alone, and never sent twice while that is not known. */
import { hl7v2 } from '../../../adapters/hl7v2/index.js';
import type { DocumentsCapability } from '../../../src/clinical/documents.port.js';
import type { InboundReceipt } from '../../../src/clinical/inbound.port.js';
import { systemClock } from '../../../src/core/clock.js';
import { documentNumber, messageNumber } from '../../../src/core/document-numbers.js';
import { newId } from '../../../src/core/ids.js';
import { silentLogger } from '../../../src/core/logger.js';
import { DeliveryService } from '../../../src/delivery/delivery.service.js';
import { receiptSink, receivedReceipts } from '../../../src/delivery/receipts/receipt.service.js';
import { eventually } from '../../support/eventually.js';
import { ANSWERS_AA, type FarEnd, startFarEnd } from '../../support/hl7-far-end.js';
import { LaneWorld, type SignedHere } from '../../support/lane-world.js';

let world: LaneWorld;
let farEnd: FarEnd;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  world = await LaneWorld.open();
  farEnd = await startFarEnd();
});
beforeEach(async () => {
  await world.clear();
  await world.sql('delete from document_receipts');
  farEnd.deed = ANSWERS_AA;
  (farEnd.received as string[]).length = 0;
});
afterEach(async () => {
  await world.stopWorkers();
  await Promise.all(closing.splice(0).map((close) => close()));
});
afterAll(async () => {
  await farEnd.close();
  await world.close();
});

const system = () => ({ id: world.systemId, code: 'SYS', organisationId: world.organisationId });

/** Waits no longer than a moment for an answer, where none comes. */
const HASTY = { sendAnswerTimeoutMs: 1_500 };

function documents(settings: object = {}): DocumentsCapability {
  const stated = {
    sendHost: farEnd.host,
    sendPort: farEnd.port,
    sendTls: false,
    sendAnswerTimeoutMs: 30_000,
    sendCharacterSet: 'UNICODE UTF-8',
    receivingApplication: 'PAS',
    receivingFacility: 'RXX',
    documentProof: 'RECEIPT',
    ...settings,
  };
  const adapter = hl7v2.create(hl7v2.parseSettings(stated), {
    system: 'SYS',
    clock: systemClock,
    logger: silentLogger,
    receipts: receivedReceipts(world.db.database, system()),
  });
  closing.push(() => adapter.close());
  return adapter.documents!;
}

/** The far end says something of a document in a message of its own. */
const told = (...receipts: readonly Partial<InboundReceipt>[]) =>
  world.as('worker', (tx) =>
    receiptSink.apply(
      tx,
      system(),
      receipts.map((receipt, index) => ({
        messageId: newId(),
        receivedAt: new Date(Date.now() + index).toISOString(),
        receipt: {
          controlId: null,
          documentReference: null,
          says: 'FILED',
          code: null,
          localIds: [],
          ...receipt,
        },
      })),
    ),
  );
/** A word about the first version of a document, by its number. */
const about = ({ documentId }: SignedHere) => ({ documentReference: `${documentNumber(documentId)}.1` });
const numberOf = ({ versionId }: SignedHere) => messageNumber(versionId, 'SYS', 'FILE');
const until = async (signed: SignedHere, ours: string, theirs: string): Promise<void> => {
  let found: { readonly ours: string; readonly theirs: string } | undefined;
  await eventually(
    async () => {
      [found] = await world.sql<{ ours: string; theirs: string }>(
        'select ours, theirs from deliveries where id = $1',
        [signed.deliveryId],
      );
      return found?.ours === ours && found.theirs === theirs;
    },
    () => `${found?.ours} ${found?.theirs}, not ${ours} ${theirs}`,
  );
};

const isFiled = async ({ deliveryId }: SignedHere): Promise<boolean> =>
  (await world.delivery(deliveryId)).theirs === 'FILED';

it.each<[string, (signed: SignedHere) => Partial<InboundReceipt>]>([
  ['an acknowledgement of the message', (signed) => ({ controlId: numberOf(signed) })],
  [
    'a message about the document',
    (signed) => ({ documentReference: `${documentNumber(signed.documentId)}.1` }),
  ],
])('is accepted by its answer, and filed by %s alone', async (_name, receipt) => {
  const signed = await world.sign(await world.person('p1'), { text: 'Met at the café.' });
  await world.worker(documents());
  await until(signed, 'SETTLED', 'ACCEPTED');
  expect(farEnd.received).toHaveLength(1);
  expect(farEnd.received[0]).toContain(`|${numberOf(signed)}`);
  await told({ controlId: 'ANOTHER', documentReference: null });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await until(signed, 'SETTLED', 'ACCEPTED');
  await told(receipt(signed));
  await until(signed, 'SETTLED', 'FILED');
});

it('a number that versions share proves the one that is alone, and neither once there are two', async () => {
  const person = await world.person('p1');
  const first = await world.sign(person);
  await world.worker(documents({ documentMessages: 'SAME_NUMBER' }));
  await until(first, 'SETTLED', 'ACCEPTED');
  const reference = documentNumber(first.documentId);
  await told({ documentReference: reference });
  await until(first, 'SETTLED', 'FILED');
  const next = await world.sign(person, {
    documentId: first.documentId,
    version: 2,
    action: 'REPLACE',
    predecessorId: first.versionId,
    text: 'Met again.',
  });
  await until(next, 'SETTLED', 'ACCEPTED');
  await told({ documentReference: reference });
  await new Promise((resolve) => setTimeout(resolve, 150));
  await until(next, 'SETTLED', 'ACCEPTED');
  await told({ controlId: numberOf(next) });
  await until(next, 'SETTLED', 'FILED');
});

it('says whose it is, as far as that is known for sure and the far end can write it', async () => {
  const columns = { family_name: 'Fotheringhay', given_name: 'Zoë', date_of_birth: '1990-01-02' };
  const verified = { nhs_number: '9990000018', nhs_number_status: '01' };
  await world.sign(await world.person('p1', { ...columns, ...verified }));
  await world.worker(documents());
  const pidOf = async (count: number): Promise<string> => {
    while (farEnd.received.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
    return Buffer.from(farEnd.received.at(-1)!, 'latin1')
      .toString()
      .match(/PID[^\r]*/)![0];
  };
  expect(await pidOf(1)).toBe('PID|1||9990000018^^^NHS^NH~p1^^^^PI||Fotheringhay^Zoë^^^^^L||19900102');
  await world.stopWorkers();
  await world.sign(
    await world.person('p2', { ...columns, ...verified, nhs_number: '9990000026', nhs_number_status: '02' }),
  );
  await world.worker(documents({ sendCharacterSet: 'ASCII' }));
  expect(await pidOf(2)).toBe('PID|1||p2^^^^PI||||19900102');
});

it('turned down afterwards it is somebody’s work', async () => {
  const signed = await world.sign(await world.person('p1'));
  await world.worker(documents());
  await until(signed, 'SETTLED', 'ACCEPTED');
  await told({ controlId: numberOf(signed), says: 'REJECTED', code: 'HUB_UPSTREAM_REJECTED' });
  await until(signed, 'SETTLED', 'REJECTED');
  expect(await world.sql('select kind, code from work_items where resolved_at is null')).toEqual([
    { kind: 'RECEIPT_MISMATCH', code: 'HUB_UPSTREAM_REJECTED' },
  ]);
});

it('said to be under another patient it is not filed, and somebody’s work; under more than one of whom one is the person, it is', async () => {
  const [wrong, right] = [
    await world.sign(await world.person('p1')),
    await world.sign(await world.person('p2')),
  ];
  await world.worker(documents());
  const named = ({ documentId }: SignedHere) => ({ documentReference: `${documentNumber(documentId)}.1` });
  for (const signed of [wrong, right]) await until(signed, 'SETTLED', 'ACCEPTED');
  await told({ ...named(wrong), localIds: ['p2'] });
  await told({ ...named(right), localIds: ['q2', 'p2'] });
  await until(right, 'SETTLED', 'FILED');
  await until(wrong, 'SETTLED', 'ACCEPTED');
  expect(await world.sql('select kind, code, delivery_id from work_items where resolved_at is null')).toEqual(
    [{ kind: 'RECEIPT_MISMATCH', code: 'HUB_DELIVERY_MISMATCH', delivery_id: wrong.deliveryId }],
  );
});

/** Words that come at once are a list in the list. */
it.each<
  [string, (signed: SignedHere) => readonly (readonly Partial<InboundReceipt>[])[], string, readonly string[]]
>([
  [
    'and accepted after that',
    (signed) => [[{ ...about(signed), localIds: ['p2'] }, { controlId: numberOf(signed) }]],
    'ACCEPTED',
    ['RECEIPT_MISMATCH'],
  ],
  [
    'by the file that it names, and accepted after that',
    (signed) => [
      [{ ...about(signed), controlId: numberOf(signed), localIds: ['p2'] }, { controlId: numberOf(signed) }],
    ],
    'ACCEPTED',
    ['RECEIPT_MISMATCH'],
  ],
  [
    'when it was filed already',
    (signed) => [[{ controlId: numberOf(signed) }], [{ ...about(signed), localIds: ['p2'] }]],
    'FILED',
    ['RECEIPT_MISMATCH'],
  ],
  [
    'by mistake, and then under the person',
    (signed) => [[{ ...about(signed), localIds: ['p2'] }], [{ ...about(signed), localIds: ['p1'] }]],
    'FILED',
    ['RECEIPT_MISMATCH'],
  ],
  [
    'when it was, by another id too',
    (signed) => [[{ ...about(signed), localIds: ['OTHER', 'p9'] }]],
    'FILED',
    [],
  ],
])('told under another patient, %s', async (_name, words, theirs, items) => {
  const signed = await world.sign(await world.person('p1'));
  await world.worker(documents());
  await until(signed, 'SETTLED', 'ACCEPTED');
  if (items.length === 0)
    await world.sql(`update record_links set replaced_by_local_id = 'p9' where local_id = 'p1'`);
  const found = async (): Promise<readonly string[]> =>
    (await world.sql<{ kind: string }>('select kind from work_items where resolved_at is null')).map(
      ({ kind }) => kind,
    );
  for (const [index, word] of words(signed).entries()) {
    // The word before is taken up first: together they would be read as one.
    if (index > 0) await eventually(async () => (await found()).length > 0 || (await isFiled(signed)));
    await told(...word);
  }
  await new Promise((resolve) => setTimeout(resolve, 150));
  await until(signed, 'SETTLED', theirs);
  await eventually(async () => (await found()).length >= items.length);
  expect(await found()).toEqual(items);
});

it.each<[string, (signed: SignedHere) => Partial<InboundReceipt>]>([
  ['of another patient', (signed) => ({ ...about(signed), localIds: ['p2'] })],
  ['that it is turned down', (signed) => ({ controlId: numberOf(signed), says: 'REJECTED' })],
])('a word %s, while the first one is being looked at, is not lost', async (_what, word) => {
  const signed = await world.sign(await world.person('p1'));
  const adapter = documents();
  let isTold = false;
  await world.worker({
    ...adapter,
    async find(keys, signal) {
      const found = await adapter.find(keys, signal);
      if (found.some((each) => each !== null) && !isTold) {
        isTold = true;
        await told(word(signed));
      }
      return found;
    },
  });
  await until(signed, 'SETTLED', 'ACCEPTED');
  await told({ controlId: numberOf(signed) });
  await eventually(
    async () =>
      (await world.sql(`select 1 from work_items where kind = 'RECEIPT_MISMATCH' and resolved_at is null`))
        .length === 1,
  );
});

it('without an answer it waits for somebody, is not sent again, and is settled by a late word', async () => {
  farEnd.deed = () => {};
  const [signed, other] = [
    await world.sign(await world.person('p1')),
    await world.sign(await world.person('p2')),
  ] as const;
  await world.worker(documents(HASTY));
  await until(signed, 'PARKED', 'NONE');
  await until(other, 'PARKED', 'NONE');
  expect(farEnd.received).toHaveLength(2);
  await told({ controlId: numberOf(signed) });
  await until(signed, 'SETTLED', 'FILED');
  await until(other, 'PARKED', 'NONE');
  expect(farEnd.received).toHaveLength(2);
  expect(await world.sql('select delivery_id from work_items where resolved_at is null')).toEqual([
    { delivery_id: other.deliveryId },
  ]);
});

it('without an answer whoever finds it there cancels it, and what waits behind it goes', async () => {
  farEnd.deed = () => {};
  const person = await world.person('p1');
  const [signed, next] = [await world.sign(person), await world.sign(person)] as const;
  await world.worker(documents(HASTY));
  await until(signed, 'PARKED', 'NONE');
  farEnd.deed = ANSWERS_AA;
  await new DeliveryService(world.db.database, systemClock).cancel(world.caller, {
    deliveryId: signed.deliveryId,
    idempotencyKey: world.key(),
    reason: 'It is there.',
  });
  await until(next, 'SETTLED', 'ACCEPTED');
  await until(signed, 'CANCELLED', 'NONE');
  expect(farEnd.received).toHaveLength(2);
  for (const [at, each] of [signed, next].entries())
    expect(farEnd.received[at]).toContain(`|${numberOf(each)}`);
});

it('without an answer it is sent again, the same bytes, where the far end knows a repeat', async () => {
  farEnd.deed = ({ number, acknowledge }) => {
    if (number > 2) acknowledge();
  };
  const signed = await world.sign(await world.person('p1'));
  await world.worker(documents({ ...HASTY, repeatsAreHarmless: true }));
  await until(signed, 'SETTLED', 'ACCEPTED');
  expect(farEnd.received.length).toBeGreaterThan(2);
  expect(new Set(farEnd.received).size).toBe(1);
});

it('what is in doubt of somebody who is known otherwise by now is no repeat: it waits, and goes under another number', async () => {
  farEnd.deed = () => {};
  const person = await world.person('p1', { family_name: 'Fotheringhay', given_name: 'Zoë' });
  const signed = await world.sign(person);
  await world.worker(documents({ ...HASTY, repeatsAreHarmless: true }));
  while (farEnd.received.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await world.sql(`update persons set family_name = 'Ashgrove' where id = $1`, [person]);
  await until(signed, 'PARKED', 'NONE');
  const [row] = await world.sql('select last_code from deliveries where id = $1', [signed.deliveryId]);
  expect(row).toEqual({ last_code: 'HUB_DELIVERY_UNPROVEN' });
  const before = farEnd.received.length;
  expect(new Set(farEnd.received).size).toBe(1);
  farEnd.deed = ANSWERS_AA;
  await new DeliveryService(world.db.database, systemClock).replay(world.caller, {
    deliveryId: signed.deliveryId,
    idempotencyKey: world.key(),
    reason: 'It is not there.',
  });
  await until(signed, 'SETTLED', 'ACCEPTED');
  expect(farEnd.received).toHaveLength(before + 1);
  const [first, last] = [farEnd.received[0]!, farEnd.received.at(-1)!];
  expect([first.includes('Fotheringhay'), last.includes('Ashgrove')]).toEqual([true, true]);
  expect(last.split('|')[9]).not.toBe(first.split('|')[9]);
});

it('what the far end cannot carry waits for somebody, by character and limit', async () => {
  const signed = await world.sign(await world.person('p1'), { text: 'Met at the café – “fine”.' });
  await world.worker(documents({ sendCharacterSet: 'ASCII' }));
  await until(signed, 'PARKED', 'NONE');
  expect(farEnd.received).toEqual([]);
  const [row] = await world.sql('select last_code, last_detail from deliveries where id = $1', [
    signed.deliveryId,
  ]);
  expect(row).toEqual({
    last_code: 'HUB_DELIVERY_CHARACTERS',
    last_detail: 'characters: U+00E9, U+2013, U+201C, U+201D; characterSet: ASCII',
  });
});

it('turned down at once it is tried three times, then waits', async () => {
  farEnd.deed = ({ acknowledge }) => acknowledge('AR');
  const signed = await world.sign(await world.person('p1'));
  await world.worker(documents());
  await until(signed, 'PARKED', 'REJECTED');
  expect(farEnd.received).toHaveLength(3);
  const [row] = await world.sql('select last_code, may_have_arrived from deliveries where id = $1', [
    signed.deliveryId,
  ]);
  expect(row).toEqual({ last_code: 'HUB_UPSTREAM_DECLINED', may_have_arrived: false });
});
