/** The hub's identity rules with a memory of their own: arrivals, referrals and rulings of stewards, one after another, without a database. */
import type { LinkedRecord, RecordIdentity } from '../../src/people/identity.rules.js';
import { IdentityGraph, type KnownConflict } from '../../src/people/identity-graph.rules.js';
import { type IdentityPlan, type Neighbourhood, planLinks } from '../../src/people/linking.rules.js';
import { matchPerson, type StatedIdentity } from '../../src/people/person-match.rules.js';
import type { Ruling, RulingResolution } from '../../src/people/ruling.rules.js';
import { planRuling, rulingOn, rulingsImplied } from '../../src/people/ruling-plan.rules.js';

/** NHS numbers of the range that is never issued. */
export const NUMBERS = ['9990000018', '9990000026', '9990000034'] as const;
/** Two that a slip of the pen makes one, and another. */
export const BIRTHS = ['1980-02-29', '1980-02-28', '1991-07-01'] as const;

/** What the hub keeps between arrivals, and for every person why they were joined with another. */
export class IdentityHistory {
  persons = new Map<string, Neighbourhood['persons'][number]>();
  links = new Map<string, LinkedRecord>();
  conflicts = new Map<string, KnownConflict>();
  rulings: Ruling[] = [];
  plans: IdentityPlan[] = [];
  /** What each person that a referral made had been said to be. */
  stated = new Map<string, StatedIdentity>();
  private ids = 0;
  private rulingIds = 0;

  /** Arrives as the hub reads it: everybody near, never everybody. */
  arrive(systemId: string, records: readonly RecordIdentity[]): IdentityPlan {
    const numbers = records.flatMap(({ nhsNumber }) => nhsNumber ?? []);
    const localIds = records.flatMap(({ localId, replacedByLocalId }) => [
      localId,
      replacedByLocalId ?? localId,
    ]);
    const plan = planLinks(systemId, records, this.near(systemId, localIds, numbers), this.newId);
    this.write(plan);
    return plan;
  }

  refer(stated: StatedIdentity): string {
    const near = this.near('', [], stated.nhsNumber === null ? [] : [stated.nhsNumber]);
    const match = matchPerson(stated, near, this.newId);
    this.write(match.plan);
    if (match.made) this.stated.set(match.personId, stated);
    return match.personId;
  }

  /** A steward rules on the dispute that was opened first of those that are open; false when none is, or it is within one person. */
  rule(resolution: RulingResolution, at = 0): boolean {
    const open = this.open.filter(({ personId, otherPersonId }) => personId !== otherPersonId);
    const conflict = open[at % Math.max(1, open.length)];
    if (!conflict) return false;
    const { personId, otherPersonId } = conflict;
    const number = this.persons.get(this.graph.root(personId))!.nhsNumber!;
    const near = this.near('', [], [number], [personId, otherPersonId]);
    const ruling = rulingOn(near, [personId, otherPersonId], resolution, this.newRulingId());
    if (!ruling) throw new Error('an open dispute on which nothing can be ruled');
    const rulings = [...rulingsImplied(near, ruling, this.newRulingId), ruling];
    for (const made of rulings) {
      this.rulings = this.rulings.filter(
        ({ sides }) => !sides.every(({ personId: id }, side) => id === made.sides[side]!.personId),
      );
    }
    this.rulings.push(...rulings);
    this.write(planRuling(near, rulings));
    return true;
  }

  get graph(): IdentityGraph {
    return new IdentityGraph([...this.persons.values()], [...this.links.values()], this.rulings);
  }

  /** Records by who survives, each group in order; the identities of the world, without the names of persons. */
  get partition(): string[] {
    const graph = this.graph;
    const groups = new Map<string, string[]>();
    for (const [key, { personId }] of this.links) {
      const root = graph.root(personId);
      groups.set(root, [...(groups.get(root) ?? []), key]);
    }
    return [...groups.values()].map((keys) => keys.sort().join(' + ')).sort();
  }

