/** A trip as a test: made, or left out with the reason that the server gives. */
import { NotAllowed } from './marked-data.js';
import type { InteropRun } from './run.js';

/** Longest that a trip may take, in milliseconds: servers elsewhere are slower than one on this machine. */
export const TRIP_LIMIT_MS = 600_000;

/** What a trip is given: the run under way. */
export type RunOf = () => InteropRun;

/** Declares a trip. */
export function trip(name: string, runOf: RunOf, work: (run: InteropRun) => Promise<void>): void {
  test(
    name,
    async () => {
      const run = runOf();
      try {
        await work(run);
      } catch (error) {
        if (!(error instanceof NotAllowed)) throw error;
        run.skipped.set(name, error.message);
      }
    },
    TRIP_LIMIT_MS,
  );
}

/** Never aborted: the adapter's own limits end what takes too long. */
export const FOREVER = new AbortController().signal;
