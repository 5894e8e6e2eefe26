/** Waits that grow: doubled, capped, spread, and none of it where nothing failed. */
import { ceilingMs, restMs, waitMs } from '../../../src/core/backoff.js';

const growth = { firstMs: 25, mostMs: 250 };

it('doubles from the first to the ceiling and stays there, however often it failed', () => {
  expect([1, 2, 3, 4, 5, 6, 5_000].map((failures) => ceilingMs(failures, growth))).toEqual([
    25, 50, 100, 200, 250, 250, 250,
  ]);
  expect(ceilingMs(1, { firstMs: 1_000, mostMs: 250 })).toBe(250);
});

it('is half to the whole of that', () => {
  for (const failures of [1, 3, 9]) {
    const most = ceilingMs(failures, growth);
    expect(waitMs(failures, growth, () => 0)).toBe(most / 2);
    expect(waitMs(failures, growth, () => 1)).toBe(most);
  }
  const many = new Set(Array.from({ length: 100 }, () => waitMs(5, growth)));
  expect(many.size).toBeGreaterThan(50);
});

it('a loop rests its usual time where nothing failed, and never longer', () => {
  expect(restMs(0, growth, () => 0)).toBe(250);
  expect([1, 2, 3, 4, 5, 6].map((failures) => restMs(failures, growth, () => 1))).toEqual([
    25, 50, 100, 200, 250, 250,
  ]);
  expect(restMs(1, growth, () => 0)).toBe(12.5);
});
