/** Counts what a record system sent and the hub did not understand, by FHIR path and never by value. */

/** Told by the mapping about each thing that it could not use. */
export type Unmapped = (path: string) => void;

/** A tally by path; the number of paths is fixed by the code, not by what arrives. */
export class UnmappedTally {
  private readonly counts = new Map<string, number>();

  /** Adds one to a path. Bound, so that it can be handed out as an `Unmapped`. */
  readonly count: Unmapped = (path) => {
    this.counts.set(path, (this.counts.get(path) ?? 0) + 1);
  };

  /** Path to number of times since the adapter was made. */
  get byPath(): ReadonlyMap<string, number> {
    return this.counts;
  }
}
