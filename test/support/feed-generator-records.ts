/** What becomes of records: corrections, merges and what undoes them, new ids. */

import { segment } from './feed-generator-messages.js';
import { cx, type Diary, type Patient, type Visit } from './feed-generator-people.js';
import { DAY, dayOf } from './feed-generator-trust.js';

/** Each changes what is true, and writes the message. */
export class RecordEvents {
  /** Merges the other way round, as pairs of ids in order. */
  readonly reversed: string[] = [];
  /** Messages that make no sense. */
  senseless = 0;

  constructor(private readonly diary: Diary) {}

  changeDetails(patient: Patient): void {
    const chance = this.diary.trust.random();
    if (chance < 0.4) patient.dateOfBirth = this.diary.trust.birth();
    else if (chance < 0.5) patient.deceasedOn = dayOf(this.diary.now);
    else if (chance < 0.8) patient.deceasedOn = null;
    const event = this.diary.trust.oneOf(['A28', 'A31']);
    // What stands in PV1 of these is nobody's visit.
    const pv1 = segment('PV1', { 2: 'O', 3: this.diary.trust.team(), 19: 'V0', 44: '20200101' });
    // What is put right today may have been so for weeks.
    const occurred =
      this.diary.trust.random() < 0.3 ? this.diary.now - this.diary.trust.whole(30) * DAY : null;
    this.diary.write(event, occurred, [this.diary.pid(patient, true), ...(chance < 0.5 ? [pv1] : [])]);
  }

  merge(from: Patient, into: Patient): void {
    from.mergedInto = into;
    this.writeMerge(from, into);
  }

  private writeMerge(from: Patient, into: Patient): void {
    this.diary.write('A40', this.diary.now, [this.diary.form(into), segment('MRG', { 1: cx(from.id) })]);
  }

  part(one: Patient, other: Patient): void {
    one.mergedInto = null;
    this.diary.write('A37', this.diary.now, [`PID|1||${cx(one.id)}`, `PID|2||${cx(other.id)}`]);
  }

  /** The same once more, or the other way round, which nobody may follow. */
  mergeAgain(from: Patient, into: Patient): void {
    if (this.diary.trust.random() < 0.6) return void this.writeMerge(from, into);
    this.writeMerge(into, from);
    this.reversed.push([from.id, into.id].sort().join(' '));
  }

  /** A visit was another's all along. */
  give(visits: readonly Visit[], from: Patient, to: Patient): void {
    const visit = visits.find((one) => one.owner === from && one.stays.length > 0);
    if (visit === undefined) return void this.changeDetails(from);
    visit.owner = to;
    const pv1 = segment('PV1', { 2: 'O', 19: visit.number });
    this.diary.write('A45', this.diary.now, [
      this.diary.form(to),
      segment('MRG', { 1: cx(from.id), 5: visit.number }),
      pv1,
    ]);
  }

  renumber(patient: Patient): void {
    patient.earlierIds.push(patient.id);
    patient.id = this.diary.trust.next('P');
    this.diary.write('A47', this.diary.now, [
      this.diary.form(patient),
      segment('MRG', { 1: cx(patient.earlierIds.at(-1)!) }),
    ]);
  }

  /** A record into itself. */
  mergeWithItself(patient: Patient): void {
    this.senseless += 1;
    this.writeMerge(patient, patient);
  }
}
