/** The pseudo-random generator and the invented numbers: repeatable, within bounds, valid. */
import fc from 'fast-check';
import {
  demonstrationNhsNumbers,
  firstNhsNumbers,
  NHS_NUMBER_BLOCK,
} from '../../../seeds/demonstration/demonstration-nhs-numbers.js';
import { inventAddress, inventName, inventTelephone } from '../../../seeds/demonstration/names.js';
import { Random } from '../../../seeds/demonstration/random.js';
import { parseNhsNumber } from '../../../src/core/nhs-number.js';

const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

test('the same seed gives the same numbers, all in [0, 1)', () => {
  fc.assert(
    fc.property(seed, (from) => {
      const [one, other] = [new Random(from), new Random(from)];
      for (let index = 0; index < 20; index++) {
        const value = one.next();
        expect(value).toBe(other.next());
        expect(value >= 0 && value < 1).toBe(true);
      }
    }),
  );
});

test('whole numbers keep to their bounds and reach both', () => {
  const random = new Random(1);
  const drawn = new Set(Array.from({ length: 500 }, () => random.int(3, 6)));
  expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
});

test('weights are kept to, and a weight of nothing never comes', () => {
  const random = new Random(2);
  const counts = { often: 0, seldom: 0, never: 0 };
  for (let index = 0; index < 4_000; index++)
    counts[
      random.weighted([
        ['often', 9],
        ['seldom', 1],
        ['never', 0],
      ] as const)
    ]++;
  expect(counts.never).toBe(0);
  expect(counts.often / 4_000).toBeCloseTo(0.9, 1);
});

test('chance and pick are even', () => {
  const random = new Random(3);
  const heads = Array.from({ length: 4_000 }, () => random.chance(0.25)).filter(Boolean).length;
  expect(heads / 4_000).toBeCloseTo(0.25, 1);
  expect(new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c']))).size).toBe(3);
});

test('NHS numbers ascend, are valid and stay in their block of the never-issued range', () => {
  const numbers = firstNhsNumbers(NHS_NUMBER_BLOCK.POPULATION, 2_000);
  expect([...numbers].sort()).toEqual([...numbers]);
  expect(new Set(numbers).size).toBe(2_000);
  for (const number of numbers) {
    expect(parseNhsNumber(number)).toBe(number);
    expect(number >= '9992000000' && number < '9997000000').toBe(true);
  }
});

test('numbers end where the range ends', () => {
  const last = [...demonstrationNhsNumbers(999_990)];
  expect(last.length).toBeGreaterThan(5);
  for (const number of last) expect(number).toMatch(/^99999999/);
});

test('no invented contact can reach anybody', () => {
  fc.assert(
    fc.property(seed, (from) => {
      const random = new Random(from);
      expect(inventTelephone(random)).toMatch(/^07700 900\d{3}$/);
      expect(inventAddress(random).postcode).toMatch(/^ZZ[1-9] [1-9][A-Z]{2}$/);
      const { given, family } = inventName(
        random,
        random.pick(['female', 'male', 'other', 'unknown'] as const),
      );
      expect(`${given} ${family}`).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
    }),
  );
});
