/** FHIR dates and times as days in London and as instants, without adding precision that was not there. */
import { isLocalDate, type LocalDate, londonDate } from '../../../src/core/calendar.js';

/** FHIR R4 `dateTime` with a time: it must have seconds and a zone. */
const WITH_TIME =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))$/;
/** Instants of which the day in London is one of the years 1 to 9999, the calendar of FHIR. */
const DAYS_OF_FHIR = /^(?!0000|0001-01-01)\d{4}-/;
/** Only a year, or a year and month. */
const PARTIAL = /^\d{4}(-(0[1-9]|1[0-2]))?$/;

/** What a `date` or `dateTime` came to. */
export interface ReadDate {
  /** The day in London; null when the text is not that precise. */
  readonly day: LocalDate | null;
  /** ABSENT: nothing there. PARTIAL: a year or month. MALFORMED: not a FHIR date. */
  readonly precision: 'DAY' | 'PARTIAL' | 'ABSENT' | 'MALFORMED';
}

/** A FHIR `date` or `dateTime`: a plain date is taken as it stands, a time is the day it was in London. */
export function readDate(value: unknown): ReadDate {
  if (value === undefined) return { day: null, precision: 'ABSENT' };
  if (typeof value !== 'string') return { day: null, precision: 'MALFORMED' };
  if (isLocalDate(value)) return { day: value, precision: 'DAY' };
  if (PARTIAL.test(value)) return { day: null, precision: 'PARTIAL' };
  const at = instantOf(value);
  return at === null
    ? { day: null, precision: 'MALFORMED' }
    : { day: londonDate(new Date(at)), precision: 'DAY' };
}

/** A FHIR `instant` as an ISO instant in UTC with milliseconds; null for anything else. */
export function instantOf(text: string | null): string | null {
  const match = text === null ? null : WITH_TIME.exec(text);
  if (match === null || match === undefined || !isLocalDate(match[1]!)) return null;
  // A leap second (`:60`) is taken as the last ordinary one, as JavaScript has none.
  const at = new Date(text!.replace(/:60/, ':59'));
  const instant = Number.isNaN(at.getTime()) ? '' : at.toISOString();
  return DAYS_OF_FHIR.test(instant) ? instant : null;
}
