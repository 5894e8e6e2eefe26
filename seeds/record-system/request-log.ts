/** Counts of requests for tests and benchmarks: method, shape of the path and page, never an id or a parameter. */

/** How often one shape of request was made. */
export interface RequestCount {
  readonly method: string;
  /** Path with ids replaced by `:id`. */
  readonly path: string;
  /** Page of a search, from 1; 1 for everything else. */
  readonly page: number;
  readonly count: number;
}

/** The path without what names a resource or a version. */
export function pathShape(path: string): string {
  const [, base = '', type = '', id, ...rest] = path.split('/');
  const known = (part: string): string => (part.startsWith('_') ? part : ':id');
  return ['', base, type, ...(id === undefined ? [] : [known(id)]), ...rest.map(known)].join('/');
}

/** In memory; begins anew with the process. */
export class RequestLog {
  private readonly counts = new Map<string, { method: string; path: string; page: number; count: number }>();

  add(method: string, path: string, page: number): void {
    const shape = pathShape(path);
    const key = `${method} ${shape} ${page}`;
    const entry = this.counts.get(key) ?? { method, path: shape, page, count: 0 };
    entry.count++;
    this.counts.set(key, entry);
  }

  /** In the order in which each kind of request was first seen. */
  all(): readonly RequestCount[] {
    return [...this.counts.values()];
  }

  clear(): void {
    this.counts.clear();
  }
}
