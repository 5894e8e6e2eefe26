/** Amendments, additions and withdrawals: to what they refer when what went before them is on the record, on its way, cancelled or in doubt. */
import { cancelUnsent } from '../../../src/delivery/unsent.service.js';
import { LaneWorld, type SignedHere } from '../../support/lane-world.js';
import { ScriptedDocuments } from '../../support/scripted-documents.js';

let world: LaneWorld;
let record: ScriptedDocuments;
let people = 0;
beforeAll(async () => {
  world = await LaneWorld.open();
});
beforeEach(async () => {
  await world.clear();
  record = new ScriptedDocuments();
});
afterEach(() => world.stopWorkers());
afterAll(() => world.close());

const someone = (): Promise<string> => world.person(`p${++people}`);
const cancel = (signed: SignedHere) =>
  world.as('write', (tx) => cancelUnsent(tx, signed.versionId, 'RETRACTED'));
/** Versions, actions and predecessors as the record has them. */
const told = () =>
  record.held.map((each) => [each.documentVersionId, each.action, each.predecessorReference, each.status]);

it('a replacement and an addition refer to what they follow by its reference there', async () => {
  const one = await world.sign(await someone());
  const two = await world.follow(one, 'REPLACE');
  const three = await world.follow(two, 'APPEND', { version: 3 });
  await world.worker(record);
  await world.filed(three.deliveryId);
  expect(told()).toEqual([
    [one.versionId, 'CREATE', null, 'SUPERSEDED'],
    [two.versionId, 'REPLACE', 'DocumentReference/1', 'CURRENT'],
    [three.versionId, 'APPEND', 'DocumentReference/2', 'CURRENT'],
  ]);
  await world.filed(one.deliveryId);
});

describe('what was cancelled before it left', () => {
  it.each([
    ['REPLACE', 'CREATE'],
    ['APPEND', 'CREATE'],
  ] as const)('a first version: what would %s it is a %s', async (action, as) => {
    const one = await world.sign(await someone());
    expect(await cancel(one)).toBe('CANCELLED');
    const two = await world.follow(one, action);
    await world.worker(record);
    await world.filed(two.deliveryId);
    expect(told()).toEqual([[two.versionId, as, null, 'CURRENT']]);
    expect(await world.attempts(one.deliveryId)).toEqual([]);
  });

  it.each([
    ['REPLACE', 'REPLACE', 'REPLACE'],
    ['APPEND', 'REPLACE', 'APPEND'],
    ['REPLACE', 'APPEND', 'APPEND'],
    ['APPEND', 'APPEND', 'APPEND'],
  ] as const)('a %s: what would %s it is a %s of the one before', async (second, third, as) => {
    const one = await world.sign(await someone());
    const two = await world.follow(one, second);
    expect(await cancel(two)).toBe('CANCELLED');
    const three = await world.follow(two, third, { version: 3 });
    await world.worker(record);
    await world.filed(three.deliveryId);
    expect(told().at(-1)).toEqual([three.versionId, as, 'DocumentReference/1', 'CURRENT']);
  });

  it('a version that stayed in the service is as if it had never been', async () => {
    const one = await world.sign(await someone(), { enqueued: false, visibility: 'SERVICE_ONLY' });
    const two = await world.follow(one, 'REPLACE');
    await world.worker(record);
    await world.filed(two.deliveryId);
    expect(told()).toEqual([[two.versionId, 'CREATE', null, 'CURRENT']]);
  });
});

it('a receipt without a reference: the replacement asks for it', async () => {
  const one = await world.sign(await someone());
  const two = await world.follow(one, 'REPLACE');
  record.script = (call) =>
    call.kind === 'send' && call.versionId === one.versionId ? { mute: true } : undefined;
  await world.worker(record, { watchMs: 60_000 });
  await world.until(two.deliveryId, (row) => row.accepted_at !== null);
  expect(told().at(-1)).toEqual([two.versionId, 'REPLACE', 'DocumentReference/1', 'CURRENT']);
});

