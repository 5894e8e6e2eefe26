/** What live sources failed at in a request: gathered while it is read, told once per source and edge with its answer. */
import type { HubError } from '../../../core/errors.js';
import type { LivePlan } from './live-plan.js';
import type { ReadContext } from './read-context.js';

/** An object of the answer that waits for its live edge. */
export interface LiveDemand {
  readonly plan: LivePlan;
  readonly object: object;
  /** Response key of the edge in the object. */
  readonly responseKey: string;
  readonly key: string;
}

/** What could not be read, before it is known where in the answer that is. */
export interface LiveFault {
  /** Code of the source; null when nothing could be read at all. */
  readonly source: string | null;
  /** Demands that lack something, and the field that they lack; null: all of it. */
  readonly plan: (plan: LivePlan) => boolean;
  readonly field: string | null;
  readonly keys: ReadonlySet<string>;
  readonly error: HubError;
  readonly asOf: string | null;
}

/** One error of the answer. */
export interface ToldFault {
  readonly source: string | null;
  /** `Type.field` of what is missing. */
  readonly edge: string;
  readonly error: HubError;
  readonly asOf: string | null;
  /** Distinct keys affected. */
  readonly affected: number;
  /** The first place in the answer where it is missing. */
  readonly path: readonly (string | number)[];
}

type Path = readonly (string | number)[];
interface Gathered {
  readonly fault: LiveFault;
  readonly edge: string;
  readonly keys: Set<string>;
  /** First place under each root field. */
  readonly paths: Map<string | number, Path>;
}

const gathered = new WeakMap<ReadContext, Map<string, Gathered>>();

/**
 * Notes the faults of an answer, or a part of one at `prefix`. Where they are is found by walking the answer: it is rare,
 * and costs nothing when all is well.
 */
export function noteFaults(
  context: ReadContext,
  faults: readonly LiveFault[],
  demands: readonly LiveDemand[],
  answer: unknown,
  prefix: Path = [],
): void {
  if (faults.length === 0) return;
  const placed = placesOf(demands, answer, prefix);
  const known = gathered.get(context) ?? new Map<string, Gathered>();
  gathered.set(context, known);
  for (const fault of faults) {
    const hit = placed.find(({ demand }) => fault.plan(demand.plan) && fault.keys.has(demand.key));
    if (!hit) continue;
    const { plan, responseKey } = hit.demand;
    const edge = fault.field === null ? plan.field : `${plan.type}.${fault.field}`;
    const inner = fault.field === null ? [] : [plan.wanted.get(fault.field)!];
    const path = [...hit.path, responseKey, ...inner];
    const name = `${fault.source} ${edge}`;
    const entry = known.get(name) ?? { fault, edge, keys: new Set(), paths: new Map() };
    known.set(name, entry);
    for (const key of fault.keys) entry.keys.add(key);
    if (!entry.paths.has(path[0]!)) entry.paths.set(path[0]!, path);
  }
}

/** The faults of a request, in an order that does not depend on which of its parts was read first. */
export function toldFaults(context: ReadContext, data: object | null | undefined): readonly ToldFault[] {
  const roots = Object.keys(data ?? {});
  const place = (path: Path): number => roots.indexOf(String(path[0]));
  return [...(gathered.get(context)?.values() ?? [])]
    .map(({ fault: { source, error, asOf }, edge, keys, paths }) => {
      const path = [...paths.values()].sort((left, right) => place(left) - place(right))[0]!;
      return { source, edge, error, asOf, affected: keys.size, path };
    })
    .sort(
      (left, right) =>
        place(left.path) - place(right.path) ||
        compare(left.source ?? '', right.source ?? '') ||
        compare(left.edge, right.edge),
    );
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** The demands in the order of the answer, each with the path of its object. */
function placesOf(
  demands: readonly LiveDemand[],
  answer: unknown,
  prefix: Path,
): { readonly demand: LiveDemand; readonly path: Path }[] {
  const of = new Map<unknown, LiveDemand[]>();
  for (const demand of demands) of.set(demand.object, [...(of.get(demand.object) ?? []), demand]);
  const placed: { demand: LiveDemand; path: Path }[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const demand of of.get(value) ?? []) placed.push({ demand, path });
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) walk(item, [...path, at]);
    } else {
      for (const key of Object.keys(value)) walk((value as Record<string, unknown>)[key], [...path, key]);
    }
  };
  walk(answer, prefix);
  return placed;
}
