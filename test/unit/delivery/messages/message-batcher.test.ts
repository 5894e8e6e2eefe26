/** Group commit: who waits together is written together, and nobody's failure is another's. */
import { HubError } from '../../../../src/core/errors.js';
import { type BatchLimits, MessageBatcher } from '../../../../src/delivery/messages/message-batcher.js';

const LIMITS: BatchLimits = {
  items: 8,
  bytes: 1_000,
  batches: 2,
  worthIt: 3,
  waitingItems: 20,
  waitingBytes: 5_000,
};

/** A write that ends when it is told to. */
class Held {
  readonly batches: (readonly string[])[] = [];
  private readonly open: (() => void)[] = [];
  readonly batcher: MessageBatcher<string, string>;

  constructor(
    limits: Partial<BatchLimits> = {},
    fails: (items: readonly string[]) => Error | null = () => null,
  ) {
    this.batcher = new MessageBatcher(
      async (items) => {
        this.batches.push(items);
        await new Promise<void>((resolve) => this.open.push(resolve));
        const error = fails(items);
        if (error) throw error;
        return items.map((item) => `${item}!`);
      },
      { ...LIMITS, ...limits },
    );
  }

  add(items: string, bytes = 1): Promise<string>[] {
    return [...items].map((item) => this.batcher.add(item, bytes));
  }

  /** Lets the batches under way end, and those that begin then. */
  async letAll(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      await turn();
      quiet = this.open.length === 0 ? quiet + 1 : 0;
      for (const open of this.open.splice(0)) open();
    }
  }

  async letOne(): Promise<void> {
    this.open.shift()?.();
    await turn();
    await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const sizes = (held: Held): number[] => held.batches.map(({ length }) => length);

test('what arrives in one turn of the event loop is shared between the batches that may be under way', async () => {
  const held = new Held();
  const all = held.add('abcdefgh');
  await held.letAll();
  expect(held.batches).toEqual([[...'abcd'], [...'efgh']]);
  expect(await Promise.all(all)).toEqual([...'abcdefgh'].map((item) => `${item}!`));
});

test('while a batch is under way another begins only when enough wait for it', async () => {
  const held = new Held();
  held.add('a');
  await turn();
  held.add('bc');
  await turn();
  expect(sizes(held)).toEqual([1]);
  held.add('d');
  await turn();
  expect(sizes(held)).toEqual([1, 3]);
  held.add('efghijkl');
  await turn();
  expect(sizes(held)).toEqual([1, 3]);
  await held.letOne();
  expect(sizes(held)).toEqual([1, 3, 6]);
  await held.letAll();
  expect(held.batches.flat()).toEqual([...'abcdefghijkl']);
});

test('a few that wait go as soon as nothing is under way', async () => {
  const held = new Held();
  held.add('a');
  await turn();
  const [b] = held.add('b');
  await held.letAll();
  expect(await b).toBe('b!');
});

test('a batch is as large as may be, in items and in bytes; what is larger goes alone', async () => {
  const many = new Held({ batches: 1 });
  many.add('abcdefghijklmnopqrst');
  await many.letAll();
  expect(sizes(many)).toEqual([8, 8, 4]);
  const large = new Held({ batches: 1 });
  large.add('a', 900);
  large.add('b', 4_000);
  large.add('c', 10);
  await large.letAll();
  expect(large.batches).toEqual([['a'], ['b'], ['c']]);
});

test('a batch that fails for one item is written again one by one; an outage fails all alike, once', async () => {
  const poison = new Held({ batches: 1 }, (items) =>
    items.includes('c') ? new HubError('HUB_INTERNAL') : null,
  );
  const outcomes = Promise.allSettled(poison.add('abcd'));
  await poison.letAll();
  expect((await outcomes).map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(poison.batches).toEqual([[...'abcd'], ['a'], ['b'], ['c'], ['d']]);
  const outage = new Held({ batches: 1 }, () => new HubError('HUB_DATABASE_UNAVAILABLE'));
  const failed = Promise.allSettled(outage.add('abcd'));
  await outage.letAll();
  expect(new Set((await failed).map((each) => (each as PromiseRejectedResult).reason.code))).toEqual(
    new Set(['HUB_DATABASE_UNAVAILABLE']),
  );
  expect(sizes(outage)).toEqual([4]);
});

test('what waits is bounded in items and in bytes; the first is taken however large it is', async () => {
  const held = new Held();
  const settled = Promise.allSettled(held.add('abcdefghijklmnopqrstuvwxyz'));
  await held.letAll();
  const refused = (await settled).filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
  expect(refused).toHaveLength(6);
  expect(refused[0]!.reason).toMatchObject({ code: 'HUB_BUSY' });
  const [first] = held.add('a', 99_999);
  const [second] = held.add('b', 1);
  const both = Promise.allSettled([first, second]);
  await held.letAll();
  expect((await both).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

test('it is drained when everything was answered', async () => {
  const held = new Held();
  let isAnswered = false;
  void Promise.all(held.add('abcdefghijkl')).then(() => {
    isAnswered = true;
  });
  const drained = held.batcher.drained();
  await held.letAll();
  await drained;
  expect(isAnswered).toBe(true);
});
