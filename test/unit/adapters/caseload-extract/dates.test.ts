/** Forms of dates, names of files and the instant of an extract: nothing is guessed. */
import fc from 'fast-check';
import { asOfInstant, londonInstant } from '../../../../adapters/caseload-extract/reading/as-of.rules.js';
import {
  contradictory,
  dateFormat,
} from '../../../../adapters/caseload-extract/settings/date-format.rules.js';
import { filePattern } from '../../../../adapters/caseload-extract/settings/file-pattern.rules.js';
import { addDays, isLocalDate, londonDate } from '../../../../src/core/calendar.js';

test.each([
  ['yyyy-MM-dd', '2026-03-01', '2026-03-01', null],
  ['dd/MM/yyyy', '01/03/2026', '2026-03-01', null],
  ['d/M/yyyy', '1/3/2026', '2026-03-01', null],
  ['d MMM yyyy', '9 Mar 2026', '2026-03-09', null],
  ['dd-MMM-yyyy', '09-SEP-2026', '2026-09-09', null],
  ['yyyyMMddHHmm', '202603010215', '2026-03-01', '02:15:00'],
  ['yyyy-MM-ddTHH:mm:ss', '2026-03-01T23:59:58', '2026-03-01', '23:59:58'],
  ['yyyy-MM-dd HH:mm:ss.SSS', '2026-03-01 00:00:00.000', '2026-03-01', '00:00:00'],
  ['yyyy.MM.dd', '2026.03.01', '2026-03-01', null],
])('%s reads %s', (form, text, day, time) => {
  expect(dateFormat(form)!.read(text)).toEqual({ day, time });
});

test.each([
  ['yyyy-MM-dd', '2026-02-30'],
  ['yyyy-MM-dd', '2026-3-1'],
  ['yyyy-MM-dd', '2026-03-01 '],
  ['yyyy-MM-dd', '26-03-01'],
  ['dd/MM/yyyy', '13/13/2026'],
  ['d MMM yyyy', '9 Mrz 2026'],
  ['yyyyMMddHHmm', '202603012460'],
  ['yyyy.MM.dd', '2026x03x01'],
])('%s does not read %s', (form, text) => {
  expect(dateFormat(form)!.read(text)).toBeNull();
});

test.each(['', 'yyyy-MM', 'dd/MM/yy', 'yyyy-MM-dd-dd', 'yyyy-mm-dd', 'yyyy-MM-dd mm', 'MM/M/yyyy dd'])(
  '%j is no form',
  (form) => {
    expect(dateFormat(form)).toBeNull();
  },
);

test('forms that would read one text as two days are found, others are not', () => {
  expect(contradictory(['dd/MM/yyyy', 'MM/dd/yyyy'])).toBe(true);
  expect(contradictory(['d/M/yyyy', 'MM/dd/yyyy'])).toBe(true);
  expect(contradictory(['yyyyMMdd', 'yyyyddMM'])).toBe(true);
  expect(contradictory(['dd/MM/yyyy', 'd/M/yyyy', 'yyyy-MM-dd', 'dd-MM-yyyy', 'd MMM yyyy'])).toBe(false);
});

test('no text makes a form invent a day', () => {
  const forms = ['yyyy-MM-dd', 'dd/MM/yyyy', 'd MMM yyyy', 'yyyyMMddHHmm'].map((form) => dateFormat(form)!);
  const text = fc.oneof(fc.string(), fc.stringMatching(/^\d{0,4}[-/ ]?\w{0,3}[-/ ]?\d{0,8}$/));
  fc.assert(
    fc.property(text, (one) => {
      for (const form of forms) {
        const read = form.read(one);
        if (read === null) continue;
        expect(isLocalDate(read.day)).toBe(true);
        expect(one).toContain(read.day.slice(0, 4));
      }
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['2026-01-15', '02:00:00', '2026-01-15T02:00:00.000Z'],
  ['2026-07-15', '02:00:00', '2026-07-15T01:00:00.000Z'],
  ['2026-07-15', null, '2026-07-14T23:00:00.000Z'],
  ['2026-10-25', '01:30:00', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25', '02:30:00', '2026-10-25T02:30:00.000Z'],
  ['2026-03-29', '01:30:00', '2026-03-29T01:30:00.000Z'],
])('%s %s in London is %s', (day, time, instant) => {
  expect(londonInstant({ day, time }).toISOString()).toBe(instant);
});

test('a day without a time begins in London on that day', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), (days) => {
      const day = addDays('1990-01-01', days);
      const at = londonInstant({ day, time: null });
      expect(londonDate(at)).toBe(day);
      expect(londonDate(new Date(at.getTime() - 1))).toBe(addDays(day, -1));
    }),
  );
});

test('a text that is not of the form has no instant', () => {
  expect(asOfInstant('20260301', dateFormat('yyyyMMdd')!)).toEqual(new Date('2026-03-01T00:00:00Z'));
  expect(asOfInstant('yesterday', dateFormat('yyyyMMdd')!)).toBeNull();
});

test.each([
  ['c_{asOf}.csv', 'c_20260301.csv', '20260301'],
  ['c_{asOf}*.csv', 'c_20260301_final(2).csv', '20260301'],
  ['*.csv', 'anything at all.csv', null],
  ['c[1]+{asOf}.csv', 'c[1]+20260301.csv', '20260301'],
])('%s matches %s', (pattern, name, asOf) => {
  expect(filePattern(pattern, 'yyyyMMdd').match(name)).toEqual({ asOf });
});

test.each([
  ['c_{asOf}.csv', 'c_2026030.csv'],
  ['c_{asOf}.csv', 'c_20260301xcsv'],
  ['c_{asOf}.csv', 'c_20260301.csv.part'],
  ['*.csv', '.hidden.csv'],
  ['*.csv', 'a/b.csv'],
])('%s does not match %s', (pattern, name) => {
  expect(filePattern(pattern, 'yyyyMMdd').match(name)).toBeNull();
});
