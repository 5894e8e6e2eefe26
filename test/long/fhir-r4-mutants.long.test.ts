/** Ten thousand mutants of each UK Core resource that the FHIR R4 adapter reads, on each of its ways into the hub. */
import { expectMutantsHold, LEAST_REACHED, shareReached } from '../support/mutant-property.js';
import { TRIPS } from '../support/mutant-trips.js';

const EACH = 10_000;

test.each(Object.entries(TRIPS))(
  '%s',
  async (name, trip) => {
    const count = await expectMutantsHold(trip, EACH);
    const share = shareReached([count]);
    process.stdout.write(
      `mutants of ${name}: ${count.cases} cases, ${share} % reached the mapping, ${count.answered} answered\n`,
    );
    expect(count.cases).toBeGreaterThanOrEqual(EACH);
    expect(share).toBeGreaterThanOrEqual(LEAST_REACHED);
    expect(count.answered).toBeGreaterThan(EACH / 4);
  },
  600_000,
);
