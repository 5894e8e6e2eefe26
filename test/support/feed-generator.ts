/**
 * Years of a made-up trust: people come to teams, move, leave and come back, mistakes are taken back, records and visits turn
 * out to be one. It keeps what is true as it goes, and writes down each message that a patient administration system would send.
 * What is true is never found by reading messages.
 */
import { Diary, isOpen, type Patient, rootOf, type Visit } from './feed-generator-people.js';
import { RecordEvents } from './feed-generator-records.js';
import { DAY, type FeedPlan, randomOf, Trust } from './feed-generator-trust.js';
import { VisitEvents } from './feed-generator-visits.js';

/** A stay on a team as it really was. */
export interface TrueStay {
  readonly localId: string;
  readonly team: string;
  readonly state: 'OPEN' | 'ENDED' | 'PLANNED';
  readonly from: string;
  readonly to: string | null;
  /** Of a stay that goes on; null also where it has ended. */
  readonly coordinator: string | null;
}

/** A patient record as it really is. */
export interface TruePatient {
  readonly localId: string;
  readonly replacedBy: string | null;
  /** Of a record in use; null for others. */
  readonly dateOfBirth: string | null;
  readonly deceasedOn: string | null;
}

/** Messages in the order in which they were written, and what is true in the end. */
export interface GeneratedFeed {
  readonly messages: readonly string[];
  readonly stays: readonly TrueStay[];
  readonly patients: readonly TruePatient[];
  /** Merges the other way round that nobody may follow, as pairs of ids in order. */
  readonly reversed: readonly string[];
  /** Messages that make no sense, by their sender's own rules. */
  readonly senseless: number;
}

/** People of whom somebody may take one for another, with their visits. */
class Household {
  readonly patients: Patient[] = [];
  readonly visits: Visit[] = [];
  readonly records: RecordEvents;
  private readonly diary: Diary;
  private readonly events: VisitEvents;

  constructor(private readonly trust: Trust) {
    this.diary = new Diary(trust, trust.first());
    this.records = new RecordEvents(this.diary);
    this.events = new VisitEvents(this.diary, this.records);
    this.patients.push(this.patient());
  }

  live(actions: number): void {
    for (let left = actions; left > 0; left--) {
      const today = Math.floor(this.diary.now / DAY) * DAY;
      const next = today + this.trust.hour() + this.trust.days() * DAY;
      if (!this.trust.isIn(next)) return;
      this.diary.now = next;
      this.act();
    }
  }

  private act(): void {
    const patient = this.trust.oneOf(this.patients.filter(({ mergedInto }) => mergedInto === null));
    const visit = this.visits.find((one) => rootOf(one.owner) === patient && isOpen(one));
    const chance = this.trust.random();
    if (chance < 0.12) this.records.changeDetails(patient);
    else if (chance < 0.3 && this.aboutRecords(patient)) return;
    else if (visit === undefined) this.begin(patient);
    else if (visit.stays.at(-1)!.isPlan) this.afterPlan(visit);
    else this.goOn(visit);
  }

  private begin(patient: Patient): void {
    const chance = this.trust.random();
    const ended = this.visits.filter((one) => rootOf(one.owner) === patient && one.stays.at(-1)?.to);
    const last = ended.at(-1);
    if (last !== undefined && chance < 0.2) return void this.events.takeBack(last);
    if (last !== undefined && chance < 0.35) return void this.events.snapshot(last);
    if (last !== undefined && chance < 0.42) return void this.events.correctEnd(last);
    if (last !== undefined && chance < 0.5) return void this.events.forgottenMove(last);
    if (last !== undefined && chance < 0.6) return void this.events.admit(last);
    const visit: Visit = {
      number: this.trust.next('V'),
      owner: patient,
      stays: [],
      facts: [],
      lastAt: 0,
    };
    this.visits.push(visit);
    if (chance > 0.9) this.events.plan(visit);
    else this.events.admit(visit);
  }

  private afterPlan(visit: Visit): void {
    const chance = this.trust.random();
    if (chance < 0.5) this.events.admit(visit, visit.stays.at(-1)!.team);
    else if (chance < 0.7) this.events.snapshot(visit);
    else this.events.takeBack(visit);
  }

