/** Time is always handed in, so that tests and "as at" questions can fix it. */

/** Tells the present instant; handed to whatever needs it. */
export interface Clock {
  /** The present instant. */
  now(): Date;
}

/** The machine's clock. Leases never use it: they run on the database's. */
export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands still at `at` until moved. */
export class FixedClock implements Clock {
  constructor(private at: Date) {}

  now(): Date {
    return new Date(this.at);
  }

  /** Moves the clock forward (or, when negative, back) by milliseconds. */
  advance(ms: number): void {
    this.at = new Date(this.at.getTime() + ms);
  }

  /** Sets the clock to an instant. */
  set(at: Date): void {
    this.at = at;
  }
}
