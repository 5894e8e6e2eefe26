/** What happens to visits: admissions, moves, discharges, and the mistakes about them. */

import { segment } from './feed-generator-messages.js';
import { cx, type Diary, type Fact, laterOf, rootOf, type Visit } from './feed-generator-people.js';
import type { RecordEvents } from './feed-generator-records.js';
import { DAY, dayOf, HOUR } from './feed-generator-trust.js';

/** Each changes what is true, and writes the message. */
export class VisitEvents {
  constructor(
    private readonly diary: Diary,
    private readonly records: RecordEvents,
  ) {}

  /** When something happened that is written down now: sometimes hours or days ago, never before what happened last. */
  private happened(visit: Visit): number {
    const back = this.diary.trust.random() < 0.6 ? 0 : this.diary.trust.whole(15 * 24) * HOUR;
    const at =
      Math.floor((this.diary.now - back) / DAY) * DAY +
      ((this.diary.now - back) % DAY < 8 * HOUR ? 9 * HOUR : this.diary.trust.hour());
    const then = Math.min(at, this.diary.now);
    return then > visit.lastAt ? then : Math.max(this.diary.now, visit.lastAt + HOUR);
  }

  private record(visit: Visit, kind: Fact['kind'], at: number, change: () => void): void {
    visit.facts.push({ kind, at, before: visit.stays.map((stay) => ({ ...stay })) });
    visit.lastAt = at;
    change();
  }

  admit(visit: Visit, planned?: string): void {
    const at = this.happened(visit);
    const from =
      this.diary.trust.random() < 0.2 && visit.stays.length === 0 ? dayOf(at - 3 * DAY) : dayOf(at);
    const team = planned ?? this.diary.trust.team();
    const coordinator = this.diary.trust.random() < 0.5 ? this.diary.trust.coordinator() : undefined;
    this.record(visit, 'A01', at, () => {
      if (planned !== undefined) visit.stays.pop();
      visit.stays.push({ team, isPlan: false, from, to: null, coordinator });
    });
    this.diary.send(this.diary.trust.random() < 0.5 ? 'A01' : 'A04', visit, at, { start: from });
  }

  plan(visit: Visit): void {
    const at = this.happened(visit);
    const from = dayOf(this.diary.now + 30 * DAY);
    this.record(visit, 'A05', at, () => {
      visit.stays.push({
        team: this.diary.trust.team(),
        isPlan: true,
        from,
        to: null,
        coordinator: undefined,
      });
    });
    this.diary.send('A05', visit, at, { planned: from });
  }

  transfer(visit: Visit): void {
    const at = this.happened(visit);
    const left = visit.stays.at(-1)!;
    const team = this.diary.trust.team();
    const prior = this.diary.trust.random() < 0.7 ? left.team : null;
    const coordinator = this.diary.trust.random() < 0.5 ? this.diary.trust.coordinator() : undefined;
    this.record(visit, 'A02', at, () => {
      // From one bed or desk to another of the same team is no move.
      if (team === left.team) left.coordinator = coordinator ?? left.coordinator;
      else {
        left.to = dayOf(at);
        visit.stays.push({ team, isPlan: false, from: dayOf(at), to: null, coordinator });
      }
    });
    this.diary.send('A02', visit, at, { prior });
  }

  discharge(visit: Visit): void {
    const at = this.happened(visit);
    this.record(visit, 'A03', at, () => {
      visit.stays.at(-1)!.to = dayOf(at);
    });
    this.diary.send('A03', visit, at, { end: dayOf(at) });
  }

  /** The newest of what happened was a mistake. */
  takeBack(visit: Visit): void {
    const fact = visit.facts.pop();
    if (fact === undefined) return void this.snapshot(visit);
    const event = { A01: 'A11', A02: 'A12', A03: 'A13', A05: 'A38' }[fact.kind];
    visit.stays = fact.before.map((stay) => ({ ...stay }));
    const isTimed = fact.kind === 'A05' || this.diary.trust.random() < 0.7;
    this.diary.send(event, visit, isTimed ? fact.at : null, {});
  }

