/** The property of resources that are nearly right: a coded failure, or nothing that they do not say. */
import fc from 'fast-check';
import { isHubError } from '../../src/core/errors.js';
import { contextOver, settingsOf } from './mutant-server.js';
import type { Trip } from './mutant-trips.js';
import { mutantsOf } from './mutants.js';

/** What became of the mutants of one resource. */
export interface MutantCount {
  readonly cases: number;
  /** Cases in which the mapping was reached, rather than the resource refused before. */
  readonly reached: number;
  /** Cases in which something came of it. */
  readonly answered: number;
}

/** Holds so many mutants of a trip's resource against what may be read of them. */
export async function expectMutantsHold(trip: Trip, numRuns: number): Promise<MutantCount> {
  const settings = settingsOf(trip.settings);
  let [cases, reached, answered] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(mutantsOf(trip.valid), async (resource) => {
      let isReached = false;
      const held = [{ type: trip.type, resource }, ...trip.beside];
      const context = contextOver(held, settings, trip.looked, () => {
        isReached = true;
      });
      cases += 1;
      try {
        const answers = await trip.ask(context);
        answered += answers.length > 0 ? 1 : 0;
        trip.check(answers, resource);
      } catch (error) {
        // A failed expectation is an error too, and not the hub's.
        if (!isHubError(error)) throw error;
        expect(error.code).toMatch(/^HUB_(UPSTREAM|CASELOAD)_/);
      } finally {
        reached += isReached ? 1 : 0;
      }
    }),
    { numRuns },
  );
  return { cases, reached, answered };
}

/** At least so many of the mutants have to reach the mapping, in per cent. */
export const LEAST_REACHED = 80;

/** Runs a trip, says how many mutants reached the mapping, and fails where too few did. */
export async function runTrip(name: string, trip: Trip, numRuns: number): Promise<void> {
  const { cases, reached, answered } = await expectMutantsHold(trip, numRuns);
  const share = Math.round((1000 * reached) / cases) / 10;
  process.stdout.write(
    `mutants, ${name}: ${cases} cases, ${share} % reached the mapping, ${answered} answered\n`,
  );
  expect(cases).toBeGreaterThanOrEqual(numRuns);
  expect(share).toBeGreaterThanOrEqual(LEAST_REACHED);
  expect(answered).toBeGreaterThan(cases / 4);
}
