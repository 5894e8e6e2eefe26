/** Retries, waits, limits and the breaker, without waiting for any of them. */
import fc from 'fast-check';
import { startBudget, withinDeadline } from '../../../../adapters/fhir-r4/transport/deadline.js';
import { failureOfNetwork, retryAfterMs } from '../../../../adapters/fhir-r4/transport/failures.js';
import { createGuard, GUARD } from '../../../../adapters/fhir-r4/transport/guard.js';
import { BACK_OFF, backOffMs, realTiming, withRetry } from '../../../../adapters/fhir-r4/transport/retry.js';
import type { ErrorCode } from '../../../../src/core/error-codes.js';
import { HubError } from '../../../../src/core/errors.js';

const never = (): AbortSignal => new AbortController().signal;
const NOW = new Date('2026-03-01T09:00:00Z');

/** Runs work that fails with the given errors in turn and then succeeds; tells waits and attempts. */
async function retried(
  errors: readonly HubError[],
  options: { maxAttempts?: number; remainingMs?: number } = {},
) {
  const waits: number[] = [];
  let attempts = 0;
  const timing = {
    random: () => 0.5,
    sleep: async (ms: number) => {
      waits.push(ms);
    },
  };
  const budget = { remainingMs: () => options.remainingMs ?? 60_000 };
  const result = await withRetry(
    { maxAttempts: options.maxAttempts ?? 4, budget, timing },
    never(),
    async () => {
      const error = errors[attempts++];
      if (error !== undefined) throw error;
      return 'done';
    },
  ).catch((error: HubError) => error.code);
  return { result, waits, attempts };
}

const error = (code: ErrorCode, retryAfter?: number) =>
  new HubError(code, retryAfter === undefined ? {} : { retryAfterMs: retryAfter });

test('transient failures are tried again with waits that grow', async () => {
  const busy = Array.from({ length: 3 }, () => error('HUB_UPSTREAM_UNAVAILABLE'));
  expect(await retried(busy)).toEqual({ result: 'done', waits: [125, 250, 500], attempts: 4 });
});

test('after the last attempt the failure itself is thrown', async () => {
  const busy = Array.from({ length: 9 }, () => error('HUB_UPSTREAM_UNREACHABLE'));
  expect(await retried(busy, { maxAttempts: 3 })).toMatchObject({
    result: 'HUB_UPSTREAM_UNREACHABLE',
    attempts: 3,
  });
});

test('the time that the server asked for is waited, and the jitter after it', async () => {
  expect((await retried([error('HUB_UPSTREAM_UNAVAILABLE', 7_000)])).waits).toEqual([7_125]);
});

test('a wait that does not fit into the budget is not begun, and the caller learns it', async () => {
  const late = error('HUB_UPSTREAM_UNAVAILABLE', 90_000);
  expect(await retried([late])).toEqual({ result: 'HUB_UPSTREAM_UNAVAILABLE', waits: [], attempts: 1 });
});

test.each([
  'HUB_UPSTREAM_REFUSED',
  'HUB_UPSTREAM_PROTOCOL',
  'HUB_UPSTREAM_ORIGIN',
  'HUB_UPSTREAM_NOT_FOUND',
  'HUB_UPSTREAM_STOPPED',
] as const)('%s is not tried again', async (code) =>
  expect(await retried([error(code)])).toEqual({ result: code, waits: [], attempts: 1 }),
);

test('a back-off is never longer than its ceiling nor shorter than what was asked', () => {
  const input = [
    fc.integer({ min: 2, max: 40 }),
    fc.option(fc.nat(60_000), { nil: undefined }),
    fc.double({ min: 0, max: 0.999, noNaN: true }),
  ] as const;
  fc.assert(
    fc.property(...input, (next, asked, chance) => {
      const wait = backOffMs(next, asked, () => chance);
      expect(wait).toBeGreaterThanOrEqual(asked ?? 0);
      expect(wait).toBeLessThanOrEqual((asked ?? 0) + BACK_OFF.mostMs);
    }),
  );
});

test('a real wait ends with its time, and at once when stopped', async () => {
  await realTiming.sleep(1, never());
  const controller = new AbortController();
  const waiting = realTiming.sleep(60_000, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'HUB_UPSTREAM_STOPPED' });
  await expect(realTiming.sleep(60_000, AbortSignal.abort())).rejects.toMatchObject({
    code: 'HUB_UPSTREAM_STOPPED',
  });
});

test.each([
  ['7', undefined, 7_000],
  ['0', undefined, 0],
  [' 3 ', undefined, 3_000],
  ['999999999', undefined, 86_400_000],
  ['99999999999999999999', undefined, 86_400_000],
  ['Sun, 01 Mar 2026 09:00:30 GMT', undefined, 30_000],
  // The far end's clock is an hour ahead: its own Date says so.
  ['Sun, 01 Mar 2026 10:00:30 GMT', 'Sun, 01 Mar 2026 10:00:00 GMT', 30_000],
  ['Sun, 01 Mar 2026 08:00:00 GMT', undefined, 0],
  ['-5', undefined, undefined],
  ['1.5', undefined, undefined],
  ['soon', undefined, undefined],
  ['', undefined, undefined],
])('Retry-After %p with Date %p is %p ms', (value, date, expected) => {
  const headers = new Headers({ 'retry-after': value, ...(date === undefined ? {} : { date }) });
  expect(retryAfterMs(headers, NOW)).toBe(expected);
});

