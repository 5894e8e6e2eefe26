/** A sample of the mutants of each UK Core resource; ten thousand of each are in `test/long`. */
import {
  expectMutantsHold,
  LEAST_REACHED,
  type MutantCount,
  shareReached,
} from '../../../support/mutant-property.js';
import { TRIPS } from '../../../support/mutant-trips.js';

const EACH = 80;
const counts: MutantCount[] = [];

test.each(Object.entries(TRIPS))('%s', async (_name, trip) => {
  const count = await expectMutantsHold(trip, EACH);
  expect(count.answered).toBeGreaterThan(EACH / 4);
  counts.push(count);
});

test('most of them reach the mapping', () => {
  expect(counts).toHaveLength(Object.keys(TRIPS).length);
  expect(shareReached(counts)).toBeGreaterThanOrEqual(LEAST_REACHED);
});
