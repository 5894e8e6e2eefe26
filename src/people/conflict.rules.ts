/** Which disputes between identities open, which settle themselves, and whose identity may be relied on afterwards. */
import { type ConflictKind, conflictsBetween, conflictsWithin } from './identity.rules.js';
import type { IdentityGraph, KnownConflict } from './identity-graph.rules.js';
import type { RuledConflicts } from './merge.rules.js';
import { RulingResolution } from './ruling.rules.js';

/** How a dispute was settled: by what the records say, or by a steward's ruling for as long as that holds. */
export const Resolution = {
  /** The two turned out to be one: their record system merged them, or a verified record met its referral. */
  MERGED: 'MERGED',
  /** Corrected at its source: they no longer share a number, or their dates of birth now agree. */
  NO_LONGER_SO: 'NO_LONGER_SO',
  ...RulingResolution,
} as const;
export type Resolution = (typeof Resolution)[keyof typeof Resolution];

/** A dispute to put on record; the ids in ascending order, equal for a dispute within one identity. */
export interface OpenedConflict {
  readonly kind: ConflictKind;
  readonly personId: string;
  readonly otherPersonId: string;
}

/** What to write of disputes: those to open, and those on record that are over. */
export interface ConflictOutcome {
  readonly opened: readonly OpenedConflict[];
  readonly settled: readonly SettledConflict[];
}

/** A dispute on record that is over, or over in another way than it was. */
export interface SettledConflict {
  readonly id: string;
  readonly resolution: Resolution;
  /** The ruling that settled it; null when none did. */
  readonly rulingId: string | null;
}

/** Above this many holders of one number (a dummy number) each is paired with the first only. */
const ALL_PAIRS_UP_TO = 20;

/**
 * Compares what is in dispute with what is on record and sets every person's identity state accordingly.
 * @param conflicts every dispute on record that touches a person of the graph.
 * @param ruledOne those whose two sides a steward's ruling has just made one.
 */
export function settleConflicts(
  graph: IdentityGraph,
  conflicts: readonly KnownConflict[],
  ruledOne: RuledConflicts = new Map(),
): ConflictOutcome {
  const inDispute = new Set<string>();
  const known = new Set<string>();
  const settled: SettledConflict[] = [];
  for (const conflict of conflicts) {
    const settlement = settlementOf(graph, conflict, ruledOne);
    if (settlement) settled.push(settlement);
    if (settlement || !conflict.open) continue;
    const [a, b] = [graph.root(conflict.personId), graph.root(conflict.otherPersonId)];
    for (const id of doubted(graph, a, b)) inDispute.add(id);
    known.add(keyOf(conflict.kind, a, b));
  }
  const opened = disputes(graph).filter(
    ({ kind, personId, otherPersonId }) => !known.has(keyOf(kind, personId, otherPersonId)),
  );
  for (const { personId, otherPersonId } of opened)
    for (const id of doubted(graph, personId, otherPersonId)) inDispute.add(id);
  for (const person of [...graph.everyone]) {
    const identityState = inDispute.has(graph.root(person.id)) ? 'CONFLICT' : 'CLEAR';
    if (person.identityState !== identityState) graph.put({ ...person, identityState });
  }
  return { opened, settled };
}

/**
 * Whose identity a dispute puts in doubt. What a referral states cannot throw doubt on somebody whom a record system
 * knows, or anybody's number in a form would stop that person's support; the one whom only referrals know is in doubt.
 */
function doubted(graph: IdentityGraph, a: string, b: string): readonly string[] {
  if (a === b || !graph.person(a) || !graph.person(b)) return [a, b];
  const stated = [a, b].filter((id) => graph.identity(id).records.length === 0);
  return stated.length === 1 ? stated : [a, b];
}

/** How a dispute is over, where that is not on record yet; null when it stays as it is. One that reaches outside the graph stays. */
function settlementOf(
  graph: IdentityGraph,
  conflict: KnownConflict,
  ruledOne: RuledConflicts,
): SettledConflict | null {
  const { id, kind, open, resolution: before, personId, otherPersonId } = conflict;
  const over = (resolution: Resolution, rulingId: string | null = null): SettledConflict | null =>
    open || resolution !== before ? { id, resolution, rulingId } : null;
  if (!graph.person(personId) || !graph.person(otherPersonId)) return null;
  const [a, b] = [graph.root(personId), graph.root(otherPersonId)];
  if (personId === otherPersonId)
    return open && !within(graph, a).includes(kind) ? over(Resolution.NO_LONGER_SO) : null;
  const rulingOfOne = ruledOne.get(id);
  if (rulingOfOne !== undefined) return over(Resolution.SAME_PERSON, rulingOfOne);
  if (a === b) return open || before === Resolution.DIFFERENT_PERSONS ? over(Resolution.MERGED) : null;
  const isContested = contestedKinds(graph, a, b).includes(kind);
  const isDisputed = isContested || conflictsBetween(graph.identity(a), graph.identity(b)).includes(kind);
  const rulingOfTwo = isDisputed && !isContested ? graph.ruledTwo(a, b) : undefined;
  if (rulingOfTwo) return over(Resolution.DIFFERENT_PERSONS, rulingOfTwo.id);
  return !isDisputed && (open || before === Resolution.SAME_PERSON) ? over(Resolution.NO_LONGER_SO) : null;
}

function within(graph: IdentityGraph, rootId: string): ConflictKind[] {
  return conflictsWithin(graph.identity(rootId), graph.agreedBirths(rootId));
}

function disputes(graph: IdentityGraph): OpenedConflict[] {
  const found: OpenedConflict[] = [];
  for (const number of new Set([...graph.everyone].flatMap((person) => person.nhsNumber ?? []))) {
    const holders = graph.survivorsWith(number).sort();
    for (const [index, personId] of holders.entries()) {
      if (holders.length > ALL_PAIRS_UP_TO && index > 0) break;
      for (const otherPersonId of holders.slice(index + 1)) {
        if (graph.ruledTwo(personId, otherPersonId)) continue;
        for (const kind of conflictsBetween(graph.identity(personId), graph.identity(otherPersonId))) {
          found.push({ kind, personId, otherPersonId });
        }
      }
    }
  }
  for (const [personId, otherPersonId] of graph.contested()) {
    for (const kind of contestedKinds(graph, personId, otherPersonId)) {
      const isFound = found.some(
        (one) => keyOf(one.kind, one.personId, one.otherPersonId) === keyOf(kind, personId, otherPersonId),
      );
      if (!isFound) found.push({ kind, personId, otherPersonId });
    }
  }
  const roots = new Set(graph.changedPersons.map((person) => graph.root(person.id)));
  for (const link of graph.changedLinks) roots.add(graph.root(link.personId));
  for (const personId of roots) {
    for (const kind of within(graph, personId)) found.push({ kind, personId, otherPersonId: personId });
  }
  return found;
}

/** What two dispute on whom rulings contradict each other: what their records do, or else the dates of birth that a steward knew of. */
function contestedKinds(graph: IdentityGraph, a: string, b: string): ConflictKind[] {
  if (!graph.contested().some((pair) => pair.includes(a) && pair.includes(b))) return [];
  const kinds = conflictsBetween(graph.identity(a), graph.identity(b));
  return kinds.length > 0 ? kinds : ['DATE_OF_BIRTH_MISMATCH'];
}

function keyOf(kind: ConflictKind, a: string, b: string): string {
  return a < b ? `${kind} ${a} ${b}` : `${kind} ${b} ${a}`;
}
