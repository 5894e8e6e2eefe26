/** Dates in Europe/London: what day it is, ages and birthdays, sums by day and month. */
import fc from 'fast-check';
import {
  addDays,
  addMonths,
  ageOn,
  birthday,
  daysBetween,
  isInstant,
  isLocalDate,
  londonDate,
  parseLocalDate,
} from '../../../src/core/calendar.js';

const aDate = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2100-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe('londonDate', () => {
  it.each([
    ['2026-03-28T23:59:59.999Z', '2026-03-28', 'the last instant before summer time begins that day'],
    ['2026-03-29T00:59:59.999Z', '2026-03-29', 'the instant before the clocks go forward'],
    ['2026-03-29T22:59:59.999Z', '2026-03-29', 'a minute to midnight on the wall, summer time'],
    ['2026-03-29T23:00:00.000Z', '2026-03-30', 'midnight on the wall is an hour before midnight UTC'],
    ['2026-10-24T23:00:00.000Z', '2026-10-25', 'the last midnight of summer time'],
    ['2026-10-25T23:30:00.000Z', '2026-10-25', 'after the clocks went back midnight is UTC’s again'],
    ['2026-10-26T00:00:00.000Z', '2026-10-26', 'midnight UTC in winter'],
    ['2026-01-01T00:00:00.000Z', '2026-01-01', 'New Year'],
    ['2024-02-29T12:00:00.000Z', '2024-02-29', 'a leap day'],
    ['0026-01-12T10:00:00.000Z', '0026-01-12', 'a year is never cut to two digits'],
  ])('%s is %s (%s)', (instant, date) => {
    expect(londonDate(new Date(instant))).toBe(date);
  });
});

describe('isLocalDate', () => {
  it.each(['2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('accepts %s', (text) => {
    expect(isLocalDate(text)).toBe(true);
  });
  it.each([
    '2023-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '20260101',
    '2026-01-01T00:00:00Z',
    ' 2026-01-01',
    '',
  ])('refuses %j', (text) => {
    expect(isLocalDate(text)).toBe(false);
  });
  it('is named in the error of parseLocalDate with the field', () => {
    expect(() => parseLocalDate('receivedOn', '2023-02-29')).toThrow(
      'receivedOn: not a calendar date; accepted: YYYY-MM-DD',
    );
    expect(parseLocalDate('receivedOn', '2024-02-29')).toBe('2024-02-29');
  });
});

describe('isInstant', () => {
  test.each(['2026-03-01T09:00:00Z', '2026-03-01T09:00:00.123456+01:00', '2028-02-29T23:59:59-05:00'])(
    '%s is one',
    (text) => expect(isInstant(text)).toBe(true),
  );

  test.each([
    'yesterday',
    '2026-03-01',
    '2026-02-30T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T09:00Z',
    '2026-03-01T09:00:00',
    'ge2026-03-01T09:00:00Z',
  ])('%s is none', (text) => expect(isInstant(text)).toBe(false));
});

describe('sums', () => {
  it('cross months, years and leap days', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2023-02-28', 1)).toBe('2023-03-01');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2);
  });

  it('undo each other', () => {
    fc.assert(
      fc.property(aDate, fc.integer({ min: -40_000, max: 40_000 }), (date, days) => {
        const later = addDays(date, days);
        expect(isLocalDate(later)).toBe(true);
        expect(daysBetween(date, later)).toBe(days);
        expect(addDays(later, -days)).toBe(date);
      }),
    );
  });

  it.each([
    ['2024-01-31', 1, '2024-02-29'],
    ['2023-01-31', 1, '2023-02-28'],
    ['2023-10-31', 4, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-03-31', -1, '2024-02-29'],
    ['2024-12-15', 1, '2025-01-15'],
    ['2024-01-15', -1, '2023-12-15'],
  ])('add months to %s: %i gives %s', (date, months, expected) => {
    expect(addMonths(date, months)).toBe(expected);
  });

  it('of months keep the day or take the month’s last', () => {
    fc.assert(
      fc.property(aDate, fc.integer({ min: -600, max: 600 }), (date, months) => {
        const later = addMonths(date, months);
        expect(isLocalDate(later)).toBe(true);
        expect(later.slice(8) === date.slice(8) || addDays(later, 1).slice(8) === '01').toBe(true);
      }),
    );
  });
});

describe('ageOn', () => {
  it.each([
    ['2008-07-15', '2026-07-14', 17],
    ['2008-07-15', '2026-07-15', 18],
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
    ['2008-02-29', '2024-02-29', 16],
    ['2008-03-01', '2026-02-28', 17],
    ['2026-11-22', '2026-11-22', 0],
  ])('born %s: on %s aged %i', (born, on, age) => {
    expect(ageOn(born, on)).toBe(age);
  });

  it('rises on the birthday and not the day before', () => {
    fc.assert(
      fc.property(aDate, fc.integer({ min: 1, max: 110 }), (born, years) => {
        const on = birthday(born, years);
        expect(ageOn(born, on)).toBe(years);
        expect(ageOn(born, addDays(on, -1))).toBe(years - 1);
      }),
    );
  });

  it('comes of age on 1 March when born on a leap day', () => {
    expect(birthday('2008-02-29', 18)).toBe('2026-03-01');
    expect(birthday('2008-02-29', 16)).toBe('2024-02-29');
  });
});
