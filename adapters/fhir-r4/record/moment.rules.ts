/** FHIR `dateTime`, `instant` and Period as moments: exactly as precise as the record says it. */
import { MomentPrecision, type RecordMoment } from '../../../src/clinical/record.port.js';
import { isLocalDate, londonDate } from '../../../src/core/calendar.js';
import { member } from '../json.js';
import { instantOf, readDate } from '../mapping/dates.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';

/** A FHIR `dateTime` or `instant`; null when absent, and null and counted under `path` when it is neither. */
export function readMoment(value: unknown, path: string, unmapped: Unmapped): RecordMoment | null {
  if (value === undefined) return null;
  if (typeof value === 'string') {
    if (isLocalDate(value)) return { said: value, precision: MomentPrecision.DAY, day: value, at: null };
    if (readDate(value).precision === 'PARTIAL') {
      const precision = value.length === 4 ? MomentPrecision.YEAR : MomentPrecision.MONTH;
      return { said: value, precision, day: null, at: null };
    }
    const at = instantOf(value);
    if (at !== null) return { said: at, precision: MomentPrecision.TIME, day: londonDate(new Date(at)), at };
  }
  unmapped(path);
  return null;
}

/** The start and end of something. */
export interface Span {
  readonly start: RecordMoment | null;
  readonly end: RecordMoment | null;
}

/** Period.start and Period.end of the element at `path`. */
export function readPeriod(period: unknown, path: string, unmapped: Unmapped): Span {
  return {
    start: readMoment(member(period, 'start'), `${path}.start`, unmapped),
    end: readMoment(member(period, 'end'), `${path}.end`, unmapped),
  };
}

/** A moment as it sorts among others; what is said less precisely comes before what is within it, and nothing first. */
export function momentOrder(moment: RecordMoment | null): string {
  return moment?.said ?? '';
}
