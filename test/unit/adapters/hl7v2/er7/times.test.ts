/** Times: the precision that they have, the instant where there is one, and nothing for what is no time. */
import fc from 'fast-check';
import { formatDate, formatTime, parseTime } from '../../../../../adapters/hl7v2/er7/times.js';

test.each<[string, string, string | null, string | null, string, string | null]>([
  ['a year', '1980', null, null, 'YEAR', null],
  ['a month', '198003', null, null, 'MONTH', null],
  ['a day', '19800315', null, '1980-03-15', 'DAY', null],
  ['a leap day', '20240229', null, '2024-02-29', 'DAY', null],
  ['an hour', '1980031513', null, '1980-03-15', 'HOUR', null],
  ['a minute in winter', '202601151230', '2026-01-15T12:30:00.000Z', '2026-01-15', 'MINUTE', null],
  ['a minute in summer', '202607151230', '2026-07-15T11:30:00.000Z', '2026-07-15', 'MINUTE', null],
  ['a second', '20260715123045', '2026-07-15T11:30:45.000Z', '2026-07-15', 'SECOND', null],
  ['a tenth', '20260115123045.1', '2026-01-15T12:30:45.100Z', '2026-01-15', 'FRACTION', null],
  ['ten-thousandths', '20260115123045.9999', '2026-01-15T12:30:45.999Z', '2026-01-15', 'FRACTION', null],
  [
    'midnight, which is no date alone',
    '20260115000000',
    '2026-01-15T00:00:00.000Z',
    '2026-01-15',
    'SECOND',
    null,
  ],
  ['an offset east', '20260115123045+0530', '2026-01-15T07:00:45.000Z', '2026-01-15', 'SECOND', '+0530'],
  ['an offset west', '20260115233045-0500', '2026-01-16T04:30:45.000Z', '2026-01-15', 'SECOND', '-0500'],
  [
    'an offset of nought in summer',
    '202607151230+0000',
    '2026-07-15T12:30:00.000Z',
    '2026-07-15',
    'MINUTE',
    '+0000',
  ],
  ['a day with an offset', '19800315-0500', null, '1980-03-15', 'DAY', '-0500'],
  ['a year with an offset', '1980+0100', null, null, 'YEAR', '+0100'],
  ['a day of a century ago', '191503011200', '1915-03-01T12:00:00.000Z', '1915-03-01', 'MINUTE', null],
  ['double summer time of the war', '194307011200', '1943-07-01T10:00:00.000Z', '1943-07-01', 'MINUTE', null],
  [
    'the years when summer time was all year',
    '197001011200',
    '1970-01-01T11:00:00.000Z',
    '1970-01-01',
    'MINUTE',
    null,
  ],
])('%s', (_name, text, instant, date, precision, offset) => {
  expect(parseTime(text)).toEqual({ instant, date, precision, offset, doubt: null });
});

test.each<[string, string, string | null]>([
  ['00010101000000', 'Europe/London', '0001-01-01T00:01:15.000Z'],
  ['00010101000000', 'Pacific/Auckland', null],
  ['00010101000000+0100', 'Europe/London', null],
  ['99991231235959', 'Europe/London', '9999-12-31T23:59:59.000Z'],
  ['99991231235959', 'America/New_York', null],
  ['99991231235959-0100', 'Europe/London', null],
])(
  'the first and the last day there are, with which systems say that there is none: %s in %s',
  (text, zone, instant) => {
    expect(parseTime(text, zone)?.instant ?? null).toBe(instant);
  },
);

test.each([
  '',
  '20260231',
  '20250229',
  '20261301',
  '20260100',
  '00000000',
  '0000',
  '202601152460',
  '2026011524',
  '20260115123060',
  '198',
  '19803',
  '1980031',
  '198003151',
  '20260115123045.',
  '20260115123045.12345',
  '202601151230.5',
  '20260115123045+01',
  '20260115123045+1500',
  '20260115123045+0160',
  '20260115123045Z',
  '2026-01-15',
  ' 20260115',
  '20260115\n',
  '٢٠٢٦0115',
  '""',
])('no time: %j', (text) => {
  expect(parseTime(text)).toBeNull();
});

