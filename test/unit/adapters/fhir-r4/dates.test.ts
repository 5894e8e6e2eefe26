/** FHIR dates as days in London: no precision that was not there, no day that was not in London. */
import fc from 'fast-check';
import { instantOf, readDate } from '../../../../adapters/fhir-r4/mapping/dates.rules.js';
import { isLocalDate, londonDate } from '../../../../src/core/calendar.js';

test.each([
  ['2026-03-01', '2026-03-01', 'DAY'],
  ['2024-02-29', '2024-02-29', 'DAY'],
  // London is an hour ahead of UTC in summer, and not in winter.
  ['2026-06-30T23:30:00Z', '2026-07-01', 'DAY'],
  ['2026-01-31T23:30:00Z', '2026-01-31', 'DAY'],
  ['2026-01-31T23:30:00-05:00', '2026-02-01', 'DAY'],
  ['2026-03-29T00:59:59.999+00:00', '2026-03-29', 'DAY'],
  ['2016-12-31T23:59:60Z', '2016-12-31', 'DAY'],
  // Years that are slips of the pen stay what they are: read as 26, the first would be this century's.
  ['0026-01-12T10:00:00Z', '0026-01-12', 'DAY'],
  ['0926-01-12T10:00:00Z', '0926-01-12', 'DAY'],
  // What systems write for "never" and "not known", as far as there is such a day in London.
  ['9999-12-31T23:59:59Z', '9999-12-31', 'DAY'],
  ['0001-01-01T00:00:00Z', null, 'MALFORMED'],
  ['9999-12-31T23:59:59-01:00', null, 'MALFORMED'],
  ['2026', null, 'PARTIAL'],
  ['2026-03', null, 'PARTIAL'],
  [undefined, null, 'ABSENT'],
  ['2026-13', null, 'MALFORMED'],
  ['2026-02-30', null, 'MALFORMED'],
  ['2026-02-30T10:00:00Z', null, 'MALFORMED'],
  ['2026-03-01T10:00Z', null, 'MALFORMED'],
  ['2026-03-01T10:00:00', null, 'MALFORMED'],
  ['2026-03-01T24:00:00Z', null, 'MALFORMED'],
  ['2026-03-01T10:00:00+15:00', null, 'MALFORMED'],
  ['01/03/2026', null, 'MALFORMED'],
  ['20260301', null, 'MALFORMED'],
  [' 2026-03-01', null, 'MALFORMED'],
  ['', null, 'MALFORMED'],
  [null, null, 'MALFORMED'],
  [20260301, null, 'MALFORMED'],
  [{}, null, 'MALFORMED'],
])('%p is the day %p (%s)', (value, day, precision) => {
  expect(readDate(value)).toEqual({ day, precision });
});

test('an instant is told in UTC with milliseconds', () => {
  expect(instantOf('2026-03-01T10:00:00+01:00')).toBe('2026-03-01T09:00:00.000Z');
  expect(instantOf('2026-03-01')).toBeNull();
  expect(instantOf('9999-12-31T23:59:59-01:00')).toBeNull();
  expect(instantOf(null)).toBeNull();
});

test('every real instant is the day that it was in London', () => {
  const instants = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(instants, (at) => {
      expect(readDate(at.toISOString())).toEqual({ day: londonDate(at), precision: 'DAY' });
      expect(instantOf(at.toISOString())).toBe(at.toISOString());
    }),
  );
});

test('a day comes only from text that holds one', () => {
  const pieces = fc.constantFrom('2026', '-', '03', '01', 'T', '10', ':', '00', 'Z', '+01:00', '.5', ' ');
  const texts = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const { day } = readDate(text);
      if (day === null) return;
      expect(isLocalDate(day)).toBe(true);
      expect(isLocalDate(text.slice(0, 10))).toBe(true);
      const apart = Math.abs(Date.parse(day) - Date.parse(text.slice(0, 10)));
      expect(apart).toBeLessThanOrEqual(86_400_000);
    }),
    { numRuns: 2000 },
  );
});
