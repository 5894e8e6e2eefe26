/** The numbered list of what a hostile far end does, as data, and the words in which it is written. */
import { readFileSync } from 'node:fs';

/** What the hub asks of a record system. */
export const OPERATIONS = [
  'pull',
  'teams',
  'record',
  'documents',
  'readBack',
  'readOne',
  'update',
  'submit',
  'health',
  'token',
  'export',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What one request is for. The hostile one of an operation is its last, unless a case says otherwise. */
export type Exchange = Operation | 'patients' | 'kickOff' | 'job' | 'file';

/** Short for several operations. */
const GROUPS: Readonly<Record<string, readonly Operation[]>> = {
  searches: ['pull', 'teams', 'record', 'documents', 'readBack'],
  reads: ['pull', 'teams', 'record', 'documents', 'readBack', 'readOne', 'health'],
  writes: ['submit', 'update'],
};

/** A case as the list has it. */
interface Line {
  readonly id: string;
  readonly what: string;
  /** Name of the answer, and what it is made with. */
  readonly answer: readonly [string, ...unknown[]];
  readonly at?: Exchange;
  readonly waits?: boolean;
  readonly heavy?: boolean;
  readonly expect: Readonly<Record<string, string>>;
}

/** A case. */
export interface HostileCase {
  readonly id: string;
  readonly what: string;
  readonly answer: readonly [string, ...unknown[]];
  /** The exchange that is answered so; null: the last of each operation. */
  readonly at: Exchange | null;
  /** Ends by the hub's own limit, so that is short. */
  readonly waits: boolean;
  /** So much that operations take turns. */
  readonly heavy: boolean;
  /** `HUB_…` with `/` and what its details name as the reason (`*`: any), or `ANSWERED`: as a well-behaved server is. */
  readonly expect: ReadonlyMap<Operation, string>;
}

function operationsIn(words: string): readonly Operation[] {
  return words.split(' ').flatMap((word) => {
    const one = OPERATIONS.find((name) => name === word);
    const some = one === undefined ? GROUPS[word] : [one];
    if (some === undefined) throw new Error(`no operation is called ${word}`);
    return some;
  });
}

const lines = JSON.parse(
  readFileSync(new URL('../../fixtures/answers/hostile.json', import.meta.url), 'utf8'),
) as readonly Line[];

/** Every case, in the order of the list. */
export const HOSTILE_CASES: readonly HostileCase[] = lines.map(
  ({ id, what, answer, at = null, waits = false, heavy = false, expect }) => ({
    id,
    what,
    answer,
    at,
    waits,
    heavy,
    expect: new Map(
      Object.entries(expect).flatMap(([words, end]) => operationsIn(words).map((one) => [one, end] as const)),
    ),
  }),
);
