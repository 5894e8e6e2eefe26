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

/** What is known around the arriving records. */
export interface Neighbourhood {
  /** Everybody linked to, merged with, or sharing a number with an arriving record, and the partners of their disputes. */
  readonly persons: readonly KnownPerson[];
  /** Every record of those persons, in every system. */
  readonly links: readonly LinkedRecord[];
  /** Every dispute that touches one of those persons. */
  readonly conflicts: readonly KnownConflict[];
}

/** What to write. Persons and links are given whole; a new person's id is in `madeIds`. */
export interface IdentityPlan extends ConflictOutcome {
  readonly madeIds: ReadonlySet<string>;
  readonly persons: readonly KnownPerson[];
  readonly links: readonly LinkedRecord[];
  /** Persons that turned out to be another; the survivor inherits contact details and visibility. */
  readonly merges: readonly Merge[];
}

export interface Merge {
  readonly personId: string;
  readonly intoId: string;
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
 * 2. A new one joins a surviving person only by a verified number and the same date of birth, when that person is the
 *    only one with the number whose date of birth does not differ, and the system holds no other living record with it.
 * 3. Any other new record makes a person.
 * 4. A record that another replaced takes its person into the other's; when the replacement is undone, so is the merge.
 * 5. A person whom only a referral made goes into the one verified record with the same number and date of birth.
 * 6. What remains in dispute is put on record and marks both persons.
 */
export function planLinks(
  systemId: string,
  records: readonly RecordIdentity[],
  around: Neighbourhood,
  newId: () => string,
): IdentityPlan {
  const graph = new IdentityGraph(around.persons, around.links);
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
  mergeReplaced(graph, merges);
  mergeStated(graph, numbers, merges);
  const outcome = settleConflicts(graph, numbers, around.conflicts);
  return { madeIds, persons: graph.changedPersons, links: graph.changedLinks, merges, ...outcome };
}

function undoMerge(graph: IdentityGraph, link: LinkedRecord, record: RecordIdentity): void {
  const person = graph.person(link.personId)!;
  if (link.replacedByLocalId === null || link.replacedByLocalId === record.replacedByLocalId) return;
  if (person.mergedIntoId !== null) graph.put({ ...person, mergedIntoId: null });
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
  const near = graph.survivorsWith(number).filter((id) => !differentBirth(graph.person(id)!, record));
  const only = near.length === 1 ? near[0]! : null;
  const arriving: Identity = { ...record, records: [{ ...record, systemId, personId: '' }] };
  return only !== null && mayBeOne(arriving, graph.identity(only)) ? only : null;
}

/** Follows every replaced-by link whose other end is known. Two that replace each other are merged once, never in a circle. */
function mergeReplaced(graph: IdentityGraph, merges: Merge[]): void {
  for (const person of [...graph.everyone]) {
    for (const record of graph.recordsOf(person.id)) {
      const successor = record.replacedByLocalId && graph.link(record.systemId, record.replacedByLocalId);
      if (successor) merge(graph, graph.root(person.id), graph.root(successor.personId), merges);
    }
  }
}

/** Brings together a person whom only a referral made and the one record that has since proved to be theirs. */
function mergeStated(graph: IdentityGraph, numbers: Iterable<string>, merges: Merge[]): void {
  for (const number of numbers) {
    const survivors = graph.survivorsWith(number).map((id) => ({ id, identity: graph.identity(id) }));
    const recorded = survivors.filter(({ identity }) => identity.records.length > 0);
    for (const stated of survivors) {
      if (stated.identity.records.length > 0) continue;
      const near = recorded.filter(({ identity }) => !differentBirth(identity, stated.identity));
      if (near.length === 1 && mayBeOne(stated.identity, near[0]!.identity))
        merge(graph, stated.id, near[0]!.id, merges);
    }
  }
}

function merge(graph: IdentityGraph, personId: string, intoId: string, merges: Merge[]): void {
  if (personId === intoId) return;
  graph.put({ ...graph.person(personId)!, mergedIntoId: intoId });
  merges.push({ personId, intoId });
}
