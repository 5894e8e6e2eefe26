/** Group commit: who waits together is written together, and nobody's failure is another's. */
import { HubError } from '../../../../src/core/errors.js';
import { type BatchLimits, MessageBatcher } from '../../../../src/delivery/messages/message-batcher.js';

const LIMITS: BatchLimits = {
  items: 8,
  bytes: 1_000,
  waitingItems: 20,
  waitingBytes: 5_000,
};

/** A write that ends, and a patience that is over, when they are told to. */
class Held {
  readonly batches: (readonly string[])[] = [];
  private readonly open: (() => void)[] = [];
  /** What follows when the patience that is under way is over. */
  private over: (() => void) | null = null;
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
      (then) => {
        this.over = then;
        return () => {
          this.over = null;
        };
      },
    );
  }

  add(items: string, bytes = 1): Promise<string>[] {
    return [...items].map((item) => this.batcher.add(item, bytes));
  }

  /** True while a batch waits for more. */
  get isPatient(): boolean {
    return this.over !== null;
  }

  /** The wait for more is over. */
  async loseIt(): Promise<void> {
    this.over?.();
    await turns(2);
  }

  /** Lets the batches under way end, and those that begin then or wait for more. */
  async letAll(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await turns(2);
      if (this.open.length > 0) quiet = -1;
      for (const open of this.open.splice(0)) open();
      if (quiet > 0 && this.isPatient) {
        quiet = -1;
        await this.loseIt();
      }
    }
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** So many turns, and what follows from the last. */
async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
  for (let n = 0; n < 10; n++) await Promise.resolve();
}
const sizes = (held: Held): number[] => held.batches.map(({ length }) => length);

test('a batch takes half of what is under way, and what arrives meanwhile is the next', async () => {
  const held = new Held();
  const all = held.add('abc');
  await turns(2);
  expect(held.batches).toEqual([[...'ab']]);
  all.push(...held.add('de'));
  await turns(2);
  expect(held.batches).toEqual([[...'ab'], [...'cde']]);
  all.push(...held.add('fghij'));
  await turns(2);
  // Two at once and no more.
  expect(held.batches).toHaveLength(2);
  await held.letAll();
  expect(held.batches.flat()).toEqual([...'abcdefghij']);
  expect(await Promise.all(all)).toEqual([...'abcdefghij'].map((item) => `${item}!`));
});

test('sixteen that each wait for their answer come to batches of eight, however they begin', async () => {
  for (const [begins, ...more] of [[16], [1, 15], [3, 13], [12, 4]]) {
    const held = new Held({ items: 100, waitingItems: 100 });
    const again = async (item: string): Promise<void> => {
      for (let left = 12; left > 0; left--) await held.batcher.add(item, 1);
    };
    const all = 'abcdefghijklmnop';
    const courses = [...all.slice(0, begins)].map(again);
    await turns(1);
    if (more.length > 0) courses.push(...[...all.slice(begins)].map(again));
    await held.letAll();
    await Promise.all(courses);
    // 192 items.
    expect(sizes(held).filter((size) => size === 8).length).toBeGreaterThan(15);
  }
});

test('one that waits where many came before waits for them for a moment, and no longer', async () => {
  const held = new Held();
  held.add('abcdefgh');
  await held.letAll();
  const [alone] = held.add('i');
  await turns(2);
  expect(held.batches.flat()).not.toContain('i');
  expect(held.isPatient).toBe(true);
  await held.loseIt();
  expect(held.batches.at(-1)).toEqual(['i']);
  expect(held.isPatient).toBe(false);
  await held.letAll();
  expect(await alone).toBe('i!');
});

test('the wait for more ends by itself', async () => {
  const batcher = new MessageBatcher<string, string>(async (items) => items, LIMITS);
  await Promise.all([...'abcdefgh'].map((item) => batcher.add(item, 1)));
  expect(await batcher.add('i', 1)).toBe('i');
});

test('one that comes alone waits for no other', async () => {
  const held = new Held();
  held.add('a');
  await turns(1);
  expect(sizes(held)).toEqual([1]);
  expect(held.isPatient).toBe(false);
  await held.letAll();
});

test('a batch is as large as may be, in items and in bytes; what is larger goes alone', async () => {
  const many = new Held();
  many.add('abcdefghijklmnopqrst');
  await many.letAll();
  expect(sizes(many)).toEqual([8, 8, 4]);
  const large = new Held();
  large.add('a', 900);
  large.add('b', 4_000);
  large.add('c', 10);
  await large.letAll();
  expect(large.batches).toEqual([['a'], ['b'], ['c']]);
});

test('a batch that fails for one item is written again one by one; an outage fails all alike, once', async () => {
  const poison = new Held({}, (items) => (items.includes('c') ? new HubError('HUB_INTERNAL') : null));
  const outcomes = Promise.allSettled(poison.add('abcd'));
  await poison.letAll();
  expect((await outcomes).map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(poison.batches).toEqual([[...'ab'], [...'cd'], ['c'], ['d']]);
  const outage = new Held({}, () => new HubError('HUB_DATABASE_UNAVAILABLE'));
  const failed = Promise.allSettled(outage.add('abcd'));
  await outage.letAll();
  expect(new Set((await failed).map((each) => (each as PromiseRejectedResult).reason.code))).toEqual(
    new Set(['HUB_DATABASE_UNAVAILABLE']),
  );
  expect(sizes(outage)).toEqual([2, 2]);
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
