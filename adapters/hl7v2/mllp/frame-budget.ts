/** How much a listener holds, in all its connections, of frames that are unfinished or not yet answered. */

/** Bytes that may be held, and those that are. */
export class FrameBudget {
  private held = 0;

  /** @param limit bytes. */
  constructor(readonly limit: number) {}

  /** Bytes held at the moment. */
  get used(): number {
    return this.held;
  }

  /** False when there is no room for so many more bytes; nothing is taken then. */
  take(bytes: number): boolean {
    if (this.held + bytes > this.limit) return false;
    this.held += bytes;
    return true;
  }

  /** Gives back what was taken. */
  give(bytes: number): void {
    this.held -= bytes;
  }
}
