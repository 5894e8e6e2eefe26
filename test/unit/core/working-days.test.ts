/** Working days in England against the bank holidays that were published for 2020 to 2027. */
import fc from 'fast-check';
import { addDays } from '../../../src/core/calendar.js';
import { addWorkingDays, bankHolidays, isWorkingDay } from '../../../src/core/working-days.js';

/** GOV.UK, bank holidays in England and Wales. */
const PUBLISHED: Readonly<Record<number, string>> = {
  2020: '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28',
  2021: '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28',
  2022: '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27',
  2023: '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26',
  2024: '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26',
  2025: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
  2027: '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28',
};

describe('bankHolidays', () => {
  it.each(Object.keys(PUBLISHED).map(Number))('are those published for %i', (year) => {
    const published = PUBLISHED[year]?.split(' ').map((day) => `${year}-${day}`);
    expect([...bankHolidays(year)].sort()).toEqual(published);
  });

  it('are eight in a year without proclamation, all on weekdays', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2028, max: 2199 }), (year) => {
        const days = [...bankHolidays(year)];
        expect(days).toHaveLength(8);
        expect(days.every((day) => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay()))).toBe(true);
      }),
    );
  });
});

describe('isWorkingDay', () => {
  it.each([
    ['2026-11-20', true, 'a Friday'],
    ['2026-11-21', false, 'a Saturday'],
    ['2026-11-22', false, 'a Sunday'],
    ['2020-05-04', true, 'the May holiday that was moved to the 8th'],
    ['2020-05-08', false, 'the day it was moved to'],
    ['2022-05-30', true, 'the spring holiday that was moved to 2 June'],
    ['2022-09-19', false, 'the state funeral'],
    ['2021-12-24', true, 'Christmas Eve'],
  ])('%s: %s (%s)', (date, expected) => {
    expect(isWorkingDay(date)).toBe(expected);
  });
});

describe('addWorkingDays', () => {
  it.each([
    ['2026-11-20', 0, '2026-11-20'],
    ['2026-11-21', 0, '2026-11-21'],
    ['2026-11-20', 1, '2026-11-23'],
    ['2026-11-21', 1, '2026-11-23'],
    ['2026-04-02', 1, '2026-04-07'],
    ['2026-12-24', 1, '2026-12-29'],
    ['2026-12-24', 5, '2027-01-05'],
    ['2022-06-01', 2, '2022-06-07'],
  ])('%s and %i gives %s', (from, count, expected) => {
    expect(addWorkingDays(from, count)).toBe(expected);
  });

  it('ends on a working day with exactly that many working days passed', () => {
    const from = fc.integer({ min: 0, max: 2_500 }).map((days) => addDays('2020-01-01', days));
    fc.assert(
      fc.property(from, fc.integer({ min: 1, max: 60 }), (start, count) => {
        const end = addWorkingDays(start, count);
        let passed = 0;
        for (let day = addDays(start, 1); day <= end; day = addDays(day, 1)) if (isWorkingDay(day)) passed++;
        expect([isWorkingDay(end), passed]).toEqual([true, count]);
      }),
    );
  });
});
