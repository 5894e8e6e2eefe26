/** What every answer does to the delivery, its lane and the destination, with a record system that answers by script. */
import type { ErrorCode } from '../../../src/core/error-codes.js';
import { LaneWorld } from '../../support/lane-world.js';
import { type ScriptedAnswer, ScriptedDocuments } from '../../support/scripted-documents.js';

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

/** The first send is answered so, the others with success. */
function first(answer: ScriptedAnswer): void {
  record.script = (call) => (call.kind === 'send' && call.nth === 1 ? answer : undefined);
}

describe.each<[ErrorCode]>([['HUB_UPSTREAM_UNAVAILABLE'], ['HUB_UPSTREAM_UNREACHABLE'], ['HUB_BUSY']])(
  'later: %s',
  (code) => {
    it('is tried again without asking, and its lane waits', async () => {
      first({ code });
      const personId = await someone();
      const [one, two] = [await world.sign(personId), await world.sign(personId)];
      await world.worker(record);
      await world.filed(two.deliveryId);
      expect(await world.attempts(one.deliveryId)).toMatchObject([
        { class: 'TRANSIENT', code, was_asked_first: false },
        { class: 'DONE', code: null, was_asked_first: false },
      ]);
      expect(record.held.map((each) => each.documentVersionId)).toEqual([one.versionId, two.versionId]);
    });
  },
);

describe.each<[string, ErrorCode]>([
  ['not known', 'HUB_UPSTREAM_AMBIGUOUS'],
  ['no answer in time', 'HUB_UPSTREAM_TIMEOUT'],
  ['not of the protocol', 'HUB_UPSTREAM_PROTOCOL'],
])('%s', (_name, code) => {
  it('that took effect: found by asking, sent once', async () => {
    first({ code, effect: true });
    const { deliveryId, versionId } = await world.sign(await someone());
    await world.worker(record);
    await world.filed(deliveryId);
    expect(record.count('send', versionId)).toBe(1);
    expect(await world.attempts(deliveryId)).toMatchObject([
      { class: 'AMBIGUOUS', code, was_asked_first: false },
      { class: 'DONE', was_asked_first: true },
    ]);
  });

  it('that had no effect: asked for twice, then sent again', async () => {
    first({ code, effect: false });
    const { deliveryId, versionId } = await world.sign(await someone());
    await world.worker(record);
    await world.filed(deliveryId);
    expect(record.calls.filter((call) => call.versionId === versionId).map((call) => call.kind)).toEqual([
      'send',
      'find',
      'find',
      'send',
      'find',
    ]);
    expect(record.versions(versionId)).toHaveLength(1);
  });
});

it('where a repeat is harmless one question is enough', async () => {
  record.traits = { ...record.traits, repeatsAreHarmless: true };
  first({ code: 'HUB_UPSTREAM_AMBIGUOUS', effect: false });
  const { deliveryId, versionId } = await world.sign(await someone());
  await world.worker(record, { ambiguousWaitMs: 60_000 });
  await world.until(deliveryId, (row) => row.accepted_at !== null);
  expect(record.calls.filter((call) => call.versionId === versionId).map((call) => call.kind)).toEqual(
    expect.arrayContaining(['send', 'find', 'send']),
  );
});

it('a late effect that shows between the two questions is not repeated', async () => {
  const { deliveryId, versionId } = await world.sign(await someone());
  record.shows = false;
  record.script = (call) => {
    if (call.kind === 'send' && call.nth === 1) return { code: 'HUB_UPSTREAM_AMBIGUOUS', effect: true };
    if (call.kind === 'find' && call.nth === 2) record.shows = true;
    return undefined;
  };
  await world.worker(record);
  await world.filed(deliveryId);
  expect(record.count('send', versionId)).toBe(1);
});

