/** A sample of the mutants of each UK Core resource; ten thousand of each are in `test/long`. */
import { runTrip } from '../../../support/mutant-property.js';
import { TRIPS } from '../../../support/mutant-trips.js';

test.each(Object.entries(TRIPS))('%s', async (name, trip) => {
  await runTrip(name, trip, 120);
});
