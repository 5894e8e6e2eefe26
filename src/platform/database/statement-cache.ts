/** Which prepared statements a connection holds. PostgreSQL keeps about 160 kB for each and `pg` never drops one, so the eldest go. */

/** Least recently used first; remembers names only. */
export class StatementCache {
  private readonly names = new Map<string, true>();

  /** @param limit statements kept on one connection. */
  constructor(private readonly limit = 100) {}

  /** Notes the use of a name and answers the names to be dropped now, at most one. */
  use(name: string): readonly string[] {
    this.names.delete(name);
    this.names.set(name, true);
    if (this.names.size <= this.limit) return [];
    const eldest = this.names.keys().next().value as string;
    this.names.delete(eldest);
    return [eldest];
  }

  /** How many are held. */
  get size(): number {
    return this.names.size;
  }
}
