/** What a steward's ruling changes: the same plan as an arrival of records makes, so that a ruling merges as a record system does. */
import { settleConflicts } from './conflict.rules.js';
import { IdentityGraph } from './identity-graph.rules.js';
import { type IdentityPlan, mergeStated, type Neighbourhood } from './linking.rules.js';
import { inheritanceOf, type Merge, mergeRuled } from './merge.rules.js';
import type { Ruling, RulingResolution } from './ruling.rules.js';

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
  const sideOf = ({ id: personId, nhsNumberStatus, dateOfBirth }: typeof one) => ({
    personId,
    nhsNumberStatus,
    dateOfBirth,
  });
  return { id, resolution, nhsNumber: one.nhsNumber, sides: [sideOf(one), sideOf(other)] };
}

/** What to write so that a new ruling is so. It takes the place of an earlier one on the same two persons. */
export function planRuling(around: Neighbourhood, ruling: Ruling): IdentityPlan {
  const pairOf = ({ sides }: Ruling): string => sides.map(({ personId }) => personId).join(' ');
  const earlier = around.rulings.filter((other) => pairOf(other) !== pairOf(ruling));
  const graph = new IdentityGraph(around.persons, around.links, [...earlier, ruling]);
  const merges: Merge[] = [];
  const ruledOne = mergeRuled(graph, around.conflicts, merges);
  mergeStated(graph, [ruling.nhsNumber], merges);
  const outcome = settleConflicts(graph, around.conflicts, ruledOne);
  return {
    madeIds: new Set(),
    persons: graph.changedPersons,
    links: [],
    ...inheritanceOf(graph, merges),
    ...outcome,
  };
}
