/** Ten thousand mutants of each UK Core resource that the FHIR R4 adapter reads, on each of its ways into the hub. */
import { runTrip } from '../support/mutant-property.js';
import { TRIPS } from '../support/mutant-trips.js';

test.each(Object.entries(TRIPS))(
  '%s',
  async (name, trip) => {
    await runTrip(name, trip, 10_000);
  },
  600_000,
);
