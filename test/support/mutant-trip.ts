/** A way of a resource into the hub, and words that ways have in common. */
import type { PullContext } from '../../adapters/fhir-r4/caseload/strategy.js';
import type { Observed } from '../../src/clinical/clinical-record.port.js';
import { own, stringsIn } from './mutant-oracle.js';
import type { Served } from './mutant-server.js';
import type { Value } from './mutated-json.js';

/** One way: which resource is changed, what else the server holds, what is asked, and what must hold of what comes. */
export interface Trip {
  readonly type: string;
  readonly valid: Value;
  /** A member that the mapping reads and nothing before it. */
  readonly looked: string;
  readonly beside: readonly Served[];
  readonly settings: object;
  ask(context: PullContext): Promise<readonly Observed<unknown>[]>;
  check(answers: readonly Observed<unknown>[], resource: Value): void;
}

/** A signal that never aborts. */
export const never = (): AbortSignal => new AbortController().signal;

/** A resource as a server has it that keeps it under its own type. */
export const served = (resource: Value): Served => ({
  type: String(own(resource, 'resourceType')),
  resource,
});

/** The state that each status of FHIR stands for. */
export const STATES: Readonly<Record<string, readonly string[]>> = {
  planned: ['PLANNED'],
  proposed: ['PLANNED'],
  waitlist: ['WAITING_LIST'],
  active: ['OPEN'],
  arrived: ['OPEN'],
  triaged: ['OPEN'],
  'in-progress': ['OPEN'],
  onhold: ['ON_HOLD'],
  suspended: ['ON_HOLD'],
  onleave: ['ON_HOLD'],
  finished: ['ENDED'],
  inactive: ['ENDED'],
  cancelled: ['ENDED', 'PLANNED'],
  'entered-in-error': ['ENTERED_IN_ERROR'],
};

/** A text is nothing, or has something in it, and each of its words stands in the resource. */
export function expectText(text: unknown, resource: unknown): void {
  if (text === null) return;
  expect(text).toBe(String(text).trim());
  const words = String(text).split(/[\s,]+/);
  expect(words.some((word) => word !== '') || text === ',').toBe(true);
  const said = stringsIn(resource).join('\n');
  expect(words.filter((word) => !said.includes(word))).toEqual([]);
}
