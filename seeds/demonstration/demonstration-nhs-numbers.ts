/** NHS numbers for invented people: valid check digits, all in the range 999 000 0000 to 999 999 9999 that is never issued. */
import { parseNhsNumber } from '../../src/core/nhs-number.js';

/** Where the numbers of each part of the demonstration world start, so that no two parts can meet. */
export const NHS_NUMBER_BLOCK = {
  CAST: 100_000,
  POPULATION: 200_000,
  OTHER_TRUST: 700_000,
  NOBODY: 900_000,
} as const;

/** The valid number whose six digits after 999 are `middle`, or null where modulus 11 leaves no check digit. */
function numberAt(middle: number): string | null {
  const stem = `999${String(middle).padStart(6, '0')}`;
  for (let check = 0; check < 10; check++) {
    const valid = parseNhsNumber(`${stem}${check}`);
    if (valid) return valid;
  }
  return null;
}

/** Yields valid numbers in ascending order, from the six digits `start` on. Ends at 999 999 9999. */
export function* demonstrationNhsNumbers(start: number): Generator<string, undefined> {
  for (let middle = start; middle < 1_000_000; middle++) {
    const valid = numberAt(middle);
    if (valid) yield valid;
  }
}

/** The first `count` valid numbers of a block. */
export function firstNhsNumbers(start: number, count: number): readonly string[] {
  const numbers: string[] = [];
  for (const number of demonstrationNhsNumbers(start)) {
    if (numbers.push(number) === count) break;
  }
  return numbers;
}
