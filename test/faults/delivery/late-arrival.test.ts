/** A document that reaches the record long after the hub was told nothing, or was told no: what was decided meanwhile holds in the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelUnsent } from '../../../src/delivery/unsent.service.js';
import { LaneWorld, type SignedHere } from '../../support/lane-world.js';
import { type ScriptedAnswer, ScriptedDocuments } from '../../support/scripted-documents.js';

let world: LaneWorld;
let record: ScriptedDocuments;
beforeAll(async () => {
  world = await LaneWorld.open();
});
beforeEach(async () => {
  await world.clear();
  record = new ScriptedDocuments();
});
afterEach(() => world.stopWorkers());
afterAll(() => world.close());

const UNDER_WAY: ScriptedAnswer = { code: 'HUB_UPSTREAM_AMBIGUOUS', late: true };
const NO: ScriptedAnswer = { code: 'HUB_UPSTREAM_REJECTED' };
const states = () => record.held.map(({ documentVersionId, status }) => [documentVersionId, status]);
const withdrawals = () =>
  world.sql<{ id: string; ours: string; theirs: string }>(
    `select id, ours, theirs from deliveries where operation = 'WITHDRAW' order by queued_at`,
  );
const openItems = () => world.sql('select kind, code from work_items where resolved_at is null');

/** A version whose first write is under way for long; the second is refused for certain, or there is none. */
async function parkedInDoubt(second: ScriptedAnswer | null, settings = {}): Promise<SignedHere> {
  const signed = await world.sign(await world.person('p1'));
  record.script = ({ kind, versionId, nth }) => {
    if (kind !== 'send' || versionId !== signed.versionId) return undefined;
    return nth === 1 ? UNDER_WAY : (second ?? undefined);
  };
  await world.worker(record, { ambiguousLimit: second ? 9 : 1, ...settings });
  await world.parked(signed.deliveryId);
  return signed;
}

/** As a retraction does it. */
async function retract(signed: SignedHere): Promise<void> {
  expect(await world.as('write', (tx) => cancelUnsent(tx, signed.versionId, 'RETRACTED'))).toBe('IN_FLIGHT');
  await world.withdraw(signed);
}

