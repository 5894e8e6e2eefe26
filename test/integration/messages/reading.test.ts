/** What was kept is read once, in the order of arrival, and one message that cannot be used keeps no other waiting. */
import type { MessageReaders, ReaderSettings } from '../../../src/delivery/messages/message-reader.worker.js';
import { MESSAGES_CHANNEL } from '../../../src/delivery/messages/message-state.js';
import { readBatch } from '../../../src/delivery/messages/read-batch.js';
import { acquireLease } from '../../../src/platform/database/lease.js';
import { layDown, madeUp, NotedSinks, readersIn, type Said, saying } from '../../support/message-readers.js';
import { MessageWorld } from '../../support/message-world.js';

let world: MessageWorld;
let sinks: NotedSinks;
const started: MessageReaders[] = [];
beforeAll(async () => {
  world = await MessageWorld.open({ pools: { worker: 8 } });
  await layDown(world);
});
beforeEach(() => {
  sinks = new NotedSinks();
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((readers) => readers.stop()));
  await world.clear();
  await world.sql('delete from fed; delete from received');
});
afterAll(() => world.close());

const start = async (settings: Partial<ReaderSettings> = {}, inbound = madeUp): Promise<MessageReaders> => {
  const readers = await readersIn(world, sinks, settings, inbound);
  started.push(readers);
  return readers;
};
const keep = async (...all: [string, Said][]): Promise<void> => {
  const intake = world.intake();
  for (const [controlId, said] of all) await intake.keep(saying(controlId, said));
};
const allRead = () =>
  world.eventually(
    async () => (await world.sql(`select 1 from inbound_messages where state = 'KEPT'`)).length === 0,
  );
/** `number patient` in the order in which they were applied. */
const fed = async (): Promise<string[]> => {
  const rows = await world.sql<{ line: string }>(
    `select control_id || ' ' || coalesce(local_id, '-') as line from fed f join inbound_messages m on m.id = f.message_id order by n`,
  );
  return rows.map(({ line }) => line);
};

test('each kind of message comes to its state, its sink, its patients and its work item', async () => {
  await keep(
    ['feed', { kind: 'feed', of: ['p1', 'p2', 'p1'] }],
    ['nothing', { kind: 'nothing' }],
    ['odd', { kind: 'odd', of: ['p3'] }],
    ['receipt', { kind: 'receipt' }],
    ['throws', { kind: 'throws' }],
  );
  await start();
  await allRead();
  expect(await world.stored()).toEqual([
    'feed READ - 0',
    'nothing NOTHING - 0',
    'odd NOT_UNDERSTOOD HUB_INPUT_INVALID 0',
    'receipt READ - 0',
    'throws NOT_UNDERSTOOD HUB_INTERNAL 0',
  ]);
  expect(await fed()).toEqual(['feed p1', 'feed p2', 'feed p1']);
  expect((await world.sql('select control_id from received')).map((row) => row.control_id)).toEqual([
    'receipt',
  ]);
  const patients = await world.sql<{ line: string }>(
    `select control_id || ' ' || local_id as line from inbound_message_patients p join inbound_messages m on m.id = p.message_id order by 1`,
  );
  expect(patients.map(({ line }) => line)).toEqual(['feed p1', 'feed p2', 'odd p3']);
  const items = await world.sql<{ line: string }>(
    `select concat_ws(' ', m.control_id, w.kind, w.code, w.team_id, w.person_id) as line
     from work_items w join inbound_messages m on m.id = w.subject_id order by 1`,
  );
  expect(items.map(({ line }) => line)).toEqual([
    'odd MESSAGE_NOT_UNDERSTOOD HUB_INPUT_INVALID',
    'throws MESSAGE_NOT_UNDERSTOOD HUB_INTERNAL',
  ]);
  const rows = await world.sql(
    `select place from inbound_messages where control_id = 'odd' and attempts = 1 and read_at >= received_at`,
  );
  expect(rows).toEqual([{ place: 'PID-3' }]);
});

test('a thousand messages of twenty patients, kept by four ways at once while they are read, are each read once and in order', async () => {
  await start();
  const ways = Array.from({ length: 4 }, () => world.intake());
  await Promise.all(
    ways.map(async (way, w) => {
      for (let n = 0; n < 250; n++)
        await way.keep(saying(`${w}-${n}`, { kind: 'feed', of: [`p${w}-${n % 5}`] }));
    }),
  );
  await allRead();
  const lines = await fed();
  expect(new Set(lines).size).toBe(1_000);
  expect(lines).toHaveLength(1_000);
  const disordered = ways.flatMap((_, w) => {
    const mine = lines
      .filter((line) => line.startsWith(`${w}-`))
      .map((line) => Number(line.split(/[- ]/)[1]));
    return mine.filter((n, at) => at > 0 && mine[at - 1]! > n);
  });
  expect(disordered).toEqual([]);
});

