/** The order of test files: those known to take longest first, so that none of them begins when the others are done; then the largest. */
import { statSync } from 'node:fs';

/** Files of more than twenty seconds, the longest first. A name that is gone does no harm. */
const LONGEST = [
  'contract/fhir-r4.contract',
  'e2e/readme',
  'integration/graph/policy-walk',
  'integration/cli/commands',
  'faults/delivery/killed-hub',
  'faults/adapters/fhir-r4-hostile',
  'integration/main/stopping',
  'integration/graph/mutation-walk',
  'unit/clinical/feed/generated-feeds',
  'faults/messages/killed-reader',
  'faults/delivery/soak',
  'integration/cli/docs',
  'integration/main/record-system',
  'integration/graph/read-audit',
  'integration/graph/use-cases-lists',
  'integration/record-system/durability',
  'integration/cli/doctor',
];

const placeOf = (path) => {
  const place = LONGEST.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return place < 0 ? LONGEST.length : place;
};

/** What jest asks for the order of files. */
export default class LongestFirst {
  sort(tests) {
    const known = tests.map((test) => ({
      test,
      place: placeOf(test.path),
      size: statSync(test.path).size,
    }));
    return known.sort((a, b) => a.place - b.place || b.size - a.size).map(({ test }) => test);
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}