it('once in doubt it is asked for with every later try, and a clear no to the last leaves the doubt about the first', async () => {
  record.script = (call) => {
    if (call.kind !== 'send') return undefined;
    if (call.nth === 1) return { code: 'HUB_UPSTREAM_AMBIGUOUS', effect: false };
    if (call.nth === 2) return { code: 'HUB_UPSTREAM_UNAVAILABLE' };
    return call.nth === 3 ? { code: 'HUB_UPSTREAM_REJECTED' } : undefined;
  };
  const { deliveryId } = await world.sign(await someone());
  await world.worker(record);
  expect(await world.parked(deliveryId)).toMatchObject({ may_have_arrived: true, theirs: 'REJECTED' });
  expect(
    (await world.attempts(deliveryId)).map((each) => (each as { was_asked_first?: boolean }).was_asked_first),
  ).toEqual([false, true, true]);
});

it('a send that never answers is ended at its time', async () => {
  await world.destination({ sendTimeoutMs: 150 });
  const { deliveryId } = await world.sign(await someone());
  record.script = (call) =>
    call.kind === 'send' && call.nth === 1 ? { beforeMs: 3_000, effect: false } : undefined;
  await world.worker(record);
  await world.until(deliveryId, (row) => row.accepted_at !== null);
  expect((await world.attempts(deliveryId))[0]).toMatchObject({
    class: 'AMBIGUOUS',
    code: 'HUB_UPSTREAM_TIMEOUT',
  });
});

describe.each<[ErrorCode, string]>([
  ['HUB_UPSTREAM_REJECTED', 'REJECTED'],
  ['HUB_UPSTREAM_TOO_LARGE', 'REJECTED'],
  ['HUB_UPSTREAM_ORIGIN', 'NONE'],
  ['HUB_UPSTREAM_NOT_FOUND', 'NONE'],
])('no: %s', (code, theirs) => {
  it('parks it, its lane alone waits, somebody is told, and a replay sends it in its place', async () => {
    first({ code });
    const personId = await someone();
    const [one, two] = [await world.sign(personId), await world.sign(personId)];
    const other = await world.sign(await someone());
    record.script = (call) =>
      call.kind === 'send' && call.nth === 1 && call.versionId === one.versionId ? { code } : undefined;
    await world.worker(record);
    expect(await world.parked(one.deliveryId)).toMatchObject({
      theirs,
      last_code: code,
      may_have_arrived: false,
    });
    await world.filed(other.deliveryId);
    expect(await world.items(one.deliveryId)).toEqual([`PARKED ${code}`]);
    expect(await world.delivery(two.deliveryId)).toMatchObject({ ours: 'QUEUED', attempts: 0 });
    expect((await world.sql('select state from delivery_lanes where person_id = $1', [personId]))[0]).toEqual(
      {
        state: 'PARKED',
      },
    );
  });
});

describe('the far end holds something already', () => {
  it('ours: it is done', async () => {
    first({ code: 'HUB_UPSTREAM_CONFLICT', effect: true });
    const { deliveryId, versionId } = await world.sign(await someone());
    await world.worker(record);
    await world.filed(deliveryId);
    expect(record.count('send', versionId)).toBe(1);
    expect(await world.attempts(deliveryId)).toMatchObject([{ class: 'DONE', was_asked_first: true }]);
  });

  it('another text under our id: a person looks', async () => {
    const { deliveryId, versionId } = await world.sign(await someone());
    record.script = (call) => {
      if (call.kind !== 'send') return undefined;
      return { code: 'HUB_UPSTREAM_CONFLICT', effect: true };
    };
    const send = record.send.bind(record);
    record.send = (document, signal) => send({ ...document, text: `${document.text}, changed` }, signal);
    await world.worker(record);
    expect(await world.parked(deliveryId)).toMatchObject({
      last_code: 'HUB_DELIVERY_MISMATCH',
      theirs: 'NONE',
    });
    expect(record.count('send', versionId)).toBe(1);
    expect(await world.items(deliveryId)).toEqual(['PARKED HUB_DELIVERY_MISMATCH']);
  });

  it('nothing of ours: tried again, but not for ever', async () => {
    record.script = (call) => (call.kind === 'send' ? { code: 'HUB_UPSTREAM_CONFLICT' } : undefined);
    const { deliveryId } = await world.sign(await someone());
    await world.worker(record, { conflictLimit: 3 });
    await world.parked(deliveryId, 'HUB_DELIVERY_EXHAUSTED');
    expect((await world.attempts(deliveryId)).map((each) => each.class)).toEqual([
      'CONFLICT',
      'CONFLICT',
      'CONFLICT',
    ]);
  });
});

