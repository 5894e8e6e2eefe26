/** The types of `collect.js`. */

/** A resource that left in a write. */
export interface Emission {
  readonly method: string;
  /** Path of the request, from the root of the server. */
  readonly path: string;
  readonly resource: Record<string, unknown>;
}

/** Environment variable with the folder that takes what was collected. */
export const FOLDER: string;

/** Gives every resource that leaves this process in a write of the adapter's to `take`, until the function returned is called. */
export function collectEmitted(take: (emission: Emission) => void): () => void;

/** Something that writes each emission down with where it came from; it does nothing outside a test run. */
export function emissionFile(from: string): (emission: Emission) => void;
