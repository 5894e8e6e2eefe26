/** What a steward's ruling changes: the same plan as an arrival of records makes, so that a ruling merges as a record system does. */
import { settleConflicts } from './conflict.rules.js';
import { IdentityGraph } from './identity-graph.rules.js';
import { type IdentityPlan, mergeReplaced, mergeStated, type Neighbourhood } from './linking.rules.js';
import { inheritanceOf, type Merge, mergeRuled, partContested } from './merge.rules.js';
import { type RuledSide, type Ruling, RulingResolution } from './ruling.rules.js';

function sideOf({ id: personId, nhsNumberStatus, dateOfBirth }: Neighbourhood['persons'][number]): RuledSide {
  return { personId, nhsNumberStatus, dateOfBirth };
}

/** A ruling on two surviving persons with one number, as they are known now; null when they do not share one or are one already. */
export function rulingOn(
  around: Neighbourhood,
  personIds: readonly [string, string],
  resolution: RulingResolution,
  id: string,
): Ruling | null {
  const graph = new IdentityGraph(around.persons, around.links, around.rulings);
  if (!personIds.every((personId) => graph.person(personId))) return null;
  const [one, other] = personIds
    .map((personId) => graph.root(personId))
    .sort()
    .map((root) => graph.person(root)!) as [
    Neighbourhood['persons'][number],
    Neighbourhood['persons'][number],
  ];
  if (one.id === other.id || one.nhsNumber === null || one.nhsNumber !== other.nhsNumber) return null;
  return { id, resolution, nhsNumber: one.nhsNumber, sides: [sideOf(one), sideOf(other)] };
}

/**
 * A ruling on two survivors is one on everybody merged into them: it is made again of each two across them of whom an
 * earlier one that still holds says the contrary. Empty as a rule.
 */
export function rulingsImplied(around: Neighbourhood, ruling: Ruling, newId: () => string): Ruling[] {
  const graph = new IdentityGraph(around.persons, around.links, around.rulings);
  const roots = ruling.sides.map(({ personId }) => personId);
  const contrary =
    ruling.resolution === RulingResolution.SAME_PERSON ? graph.rulingsOfTwo() : graph.rulingsOfOne(true);
  return contrary
    .filter(({ sides }) => {
      const ids = sides.map(({ personId }) => personId);
      const theirs = ids.map((id) => graph.root(id));
      return roots.every((root) => theirs.includes(root)) && !ids.every((id) => roots.includes(id));
    })
    .map(({ nhsNumber, sides: [one, other] }) => ({
      id: newId(),
      resolution: ruling.resolution,
      nhsNumber,
      sides: [sideOf(graph.person(one.personId)!), sideOf(graph.person(other.personId)!)],
    }));
}

/** What to write so that new rulings are so, the last of them the one that was made. Each takes the place of an earlier one on the same two persons. */
export function planRuling(around: Neighbourhood, rulings: readonly Ruling[]): IdentityPlan {
  const pairOf = ({ sides }: Ruling): string => sides.map(({ personId }) => personId).join(' ');
  const pairs = new Set(rulings.map(pairOf));
  const earlier = around.rulings.filter((other) => !pairs.has(pairOf(other)));
  const graph = new IdentityGraph(around.persons, around.links, [...earlier, ...rulings]);
  const merges: Merge[] = [];
  partContested(graph);
  mergeReplaced(graph, merges);
  const ruledOne = mergeRuled(graph, around.conflicts, merges);
  mergeStated(graph, new Set(rulings.map(({ nhsNumber }) => nhsNumber)), merges);
  const outcome = settleConflicts(graph, around.conflicts, ruledOne);
  return {
    madeIds: new Set(),
    persons: graph.changedPersons,
    links: [],
    ...inheritanceOf(graph, merges),
    ...outcome,
  };
}
