/** What happens while the record is being read back: a withdrawal of the hub's own, and answers that say nothing of what is held. */
import { LaneWorld } from '../../support/lane-world.js';
import { ScriptedDocuments } from '../../support/scripted-documents.js';

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

test('a version that is withdrawn between the look’s beginning and the record’s answer is nobody’s work', async () => {
  const signed = await world.sign(await world.person('p1'));
  const find = record.find.bind(record);
  let isFirst = true;
  record.find = async (keys, signal) => {
    if (isFirst) {
      isFirst = false;
      await world.until(await world.withdraw(signed), ({ theirs }) => theirs === 'ACCEPTED');
    }
    return find(keys, signal);
  };
  await world.worker(record);
  const row = await world.until(signed.deliveryId, ({ theirs }) => theirs === 'WITHDRAWN');
  expect(row).toMatchObject({ ours: 'SETTLED', watch_due: null });
  expect(await world.items(signed.deliveryId)).toEqual([]);
});

test('a version that somebody there marks meanwhile still is', async () => {
  const signed = await world.sign(await world.person('p1'));
  const find = record.find.bind(record);
  record.find = async (keys, signal) => {
    record.versions(signed.versionId)[0]!.status = 'ENTERED_IN_ERROR';
    return find(keys, signal);
  };
  await world.worker(record);
  await world.until(
    signed.deliveryId,
    ({ watch_due, theirs }) => theirs === 'ACCEPTED' && watch_due === null,
  );
  expect(await world.items(signed.deliveryId)).toEqual(['RECEIPT_MISMATCH HUB_DELIVERY_MISMATCH']);
});

test('a conflict that is only reported is asked about again, and the document is filed', async () => {
  record.script = (call) =>
    call.kind === 'find' && record.count('find') <= 3 ? { code: 'HUB_UPSTREAM_CONFLICT' } : undefined;
  const signed = await world.sign(await world.person('p1'));
  await world.worker(record);
  await world.filed(signed.deliveryId);
  expect(await world.items(signed.deliveryId)).toEqual([]);
  expect(record.count('find')).toBeGreaterThan(3);
});
