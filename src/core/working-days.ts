/** Working days in England: Monday to Friday less bank holidays (Banking and Financial Dealings Act 1971 and proclamations). */
import { addDays, type LocalDate } from './calendar.js';

/** One-off changes by royal proclamation: added holidays and moved ones (key: usual date, value: date kept, or null when dropped). */
const PROCLAIMED: Readonly<Record<string, readonly LocalDate[]>> = {
  2020: ['2020-05-08'],
  2022: ['2022-06-02', '2022-06-03', '2022-09-19'],
  2023: ['2023-05-08'],
};
const DROPPED: ReadonlySet<LocalDate> = new Set(['2020-05-04', '2022-05-30']);

const weekday = (date: LocalDate): number => new Date(`${date}T00:00:00Z`).getUTCDay();

/** Gregorian Easter Sunday (Meeus, Astronomical Algorithms, chapter 8). */
function easterSunday(year: number): LocalDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return `${year}-${String(Math.floor(n / 31)).padStart(2, '0')}-${String((n % 31) + 1).padStart(2, '0')}`;
}

function firstMonday(year: number, month: string): LocalDate {
  let date = `${year}-${month}-01`;
  while (weekday(date) !== 1) date = addDays(date, 1);
  return date;
}

function lastMonday(year: number, month: string, last: number): LocalDate {
  let date = `${year}-${month}-${last}`;
  while (weekday(date) !== 1) date = addDays(date, -1);
  return date;
}

/** Bank holidays of England in a year, with substitutes for those that fall on a weekend. */
function computeHolidays(year: number): ReadonlySet<LocalDate> {
  const easter = easterSunday(year);
  const days = new Set<LocalDate>([
    addDays(easter, -2),
    addDays(easter, 1),
    firstMonday(year, '05'),
    lastMonday(year, '05', 31),
    lastMonday(year, '08', 31),
  ]);
  for (const fixed of [`${year}-01-01`, `${year}-12-25`, `${year}-12-26`]) {
    let date = fixed;
    while (weekday(date) % 6 === 0 || days.has(date)) date = addDays(date, 1);
    days.add(date);
  }
  for (const dropped of DROPPED) days.delete(dropped);
  for (const added of PROCLAIMED[year] ?? []) days.add(added);
  return days;
}

const cache = new Map<number, ReadonlySet<LocalDate>>();

/** The bank holidays of England in a year. */
export function bankHolidays(year: number): ReadonlySet<LocalDate> {
  let days = cache.get(year);
  if (!days) {
    days = computeHolidays(year);
    cache.set(year, days);
  }
  return days;
}

/** True on Monday to Friday except bank holidays. */
export function isWorkingDay(date: LocalDate): boolean {
  return weekday(date) % 6 !== 0 && !bankHolidays(Number(date.slice(0, 4))).has(date);
}

/** The date `count` working days after `from`; day 0 is `from` itself, whatever day it is. */
export function addWorkingDays(from: LocalDate, count: number): LocalDate {
  let date = from;
  for (let left = count; left > 0; ) {
    date = addDays(date, 1);
    if (isWorkingDay(date)) left--;
  }
  return date;
}