test('without Retry-After there is no time to wait', () =>
  expect(retryAfterMs(new Headers(), NOW)).toBeUndefined());

test('a network failure keeps its code and nothing else', () => {
  const inner = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:443'), { code: 'ECONNREFUSED' });
  const failure = failureOfNetwork(new TypeError('fetch failed', { cause: new AggregateError([inner]) }));
  expect(failure).toMatchObject({ code: 'HUB_UPSTREAM_UNREACHABLE', details: { fault: 'ECONNREFUSED' } });
  expect(failure.cause).toBeUndefined();
  expect(failureOfNetwork('odd')).toMatchObject({
    code: 'HUB_UPSTREAM_UNREACHABLE',
    details: { fault: null },
  });
});

test('work that does not heed its limit is left behind all the same', async () => {
  const deaf = () => new Promise<never>(() => undefined);
  await expect(withinDeadline(1, [], deaf)).rejects.toMatchObject({ code: 'HUB_UPSTREAM_TIMEOUT' });
  const controller = new AbortController();
  const waiting = withinDeadline(60_000, [controller.signal], deaf);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'HUB_UPSTREAM_STOPPED' });
});

test('work under a limit hands on its result and its own failure', async () => {
  expect(await withinDeadline(1_000, [never()], async () => 5)).toBe(5);
  await expect(
    withinDeadline(1_000, [], async () => Promise.reject(error('HUB_UPSTREAM_REFUSED'))),
  ).rejects.toMatchObject({
    code: 'HUB_UPSTREAM_REFUSED',
  });
});

test('a budget runs down', () => {
  let now = 100;
  const budget = startBudget(50, () => now);
  expect(budget.remainingMs()).toBe(50);
  now = 160;
  expect(budget.remainingMs()).toBe(-10);
});

test('a server in trouble is left alone after so many failures in a row', async () => {
  let now = 1_000;
  const guard = createGuard(2, () => now);
  const fail = (code: ErrorCode) =>
    guard.run(() => Promise.reject(error(code)), never()).catch((e: HubError) => e);
  for (let n = 0; n < GUARD.failures - 1; n++) await fail('HUB_UPSTREAM_TIMEOUT');
  expect(guard.open).toBe(false);
  await fail('HUB_UPSTREAM_UNREACHABLE');
  expect(guard.open).toBe(true);
  now += 4_000;
  let sent = 0;
  const refused = await guard.run(async () => ++sent, never()).catch((e: HubError) => e);
  expect(refused).toMatchObject({
    code: 'HUB_UPSTREAM_UNAVAILABLE',
    retryAfterMs: GUARD.openMs - 4_000,
    details: { circuit: 'OPEN' },
  });
  expect(sent).toBe(0);
});

test('writes of which nobody knows what became open the breaker too, but not those that we turned away from', async () => {
  const guard = createGuard(1);
  const fail = (fault: string) =>
    guard
      .run(() => Promise.reject(new HubError('HUB_UPSTREAM_AMBIGUOUS', { details: { fault } })), never())
      .catch(() => undefined);
  for (let n = 0; n < 40; n++) await fail('STOPPED');
  expect(guard.open).toBe(false);
  for (let n = 0; n < GUARD.failures; n++) await fail('TIMEOUT');
  expect(guard.open).toBe(true);
});

test('refusals, rejections and a request to slow down do not open the breaker', async () => {
  const guard = createGuard(1);
  const slowDown = new HubError('HUB_UPSTREAM_UNAVAILABLE', { details: { status: 429 } });
  for (let n = 0; n < 40; n++)
    for (const one of [
      slowDown,
      error('HUB_UPSTREAM_REFUSED'),
      error('HUB_UPSTREAM_REJECTED'),
      error('HUB_UPSTREAM_STOPPED'),
    ])
      await guard.run(() => Promise.reject(one), never()).catch(() => undefined);
  expect(guard.open).toBe(false);
});

test('no more requests at once than allowed; those that wait too long in number are turned away', async () => {
  const guard = createGuard(2);
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  const all = Array.from({ length: GUARD.queue + 3 }, () =>
    guard.run(work, never()).then(
      () => null,
      (e: HubError) => e,
    ),
  );
  const failures = (await Promise.all(all)).filter((one) => one !== null);
  expect(most).toBe(2);
  expect(failures).toEqual([
    expect.objectContaining({ code: 'HUB_UPSTREAM_UNAVAILABLE', details: { queue: 'FULL' } }),
  ]);
});

test('a caller that stopped while waiting for a turn is not served', async () => {
  const guard = createGuard(1);
  let release: () => void = () => undefined;
  const first = guard.run(
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    never(),
  );
  const controller = new AbortController();
  let served = false;
  const second = guard.run(async () => {
    served = true;
  }, controller.signal);
  controller.abort();
  release();
  await first;
  await expect(second).rejects.toMatchObject({ code: 'HUB_UPSTREAM_STOPPED' });
  expect(served).toBe(false);
});
