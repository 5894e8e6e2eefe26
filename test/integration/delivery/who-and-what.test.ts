/** Who the person is, is decided when the document leaves: links, merges, disputes, deaths; and what the destination can carry. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LaneWorld } from '../../support/lane-world.js';
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

const localId = (): string => `p${++people}`;

describe('a person without a record in the destination', () => {
  it('waits as somebody’s work and goes by itself once linked, with all that came after', async () => {
    const personId = await world.person(null);
    const [one, two] = [await world.sign(personId), await world.sign(personId)];
    await world.worker(record);
    await world.parked(one.deliveryId, 'HUB_DELIVERY_UNLINKED');
    expect(await world.items(one.deliveryId)).toEqual(['UNLINKED HUB_DELIVERY_UNLINKED']);
    expect(record.calls).toEqual([]);
    await world.link(personId, 'late');
    await world.filed(two.deliveryId);
    expect(record.held.map((each) => [each.documentVersionId, each.localId])).toEqual([
      [one.versionId, 'late'],
      [two.versionId, 'late'],
    ]);
    expect(await world.items(one.deliveryId)).toEqual([]);
    const [item] = await world.sql('select resolved_by, resolution from work_items where subject_id = $1', [
      one.deliveryId,
    ]);
    expect(item).toEqual({ resolved_by: 'system:delivery', resolution: 'the person has been linked' });
  });

  it.each([
    ['no longer in use', { active: false }],
    ['replaced by another that nobody knows', { replaced_by_local_id: 'unknown' }],
  ])('a record that is %s is none', async (_name, change) => {
    const id = localId();
    const personId = await world.person(id);
    const [[column, value]] = Object.entries(change) as [[string, unknown]];
    await world.sql(`update record_links set ${column} = $2 where local_id = $1`, [id, value]);
    const { deliveryId } = await world.sign(personId);
    await world.worker(record);
    await world.parked(deliveryId, 'HUB_DELIVERY_UNLINKED');
  });

  it('a record in another system is none here', async () => {
    const personId = await world.person(null);
    await world.link(personId, 'elsewhere', await world.system('OTHER'));
    const { deliveryId } = await world.sign(personId);
    await world.worker(record);
    await world.parked(deliveryId, 'HUB_DELIVERY_UNLINKED');
  });

  it('goes too when the person turns out to be one who has a record', async () => {
    const personId = await world.person(null);
    const { deliveryId } = await world.sign(personId);
    await world.worker(record);
    await world.parked(deliveryId, 'HUB_DELIVERY_UNLINKED');
    const id = localId();
    await world.sql('update persons set merged_into_id = $2 where id = $1', [
      personId,
      await world.person(id),
    ]);
    expect(await world.filed(deliveryId)).toMatchObject({ patient_local_id: id });
  });
});

describe('nothing is sent under a name that is in doubt', () => {
  it('an identity in conflict', async () => {
    const personId = await world.person(localId(), { identity_state: 'CONFLICT' });
    const { deliveryId } = await world.sign(personId);
    await world.worker(record);
    await world.parked(deliveryId, 'HUB_DELIVERY_IDENTITY');
    expect(await world.items(deliveryId)).toEqual(['PARKED HUB_DELIVERY_IDENTITY']);
    await sleep(150);
    expect((await world.delivery(deliveryId)).ours).toBe('PARKED');
  });

  it('two living records', async () => {
    const personId = await world.person(localId());
    await world.link(personId, localId());
    const { deliveryId } = await world.sign(personId);
    await world.worker(record);
    await world.parked(deliveryId, 'HUB_DELIVERY_IDENTITY');
    expect(record.calls).toEqual([]);
  });

  it('the conflict of the survivor counts, not that of the person signed for', async () => {
    const survivor = await world.person(localId(), { identity_state: 'CONFLICT' });
    const personId = await world.person(null, { merged_into_id: survivor });
    const { deliveryId } = await world.sign(personId);
    await world.worker(record);
    await world.parked(deliveryId, 'HUB_DELIVERY_IDENTITY');
  });
});

describe('somebody who has died', () => {
  it.each([
    ['2026-03-01', 'PARKED'],
    ['2026-03-02', 'SETTLED'],
    ['2026-03-03', 'SETTLED'],
  ])('on %s, with a contact on 2 March: %s', async (deceasedOn, ours) => {
    const personId = await world.person(localId(), { deceased_on: deceasedOn });
    const { deliveryId } = await world.sign(personId, { contactOn: '2026-03-02' });
    await world.worker(record);
    const row = await world.until(deliveryId, (each) => ['PARKED', 'SETTLED'].includes(each.ours));
    expect(row.ours).toBe(ours);
    if (ours === 'PARKED') expect(row.last_code).toBe('HUB_DELIVERY_DECEASED');
  });
});

describe('what the destination cannot bear', () => {
  it('a label that it cannot carry parks the note, whatever else it carries; the note is never sent without', async () => {
    record.traits = { ...record.traits, labels: ['THIRD_PARTY_INFORMATION'] };
    const personId = await world.person(localId());
    const carried = await world.sign(personId, { labels: ['THIRD_PARTY_INFORMATION'] });
    const not = await world.sign(personId, { labels: ['THIRD_PARTY_INFORMATION', 'WITHHOLD_FROM_PERSON'] });
    await world.worker(record);
    await world.parked(not.deliveryId, 'HUB_DELIVERY_LABEL');
    await world.filed(carried.deliveryId);
    expect(record.held.map((each) => each.labels)).toEqual([['THIRD_PARTY_INFORMATION']]);
  });

  it('a text longer than it takes, in bytes and not in characters', async () => {
    record.traits = { ...record.traits, maxTextBytes: 8 };
    const fits = await world.sign(await world.person(localId()), { text: 'éééé' });
    const not = await world.sign(await world.person(localId()), { text: 'ééééé' });
    await world.worker(record);
    await world.parked(not.deliveryId, 'HUB_UPSTREAM_TOO_LARGE');
    expect((await world.filed(fits.deliveryId)).last_code).toBeNull();
  });

  it('an author without an identifier there', async () => {
    const { deliveryId } = await world.sign(await world.person(localId()), { authorReference: null });
    await world.worker(record);
    await world.parked(deliveryId, 'HUB_NOTE_AUTHOR_UNMAPPED');
  });
});

describe('two people turn out to be one', () => {
  it('the retired lane drains before the surviving one goes on; all of it under the surviving record', async () => {
    const [old, into] = [localId(), localId()];
    const [retired, survivor] = [await world.person(old), await world.person(into)];
    const first = [await world.sign(retired), await world.sign(retired), await world.sign(retired)];
    const second = [await world.sign(survivor), await world.sign(survivor)];
    await world.merge(retired, survivor);
    // Signed for the retired person after the merge: it takes its place in the survivor's lane.
    const third = await world.sign(retired);
    record.script = (call) => (call.kind === 'send' ? { beforeMs: 15 } : undefined);
    await world.worker(record);
    await world.filed(third.deliveryId);
    expect(record.held.map((each) => each.documentVersionId)).toEqual(
      [...first, ...second, third].map((each) => each.versionId),
    );
    expect(new Set(record.held.map((each) => each.localId))).toEqual(new Set([into]));
    expect((await world.attempts(second[0]!.deliveryId)).map((each) => each.class)).toEqual(['DONE']);
  });

  it('a chain of merges drains from its far end', async () => {
    const ids = [localId(), localId(), localId()];
    const [a, b, c] = await Promise.all(ids.map((id) => world.person(id)));
    const signed = [await world.sign(c!), await world.sign(b!), await world.sign(a!)];
    await world.merge(a!, b!);
    await world.merge(b!, c!);
    await world.worker(record);
    await world.filed(signed[0]!.deliveryId);
    expect(record.held.map((each) => each.documentVersionId)).toEqual(
      signed.map((each) => each.versionId).reverse(),
    );
  });

  it('a parked retired lane keeps the survivor waiting, visibly; cancelling what is parked lets both go on', async () => {
    const [retired, survivor] = [await world.person(localId()), await world.person(localId())];
    const bad = await world.sign(retired);
    const waiting = await world.sign(survivor);
    await world.merge(retired, survivor);
    record.script = (call) =>
      call.kind === 'send' && call.versionId === bad.versionId
        ? { code: 'HUB_UPSTREAM_REJECTED' }
        : undefined;
    await world.worker(record);
    await world.parked(bad.deliveryId);
    await sleep(150);
    expect(await world.delivery(waiting.deliveryId)).toMatchObject({ ours: 'QUEUED', attempts: 0 });
    expect(await world.items(bad.deliveryId)).toEqual(['PARKED HUB_UPSTREAM_REJECTED']);
    expect(await world.attempts(waiting.deliveryId)).toEqual([]);
    await world.sql(`update deliveries set ours = 'CANCELLED', ended_at = now() where id = $1`, [
      bad.deliveryId,
    ]);
    await world.sql(`update delivery_lanes set state = 'READY', due = now() where person_id = $1`, [retired]);
    await world.filed(waiting.deliveryId);
    expect(await world.lane(retired)).toMatchObject({ state: 'IDLE', holder: null });
  });

  it('when the merge is undone each document goes to the person it was signed for', async () => {
    const [one, two] = [localId(), localId()];
    const [retired, survivor] = [await world.person(one), await world.person(two)];
    await world.merge(retired, survivor);
    const signed = await world.sign(retired);
    const other = await world.sign(survivor);
    await world.sql('update persons set merged_into_id = null where id = $1', [retired]);
    await world.sql(
      'update record_links set active = true, replaced_by_local_id = null where person_id = $1',
      [retired],
    );
    await world.worker(record);
    await world.filed(other.deliveryId);
    expect(record.held.map((each) => [each.documentVersionId, each.localId])).toEqual([
      [signed.versionId, one],
      [other.versionId, two],
    ]);
  });
});

describe('merged after filing', () => {
  it('what is filed stays filed and is not filed again; an amendment goes to the surviving record', async () => {
    const [old, into] = [localId(), localId()];
    const [retired, survivor] = [await world.person(old), await world.person(into)];
    const signed = await world.sign(retired);
    await world.worker(record);
    await world.filed(signed.deliveryId);
    await world.merge(retired, survivor);
    const amended = await world.follow(signed, 'REPLACE');
    await world.filed(amended.deliveryId);
    expect((await world.delivery(signed.deliveryId)).theirs).toBe('FILED');
    expect(record.count('send', signed.versionId)).toBe(1);
    expect(record.versions(amended.versionId)).toMatchObject([
      { localId: into, predecessorReference: (await world.delivery(signed.deliveryId)).reference },
    ]);
  });

  it('between acceptance and the read-back: found under the surviving record it is equal', async () => {
    const [old, into] = [localId(), localId()];
    const [retired, survivor] = [await world.person(old), await world.person(into)];
    const signed = await world.sign(retired);
    record.shows = false;
    await world.worker(record);
    await world.until(signed.deliveryId, (row) => row.theirs === 'ACCEPTED');
    await world.merge(retired, survivor);
    record.versions(signed.versionId)[0]!.localId = into;
    record.shows = true;
    await world.filed(signed.deliveryId);
  });

  it('under a third person’s record it is a mismatch and never filed', async () => {
    const signed = await world.sign(await world.person(localId()));
    const stranger = localId();
    await world.person(stranger);
    const find = record.find.bind(record);
    record.find = async (keys, signal) => {
      const found = await find(keys, signal);
      return found.map((each) => each && { ...each, value: { ...each.value, patientLocalId: stranger } });
    };
    await world.worker(record);
    const row = await world.until(
      signed.deliveryId,
      (each) => each.accepted_at !== null && each.watch_due === null,
    );
    expect(row).toMatchObject({ theirs: 'ACCEPTED', filed_at: null });
    expect(await world.items(signed.deliveryId)).toEqual(['RECEIPT_MISMATCH HUB_DELIVERY_MISMATCH']);
  });
});
