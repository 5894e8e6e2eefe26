/** When what a message tells of happened, and when it was written down. */
import { type LocalDate, londonDate } from '../../../src/core/calendar.js';
import type { Er7Message, Er7Segment } from '../er7/message.js';
import { type Er7Time, parseTime } from '../er7/times.js';
import { MeaningFault } from './fault.js';
import { type FieldPath, firstStated } from './field-path.js';
import type { MeaningRules } from './meaning-settings.js';

/** When a message was written, and what it says of when that happened which it tells of. */
export interface Moments {
  /** EVN-2, else MSH-7; ISO instant. */
  readonly recordedAt: string;
  /** EVN-6; null when it is not stated. */
  readonly occurred: Er7Time | null;
  /** The latest time that is believed; milliseconds. */
  readonly latest: number;
}

/**
 * What has happened was not going to happen after the message came: one such year would outrank all that is told of a visit from then
 * on. @throws MeaningFault
 */
export function assertNotAhead(instant: string | null, place: string, latest: number): void {
  if (instant !== null && Date.parse(instant) > latest) throw new MeaningFault(place, 'HUB_MESSAGE_AHEAD');
}

/** What is told of happened since: an earlier time is what a system writes that has none, as 00010101000000. */
const FIRST_YEAR = '1900';

/** The time that a text states. @throws MeaningFault when it states none, or one of which no feed can tell. */
export function timeOf(text: string, place: string, rules: MeaningRules): Er7Time {
  const stated = rules.offsets === 'IGNORED' ? text.replace(/[+-]\d{4}$/, '') : text;
  const time = parseTime(stated, rules.timeZone);
  if (time === null || stated < FIRST_YEAR) throw new MeaningFault(place);
  return time;
}

function timeIn(segment: Er7Segment | null, field: number, rules: MeaningRules): Er7Time | null {
  const text = segment?.text(field)?.trim() || null;
  return segment === null || text === null ? null : timeOf(text, `${segment.name}-${field}`, rules);
}

/** The day of a time in London; null when it is not precise to the day. */
export function dayOf(time: Er7Time): LocalDate | null {
  return time.offset !== null && time.instant !== null ? londonDate(new Date(time.instant)) : time.date;
}

/**
 * The day that the first of some places states which states anything: undefined: none does; null: that there is none.
 * @throws MeaningFault when what is stated is no date to the day.
 */
export function dayAt(
  message: Er7Message,
  paths: readonly FieldPath[],
  rules: MeaningRules,
): LocalDate | null | undefined {
  const stated = firstStated(message, paths);
  if (stated === null) return undefined;
  if (stated.value === null) return null;
  const day = dayOf(timeOf(stated.value, stated.path.name, rules));
  if (day === null) throw new MeaningFault(stated.path.name);
  return day;
}

/**
 * Of a message that came at `receivedAt`.
 * @throws MeaningFault when it does not say to the minute when it was written, or says that it was later than it came.
 */
export function momentsOf(message: Er7Message, rules: MeaningRules, receivedAt: Date): Moments {
  const evn = message.first('EVN');
  const latest = receivedAt.getTime() + rules.aheadMinutes * 60_000;
  const stated = timeIn(evn, 2, rules)?.instant ?? null;
  const recordedAt = stated ?? timeIn(message.header, 7, rules)?.instant ?? null;
  if (recordedAt === null) throw new MeaningFault('MSH-7');
  assertNotAhead(recordedAt, stated === null ? 'MSH-7' : 'EVN-2', latest);
  return { recordedAt, occurred: timeIn(evn, 6, rules), latest };
}

/**
 * An instant for a time: of one that is stated to the day alone, when it was written where that is the same day, and else the
 * beginning of the day, or the end of it for what ends.
 */
export function instantOf(
  time: Er7Time,
  recordedAt: string,
  edge: 'BEGINNING' | 'END',
  rules: MeaningRules,
): string | null {
  if (time.instant !== null) return time.instant;
  if (time.date === null) return null;
  if (londonDate(new Date(recordedAt)) === time.date) return recordedAt;
  const clock = edge === 'BEGINNING' ? '000000' : '235959';
  return parseTime(`${time.date.replaceAll('-', '')}${clock}`, rules.timeZone)?.instant ?? null;
}