describe.each([true, false])('where repeats are harmless: %s', (repeatsAreHarmless) => {
  beforeEach(() => {
    record.traits = { ...record.traits, repeatsAreHarmless };
  });

  test.each([
    ['and was then told no', NO],
    ['and nothing more', null],
  ])(
    'retracted when the hub was told nothing %s: what lands later is withdrawn by itself',
    async (_name, second) => {
      const signed = await parkedInDoubt(second);
      await retract(signed);
      await world.eventually(async () => (await withdrawals())[0]?.ours === 'SETTLED');
      expect(await withdrawals()).toMatchObject([{ theirs: 'NONE' }]);
      expect(record.count('withdraw')).toBe(0);
      record.land();
      expect(states()).toEqual([[signed.versionId, 'CURRENT']]);
      await world.eventually(async () => (await withdrawals())[1]?.theirs === 'WITHDRAWN');
      expect(states()).toEqual([[signed.versionId, 'ENTERED_IN_ERROR']]);
      await sleep(150);
      expect(await withdrawals()).toHaveLength(2);
      expect(await openItems()).toEqual([]);
      expect(await world.delivery(signed.deliveryId)).toMatchObject({
        ours: 'CANCELLED',
        filed_at: null,
        watch_due: null,
      });
      expect(await world.lane(signed.personId)).toMatchObject({ state: 'IDLE' });
    },
  );

  test('retracted, and it lands between the two questions: one withdrawal does it', async () => {
    const signed = await parkedInDoubt(NO, { ambiguousWaitMs: 1_500 });
    const before = record.count('find');
    // Held still, so that the withdrawal alone asks.
    await world.sql(`update destinations set paused_until = 'infinity', paused_by = 'sam'`);
    await retract(signed);
    await world.sql(`update deliveries set watch_due = null`);
    await world.sql('update destinations set paused_until = null, paused_by = null');
    await world.eventually(() => record.count('find') === before + 1);
    record.land();
    await world.eventually(async () => (await withdrawals())[0]?.theirs === 'WITHDRAWN');
    expect(states()).toEqual([[signed.versionId, 'ENTERED_IN_ERROR']]);
    expect(await withdrawals()).toHaveLength(1);
  });

  test('amended: what lands beside the amendment is somebody’s work, once', async () => {
    const one = await parkedInDoubt(NO);
    expect(await world.as('write', (tx) => cancelUnsent(tx, one.versionId, 'AMENDED'))).toBe('IN_FLIGHT');
    const two = await world.follow(one, 'REPLACE');
    await world.filed(two.deliveryId);
    record.land();
    await world.eventually(async () => (await openItems()).length > 0);
    expect(await world.items(one.deliveryId)).toEqual(['RECEIPT_MISMATCH HUB_DELIVERY_LATE']);
    expect(states()).toEqual([
      [two.versionId, 'CURRENT'],
      [one.versionId, 'CURRENT'],
    ]);
    await world.until(one.deliveryId, (row) => row.watch_due === null);
    expect(await withdrawals()).toEqual([]);
    expect((await world.delivery(two.deliveryId)).theirs).toBe('FILED');
  });

  test('amended and then retracted: both are withdrawn in the end', async () => {
    const one = await parkedInDoubt(NO);
    await world.as('write', (tx) => cancelUnsent(tx, one.versionId, 'AMENDED'));
    const two = await world.follow(one, 'REPLACE');
    await world.filed(two.deliveryId);
    await world.until(await world.withdraw(two), (row) => row.theirs === 'WITHDRAWN');
    record.land();
    await world.eventually(() => record.held.every(({ status }) => status === 'ENTERED_IN_ERROR'));
    await world.eventually(async () => (await withdrawals()).every(({ theirs }) => theirs === 'WITHDRAWN'));
    expect(await openItems()).toEqual([]);
  });

  test('amended when it had landed: the amendment takes its place, and nobody is told', async () => {
    const one = await parkedInDoubt(NO);
    record.land();
    await world.as('write', async (tx) => cancelUnsent(tx, one.versionId, 'AMENDED'));
    const two = await world.follow(one, 'REPLACE');
    await world.filed(two.deliveryId);
    expect(states()).toContainEqual([two.versionId, 'CURRENT']);
    expect(states()).toContainEqual([one.versionId, 'SUPERSEDED']);
  });
});

test('it is looked for during its time and no longer, ever more rarely', async () => {
  const signed = await parkedInDoubt(NO, { lateWatchMs: 1_500, longestBackoffMs: 300 });
  await retract(signed);
  expect((await world.delivery(signed.deliveryId)).watch_due).not.toBeNull();
  await world.until(signed.deliveryId, (row) => row.watch_due === null);
  // The withdrawal looks for itself.
  await world.eventually(async () => (await withdrawals())[0]?.ours === 'SETTLED');
  const looks = record.count('find');
  expect(looks).toBeLessThan(30);
  await sleep(150);
  expect(record.count('find')).toBe(looks);
  expect(await openItems()).toEqual([]);
});

test('what certainly never arrived is not looked for', async () => {
  const signed = await world.sign(await world.person('p1'));
  record.script = ({ kind }) => (kind === 'send' ? NO : undefined);
  await world.worker(record);
  await world.parked(signed.deliveryId);
  expect(await world.as('write', (tx) => cancelUnsent(tx, signed.versionId, 'RETRACTED'))).toBe('CANCELLED');
  expect(await world.delivery(signed.deliveryId)).toMatchObject({ ours: 'CANCELLED', watch_due: null });
  expect(record.count('find')).toBe(0);
});
