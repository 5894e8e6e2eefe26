/** Persons and their records in memory while identities are settled: who survives, who has which records, who shares a number. */
import {
  type AgreedBirths,
  type ConflictKind,
  type Identity,
  identityFromRecords,
  type KnownPerson,
  type LinkedRecord,
} from './identity.rules.js';
import { holdsAsOne, holdsAsTwo, type Ruling, RulingResolution } from './ruling.rules.js';

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
  /** Those put since the start, with what they were then. */
  private readonly touchedPersons = new Map<string, KnownPerson | undefined>();
  private readonly touchedLinks = new Set<string>();

  /** @param rulings the newest of each two persons, the oldest first. */
  constructor(
    persons: readonly KnownPerson[],
    links: readonly LinkedRecord[],
    private readonly rulings: readonly Ruling[] = [],
  ) {
    for (const person of persons) this.index(person);
    for (const link of links) this.indexLink(link);
  }

  /** Persons that are new or differ from what they were at the start. */
  get changedPersons(): KnownPerson[] {
    return [...this.touchedPersons.keys()]
      .map((id) => this.persons.get(id)!)
      .filter((person) => differs(this.touchedPersons.get(person.id), person));
  }

  /** A person as they were at the start; undefined for a new one. */
  before(id: string): KnownPerson | undefined {
    return this.touchedPersons.has(id) ? this.touchedPersons.get(id) : this.persons.get(id);
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

  /** Those who were merged into this very person. */
  mergedWith(id: string): string[] {
    return [...(this.mergedInto.get(id) ?? [])];
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

  /** Rulings of one person, those that hold or those that have fallen; both persons are known here. */
  rulingsOfOne(holding: boolean): Ruling[] {
    return this.rulings.filter((ruling) => {
      const [one, other] = ruling.sides.map(({ personId }) => this.persons.get(personId));
      if (ruling.resolution !== RulingResolution.SAME_PERSON || !one || !other) return false;
      return holdsAsOne(ruling, one, other) === holding;
    });
  }

  /** Rulings of two persons that hold by what both are themselves, whoever they have been merged with; both are known here. */
  rulingsOfTwo(): Ruling[] {
    return this.rulings.filter((ruling) => {
      const [one, other] = ruling.sides.map(({ personId }) => this.persons.get(personId));
      if (ruling.resolution !== RulingResolution.DIFFERENT_PERSONS || !one || !other) return false;
      return holdsAsTwo(ruling, one, other);
    });
  }

  /** Survivors with one number who are one by a ruling that holds and are kept apart by another. */
  contested(): (readonly [string, string])[] {
    return this.rulingsOfOne(true)
      .map(({ sides: [a, b] }) => [this.root(a.personId), this.root(b.personId)].sort() as [string, string])
      .filter(([a, b]) => a !== b && this.persons.get(a)!.nhsNumber === this.persons.get(b)!.nhsNumber);
  }

  /** The ruling by which two surviving persons are two, or undefined when there is none that holds. */
  ruledTwo(a: string, b: string): Ruling | undefined {
    return this.rulings.find((ruling) => {
      const [one, other] = ruling.sides.map(({ personId }) => this.root(personId)) as [string, string];
      const meant = this.isOfTwo(ruling, a, b);
      return meant && holdsAsTwo(ruling, this.persons.get(one)!, this.persons.get(other)!);
    });
  }

  /** True when a steward has ever ruled two surviving persons to be two and not since to be one: nothing but their record system joins them. */
  isRuledTwo(a: string, b: string): boolean {
    return this.rulings.some((ruling) => this.isOfTwo(ruling, a, b));
  }

  /** Dates of birth that stewards have seen on two sides and ruled to be of one person, within a surviving person's family. */
  agreedBirths(rootId: string): AgreedBirths[] {
    return this.rulingsOfOne(true).flatMap(({ sides: [a, b] }): AgreedBirths[] =>
      this.root(a.personId) === rootId && a.dateOfBirth !== null && b.dateOfBirth !== null
        ? [[a.dateOfBirth, b.dateOfBirth]]
        : [],
    );
  }

  /** Adds or replaces a person. */
  put(person: KnownPerson): void {
    const before = this.persons.get(person.id);
    if (before?.nhsNumber) this.holders.get(before.nhsNumber)?.delete(person.id);
    if (before?.mergedIntoId) this.mergedInto.get(before.mergedIntoId)?.delete(person.id);
    this.index(person);
    if (!this.touchedPersons.has(person.id)) this.touchedPersons.set(person.id, before);
  }

  /** Adds or replaces a record and renews its person's identity from all their records. */
  putLink(link: LinkedRecord): void {
    this.indexLink(link);
    this.touchedLinks.add(keyOf(link.systemId, link.localId));
    const person = this.persons.get(link.personId)!;
    const renewed = identityFromRecords(this.recordsOf(link.personId));
    if (differs(person, renewed)) this.put({ ...person, ...renewed });
  }

  private isOfTwo({ resolution, sides }: Ruling, a: string, b: string): boolean {
    const [one, other] = sides.map(({ personId }) => this.root(personId));
    return (
      resolution === RulingResolution.DIFFERENT_PERSONS &&
      ((one === a && other === b) || (one === b && other === a))
    );
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

function differs(person: KnownPerson | undefined, renewed: Partial<KnownPerson>): boolean {
  if (!person) return true;
  return (Object.keys(renewed) as (keyof KnownPerson)[]).some((key) => person[key] !== renewed[key]);
}