it('a receipt without a reference that does not show: the replacement waits, and in the end somebody is told', async () => {
  const one = await world.sign(await someone());
  const two = await world.follow(one, 'REPLACE');
  record.shows = false;
  record.script = (call) => (call.kind === 'send' ? { mute: true } : undefined);
  await world.worker(record, { ambiguousLimit: 4 });
  await world.parked(two.deliveryId, 'HUB_DELIVERY_PREDECESSOR');
  expect((await world.attempts(two.deliveryId)).map((each) => each.class)).toEqual(Array(4).fill('WAITED'));
  expect(record.count('send', two.versionId)).toBe(0);
});

it('a reference that the record no longer knows is looked for once more', async () => {
  const one = await world.sign(await someone());
  await world.worker(record);
  await world.filed(one.deliveryId);
  Object.assign(record.held[0]!, { reference: 'DocumentReference/moved' });
  const two = await world.follow(one, 'REPLACE');
  await world.filed(two.deliveryId);
  expect(told().at(-1)).toEqual([two.versionId, 'REPLACE', 'DocumentReference/moved', 'CURRENT']);
  record.held.length = 0;
  const three = await world.follow(two, 'REPLACE', { version: 3 });
  await world.parked(three.deliveryId, 'HUB_DELIVERY_PREDECESSOR');
  expect(record.held).toEqual([]);
});

describe('withdrawing', () => {
  it('what is on the record is marked as entered in error, and proved so by reading', async () => {
    const one = await world.sign(await someone());
    await world.worker(record);
    await world.filed(one.deliveryId);
    const id = await world.withdraw(one);
    const row = await world.until(id, (each) => each.theirs === 'WITHDRAWN');
    expect(row).toMatchObject({ ours: 'SETTLED', attempts: 1, watch_due: null });
    expect(record.held[0]!.status).toBe('ENTERED_IN_ERROR');
    expect((await world.delivery(one.deliveryId)).theirs).toBe('FILED');
  });

  it('an answer that is no proof is not taken for one', async () => {
    const one = await world.sign(await someone());
    await world.worker(record);
    await world.filed(one.deliveryId);
    record.withdraw = async () => ({ stage: 'ACCEPTED', reference: null, version: null });
    const id = await world.withdraw(one);
    await world.until(id, (each) => each.theirs === 'ACCEPTED');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await world.delivery(id)).theirs).toBe('ACCEPTED');
  });

  it('goes to the record that the version was sent to, even while the identity is in dispute', async () => {
    const personId = await someone();
    const one = await world.sign(personId);
    await world.worker(record);
    await world.filed(one.deliveryId);
    await world.sql(`update persons set identity_state = 'CONFLICT' where id = $1`, [personId]);
    await world.until(await world.withdraw(one), (each) => each.theirs === 'WITHDRAWN');
  });

  it('of what never left leaves nothing to do', async () => {
    const one = await world.sign(await someone());
    await cancel(one);
    const id = await world.withdraw(one);
    await world.worker(record);
    const row = await world.until(id, (each) => each.ours === 'SETTLED');
    expect(row).toMatchObject({ theirs: 'NONE', watch_due: null });
    expect(record.calls.filter((call) => call.versionId === one.versionId)).toEqual([]);
  });

  it('of a parked head that may have arrived: the head is cancelled, what arrived is found and marked', async () => {
    const personId = await someone();
    const one = await world.sign(personId);
    record.script = (call) =>
      call.kind === 'send' ? { code: 'HUB_UPSTREAM_AMBIGUOUS', effect: true } : undefined;
    record.shows = false;
    await world.worker(record, { ambiguousLimit: 1 });
    await world.parked(one.deliveryId, 'HUB_DELIVERY_EXHAUSTED');
    record.shows = true;
    expect(await cancel(one)).toBe('IN_FLIGHT');
    expect((await world.delivery(one.deliveryId)).ours).toBe('CANCELLED');
    await world.until(await world.withdraw(one), (each) => each.theirs === 'WITHDRAWN');
    expect(told()).toEqual([[one.versionId, 'CREATE', null, 'ENTERED_IN_ERROR']]);
  });

  it('a repeat of the withdrawal is harmless', async () => {
    const one = await world.sign(await someone());
    await world.worker(record);
    await world.filed(one.deliveryId);
    let failures = 2;
    record.script = (call) =>
      call.kind === 'withdraw' && failures-- > 0
        ? { code: 'HUB_UPSTREAM_AMBIGUOUS', effect: true }
        : undefined;
    await world.until(await world.withdraw(one), (each) => each.theirs === 'WITHDRAWN');
    expect(record.count('withdraw')).toBe(3);
  });

  it('a version whose reference is gone is somebody’s work', async () => {
    const one = await world.sign(await someone());
    await world.worker(record);
    await world.filed(one.deliveryId);
    record.held.length = 0;
    await world.parked(await world.withdraw(one), 'HUB_DELIVERY_PREDECESSOR');
  });
});

