/** PID and what goes with it as the least that eligibility and matching need. What is empty says nothing; `""` takes away. */
import type { FeedPatient } from '../../../src/clinical/feed.port.js';
import type { LocalDate } from '../../../src/core/calendar.js';
import type { Er7Message, Er7Segment } from '../er7/message.js';
import { parseTime } from '../er7/times.js';
import { MeaningFault } from './fault.js';
import { statedAt } from './field-path.js';
import { identifiersIn, nhsNumberIn, ownId } from './identifiers.rules.js';
import type { MeaningRules } from './meaning-settings.js';

/** A patient segment. @throws MeaningFault when there is none. */
export function patientSegment(message: Er7Message): Er7Segment {
  const pid = message.first('PID');
  if (pid === null) throw new MeaningFault('PID');
  return pid;
}

/** The record system's id of the message's patient. @throws MeaningFault */
export function localIdOf(message: Er7Message, rules: MeaningRules): string {
  return ownId(patientSegment(message), 3, rules);
}

/**
 * Status of the NHS number: PID-32 `NSTS01` to `NSTS08` (ITK table 0445; HL7 UK A.3 has at most one), bare `01`, or ZU1-27.
 * Two different ones are none.
 */
function statusIn(pid: Er7Segment, zu1: Er7Segment | null): string | null | undefined {
  const said = [
    ...pid.repetitions(32).map((_, index) => pid.stated(32, 1, 1, index + 1)),
    zu1?.stated(27),
  ].filter((one) => one !== undefined);
  const codes = said.flatMap((one) => /^(?:NSTS)?(0[1-8])$/.exec(one?.trim() ?? '')?.[1] ?? []);
  const distinct = new Set(codes);
  if (distinct.size === 1) return codes[0]!;
  const isUnclear = distinct.size > 1 || said.some((one) => one === null || one.trim().startsWith('NSTS'));
  return isUnclear ? null : undefined;
}

/** Nobody in a record was born or died before: what a system writes that knows no date, as 00010101, is none. */
const FIRST_DAY = '1850-01-01';

/** A full date; null for `""`, and for what is less than a date or none. */
function dateIn(pid: Er7Segment, field: number): LocalDate | null | undefined {
  const stated = pid.stated(field);
  if (stated === undefined || stated === null) return stated;
  const date = parseTime(stated.trim())?.date ?? null;
  return date === null || date < FIRST_DAY ? null : date;
}

/**
 * PID-29, else PID-30 `N`; that somebody has died without a day is no day. What is no day takes none away that was told before.
 */
function deceasedIn(pid: Er7Segment): LocalDate | null | undefined {
  const date = dateIn(pid, 29);
  if (date) return date;
  if (date === null && pid.stated(29) !== null) return undefined;
  const indicator = pid.stated(30);
  return date === null || indicator === null || indicator?.trim().toUpperCase() === 'N' ? null : undefined;
}

/** True where any place holds a code that is not ordinary: what cannot be read must not make a record more usable than it is. */
function isRestricted(message: Er7Message, rules: MeaningRules): boolean | undefined {
  const stated = rules.restrictedFrom
    .map((path) => statedAt(message, path))
    .filter((one) => one !== undefined);
  if (stated.length === 0) return undefined;
  return stated.some((code) => code !== null && !rules.ordinaryCodes.includes(code.toUpperCase()));
}

/** What the message says of its patient; members that it does not speak of are left out. */
export function patientOf(message: Er7Message, rules: MeaningRules): FeedPatient {
  const pid = patientSegment(message);
  const nhsNumber = nhsNumberIn(identifiersIn(pid, 3));
  const status = statusIn(pid, message.first('ZU1'));
  // A status beside a number that is not believed is that number's, unless it says that there is none (07).
  const nhsNumberStatus = nhsNumber === null && status !== '07' ? null : status;
  const dateOfBirth = dateIn(pid, 7);
  const deceasedOn = deceasedIn(pid);
  const restricted = isRestricted(message, rules);
  return {
    ...(nhsNumber !== undefined && { nhsNumber }),
    ...(nhsNumberStatus !== undefined && { nhsNumberStatus }),
    ...(dateOfBirth !== undefined && { dateOfBirth }),
    ...(deceasedOn !== undefined && { deceasedOn }),
    ...(restricted !== undefined && { restricted }),
  };
}
