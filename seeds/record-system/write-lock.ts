/** One writer at a time: SQLite has one transaction per connection, and a FHIR transaction waits between its statements. */

/** Runs pieces of work strictly one after another, in the order they were asked for. A failure does not stop the next one. */
export class WriteLock {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work, work);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