  /** The move before the last one was a mistake, or the discharge before somebody came back. */
  takeBackEarlier(visit: Visit): void {
    const [earlier, last] = visit.facts.slice(-2);
    const [one, other, third] = visit.stays.slice(-3);
    if (
      earlier?.kind === 'A02' &&
      last?.kind === 'A02' &&
      third !== undefined &&
      earlier.before.length === visit.stays.length - 2
    ) {
      // From the first to the second to the third: the second never was.
      if (one!.team === third.team)
        visit.stays.splice(-3, 3, { ...one!, to: null, coordinator: laterOf(one!, third) });
      else visit.stays.splice(-3, 3, { ...one!, to: third.from }, third);
      visit.facts = [];
      return void this.diary.send('A12', visit, earlier.at, {});
    }
    const [left, back] = third === undefined ? [one, other] : [other, third];
    if (
      earlier?.kind === 'A03' &&
      last?.kind === 'A01' &&
      left !== undefined &&
      back !== undefined &&
      last.before.length === visit.stays.length - 1
    ) {
      if (left.team === back.team)
        visit.stays.splice(-2, 2, { ...left, to: null, coordinator: laterOf(left, back) });
      else visit.stays.splice(-2, 2, { ...left, to: back.from }, back);
      visit.facts = [];
      return void this.diary.send('A13', visit, earlier.at, {});
    }
    this.snapshot(visit);
  }

  /** It began on another day than was said. */
  correctBegin(visit: Visit): void {
    const [fact] = visit.facts;
    const [stay] = visit.stays;
    if (visit.facts.length !== 1 || fact?.kind !== 'A01' || visit.stays.length !== 1 || stay === undefined)
      return void this.snapshot(visit);
    stay.from = dayOf(fact.at - this.diary.trust.whole(9) * DAY);
    this.diary.send('A01', visit, fact.at, { start: stay.from });
  }

  /** It ended on another day than was said. */
  correctEnd(visit: Visit): void {
    const fact = visit.facts.at(-1);
    const stay = visit.stays.at(-1)!;
    if (fact?.kind !== 'A03') return void this.snapshot(visit);
    stay.to = dayOf(fact.at + this.diary.trust.whole(3) * DAY);
    this.diary.send('A03', visit, fact.at, { end: stay.to });
  }

  /** A move before the end had been forgotten. */
  forgottenMove(visit: Visit): void {
    const [begin, end] = visit.facts.slice(-2);
    const stay = visit.stays.at(-1)!;
    const other = this.diary.trust.team();
    if (begin === undefined || end?.kind !== 'A03' || end.at - begin.at < 3 * DAY || other === stay.team)
      return void this.snapshot(visit);
    const at = Math.floor((begin.at + end.at) / 2 / DAY) * DAY + 12 * HOUR;
    const prior = stay.team;
    const moved = { team: other, isPlan: false, from: dayOf(at), to: stay.to, coordinator: undefined };
    visit.stays.splice(-1, 1, { ...stay, to: dayOf(at) }, moved);
    const before = visit.stays.map((one) => (one === moved ? { ...moved, to: null } : { ...one }));
    visit.facts = [{ ...end, before }];
    this.diary.send('A02', visit, at, { prior });
  }

  /** Somebody took the visit down a second time, and then found it. */
  duplicate(visit: Visit): void {
    const team = visit.stays.at(-1)!.team;
    const copy: Visit = { ...visit, number: this.diary.trust.next('V'), stays: [], facts: [], lastAt: 0 };
    copy.stays.push({ team, isPlan: false, from: dayOf(this.diary.now), to: null, coordinator: undefined });
    this.diary.send('A01', copy, this.diary.now, { start: dayOf(this.diary.now) });
    this.diary.now += HOUR;
    const [first] = visit.stays;
    const pv1 = this.diary.visitSegment(visit, { start: first!.from });
    this.diary.write('A42', this.diary.now, [
      this.diary.form(rootOf(visit.owner)),
      segment('MRG', { 1: cx(rootOf(visit.owner).id), 5: copy.number }),
      pv1,
    ]);
  }

  coordinate(visit: Visit): void {
    visit.stays.at(-1)!.coordinator =
      this.diary.trust.random() < 0.15 ? null : this.diary.trust.coordinator();
    this.diary.send('A08', visit, null, { tellsCoordinator: true, start: visit.stays[0]!.from });
  }

  /** How the visit stands, as far as it has been written down. */
  snapshot(visit: Visit): void {
    const stay = visit.stays.at(-1);
    if (stay === undefined) return void this.records.changeDetails(rootOf(visit.owner));
    const leave = this.diary.trust.random() < 0.15 && stay.to === null;
    this.diary.send(leave ? this.diary.trust.oneOf(['A21', 'A22']) : 'A08', visit, null, {
      ...(!stay.isPlan && { start: visit.stays[0]!.from }),
      ...(stay.to !== null && { end: stay.to }),
    });
  }
}
