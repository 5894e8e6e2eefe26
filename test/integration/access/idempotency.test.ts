/** One effect under one key, whoever repeats it and however close together. */
import fc from 'fast-check';
import { type Outcome, once } from '../../../src/access/idempotency.service.js';
import type { Caller } from '../../../src/core/caller.js';
import { type CaseworkWorld, createCaseworkWorld, failureOf } from '../../support/casework-world.js';

describe('once', () => {
  let world: CaseworkWorld;
  let caller: Caller;
  let runs: number;
  beforeAll(async () => {
    world = await createCaseworkWorld();
    caller = world.callers.specialist;
  });
  beforeEach(() => {
    runs = 0;
  });
  afterAll(() => world.close());

  interface Request {
    readonly key?: string;
    readonly input?: unknown;
    readonly mutation?: string;
    readonly by?: Caller;
    readonly work?: () => Promise<Outcome>;
  }

  const ask = ({ key = 'a-usual-key', input = {}, mutation = 'doIt', by = caller, work }: Request) =>
    world.database.transaction('write', by.scope, (tx) =>
      once(tx, by, mutation, key, input, async () => {
        runs++;
        return work ? work() : { run: runs };
      }),
    );

  it('answers a repeat with what the first run left, and keeps one row', async () => {
    const key = world.key();
    const first = await ask({ key, input: { a: 1, b: [2, { c: 3 }] } });
    const again = await ask({ key, input: { b: [2, { c: 3 }], a: 1 } });
    expect(again).toEqual(first);
    expect(runs).toBe(1);
    expect(await world.count('idempotency_keys', 'key = $1', [key])).toBe(1);
  });

  it.each([
    ['another value', { a: 1 }, { a: 2 }],
    ['another order of a list', { a: [1, 2] }, { a: [2, 1] }],
    ['a value where there was none', {}, { a: 1 }],
    ['a number for a text', { a: '1' }, { a: 1 }],
    ['another instant', { a: new Date(1) }, { a: new Date(2) }],
  ])('refuses the key with another input: %s', async (_, input, other) => {
    const key = world.key();
    await ask({ key, input });
    expect(await failureOf(ask({ key, input: other }))).toEqual({ code: 'HUB_INPUT_REPEATED_KEY' });
    expect(runs).toBe(1);
  });

  it('takes a member that is not there and one that is undefined for the same', async () => {
    const key = world.key();
    await ask({ key, input: { a: undefined } });
    await ask({ key, input: {} });
    expect(runs).toBe(1);
  });

  it('has one effect when two come at once', async () => {
    const key = world.key();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let started = (): void => {};
    const underWay = new Promise<void>((resolve) => {
      started = resolve;
    });
    const first = ask({
      key,
      work: async () => {
        started();
        await held;
        return { run: 'first' };
      },
    });
    await underWay;
    const second = ask({ key, work: async () => ({ run: 'second' }) });
    await world.untilWaiting(1);
    release();
    expect(await Promise.all([first, second])).toEqual([{ run: 'first' }, { run: 'first' }]);
    expect(runs).toBe(1);
  });

  it('keeps keys apart by caller and by mutation', async () => {
    const key = world.key();
    await ask({ key });
    await ask({ key, mutation: 'doElse', input: { other: true } });
    await ask({ key, by: world.callers.eipSpecialist, input: { other: true } });
    expect(runs).toBe(3);
  });

  it('leaves the key free when the first run fails', async () => {
    const key = world.key();
    await expect(
      ask({
        key,
        work: async () => {
          throw new Error('not this time');
        },
      }),
    ).rejects.toThrow('not this time');
    expect(await ask({ key, input: { another: 'input' } })).toEqual({ run: 2 });
  });

  it('accepts 8 to 100 visible ASCII characters and nothing else, before anything is done', async () => {
    const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
    const good = fc.array(visible, { minLength: 8, maxLength: 100 }).map((characters) => characters.join(''));
    await fc.assert(
      fc.asyncProperty(good, async (key) => {
        await expect(ask({ key, mutation: newMutation() })).resolves.toBeDefined();
      }),
      { numRuns: 20 },
    );
    runs = 0;
    for (const key of [
      '',
      'seven77',
      'x'.repeat(101),
      'with a space',
      'tab\tinside',
      'né-ascii-ké',
      'line-end-\n',
    ]) {
      expect(await failureOf(ask({ key }))).toEqual({ code: 'HUB_INPUT_INVALID', field: 'idempotencyKey' });
    }
    expect(runs).toBe(0);
  });
});

let mutations = 0;
const newMutation = (): string => `mutation${++mutations}`;