  get open(): KnownConflict[] {
    return [...this.conflicts.values()].filter(({ open }) => open);
  }

  /** Kinds of the disputes that are open, each with the records of both sides. */
  get disputes(): string[] {
    const graph = this.graph;
    const sideOf = (id: string): string =>
      [...this.links]
        .filter(([, link]) => graph.root(link.personId) === graph.root(id))
        .map(([key]) => key)
        .sort()
        .join(' + ');
    return [
      ...new Set(
        this.open.map(({ kind, personId, otherPersonId }) =>
          [kind, ...[sideOf(personId), sideOf(otherPersonId)].sort()].join(' | '),
        ),
      ),
    ].sort();
  }

  private near(
    systemId: string,
    localIds: readonly string[],
    asked: readonly string[],
    personIds: readonly string[] = [],
  ): Neighbourhood {
    const found = new Set<string>(personIds);
    for (const link of this.links.values()) {
      const meant = link.systemId === systemId && localIds.includes(link.localId);
      const follows = link.systemId === systemId && localIds.includes(link.replacedByLocalId ?? '');
      if (meant || follows) found.add(link.personId);
    }
    const numbers = new Set(asked);
    for (const link of this.links.values())
      if (found.has(link.personId) && link.nhsNumber) numbers.add(link.nhsNumber);
    for (const person of this.persons.values()) if (numbers.has(person.nhsNumber ?? '')) found.add(person.id);
    this.widen(found);
    for (const { personId, otherPersonId } of this.conflicts.values()) {
      if (found.has(personId)) found.add(otherPersonId);
      else if (found.has(otherPersonId)) found.add(personId);
    }
    this.widen(found);
    return {
      persons: [...this.persons.values()].filter(({ id }) => found.has(id)),
      links: [...this.links.values()].filter(({ personId }) => found.has(personId)),
      conflicts: [...this.conflicts.values()].filter(
        ({ personId, otherPersonId }) => found.has(personId) || found.has(otherPersonId),
      ),
      rulings: this.rulings.filter(({ sides }) => sides.every(({ personId }) => found.has(personId))),
    };
  }

  /** Adds everybody merged with those found, in either direction. */
  private widen(found: Set<string>): void {
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      for (const { id, mergedIntoId } of this.persons.values()) {
        if (mergedIntoId && (found.has(id) || found.has(mergedIntoId))) found.add(id).add(mergedIntoId);
      }
    }
  }

  private readonly newRulingId = (): string => `ruling-${++this.rulingIds}`;

  private readonly newId = (): string => `person-${String(++this.ids).padStart(4, '0')}`;

  private write(plan: IdentityPlan): void {
    this.plans.push(plan);
    for (const person of plan.persons) this.persons.set(person.id, person);
    for (const link of plan.links) this.links.set(`${link.systemId} ${link.localId}`, link);
    for (const { id, resolution } of plan.settled)
      this.conflicts.set(id, { ...this.conflicts.get(id)!, open: false, resolution });
    for (const opened of plan.opened) {
      const id = `${opened.kind} ${opened.personId} ${opened.otherPersonId}`;
      this.conflicts.set(id, { ...opened, id, open: true, resolution: null });
    }
  }
}

/** A record; by default verified and living, with the first number and date of birth. */
export const record = (localId: string, more: Partial<RecordIdentity> = {}): RecordIdentity => ({
  localId,
  nhsNumber: NUMBERS[0],
  nhsNumberStatus: '01',
  dateOfBirth: BIRTHS[0],
  deceasedOn: null,
  active: true,
  replacedByLocalId: null,
  restricted: false,
  ...more,
});

/** Something that happens: a record arrives, or a referral. */
export type Step = { readonly system: string; readonly record: RecordIdentity } | StatedIdentity;

/** Lets things happen one after another. */
export function play(steps: readonly Step[], hub = new IdentityHistory()): IdentityHistory {
  for (const step of steps) {
    if ('system' in step) hub.arrive(step.system, [step.record]);
    else hub.refer(step);
  }
  return hub;
}
