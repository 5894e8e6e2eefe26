/** How records that arrive from a record system find their persons: keep, join, make, merge; never by an unverified number. */
import { type ConflictOutcome, settleConflicts } from './conflict.rules.js';
import {
  differentBirth,
  type Identity,
  isLiving,
  type KnownPerson,
  type LinkedRecord,
  mayBeOne,
  type RecordIdentity,
} from './identity.rules.js';
import { IdentityGraph, type KnownConflict } from './identity-graph.rules.js';
import {
  type Inheritance,
  inheritanceOf,
  type Merge,
  merge,
  mergeRuled,
  part,
  partContested,
  partFallen,
  replacements,
} from './merge.rules.js';
import type { Ruling } from './ruling.rules.js';

/** What is known around the arriving records. */
export interface Neighbourhood {
  /** Everybody linked to, merged with, or sharing a number with an arriving record, and the partners of their disputes. */
  readonly persons: readonly KnownPerson[];
  /** Every record of those persons, in every system. */
  readonly links: readonly LinkedRecord[];
  /** Every dispute that touches one of those persons. */
  readonly conflicts: readonly KnownConflict[];
  /** The newest ruling of each two of those persons, the oldest first. */
  readonly rulings: readonly Ruling[];
}

/** What to write. Persons and links are given whole; a new person's id is in `madeIds`. */
export interface IdentityPlan extends ConflictOutcome, Inheritance {
  readonly madeIds: ReadonlySet<string>;
  readonly persons: readonly KnownPerson[];
  readonly links: readonly LinkedRecord[];
}

/** A person of whom nothing is known yet. */
export function blankPerson(id: string): KnownPerson {
  return {
    id,
    nhsNumber: null,
    nhsNumberStatus: null,
    dateOfBirth: null,
    deceasedOn: null,
    restricted: false,
    identityState: 'CLEAR',
    mergedIntoId: null,
  };
}

/**
 * Decides for every arriving record of one system.
 * 1. A record that is known keeps its person.
 * 2. A new one joins a surviving person only by a verified number and the same date of birth, when nobody else with
 *    records could be meant (`soleMatch`) and the system holds no other living record with the number.
 * 3. Any other new record makes a person.
 * 4. A record that another replaced takes its person into the other's; when the replacement is undone, so is the merge.
 * 5. Two whom a steward ruled to be one are one, and two again once a record is corrected against it; never against a
 *    ruling that stands, with which they are in dispute.
 * 6. A person whom only a referral made goes into the one verified record with the same number and date of birth.
 * 7. What remains in dispute is put on record and marks both persons.
 */
export function planLinks(
  systemId: string,
  records: readonly RecordIdentity[],
  around: Neighbourhood,
  newId: () => string,
): IdentityPlan {
  const graph = new IdentityGraph(around.persons, around.links, around.rulings);
  const madeIds = new Set<string>();
  const merges: Merge[] = [];
  const numbers = new Set(records.flatMap((record) => record.nhsNumber ?? []));
  const unknown: RecordIdentity[] = [];
  for (const record of records) {
    const link = graph.link(systemId, record.localId);
    if (!link) {
      unknown.push(record);
      continue;
    }
    if (link.nhsNumber) numbers.add(link.nhsNumber);
    undoMerge(graph, link, record);
    graph.putLink({ ...link, ...record });
  }
  partFallen(graph);
  const living = livingByNumber(graph, systemId, unknown);
  for (const record of unknown.sort(livingFirst)) {
    let personId = joins(graph, systemId, record, living);
    if (!personId) {
      personId = newId();
      madeIds.add(personId);
      graph.put(blankPerson(personId));
    }
    graph.putLink({ ...record, systemId, personId });
  }
  partFallen(graph);
  partContested(graph);
  mergeReplaced(graph, merges);
  const ruledOne = mergeRuled(graph, around.conflicts, merges);
  for (const person of graph.changedPersons) if (person.nhsNumber) numbers.add(person.nhsNumber);
  mergeStated(graph, numbers, merges);
  const outcome = settleConflicts(graph, around.conflicts, ruledOne);
  return {
    madeIds,
    persons: graph.changedPersons,
    links: graph.changedLinks,
    ...inheritanceOf(graph, merges),
    ...outcome,
  };
}

/** Parts everybody whom replaced records brought together with this one, once it is no longer replaced as it was. */
function undoMerge(graph: IdentityGraph, link: LinkedRecord, record: RecordIdentity): void {
  if (link.replacedByLocalId === null || link.replacedByLocalId === record.replacedByLocalId) return;
  part(graph, graph.root(link.personId));
}

/** How many living records of the system carry each number, those about to be placed included. */
function livingByNumber(
  graph: IdentityGraph,
  systemId: string,
  arriving: readonly RecordIdentity[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (record: RecordIdentity): void => {
    if (record.nhsNumber && isLiving(record))
      counts.set(record.nhsNumber, (counts.get(record.nhsNumber) ?? 0) + 1);
  };
  for (const person of graph.everyone) {
    for (const record of graph.recordsOf(person.id)) if (record.systemId === systemId) count(record);
  }
  arriving.forEach(count);
  return counts;
}

function livingFirst(a: RecordIdentity, b: RecordIdentity): number {
  return Number(isLiving(b)) - Number(isLiving(a)) || (a.localId < b.localId ? -1 : 1);
}

function joins(
  graph: IdentityGraph,
  systemId: string,
  record: RecordIdentity,
  living: ReadonlyMap<string, number>,
): string | null {
  const number = record.nhsNumber;
  if (number === null || (isLiving(record) && living.get(number)! > 1)) return null;
  return soleMatch(graph, { ...record, records: [{ ...record, systemId, personId: '' }] });
}

/**
 * The surviving person that an identity may be taken for without asking anybody, or null. Among those with its number
 * and no other date of birth, at most one may have records, and that one must match; where none has, a referral's
 * person may, the first made of several alike.
 */
export function soleMatch(graph: IdentityGraph, asked: Identity): string | null {
  if (asked.nhsNumber === null) return null;
  const near = graph
    .survivorsWith(asked.nhsNumber)
    .map((id) => ({ id, identity: graph.identity(id) }))
    .filter(({ identity }) => !differentBirth(identity, asked));
  const recorded = near.filter(({ identity }) => identity.records.length > 0);
  if (recorded.length > 1) return null;
  const matches = (recorded.length === 1 ? recorded : near)
    .filter(({ identity }) => mayBeOne(asked, identity))
    .map(({ id }) => id)
    .sort();
  // Where a steward has told two apart, what was stated of one of them does not choose between them.
  const others = asked.records.length > 0 ? matches : near.map(({ id }) => id);
  const isApart = others.some((id) => matches.some((match) => graph.isRuledTwo(id, match)));
  return isApart ? null : (matches[0] ?? null);
}

/** Follows every replaced-by link whose other end is known. Two that replace each other are merged once, never in a circle. */
export function mergeReplaced(graph: IdentityGraph, merges: Merge[]): void {
  for (const [personId, successorId] of replacements(graph))
    merge(graph, graph.root(personId), graph.root(successorId), merges);
}

/** Brings together a person whom only a referral made and the one record that has since proved to be theirs. */
export function mergeStated(graph: IdentityGraph, numbers: Iterable<string>, merges: Merge[]): void {
  for (const number of numbers) {
    for (const id of graph.survivorsWith(number)) {
      const stated = graph.identity(id);
      const match = stated.records.length > 0 ? null : soleMatch(graph, stated);
      if (match !== null && graph.identity(match).records.length > 0) merge(graph, id, match, merges);
    }
  }
}
