/** Filed is only what a second read of the record has shown; everything else is looked for again, or somebody is told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorkItem, WorkItemKind } from '../../../src/delivery/work-item.service.js';
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

const sign = async (): Promise<SignedHere> => world.sign(await world.person(`p${++people}`));

it('accepted is not filed: as long as the record does not show it, it is looked for ever more rarely', async () => {
  record.shows = false;
  const { deliveryId } = await sign();
  await world.worker(record);
  await world.eventually(() => record.count('find') > 3);
  const before = record.count('find');
  await sleep(400);
  const row = await world.delivery(deliveryId);
  expect(row).toMatchObject({ ours: 'SETTLED', theirs: 'ACCEPTED', filed_at: null, ended_at: null });
  expect(record.count('find') - before).toBeLessThan(30);
  record.shows = true;
  await world.filed(deliveryId);
});

it('held for review there: awaiting signature until it is final', async () => {
  record.script = (call) => (call.kind === 'send' ? { held: true } : undefined);
  const { deliveryId, versionId } = await sign();
  await world.worker(record);
  await world.until(deliveryId, (row) => row.theirs === 'AWAITING_SIGNATURE');
  await sleep(100);
  expect(await world.delivery(deliveryId)).toMatchObject({ ours: 'SETTLED', filed_at: null });
  record.versions(versionId)[0]!.isFinal = true;
  await world.filed(deliveryId);
});

it('accepted at first, then seen to be held', async () => {
  record.script = (call) => (call.kind === 'send' ? { held: true } : undefined);
  const send = record.send.bind(record);
  record.send = async (document, signal) => ({ ...(await send(document, signal)), stage: 'ACCEPTED' });
  const { deliveryId } = await sign();
  await world.worker(record);
  await world.until(deliveryId, (row) => row.theirs === 'AWAITING_SIGNATURE');
});

it.each<[string, (record: ScriptedDocuments, versionId: string) => void]>([
  ['another text', (held, id) => Object.assign(held.versions(id)[0]!, { textHash: 'f'.repeat(64) })],
  [
    'marked as entered in error by somebody there',
    (held, id) => Object.assign(held.versions(id)[0]!, { status: 'ENTERED_IN_ERROR' }),
  ],
  ['twice', (held, id) => held.held.push({ ...held.versions(id)[0]!, reference: 'DocumentReference/twin' })],
])('%s: never filed, somebody is told, no more looks', async (_name, spoil) => {
  record.shows = false;
  const { deliveryId, versionId } = await sign();
  const good = await sign();
  await world.worker(record);
  for (const id of [deliveryId, good.deliveryId]) await world.until(id, (each) => each.theirs === 'ACCEPTED');
  spoil(record, versionId);
  record.shows = true;
  await world.filed(good.deliveryId);
  const row = await world.until(deliveryId, (each) => each.watch_due === null);
  expect(row).toMatchObject({ theirs: 'ACCEPTED', filed_at: null });
  expect(await world.items(deliveryId)).toEqual(['RECEIPT_MISMATCH HUB_DELIVERY_MISMATCH']);
});

it('a text that cannot be read back proves nothing', async () => {
  record.readsText = false;
  const { deliveryId } = await sign();
  await world.worker(record, { overdueMs: 150 });
  await world.eventually(async () => (await world.items(deliveryId)).length > 0);
  expect(await world.delivery(deliveryId)).toMatchObject({ theirs: 'ACCEPTED', filed_at: null });
  expect(await world.items(deliveryId)).toEqual(['RECEIPT_OVERDUE HUB_UPSTREAM_NOT_FOUND']);
});

it('overdue is somebody’s work, once; when it shows after all it is filed and the work is done', async () => {
  record.shows = false;
  const { deliveryId, documentId } = await sign();
  await world.as('worker', (tx) =>
    openWorkItem(tx, {
      kind: WorkItemKind.URGENT_NOT_FILED,
      organisationId: world.organisationId,
      teamId: world.teamId,
      subjectId: documentId,
      deliveryId,
    }),
  );
  await world.worker(record, { overdueMs: 100 });
  await world.eventually(async () => (await world.items(deliveryId)).length > 0);
  expect(await world.items(deliveryId)).toEqual(['RECEIPT_OVERDUE HUB_UPSTREAM_NOT_FOUND']);
  record.shows = true;
  await world.filed(deliveryId);
  expect(await world.sql('select kind from work_items where resolved_at is null')).toEqual([]);
  expect(await world.sql(`select resolution from work_items group by 1`)).toEqual([
    { resolution: 'the record shows it' },
  ]);
});

it('a record that cannot be read is read again; what was asked for is waited for', async () => {
  let failures = 3;
  record.script = (call) =>
    call.kind === 'find' && failures-- > 0
      ? { code: failures === 0 ? 'HUB_UPSTREAM_PROTOCOL' : 'HUB_UPSTREAM_UNAVAILABLE' }
      : undefined;
  const { deliveryId } = await sign();
  await world.worker(record);
  await world.filed(deliveryId);
  record.script = (call) =>
    call.kind === 'find' ? { code: 'HUB_UPSTREAM_UNAVAILABLE', retryAfterMs: 3_600_000 } : undefined;
  const other = await sign();
  const row = await world.until(
    other.deliveryId,
    (each) => each.watch_due !== null && each.watch_due.getTime() > Date.now() + 3_000_000,
  );
  expect(row.theirs).toBe('ACCEPTED');
});

it('two workers do not read the same twice, and one that dies between leaves it to the other', async () => {
  const signed = await Promise.all(Array.from({ length: 20 }, sign));
  await Promise.all([world.worker(record), world.worker(record)]);
  for (const { deliveryId } of signed) await world.filed(deliveryId);
  for (const { versionId } of signed) expect(record.count('find', versionId)).toBe(1);
});

it('while the destination is paused nothing is read', async () => {
  record.shows = false;
  const { deliveryId } = await sign();
  await world.worker(record);
  await world.until(deliveryId, (row) => row.theirs === 'ACCEPTED');
  await world.sql(`update destinations set paused_until = 'infinity', paused_by = 'sam'`);
  await sleep(150);
  const looks = record.count('find');
  record.shows = true;
  await sleep(200);
  expect(record.count('find')).toBe(looks);
  await world.sql('update destinations set paused_until = null, paused_by = null');
  await world.filed(deliveryId);
});

it('withdrawn by the hub before it was read back: withdrawn, and not a mismatch', async () => {
  record.shows = false;
  const signed = await sign();
  await world.worker(record);
  await world.until(signed.deliveryId, (row) => row.theirs === 'ACCEPTED');
  const id = await world.withdraw(signed);
  await world.until(id, (row) => row.theirs === 'ACCEPTED');
  record.shows = true;
  await world.until(id, (row) => row.theirs === 'WITHDRAWN');
  await world.until(signed.deliveryId, (row) => row.theirs === 'WITHDRAWN');
  expect(await world.items(signed.deliveryId)).toEqual([]);
});