test.each([
  ['refused', 'HUB_STATE_CONFLICT'],
  ['breaks', 'HUB_INTERNAL'],
  ['sql', 'HUB_INTERNAL'],
] as const)(
  'a message at which the sink fails (%s) is parked alone, and nothing of it is left',
  async (does, code) => {
    await keep(
      ['1', { kind: 'feed', of: ['p1'] }],
      ['2', { kind: 'feed', of: ['p2', 'p1'], does }],
      ['3', { kind: 'feed', of: ['p1'] }],
      ['4', { kind: 'receipt' }],
    );
    await start({ batch: { messages: 4, bytes: 1e6 } });
    await allRead();
    // Once more, in one batch from the beginning.
    await keep(
      ['5', { kind: 'feed', of: ['p1'] }],
      ['6', { kind: 'feed', of: ['p1'], does }],
      ['7', { kind: 'feed', of: ['p1'] }],
    );
    await allRead();
    expect(await fed()).toEqual(['1 p1', '3 p1', '5 p1', '7 p1']);
    expect(await world.stored()).toEqual([
      '1 READ - 0',
      `2 NOT_UNDERSTOOD ${code} 0`,
      '3 READ - 0',
      '4 READ - 0',
      '5 READ - 0',
      `6 NOT_UNDERSTOOD ${code} 0`,
      '7 READ - 0',
    ]);
    expect(await world.sql('select 1 from received')).toHaveLength(1);
  },
);

test('what may pass is tried again, and all is read once', async () => {
  sinks.busy = 2;
  await keep(
    ['1', { kind: 'feed', of: ['p1'] }],
    ['2', { kind: 'feed', of: ['p1'], does: 'busy' }],
    ['3', { kind: 'feed', of: ['p1'] }],
  );
  await start();
  await allRead();
  expect(await fed()).toEqual(['1 p1', '2 p1', '3 p1']);
  expect(await world.stored()).toEqual(['1 READ - 0', '2 READ - 0', '3 READ - 0']);
});

test('news does not hurry what has just failed, and the end does not wait for it', async () => {
  sinks.busy = 2;
  await keep(['1', { kind: 'feed', of: ['p1'], does: 'busy' }]);
  const readers = await start({ backoffMs: 60_000, longestBackoffMs: 60_000 });
  await world.eventually(async () => sinks.busy === 1);
  for (let n = 0; n < 20; n++)
    await world.sql(`select pg_notify('${MESSAGES_CHANNEL}', $1)`, [world.system.id]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([sinks.busy, await world.stored()]).toEqual([1, ['1 KEPT - 0']]);
  const begun = performance.now();
  await readers.stop();
  started.splice(started.indexOf(readers), 1);
  expect(performance.now() - begun).toBeLessThan(20_000);
});

test('what never passes is parked after some tries, and the rest goes on', async () => {
  sinks.busy = Number.POSITIVE_INFINITY;
  await keep(['1', { kind: 'feed', of: ['p1'], does: 'busy' }], ['2', { kind: 'feed', of: ['p1'] }]);
  await start();
  await allRead();
  expect(await world.stored()).toEqual(['1 NOT_UNDERSTOOD HUB_BUSY 0', '2 READ - 0']);
});

test('two readers of one system share the work without reading anything twice, and one goes on at once when the other stops', async () => {
  sinks.slow = 10;
  const first = await start();
  const second = await start();
  const intake = world.intake();
  const all = Array.from({ length: 150 }, (_, n) => intake.keep(saying(`${n}`, { kind: 'feed', of: ['p'] })));
  await Promise.all(all);
  await world.eventually(async () => (await fed()).length > 10);
  await first.stop();
  started.splice(started.indexOf(first), 1);
  expect((await fed()).length).toBeLessThan(150);
  await allRead();
  // Those that were kept at the same time have no order.
  const lines = await fed();
  expect(lines).toHaveLength(150);
  expect(new Set(lines).size).toBe(150);
  void second;
});

test('who lost the right to read changes nothing', async () => {
  await keep(['1', { kind: 'feed', of: ['p1'] }]);
  const { database } = world.db;
  const stale = (await acquireLease(database, 'messages planted', 'test', 1))!;
  await new Promise((resolve) => setTimeout(resolve, 20));
  const lease = (await acquireLease(database, 'messages planted', 'test', 5_000))!;
  const context = {
    ...{ database, system: world.system, scope: world.scope, inbound: madeUp },
    ...{ feed: sinks.feed, receipts: sinks.receipts },
  };
  const amount = { messages: 10, bytes: 1e6 };
  await expect(readBatch({ ...context, lease: stale }, amount)).rejects.toMatchObject({
    code: 'HUB_LEASE_LOST',
  });
  expect(await fed()).toEqual([]);
  expect(await readBatch({ ...context, lease }, amount)).toBe(1);
});

test('large messages are read a few at a time, the largest alone', async () => {
  const sizes: number[] = [];
  const intake = world.intake();
  for (const [n, size] of [10, 600_000, 300_000, 2_000_000, 10].entries())
    await intake.keep(saying(`${n}`, { kind: 'nothing', of: ['x'.repeat(size)] }));
  const { database } = world.db;
  const lease = (await acquireLease(database, 'messages planted 2', 'test', 5_000))!;
  const context = {
    ...{ database, system: world.system, scope: world.scope, inbound: madeUp, lease },
    ...{ feed: sinks.feed, receipts: sinks.receipts },
  };
  for (;;) {
    const read = await readBatch(context, { messages: 10, bytes: 700_000 });
    if (read === 0) break;
    sizes.push(read);
  }
  expect(sizes).toEqual([3, 1, 1]);
});

test('a reader hears of a message by a notice, and does not wait for its next look', async () => {
  await start({ pollMs: 60_000, takeOverMs: 20 });
  await keep(['1', { kind: 'nothing' }]);
  await allRead();
  await new Promise((resolve) => setTimeout(resolve, 150));
  await keep(['2', { kind: 'nothing' }]);
  await allRead();
});
