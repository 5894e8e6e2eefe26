/** Who a referral is about: the one identity with that NHS number and date of birth, or somebody new. */
import type { LocalDate } from '../core/calendar.js';
import { settleConflicts } from './conflict.rules.js';
import { type Identity, sameBirth } from './identity.rules.js';
import { IdentityGraph } from './identity-graph.rules.js';
import { blankPerson, type IdentityPlan, type Neighbourhood, soleMatch } from './linking.rules.js';

/** What a referral says of the person's identity. */
export interface StatedIdentity {
  /** Valid ten digits, or null when not given. */
  readonly nhsNumber: string | null;
  readonly dateOfBirth: LocalDate | null;
}

/** Whom a referral is taken to be about, and what to write so that it is so. */
export interface PersonMatch {
  /** A surviving person. */
  readonly personId: string;
  /** True when nobody could be taken for them and a person was made. */
  readonly made: boolean;
  /** True while it is in dispute who they are; the identity steward settles it. */
  readonly ambiguous: boolean;
  readonly plan: IdentityPlan;
}

/**
 * Finds the only surviving identity with the number and the same date of birth, its number verified or itself stated by
 * a referral. Failing that, the person an earlier referral made with the same pair; else somebody new. Whoever else
 * holds the number is then in dispute with them, so that no verdict rests on the wrong record or on none. Where a steward
 * has told two with the number apart, none of them is taken without asking.
 */
export function matchPerson(stated: StatedIdentity, around: Neighbourhood, newId: () => string): PersonMatch {
  const graph = new IdentityGraph(around.persons, around.links, around.rulings);
  const found = findPerson(graph, stated);
  const personId = found ?? newId();
  if (!found) graph.put({ ...blankPerson(personId), ...stated });
  const outcome = settleConflicts(graph, around.conflicts);
  return {
    personId,
    made: !found,
    ambiguous: graph.person(personId)!.identityState === 'CONFLICT',
    plan: {
      madeIds: new Set(found ? [] : [personId]),
      persons: graph.changedPersons,
      links: [],
      merges: [],
      givenBack: [],
      takenOver: [],
      ...outcome,
    },
  };
}

function findPerson(graph: IdentityGraph, stated: StatedIdentity): string | null {
  if (stated.nhsNumber === null || stated.dateOfBirth === null) return null;
  const asked: Identity = { ...stated, nhsNumberStatus: null, records: [] };
  const sole = soleMatch(graph, asked);
  if (sole) return sole;
  const holders = graph.survivorsWith(stated.nhsNumber);
  const earlier = holders.filter(
    (id) =>
      graph.identity(id).records.length === 0 &&
      sameBirth(graph.person(id)!, stated) &&
      !holders.some((other) => graph.isRuledTwo(id, other)),
  );
  return earlier.sort()[0] ?? null;
}
