/** Persons and their records in memory while identities are settled: who survives, who has which records, who shares a number. */
import {
  type ConflictKind,
  type Identity,
  identityFromRecords,
  type KnownPerson,
  type LinkedRecord,
} from './identity.rules.js';

/** A dispute on record, open or settled. */
export interface KnownConflict {
  readonly id: string;
  readonly kind: ConflictKind;
  readonly personId: string;
  readonly otherPersonId: string;
  readonly open: boolean;
  /** How it was settled; null while open. */
  readonly resolution: string | null;
}

/** Mutable view over a set of persons that is closed under merging. Nothing in it reaches a database. */
export class IdentityGraph {
  private readonly persons = new Map<string, KnownPerson>();
  private readonly links = new Map<string, LinkedRecord>();
  private readonly linksOf = new Map<string, Set<string>>();
  private readonly mergedInto = new Map<string, Set<string>>();
  private readonly holders = new Map<string, Set<string>>();
  private readonly touchedPersons = new Set<string>();
  private readonly touchedLinks = new Set<string>();

  constructor(persons: readonly KnownPerson[], links: readonly LinkedRecord[]) {
    for (const person of persons) this.index(person);
    for (const link of links) this.indexLink(link);
  }

  /** Persons that were added or changed since the start. */
  get changedPersons(): KnownPerson[] {
    return [...this.touchedPersons].map((id) => this.persons.get(id)!);
  }

  /** Records that were added or changed since the start. */
  get changedLinks(): LinkedRecord[] {
    return [...this.touchedLinks].map((key) => this.links.get(key)!);
  }

  get everyone(): Iterable<KnownPerson> {
    return this.persons.values();
  }

  person(id: string): KnownPerson | undefined {
    return this.persons.get(id);
  }

  link(systemId: string, localId: string): LinkedRecord | undefined {
    return this.links.get(keyOf(systemId, localId));
  }

  /** The records of one person alone. */
  recordsOf(personId: string): LinkedRecord[] {
    return [...(this.linksOf.get(personId) ?? [])].map((key) => this.links.get(key)!);
  }

  /** The person that survives: merges followed to their end, a circle broken where it closes. */
  root(personId: string): string {
    const seen = new Set([personId]);
    let id = personId;
    for (
      let next = this.persons.get(id)?.mergedIntoId;
      next && !seen.has(next);
      next = this.persons.get(id)?.mergedIntoId
    ) {
      seen.add(next);
      id = next;
    }
    return id;
  }

  /** A surviving person with the records of all that were merged into them. */
  identity(rootId: string): Identity {
    const { nhsNumber, nhsNumberStatus, dateOfBirth } = this.persons.get(rootId)!;
    return {
      nhsNumber,
      nhsNumberStatus,
      dateOfBirth,
      records: this.family(rootId).flatMap((id) => this.recordsOf(id)),
    };
  }

  /** A person and all that were merged into them, however indirectly. */
  family(rootId: string): string[] {
    const found = new Set([rootId]);
    for (const id of found) for (const former of this.mergedInto.get(id) ?? []) found.add(former);
    return [...found];
  }

  /** Surviving persons with an NHS number. */
  survivorsWith(nhsNumber: string): string[] {
    return [...(this.holders.get(nhsNumber) ?? [])].filter(
      (id) => this.persons.get(id)!.mergedIntoId === null,
    );
  }

  /** Adds or replaces a person. */
  put(person: KnownPerson): void {
    const before = this.persons.get(person.id);
    if (before?.nhsNumber) this.holders.get(before.nhsNumber)?.delete(person.id);
    if (before?.mergedIntoId) this.mergedInto.get(before.mergedIntoId)?.delete(person.id);
    this.index(person);
    this.touchedPersons.add(person.id);
  }

  /** Adds or replaces a record and renews its person's identity from all their records. */
  putLink(link: LinkedRecord): void {
    this.indexLink(link);
    this.touchedLinks.add(keyOf(link.systemId, link.localId));
    const person = this.persons.get(link.personId)!;
    const renewed = identityFromRecords(this.recordsOf(link.personId));
    if (differs(person, renewed)) this.put({ ...person, ...renewed });
  }

  private index(person: KnownPerson): void {
    this.persons.set(person.id, person);
    if (person.nhsNumber) add(this.holders, person.nhsNumber, person.id);
    if (person.mergedIntoId) add(this.mergedInto, person.mergedIntoId, person.id);
  }

  private indexLink(link: LinkedRecord): void {
    this.links.set(keyOf(link.systemId, link.localId), link);
    add(this.linksOf, link.personId, keyOf(link.systemId, link.localId));
  }
}

function keyOf(systemId: string, localId: string): string {
  return `${systemId} ${localId}`;
}

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  if (values) values.add(value);
  else index.set(key, new Set([value]));
}

function differs(person: KnownPerson, renewed: Partial<KnownPerson>): boolean {
  return (Object.keys(renewed) as (keyof KnownPerson)[]).some((key) => person[key] !== renewed[key]);
}
