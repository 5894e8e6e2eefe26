/** Which disputes between identities open, which settle themselves, and whose identity may be relied on afterwards. */
import { type ConflictKind, conflictsBetween, conflictsWithin } from './identity.rules.js';
import type { IdentityGraph, KnownConflict } from './identity-graph.rules.js';

/** How the hub settled a dispute by itself. Any other resolution is a person's and is never reopened by the hub. */
export const Resolution = {
  /** The two turned out to be one: their record system merged them, or a verified record met its referral. */
  MERGED: 'MERGED',
  /** Corrected at its source: they no longer share a number, or their dates of birth now agree. */
  NO_LONGER_SO: 'NO_LONGER_SO',
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
  readonly settled: readonly { readonly id: string; readonly resolution: Resolution }[];
}

/** Above this many holders of one number (a dummy number) each is paired with the first only. */
const ALL_PAIRS_UP_TO = 20;

/**
 * Compares what is in dispute with what is on record and sets every person's identity state accordingly.
 * @param conflicts every dispute on record that touches a person of the graph.
 */
export function settleConflicts(graph: IdentityGraph, conflicts: readonly KnownConflict[]): ConflictOutcome {
  const inDispute = new Set<string>();
  const known = new Set<string>();
  const settled: { id: string; resolution: Resolution }[] = [];
  for (const conflict of conflicts) {
    const resolution = conflict.open ? resolutionOf(graph, conflict) : null;
    if (resolution) {
      settled.push({ id: conflict.id, resolution });
      continue;
    }
    const [a, b] = [graph.root(conflict.personId), graph.root(conflict.otherPersonId)];
    if (conflict.open) for (const id of doubted(graph, a, b)) inDispute.add(id);
    if (conflict.open || !isAutomatic(conflict.resolution)) known.add(keyOf(conflict.kind, a, b));
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

/** How an open dispute settles itself, or null when it stays. One that reaches outside the graph stays. */
function resolutionOf(graph: IdentityGraph, conflict: KnownConflict): Resolution | null {
  const within = conflict.personId === conflict.otherPersonId;
  if (!graph.person(conflict.personId) || !graph.person(conflict.otherPersonId)) return null;
  const a = graph.root(conflict.personId);
  const b = graph.root(conflict.otherPersonId);
  if (a === b && !within) return Resolution.MERGED;
  const kinds = within
    ? conflictsWithin(graph.identity(a))
    : conflictsBetween(graph.identity(a), graph.identity(b));
  return kinds.includes(conflict.kind) ? null : Resolution.NO_LONGER_SO;
}

function disputes(graph: IdentityGraph): OpenedConflict[] {
  const found: OpenedConflict[] = [];
  for (const number of new Set([...graph.everyone].flatMap((person) => person.nhsNumber ?? []))) {
    const holders = graph.survivorsWith(number).sort();
    for (const [index, personId] of holders.entries()) {
      if (holders.length > ALL_PAIRS_UP_TO && index > 0) break;
      for (const otherPersonId of holders.slice(index + 1)) {
        for (const kind of conflictsBetween(graph.identity(personId), graph.identity(otherPersonId))) {
          found.push({ kind, personId, otherPersonId });
        }
      }
    }
  }
  const roots = new Set(graph.changedPersons.map((person) => graph.root(person.id)));
  for (const link of graph.changedLinks) roots.add(graph.root(link.personId));
  for (const personId of roots) {
    for (const kind of conflictsWithin(graph.identity(personId)))
      found.push({ kind, personId, otherPersonId: personId });
  }
  return found;
}

function isAutomatic(resolution: string | null): boolean {
  return resolution === Resolution.MERGED || resolution === Resolution.NO_LONGER_SO;
}

function keyOf(kind: ConflictKind, a: string, b: string): string {
  return a < b ? `${kind} ${a} ${b}` : `${kind} ${b} ${a}`;
}
