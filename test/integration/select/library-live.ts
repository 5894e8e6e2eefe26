/** Live sources of the library: what two of them say of a person or a book, how they fail, and graphql-js over the same. */
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { HubError } from '../../../src/core/errors.js';
import type { BatchFault, BatchReader, Wanted } from '../../../src/platform/database/select/live-batch.js';

/** A source that fails a field for some of the keys. */
export interface Failing {
  readonly source: 'north' | 'south';
  readonly field: string;
  /** Which keys, by their last digit; default all. */
  readonly digits?: string;
}

type Item = Readonly<Record<string, unknown>>;
/** Where something is missing: every place, in the order of the answer, and whose. */
export interface Missing {
  readonly paths: (string | number)[][];
  readonly keys: Set<string>;
}

const digit = (key: string): number => Number.parseInt(key.slice(-1), 16);
const staff = (n: number): Item => ({
  name: n % 3 ? `staff ${n}` : null,
  role: 'nurse',
  more: 'never asked',
});
const visit = (source: string, n: number, m: number): Item => ({
  place: m ? `${source} ${n}` : null,
  on: n % 2 ? '2026-02-03' : undefined,
  tags: Array.from({ length: m }, (_, at) => `t${at}`),
  staff: n % 4 ? staff(n) : null,
  genre: m ? 'NOVEL' : null,
  helpers: Array.from({ length: (n + m) % 3 }, (_, at) => staff(at)),
});

/** Which sources say something of a field, and what of a key. */
const SAID: Readonly<Record<string, readonly (readonly ['north' | 'south', (n: number) => unknown])[]>> = {
  pulse: [['north', (n) => (n % 5 ? 60 + n : null)]],
  steps: [['south', (n) => n * 1000]],
  mood: [['north', (n) => (n % 2 ? 'POETRY' : 'SCIENCE')]],
  place: [['north', (n) => `shelf ${n}`]],
  row: [['south', (n) => n]],
  visits: [
    ['north', (n) => Array.from({ length: n % 3 }, (_, m) => visit('north', n, m))],
    ['south', (n) => Array.from({ length: n % 2 }, (_, m) => visit('south', n, m))],
  ],
};

/** The sources, and what they were asked. */
export class LiveWorld {
  readonly calls: { batch: string; wanted: Record<string, readonly string[]> }[] = [];
  /** Faults as graphql-js met them, by `source edge`. */
  readonly met = new Map<string, Missing>();

  constructor(
    readonly failing: readonly Failing[] = [],
    /** Batches that reject altogether. */
    readonly broken: readonly string[] = [],
  ) {}

  /** What is said of a field of a key, and which sources failed to. */
  private say(field: string, key: string): { value: unknown; failed: string[] } {
    if (field === 'sources') {
      return {
        value: [
          { system: 'north', state: 'CURRENT' },
          { system: 'south', state: `${digit(key)}` },
        ],
        failed: [],
      };
    }
    const failed: string[] = [];
    const values: unknown[] = [];
    for (const [source, of] of SAID[field]!) {
      const fails = this.failing.some(
        (one) =>
          one.source === source &&
          one.field === field &&
          (one.digits ?? key.slice(-1)).includes(key.slice(-1)),
      );
      if (fails) failed.push(source);
      else values.push(of(digit(key)));
    }
    if (values.length === 0) return { value: null, failed };
    return { value: field === 'visits' ? values.flat() : values[0], failed };
  }

  /** Readers as a request has them. */
  batches(): Readonly<Record<string, BatchReader>> {
    return { live: (wanted) => this.read('live', wanted), shelf: (wanted) => this.read('shelf', wanted) };
  }

  private async read(batch: string, wanted: Wanted) {
    this.calls.push({ batch, wanted: Object.fromEntries(wanted) });
    await new Promise((resolve) => setImmediate(resolve));
    if (this.broken.includes(batch)) throw new HubError('HUB_DATABASE_TIMEOUT');
    const faults = new Map<string, BatchFault & { keys: string[] }>();
    for (const [field, keys] of wanted) {
      for (const key of keys) {
        for (const source of this.say(field, key).failed) {
          const name = `${source} ${field}`;
          const error = new HubError('HUB_UPSTREAM_TIMEOUT', { retryAfterMs: 1000 });
          const known = faults.get(name) ?? { source, field, keys: [], error, asOf: null };
          faults.set(name, known);
          known.keys.push(key);
        }
      }
    }
    return {
      value: (field: string, key: string) => this.say(field, key).value,
      faults: [...faults.values()],
    };
  }

  /** Resolvers over the same sources, field by field. */
  resolve(schema: GraphQLSchema): void {
    for (const name of ['Live', 'Shelf']) {
      for (const field of Object.values((schema.getType(name) as GraphQLObjectType).getFields())) {
        field.resolve = (source: { liveKey: string }, _args, _context, info) => {
          const { value, failed } = this.say(field.name, source.liveKey);
          for (const from of failed) {
            const at = `${from} ${name}.${field.name}`;
            const missing = this.met.get(at) ?? { paths: [], keys: new Set() };
            this.met.set(at, missing);
            missing.keys.add(source.liveKey);
            const path: (string | number)[] = [];
            for (let step: typeof info.path | undefined = info.path; step; step = step.prev)
              path.unshift(step.key);
            missing.paths.push(path);
          }
          return value;
        };
      }
    }
  }
}