describe('cancelUnsent', () => {
  it('says NONE of a version without a delivery', async () => {
    expect(await cancel(await world.sign(await someone(), { enqueued: false }))).toBe('NONE');
  });

  it('cancels what waits, wherever it is in its lane, once; the lane passes over it', async () => {
    const personId = await someone();
    const signed = [await world.sign(personId), await world.sign(personId), await world.sign(personId)];
    expect(await cancel(signed[1]!)).toBe('CANCELLED');
    expect(await cancel(signed[1]!)).toBe('NONE');
    await world.worker(record);
    await world.filed(signed[2]!.deliveryId);
    expect(record.held.map((each) => each.documentVersionId)).toEqual([
      signed[0]!.versionId,
      signed[2]!.versionId,
    ]);
    expect(await world.delivery(signed[1]!.deliveryId)).toMatchObject({
      ours: 'CANCELLED',
      theirs: 'NONE',
      last_code: 'RETRACTED',
      attempts: 0,
    });
    expect(await world.lane(personId)).toMatchObject({ state: 'IDLE', holder: null });
  });

  it('cancels a parked head without waiting for its lane, which goes on', async () => {
    const personId = await someone();
    const [one, two] = [await world.sign(personId), await world.sign(personId)];
    record.script = (call) =>
      call.kind === 'send' && call.versionId === one.versionId
        ? { code: 'HUB_UPSTREAM_REJECTED' }
        : undefined;
    await world.worker(record);
    await world.parked(one.deliveryId);
    expect(await cancel(one)).toBe('CANCELLED');
    await world.filed(two.deliveryId);
    expect(await world.items(one.deliveryId)).toEqual([]);
  });

  it('does not touch what is under way or has been taken', async () => {
    const one = await world.sign(await someone());
    const held = Promise.withResolvers<void>();
    record.script = (call) => (call.kind === 'send' ? { heldUntil: held.promise } : undefined);
    await world.worker(record);
    await world.until(one.deliveryId, (row) => row.ours === 'SENDING');
    expect(await cancel(one)).toBe('IN_FLIGHT');
    held.resolve();
    await world.filed(one.deliveryId);
    expect(await cancel(one)).toBe('SETTLED');
    expect(await world.delivery(one.deliveryId)).toMatchObject({ ours: 'SETTLED', theirs: 'FILED' });
  });

  it('does not touch what waits for another try and may have arrived', async () => {
    const one = await world.sign(await someone());
    record.script = (call) => (call.kind === 'send' ? { code: 'HUB_UPSTREAM_AMBIGUOUS' } : undefined);
    await world.worker(record, { backoffMs: 60_000, longestBackoffMs: 60_000 });
    await world.until(one.deliveryId, (row) => row.ours === 'QUEUED' && row.attempts === 1);
    expect(await cancel(one)).toBe('IN_FLIGHT');
    expect((await world.delivery(one.deliveryId)).ours).toBe('QUEUED');
  });
});
