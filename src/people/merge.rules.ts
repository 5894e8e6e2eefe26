/** Bringing persons together and parting them again: by their record system or by a steward's ruling, as long as that holds. */
import { isVerified } from './identity.rules.js';
import type { IdentityGraph, KnownConflict } from './identity-graph.rules.js';
import type { Ruling } from './ruling.rules.js';

/** One person that turned out to be another; both uuids. */
export interface Merge {
  readonly personId: string;
  readonly intoId: string;
}

/** Open disputes between two that were ruled to be one, with the ruling; both ids. */
export type RuledConflicts = ReadonlyMap<string, string>;

/** Makes one surviving person the other's; nothing happens when they are one already. */
export function merge(graph: IdentityGraph, personId: string, intoId: string, merges: Merge[]): void {
  if (personId === intoId) return;
  graph.put({ ...graph.person(personId)!, mergedIntoId: intoId });
  merges.push({ personId, intoId });
}

/** What joins and partings do to contact details and visibility, which a survivor takes over for as long as they survive somebody. */
export interface Inheritance {
  /** Merges that are new: not those that were parted and brought together again in one plan. */
  readonly merges: readonly Merge[];
  /** Persons who may have taken over from somebody who is no longer theirs: they give back all that is not their own. */
  readonly givenBack: readonly string[];
  /** From whom to whom to take over, in an order in which everybody has before they give. */
  readonly takenOver: readonly Merge[];
}

/** Compares whom everybody was merged into with whom they are merged into now. */
export function inheritanceOf(graph: IdentityGraph, merges: readonly Merge[]): Inheritance {
  const made = merges.filter(({ personId, intoId }) => graph.before(personId)?.mergedIntoId !== intoId);
  const givenBack = new Set<string>();
  for (const { id, mergedIntoId } of graph.changedPersons) {
    const was = graph.before(id)?.mergedIntoId ?? null;
    if (was === null || was === mergedIntoId) continue;
    for (let heir: string | null = was; heir !== null && !givenBack.has(heir); ) {
      givenBack.add(heir);
      heir = graph.before(heir)?.mergedIntoId ?? null;
    }
  }
  const again = [...givenBack].flatMap((intoId) =>
    graph.mergedWith(intoId).map((personId): Merge => ({ personId, intoId })),
  );
  const edges = new Map([...made, ...again].map((edge) => [edge.personId, edge]));
  const generations = ({ personId }: Merge): number => graph.family(personId).length;
  const takenOver = [...edges.values()].sort((a, b) => generations(a) - generations(b));
  return { merges: made, givenBack: [...givenBack], takenOver };
}

/**
 * Parts a family. Each merge points to whoever survived at the time, so that all of them have to be brought together
 * anew from what still holds. Whom only a referral made stays with whom they were taken for, unless named in `also`.
 */
export function part(graph: IdentityGraph, rootId: string, also: readonly string[] = []): void {
  for (const id of graph.family(rootId)) {
    const person = graph.person(id)!;
    if (person.mergedIntoId !== null && (graph.recordsOf(id).length > 0 || also.includes(id)))
      graph.put({ ...person, mergedIntoId: null });
  }
}

/** Parts two whom a steward ruled to be one, once a record has been corrected against it. */
export function partFallen(graph: IdentityGraph): void {
  for (const { sides } of graph.rulingsOfOne(false)) {
    const [one, other] = sides.map(({ personId }) => personId) as [string, string];
    if (graph.root(one) === graph.root(other)) part(graph, graph.root(one), [one, other]);
  }
}

/** Persons of a record that another replaced, each with the person of the other where that is known. */
export function replacements(graph: IdentityGraph): (readonly [string, string])[] {
  return [...graph.everyone].flatMap(({ id }) =>
    graph.recordsOf(id).flatMap(({ systemId, replacedByLocalId }) => {
      const successor = replacedByLocalId && graph.link(systemId, replacedByLocalId);
      return successor ? [[id, successor.personId] as const] : [];
    }),
  );
}

/**
 * Parts everybody whom rulings and record systems together would make one although a ruling that holds says that two of
 * them are two, so that who is joined with whom depends on what holds alone and not on what was brought back last.
 */
export function partContested(graph: IdentityGraph): void {
  const toldApart = graph.rulingsOfTwo();
  if (toldApart.length === 0) return;
  const ruled = graph
    .rulingsOfOne(true)
    .map(({ sides: [one, other] }) => [one.personId, other.personId] as const);
  const edges = [...ruled, ...replacements(graph)];
  const ruledIds = ruled.flat();
  for (const { sides } of toldApart) {
    const [one, other] = sides.map(({ personId }) => personId) as [string, string];
    const reached = new Set([graph.root(one)]);
    for (const root of reached) {
      for (const edge of edges) {
        const roots = edge.map((id) => graph.root(id));
        if (roots.includes(root)) for (const near of roots) reached.add(near);
      }
    }
    if (!reached.has(graph.root(other))) continue;
    for (const root of reached) part(graph, root, [...ruledIds, one, other]);
  }
}

/**
 * Brings together all whom a steward ruled to be one, by the newest ruling first, and tells which open disputes that
 * settles. Two families are left apart where a ruling stands that somebody of the one is nobody of the other.
 */
export function mergeRuled(
  graph: IdentityGraph,
  conflicts: readonly KnownConflict[],
  merges: Merge[],
): RuledConflicts {
  const settled = new Map<string, string>();
  for (const ruling of graph.rulingsOfOne(true).reverse()) {
    const [a, b] = ruling.sides.map(({ personId }) => graph.root(personId)) as [string, string];
    if (a === b || isToldApart(graph, a, b)) continue;
    for (const { id, personId, otherPersonId } of conflicts) {
      if (!graph.person(personId) || !graph.person(otherPersonId)) continue;
      const roots = [graph.root(personId), graph.root(otherPersonId)];
      if (roots.includes(a) && roots.includes(b)) settled.set(id, ruling.id);
    }
    const survivor = weightOf(graph, ruling, 1) > weightOf(graph, ruling, 0) ? b : a;
    merge(graph, survivor === a ? b : a, survivor, merges);
  }
  return settled;
}

function isToldApart(graph: IdentityGraph, a: string, b: string): boolean {
  return graph.rulingsOfTwo().some(({ sides }) => {
    const roots = sides.map(({ personId }) => graph.root(personId));
    return roots.includes(a) && roots.includes(b);
  });
}

/**
 * Whom a ruling makes the survivor: a side with records before one without, then one whose number was verified when it was
 * ruled, else the first. What is said later makes no difference, so that a ruling that is brought back ends as it began.
 */
function weightOf(graph: IdentityGraph, { sides, nhsNumber }: Ruling, at: 0 | 1): number {
  const { personId, nhsNumberStatus } = sides[at];
  const { records } = graph.identity(graph.root(personId));
  return (records.length > 0 ? 2 : 0) + (isVerified({ nhsNumber, nhsNumberStatus }) ? 1 : 0);
}
