/** A signed version on its way: claimed, sent once, settled, read back, filed; in the order of its lane. */

import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '../../../src/core/logger.js';
import { LaneWorld } from '../../support/lane-world.js';
import { ScriptedDocuments } from '../../support/scripted-documents.js';

let world: LaneWorld;
let record: ScriptedDocuments;
beforeAll(async () => {
  world = await LaneWorld.open();
});
beforeEach(async () => {
  // What an earlier test left on its way would be read back in this one.
  await world.clear();
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

it('goes out in the order of signing, one at a time for a person, while other people do not wait', async () => {
  const people = await Promise.all(Array.from({ length: 10 }, (_, n) => world.person(`order-${n}`)));
  for (let n = 0; n < 8; n++)
    await Promise.all(people.map((personId) => world.sign(personId, { title: `${n}` })));
  record.script = (call) => (call.kind === 'send' ? { beforeMs: Math.random() * 10 } : undefined);
  await world.worker(record);
  await world.allEnded();
  expect(record.overlaps).toEqual([]);
  expect(record.held).toHaveLength(80);
  for (let n = 0; n < 10; n++) {
    const titles = record.held.filter(({ localId }) => localId === `order-${n}`).map(({ title }) => title);
    expect(titles).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  }
  expect(record.peak).toBeGreaterThan(3);
});

it('a slow answer holds up its own person alone', async () => {
  const slow = await world.sign(await world.person('slow'));
  const others = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => world.sign(await world.person(`quick-${n}`))),
  );
  const held = Promise.withResolvers<void>();
  record.script = (call) =>
    call.versionId === slow.versionId && call.kind === 'send' ? { heldUntil: held.promise } : undefined;
  await world.worker(record);
  for (const other of others) await world.filed(other.deliveryId);
  expect(await world.delivery(slow.deliveryId)).toMatchObject({ ours: 'SENDING', theirs: 'NONE' });
  held.resolve();
  await world.filed(slow.deliveryId);
});

it('reads many back in one call', async () => {
  record.shows = false;
  await world.worker(record, { watchMs: 150 });
  const signed = await Promise.all(
    Array.from({ length: 40 }, async (_, n) => world.sign(await world.person(`batch-${n}`))),
  );
  for (const each of signed) await world.until(each.deliveryId, (row) => row.theirs === 'ACCEPTED');
  record.batches.length = 0;
  record.shows = true;
  for (const each of signed) await world.filed(each.deliveryId);
  expect(record.batches.length).toBeLessThan(30);
  expect(Math.max(...record.batches)).toBeGreaterThan(3);
});

it('is woken by the signature and does not wait for the poll', async () => {
  await world.worker(record, { pollMs: 60_000, watchMs: 1 });
  const personId = await world.person('awake');
  await world.filed((await world.sign(personId)).deliveryId);
  const { deliveryId } = await world.sign(personId);
  await world.until(deliveryId, (row) => row.accepted_at !== null);
  // The next of a lane follows by itself as well.
  const two = [await world.sign(personId), await world.sign(personId)];
  for (const each of two) await world.until(each.deliveryId, (row) => row.accepted_at !== null);
});

it('is woken by a signature that had locked the lane while it looked', async () => {
  await world.worker(record, { pollMs: 60_000, watchMs: 1 });
  const personId = await world.person('passed over');
  await world.filed((await world.sign(personId)).deliveryId);
  const { promise: open, resolve: letGo } = Promise.withResolvers<void>();
  let second: ReturnType<typeof world.sign> | undefined;
  const first = await world.sign(
    personId,
    {},
    {
      after: async () => {
        second = world.sign(personId, {}, { after: () => open });
        // It waits for the lane, and has it once this one is committed.
        await sleep(100);
      },
    },
  );
  await sleep(300);
  await world.until(first.deliveryId, (row) => row.ours === 'QUEUED');
  letGo();
  for (const each of [first, await second!])
    await world.until(each.deliveryId, (row) => row.accepted_at !== null);
});

describe('the limit of a destination', () => {
  it.each([[1], [5]])('%s in flight at most, whatever the number of workers', async (limit) => {
    await world.destination({ maxInFlight: limit });
    for (let n = 0; n < 25; n++) await world.sign(await world.person(`limit-${limit}-${n}`));
    record.script = (call) => (call.kind === 'send' ? { beforeMs: 15 } : undefined);
    await Promise.all(Array.from({ length: 4 }, () => world.worker(record)));
    await world.allEnded();
    expect(record.held).toHaveLength(25);
    expect(record.peak).toBeLessThanOrEqual(limit);
    expect(record.peak).toBeGreaterThan(limit / 2);
  });
});