  private goOn(visit: Visit): void {
    const chance = this.trust.random();
    if (chance < 0.25) this.events.transfer(visit);
    else if (chance < 0.45) this.events.discharge(visit);
    else if (chance < 0.6) this.events.takeBack(visit);
    else if (chance < 0.7) this.events.takeBackEarlier(visit);
    else if (chance < 0.78) this.events.correctBegin(visit);
    else if (chance < 0.84) this.events.duplicate(visit);
    else if (chance < 0.95) this.events.coordinate(visit);
    else this.events.snapshot(visit);
  }

  /** Something becomes of records; false when there is none of which it could. */
  private aboutRecords(patient: Patient): boolean {
    const others = this.patients.filter((one) => one !== patient);
    const living = others.filter(({ mergedInto }) => mergedInto === null);
    const merged = others.filter(({ mergedInto }) => mergedInto === patient);
    const chance = this.trust.random();
    if (chance < 0.35 && this.patients.length < 4) this.patients.push(this.patient());
    else if (chance < 0.65 && living.length > 0) this.records.merge(this.trust.oneOf(living), patient);
    else if (chance < 0.75 && merged.length > 0) this.records.part(this.trust.oneOf(merged), patient);
    else if (chance < 0.82 && merged.length > 0) this.records.mergeAgain(this.trust.oneOf(merged), patient);
    else if (chance < 0.87 && living.length > 0)
      this.records.give(this.visits, patient, this.trust.oneOf(living));
    else if (chance < 0.92) this.records.renumber(patient);
    else if (chance < 0.95) this.records.mergeWithItself(patient);
    else return false;
    return true;
  }

  private patient(): Patient {
    return {
      id: this.trust.next('P'),
      earlierIds: [],
      mergedInto: null,
      dateOfBirth: this.trust.birth(),
      deceasedOn: null,
      told: { dateOfBirth: null, deceasedOn: null },
    };
  }
}

/** Makes a feed; the same plan makes the same. */
export function generateFeed(plan: FeedPlan): GeneratedFeed {
  const trust = new Trust(plan);
  const households: Household[] = [];
  for (let known = 0; known < plan.people; ) {
    const household = new Household(trust);
    household.live(Math.ceil(plan.actions * (0.5 + trust.random())));
    known += household.patients.length;
    households.push(household);
  }
  return {
    messages: trust.written.sort((a, b) => a.at - b.at).map(({ text }) => text),
    stays: households.flatMap(({ visits }) => visits.flatMap(trueStays)),
    patients: households.flatMap(({ patients }) => patients.flatMap(truePatients)),
    reversed: households.flatMap(({ records }) => records.reversed),
    senseless: households.reduce((sum, { records }) => sum + records.senseless, 0),
  };
}

function trueStays(visit: Visit): readonly TrueStay[] {
  return visit.stays.map(({ team, isPlan, from, to, coordinator }) => ({
    localId: rootOf(visit.owner).id,
    team,
    state: isPlan ? 'PLANNED' : to === null ? 'OPEN' : 'ENDED',
    from,
    to,
    coordinator: to === null ? (coordinator ?? null) : null,
  }));
}

function truePatients(patient: Patient): readonly TruePatient[] {
  const root = rootOf(patient);
  const { dateOfBirth, deceasedOn } = patient.told;
  const isInUse = root === patient;
  return [
    {
      localId: patient.id,
      replacedBy: isInUse ? null : root.id,
      dateOfBirth: isInUse ? dateOfBirth : null,
      deceasedOn: isInUse ? deceasedOn : null,
    },
    ...patient.earlierIds.map((localId) => ({
      localId,
      replacedBy: root.id,
      dateOfBirth: null,
      deceasedOn: null,
    })),
  ];
}

/** Three orders in which messages may come. */
export const ARRIVALS = ['AS_WRITTEN', 'REVERSED', 'SHUFFLED_WITH_REPEATS'] as const;

/** Messages in an order of arrival; of shuffled ones a fifth comes twice. */
export function arriving<Item>(
  messages: readonly Item[],
  order: (typeof ARRIVALS)[number],
  seed: number,
): readonly Item[] {
  if (order === 'AS_WRITTEN') return messages;
  if (order === 'REVERSED') return [...messages].reverse();
  const random = randomOf(seed ^ 0x5eed);
  const all = messages.flatMap((message) => (random() < 0.2 ? [message, message] : [message]));
  for (let at = all.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other]!, all[at]!];
  }
  return all;
}