it('doubt without end is parked after a number of tries', async () => {
  record.script = (call) => (call.kind === 'send' ? { code: 'HUB_UPSTREAM_AMBIGUOUS' } : undefined);
  const { deliveryId } = await world.sign(await someone());
  await world.worker(record, { ambiguousLimit: 4 });
  const row = await world.parked(deliveryId, 'HUB_DELIVERY_EXHAUSTED');
  expect(row).toMatchObject({ attempts: 4, may_have_arrived: true });
});

it('waits as long as it is asked to', async () => {
  first({ code: 'HUB_UPSTREAM_UNAVAILABLE', retryAfterMs: 3_600_000 });
  const { deliveryId } = await world.sign(await someone());
  await world.worker(record);
  const row = await world.until(deliveryId, (each) => each.next_at !== null);
  expect(row.next_at!.getTime() - Date.now()).toBeGreaterThan(3_590_000);
});

describe('the destination refuses the hub', () => {
  const destination = async () =>
    (
      await world.sql<{
        paused_until: Date | null;
        paused_by: string | null;
        paused_because: string | null;
        ms: number;
      }>(
        `select paused_until, paused_by, paused_because, extract(epoch from paused_until - paused_at) * 1000 as ms
         from destinations where system_id = $1`,
        [world.systemId],
      )
    )[0]!;

  it('is paused, tried with one document at ever longer intervals, and goes on by itself', async () => {
    let refuses = true;
    record.script = (call) =>
      call.kind === 'send' && refuses ? { code: 'HUB_UPSTREAM_REFUSED' } : undefined;
    const signed = [];
    for (let n = 0; n < 6; n++) signed.push(await world.sign(await someone()));
    await world.worker(record);
    for (const each of signed.slice(0, 1)) await world.until(each.deliveryId, (row) => row.attempts > 0);
    await world.eventually(async () => Number((await destination()).ms) >= 200);
    const paused = await destination();
    expect(paused).toMatchObject({ paused_by: 'system:delivery', paused_because: 'HUB_UPSTREAM_REFUSED' });
    expect(Number(paused.ms)).toBeGreaterThanOrEqual(200);
    // 6 at first, then one at 100, 300, 700 ms.
    expect(record.count('send')).toBeLessThanOrEqual(6 + 4);
    refuses = false;
    for (const each of signed) await world.filed(each.deliveryId);
    expect(record.held).toHaveLength(6);
    expect(await destination()).toMatchObject({ paused_until: null, paused_by: null });
    for (const each of signed) expect((await world.delivery(each.deliveryId)).may_have_arrived).toBe(false);
  });
});

it('a failure of the adapter that is no answer at all is taken for doubt, never for done', async () => {
  const { deliveryId } = await world.sign(await someone());
  const send = record.send.bind(record);
  let failures = 1;
  record.send = (document, signal) => {
    if (failures-- > 0) throw new TypeError('x is not a function');
    return send(document, signal);
  };
  await world.worker(record);
  await world.filed(deliveryId);
  expect(await world.attempts(deliveryId)).toMatchObject([
    { class: 'AMBIGUOUS', code: 'HUB_INTERNAL' },
    { class: 'DONE', was_asked_first: true },
  ]);
});

it('when the question itself fails nothing is sent', async () => {
  let asks = 0;
  record.script = (call) => {
    if (call.kind === 'send' && call.nth === 1) return { code: 'HUB_UPSTREAM_AMBIGUOUS', effect: true };
    if (call.kind === 'find' && ++asks <= 4)
      return { code: asks % 2 ? 'HUB_UPSTREAM_PROTOCOL' : 'HUB_UPSTREAM_UNAVAILABLE' };
    return undefined;
  };
  const { deliveryId, versionId } = await world.sign(await someone());
  await world.worker(record);
  await world.filed(deliveryId);
  expect(record.count('send', versionId)).toBe(1);
});
