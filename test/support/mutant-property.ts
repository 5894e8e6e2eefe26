/** The property of resources that are nearly right: a coded failure, or nothing that they do not say. */
import fc from 'fast-check';
import { isHubError } from '../../src/core/errors.js';
import { contextOver, settingsOf } from './mutant-server.js';
import type { Trip } from './mutant-trip.js';
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
        expect(error.code).toMatch(/^HUB_(UPSTREAM|CASELOAD|RECORD)_/);
      } finally {
        reached += isReached ? 1 : 0;
      }
    }),
    { numRuns },
  );
  return { cases, reached, answered };
}

/** Per cent of mutants that have to reach the mapping: what is refused before says nothing of it. */
export const LEAST_REACHED = 80;

/** Per cent of the cases that reached the mapping. */
export function shareReached(counts: readonly MutantCount[]): number {
  const sum = (of: keyof MutantCount): number => counts.reduce((total, count) => total + count[of], 0);
  return Math.round((1000 * sum('reached')) / sum('cases')) / 10;
}
