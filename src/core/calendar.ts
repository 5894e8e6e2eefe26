/** Calendar dates in Europe/London: what a service specification counts is days, not instants. */
import { inputError } from './errors.js';

/** `YYYY-MM-DD`, a real day of the Gregorian calendar. */
export type LocalDate = string;

const london = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** The date on the wall in London at an instant of the years 1 to 9999. */
export function londonDate(at: Date): LocalDate {
  // Years before 1000 are written without their noughts, and databases read two digits as a year of this century.
  return london.format(at).padStart(10, '0');
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
}

/** True for a real calendar date as `YYYY-MM-DD`. */
export function isLocalDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))];
  // PostgreSQL has no year nought.
  return year > 0 && day > 0 && day <= daysOf(year, month);
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** True for an instant in ISO 8601 with seconds and a zone, on a real day. */
export function isInstant(text: string): boolean {
  return isLocalDate(INSTANT.exec(text)?.[1] ?? '');
}

/** The text as a date, else `HUB_INPUT_INVALID` naming the field. */
export function parseLocalDate(field: string, text: string): LocalDate {
  if (!isLocalDate(text)) throw inputError(field, 'not a calendar date', 'YYYY-MM-DD');
  return text;
}

/** The date `days` later (earlier when negative). */
export function addDays(date: LocalDate, days: number): LocalDate {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** Age in completed years. Somebody born on 29 February comes of age on 1 March in other years (law of England: the day before is not enough). */
export function ageOn(dateOfBirth: LocalDate, on: LocalDate): number {
  const years = Number(on.slice(0, 4)) - Number(dateOfBirth.slice(0, 4));
  return on.slice(5) < dateOfBirth.slice(5) ? years - 1 : years;
}

/** The first date on which somebody is `years` old. */
export function birthday(dateOfBirth: LocalDate, years: number): LocalDate {
  const year = String(Number(dateOfBirth.slice(0, 4)) + years).padStart(4, '0');
  const candidate = `${year}${dateOfBirth.slice(4)}`;
  return isLocalDate(candidate) ? candidate : `${year}-03-01`;
}

/** A later month by the calendar; the day is clamped to the month's end. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const total = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months;
  const year = Math.floor(total / 12);
  const month = total % 12;
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(Number(date.slice(8)), last);
  return `${String(year).padStart(4, '0')}-${String(month + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