describe('stopping', () => {
  it('waits for what is under way and takes nothing new', async () => {
    const signed = await Promise.all(
      Array.from({ length: 3 }, async (_, n) => world.sign(await world.person(`stop-${n}`))),
    );
    const held = Promise.withResolvers<void>();
    record.script = (call) => (call.kind === 'send' ? { heldUntil: held.promise } : undefined);
    await world.worker(record);
    for (const each of signed) await world.until(each.deliveryId, (row) => row.ours === 'SENDING');
    const stopping = world.stopWorkers();
    await sleep(100);
    held.resolve();
    await stopping;
    for (const each of signed)
      expect(await world.delivery(each.deliveryId)).toMatchObject({ theirs: 'ACCEPTED' });
    const late = await world.sign(signed[0]!.personId);
    expect(await world.delivery(late.deliveryId)).toMatchObject({ ours: 'QUEUED' });
    expect(await world.sql('select 1 from delivery_lanes where holder is not null')).toEqual([]);
    await world.worker(record);
    await world.filed(late.deliveryId);
  });

  it('gives up after the grace what does not answer, and asks before it sends again', async () => {
    const { deliveryId, versionId } = await world.sign(await world.person('stop-hung'));
    record.script = (call) => (call.kind === 'send' && call.nth === 1 ? { afterMs: 60_000 } : undefined);
    await world.worker(record, { graceMs: 100 });
    await world.until(deliveryId, () => record.versions(versionId).length === 1);
    const begun = performance.now();
    await world.stopWorkers();
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(await world.delivery(deliveryId)).toMatchObject({ ours: 'QUEUED', may_have_arrived: true });
    await world.worker(record);
    await world.filed(deliveryId);
    expect(record.versions(versionId)).toHaveLength(1);
  });
});

describe('the connection that proves life', () => {
  it('is made anew when it is lost, and nothing is sent meanwhile', async () => {
    await world.worker(record);
    await world.filed((await world.sign(await world.person('life-1'))).deliveryId);
    const before = await world.sql<{ pid: number }>(
      `select pid from pg_stat_activity where application_name = 'hub listener' and datname = current_database()`,
    );
    await world.sql('select pg_terminate_backend($1, 60000)', [before[0]!.pid]);
    await world.filed((await world.sign(await world.person('life-2'))).deliveryId);
    const locks = await world.sql<{ pid: number }>(
      `select distinct l.pid from pg_locks l join pg_stat_activity a on a.pid = l.pid
       where l.locktype = 'advisory' and a.application_name = 'hub listener' and a.datname = current_database()`,
    );
    expect(locks).toHaveLength(1);
    expect(locks[0]!.pid).not.toBe(before[0]!.pid);
  });

  it('losing it ends the sends under way; they are settled as ambiguous and asked for', async () => {
    const { deliveryId, versionId } = await world.sign(await world.person('life-3'));
    record.script = (call) => (call.kind === 'send' && call.nth === 1 ? { afterMs: 60_000 } : undefined);
    await world.worker(record);
    await world.until(deliveryId, () => record.versions(versionId).length === 1);
    await world.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hub listener' and datname = current_database()`,
    );
    await world.filed(deliveryId);
    expect(record.versions(versionId)).toHaveLength(1);
    expect((await world.attempts(deliveryId))[0]).toMatchObject({ class: 'AMBIGUOUS' });
  });
});

it('every attempt is on record, without a word of the document', async () => {
  const personId = await world.person('audit');
  const { deliveryId, versionId } = await world.sign(personId, { text: 'Nobody else may read this.' });
  record.script = (call) =>
    call.kind === 'send' && call.nth < 3 ? { code: 'HUB_UPSTREAM_UNAVAILABLE' } : undefined;
  await world.worker(record);
  await world.filed(deliveryId);
  const events = await world.sql(
    `select subject, kind, operation, person_ids, details from audit_events where details ->> 'deliveryId' = $1 order by at, id`,
    [deliveryId],
  );
  expect(events).toEqual(
    [1, 2, 3].map((attempt) => ({
      subject: 'system:delivery',
      kind: 'SYSTEM',
      operation: 'delivery.attempt',
      person_ids: [personId],
      details: {
        deliveryId,
        documentVersionId: versionId,
        operation: 'FILE',
        attempt,
        systemId: world.systemId,
      },
    })),
  );
  expect(await world.attempts(deliveryId)).toMatchObject([
    { class: 'TRANSIENT', code: 'HUB_UPSTREAM_UNAVAILABLE' },
    { class: 'TRANSIENT', code: 'HUB_UPSTREAM_UNAVAILABLE' },
    { class: 'DONE' },
  ]);
});

it('without the record of it nothing is claimed and nothing leaves; it is tried again soon, however far the next look', async () => {
  const { deliveryId } = await world.sign(await world.person('no-audit'));
  const said: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => said.push(message) };
  await world.sql('alter table audit_events rename to audit_events_away');
  try {
    await world.worker(record, { pollMs: 60_000 }, logger);
    const refused = () => said.filter((each) => each === 'lanes could not be claimed').length;
    await world.eventually(() => refused() > 2 || record.calls.length > 0);
    expect(record.calls).toEqual([]);
    expect(await world.delivery(deliveryId)).toMatchObject({ ours: 'QUEUED', attempts: 0 });
  } finally {
    await world.sql('alter table audit_events_away rename to audit_events');
  }
  await world.filed(deliveryId);
  expect(record.count('send')).toBe(1);
});
