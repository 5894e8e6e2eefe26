/** A signed version on its way: claimed, sent once, settled, read back, filed; in the order of its lane. */

import { DeliveryWorld } from '../../support/delivery-world.js';
import { ScriptedDocuments } from '../../support/scripted-documents.js';

let world: DeliveryWorld;
let record: ScriptedDocuments;
beforeAll(async () => {
  world = await DeliveryWorld.open();
});
beforeEach(() => {
  record = new ScriptedDocuments();
});
afterEach(() => world.stopWorkers());
afterAll(() => world.close());

it('is filed once a second read has shown it', async () => {
  const signed = await world.sign(await world.person('p1'), { text: 'Met at the café.' });
  await world.worker(record);
  const row = await world.filed(signed.deliveryId);
  expect(row).toMatchObject({
    ours: 'SETTLED',
    attempts: 1,
    may_have_arrived: false,
    last_code: null,
    reference: 'DocumentReference/1',
    patient_local_id: 'p1',
    watch_due: null,
  });
  expect(row.filed_at!.getTime()).toBeGreaterThanOrEqual(row.accepted_at!.getTime());
  expect(record.held).toHaveLength(1);
  expect(record.held[0]).toMatchObject({
    documentVersionId: signed.versionId,
    documentId: signed.documentId,
    action: 'CREATE',
    text: 'Met at the café.',
    custodianOdsCode: 'ODS',
    contactOn: '2026-03-02',
    signedAt: '2026-03-02T10:05:00.000Z',
    author: { reference: 'Practitioner/sam' },
  });
  expect(record.count('find')).toBe(1);
  expect(await world.attempts(signed.deliveryId)).toEqual([
    { number: 1, class: 'DONE', code: null, was_asked_first: false },
  ]);
});