test('in the hour that clocks go back over, the earlier instant, marked', () => {
  const at = (text: string): unknown => [parseTime(text)?.instant, parseTime(text)?.doubt];
  expect(at('202610250059')).toEqual(['2026-10-24T23:59:00.000Z', null]);
  expect(at('202610250100')).toEqual(['2026-10-25T00:00:00.000Z', 'TWICE']);
  expect(at('202610250159')).toEqual(['2026-10-25T00:59:00.000Z', 'TWICE']);
  expect(at('202610250200')).toEqual(['2026-10-25T02:00:00.000Z', null]);
  expect(at('202610250130+0000')).toEqual(['2026-10-25T01:30:00.000Z', null]);
});

test('a time that clocks went over is the one of the clock before, marked', () => {
  const at = (text: string): unknown => [parseTime(text)?.instant, parseTime(text)?.doubt];
  expect(at('202603290059')).toEqual(['2026-03-29T00:59:00.000Z', null]);
  expect(at('202603290130')).toEqual(['2026-03-29T01:30:00.000Z', 'SKIPPED']);
  expect(at('202603290200')).toEqual(['2026-03-29T01:00:00.000Z', null]);
});

test('another zone', () => {
  expect(parseTime('202607151230', 'America/New_York')?.instant).toBe('2026-07-15T16:30:00.000Z');
  expect(parseTime('202607151230', 'UTC')?.instant).toBe('2026-07-15T12:30:00.000Z');
  expect(formatTime(new Date('2026-07-15T16:30:00Z'), { zone: 'America/New_York', withOffset: true })).toBe(
    '20260715123000-0400',
  );
});

test('an instant as a time of London, as precise as wanted', () => {
  const at = new Date('2026-07-15T23:30:45.678Z');
  expect(formatTime(at)).toBe('20260716003045');
  expect(formatTime(at, { withOffset: true })).toBe('20260716003045+0100');
  expect(formatTime(at, { precision: 'DAY' })).toBe('20260716');
  expect(formatTime(at, { precision: 'MINUTE', withOffset: true })).toBe('202607160030+0100');
  expect(formatTime(at, { precision: 'FRACTION' })).toBe('20260716003045.678');
  expect(formatTime(new Date('2026-01-15T12:00:00Z'), { withOffset: true })).toBe('20260115120000+0000');
  expect(formatDate('2026-01-15')).toBe('20260115');
});

/** Instants from 1920 to 2100, of which a third lie within three hours of a change of the clock. */
const instants = fc.oneof(
  fc.date({ min: new Date('1920-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
  fc.integer({ min: -10_800_000, max: 10_800_000 }).map((by) => new Date(Date.UTC(2026, 9, 25, 1) + by)),
  fc.integer({ min: -10_800_000, max: 10_800_000 }).map((by) => new Date(Date.UTC(2026, 2, 29, 1) + by)),
);

test('what is written is read as the same instant; 1,000 instants', () => {
  fc.assert(
    fc.property(instants, (at) => {
      const exact = parseTime(formatTime(at, { precision: 'FRACTION', withOffset: true }))!;
      // Offsets before 1972 may have had seconds, which HL7 cannot write.
      expect(exact.instant).toBe(at.toISOString());
      const local = parseTime(formatTime(at, { precision: 'FRACTION' }))!;
      expect(local.doubt).not.toBe('SKIPPED');
      const late = at.getTime() - Date.parse(local.instant!);
      expect(local.doubt === 'TWICE' ? [0, 3_600_000] : [0]).toContain(late);
    }),
    { numRuns: 1_000 },
  );
});
