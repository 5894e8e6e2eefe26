/** Dates of search: what a text covers, and how prefixes compare two ranges. */
import fc from 'fast-check';
import {
  DATE_COMPARISON,
  DATE_PREFIXES,
  type DatePrefix,
  EARLIEST,
  type InstantRange,
  LATEST,
  rangeOf,
  rangeOfPeriod,
} from '../../../../seeds/record-system/date-range.rules.js';

describe('what a date covers', () => {
  test.each([
    ['2026', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2024-02', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2024-12', '2024-12-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2026-03-02T10:15', '2026-03-02T10:15:00.000Z', '2026-03-02T10:16:00.000Z'],
    ['2026-03-02T10:15:30', '2026-03-02T10:15:30.000Z', '2026-03-02T10:15:31.000Z'],
    ['2026-03-02T10:15:30.5Z', '2026-03-02T10:15:30.500Z', '2026-03-02T10:15:30.501Z'],
    ['2026-07-02T10:15:30+01:00', '2026-07-02T09:15:30.000Z', '2026-07-02T09:15:31.000Z'],
  ])('%s', (text, low, high) => {
    expect(rangeOf(text)).toEqual({ low, high });
  });

  test.each([
    '',
    'today',
    '26-01-01',
    '2026-13',
    '2026-1-1',
    '2026-03-02 10:15',
    '2026-03-02T25:00',
    '2026-03-02T10',
  ])('not %j', (text) => {
    expect(rangeOf(text)).toBeNull();
  });

  test('periods may be open on either side, but not unreadable', () => {
    expect(rangeOfPeriod({ start: '2026-01-01', end: '2026-01-02' })).toEqual({
      low: '2026-01-01T00:00:00.000Z',
      high: '2026-01-03T00:00:00.000Z',
    });
    expect(rangeOfPeriod({ start: '2026-01-01' })?.high).toBe(LATEST);
    expect(rangeOfPeriod({ end: '2026-01-01' })?.low).toBe(EARLIEST);
    expect(rangeOfPeriod({})).toEqual({ low: EARLIEST, high: LATEST });
    expect(rangeOfPeriod({ start: 'soon' })).toBeNull();
  });

  test('any instant is covered by its own year, month and day', () => {
    const instants = fc
      .date({ min: new Date('1900-01-01'), max: new Date('2100-12-31'), noInvalidDate: true })
      .map((at) => at.toISOString());
    fc.assert(
      fc.property(instants, fc.constantFrom(4, 7, 10), (instant, length) => {
        const { low, high } = rangeOf(instant.slice(0, length))!;
        expect(low <= instant && instant < high).toBe(true);
      }),
    );
  });
});

/** The SQL comparison carried out on two ranges, as SQLite would. */
function compares(prefix: DatePrefix, held: InstantRange, asked: InstantRange): boolean {
  const bounds = DATE_COMPARISON[prefix].bounds.map((bound) => asked[bound]);
  const terms = DATE_COMPARISON[prefix].sql.replaceAll('?', () => JSON.stringify(bounds.shift()));
  const expression = terms
    .replace(/\band\b/g, '&&')
    .replace(/\bor\b/g, '||')
    .replace(/\bnot \(/g, '!(');
  return Boolean(new Function('value', 'hi', `return ${expression}`)(held.low, held.high));
}

const day = (text: string): InstantRange => rangeOf(text)!;
const since = (text: string): InstantRange => rangeOfPeriod({ start: text })!;

describe('prefixes', () => {
  test.each<[DatePrefix, InstantRange, string, boolean]>([
    ['eq', day('2026-03-02'), '2026-03', true],
    ['eq', day('2026-03'), '2026-03-02', false],
    ['ne', day('2026-03-02'), '2026-03', false],
    ['gt', day('2026-03-02'), '2026-03-02', false],
    ['gt', day('2026-03-03'), '2026-03-02', true],
    ['ge', day('2026-03-02'), '2026-03-02', true],
    ['ge', day('2026-03-01'), '2026-03-02', false],
    ['lt', day('2026-03-01'), '2026-03-02', true],
    ['lt', day('2026-03-02'), '2026-03-02', false],
    ['le', day('2026-03-02'), '2026-03-02', true],
    ['le', day('2026-03-03'), '2026-03-02', false],
    ['sa', day('2026-03-03'), '2026-03-02', true],
    ['sa', day('2026-03-02'), '2026-03', false],
    ['eb', day('2026-03-01'), '2026-03-02', true],
    ['eb', day('2026-03-02'), '2026-03-02', false],
    ['ge', since('2026-01-01'), '2026-03-05', true],
    ['gt', since('2026-01-01'), '2099', true],
    ['sa', since('2026-01-01'), '2026-03-05', false],
    ['le', since('2026-01-01'), '2026-03-05', true],
    ['eq', since('2026-01-01'), '2026', false],
  ])('%s: %j asked with %s is %s', (prefix, held, asked, expected) => {
    expect(compares(prefix, held, day(asked))).toBe(expected);
  });

  test('equal and unequal exclude each other; later implies not wholly before', () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 30 }))
      .map(([low, length]) => ({ low: String(1000 + low), high: String(1000 + low + length) }));
    fc.assert(
      fc.property(range, range, (held, asked) => {
        expect(compares('eq', held, asked)).toBe(!compares('ne', held, asked));
        if (compares('sa', held, asked))
          expect(
            compares('gt', held, asked) && !compares('lt', held, asked) && !compares('eb', held, asked),
          ).toBe(true);
        if (compares('gt', held, asked) || compares('eq', held, asked))
          expect(compares('ge', held, asked)).toBe(true);
        if (compares('lt', held, asked) || compares('eq', held, asked))
          expect(compares('le', held, asked)).toBe(true);
      }),
    );
  });

  test('every prefix is of the standard', () => {
    expect([...DATE_PREFIXES].sort()).toEqual(Object.keys(DATE_COMPARISON).sort());
  });
});
