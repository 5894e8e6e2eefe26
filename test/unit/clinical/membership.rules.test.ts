/** Open on a day: the counting rule, its edges, and agreement with a day-by-day reading. */
import fc from 'fast-check';
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import {
  type MembershipPeriod,
  openDuring,
  openOn,
  Standing,
} from '../../../src/clinical/membership.rules.js';
import { addDays } from '../../../src/core/calendar.js';

const period = (
  state: MembershipState,
  validFrom: string | null,
  validTo: string | null,
): MembershipPeriod => ({ state, validFrom, validTo });
const { OPEN, ON_HOLD, WAITING_LIST, PLANNED, ENDED, ENTERED_IN_ERROR } = MembershipState;

test.each([
  ['the first day', period(OPEN, '2026-03-02', null), '2026-03-02', Standing.OPEN],
  ['the day before', period(OPEN, '2026-03-02', null), '2026-03-01', Standing.NOT_OPEN],
  ['the last day on the caseload', period(OPEN, '2026-01-01', '2026-03-02'), '2026-03-01', Standing.OPEN],
  [
    'the day of discharge, which counts as closed',
    period(OPEN, '2026-01-01', '2026-03-02'),
    '2026-03-02',
    Standing.NOT_OPEN,
  ],
  ['a start that is not known', period(OPEN, null, null), '1999-01-01', Standing.OPEN],
  ['on hold', period(ON_HOLD, '2026-01-01', null), '2026-03-02', Standing.OPEN],
  ['the waiting list', period(WAITING_LIST, '2026-01-01', null), '2026-03-02', Standing.WAITING],
  [
    'the waiting list after its end',
    period(WAITING_LIST, '2026-01-01', '2026-02-01'),
    '2026-03-02',
    Standing.NOT_OPEN,
  ],
  ['planned', period(PLANNED, '2026-01-01', null), '2026-03-02', Standing.NOT_OPEN],
  ['entered in error', period(ENTERED_IN_ERROR, '2026-01-01', null), '2026-03-02', Standing.NOT_OPEN],
  ['ended later than the day', period(ENDED, '2026-01-01', '2026-03-03'), '2026-03-02', Standing.OPEN],
  ['ended before the day', period(ENDED, '2026-01-01', '2026-02-01'), '2026-03-02', Standing.NOT_OPEN],
  ['ended without an end', period(ENDED, '2026-01-01', null), '2026-03-02', Standing.UNKNOWN],
  [
    'ended without an end, before it began',
    period(ENDED, '2026-01-01', null),
    '2025-12-31',
    Standing.NOT_OPEN,
  ],
  ['ended with neither', period(ENDED, null, null), '2026-03-02', Standing.UNKNOWN],
  ['an end before the start', period(OPEN, '2026-03-02', '2026-03-01'), '2026-03-05', Standing.UNKNOWN],
  ['begun and ended on one day', period(ENDED, '2026-03-02', '2026-03-02'), '2026-03-02', Standing.NOT_OPEN],
])('%s', (_what, membership, on, expected) => {
  expect(openOn(membership, on)).toBe(expected);
});

test('a site may say that on hold is not on the caseload', () => {
  expect(openOn(period(ON_HOLD, '2026-01-01', null), '2026-03-02', { onHoldCounts: false })).toBe(
    Standing.NOT_OPEN,
  );
});

test.each([
  [
    'open on the day of referral, discharged before acceptance',
    period(ENDED, '2026-01-01', '2026-03-04'),
    Standing.OPEN,
  ],
  ['taken on in between', period(OPEN, '2026-03-05', null), Standing.OPEN],
  ['taken on the day after', period(OPEN, '2026-03-11', null), Standing.NOT_OPEN],
  ['discharged on the day of referral', period(ENDED, '2026-01-01', '2026-03-02'), Standing.NOT_OPEN],
  ['waiting in between', period(WAITING_LIST, '2026-03-05', null), Standing.WAITING],
  ['an end before the start', period(OPEN, '2026-04-02', '2026-03-01'), Standing.UNKNOWN],
])('between referral and acceptance: %s', (_what, membership, expected) => {
  expect(openDuring(membership, '2026-03-02', '2026-03-10')).toBe(expected);
});

const day = fc.integer({ min: 0, max: 60 }).map((days) => addDays('2026-01-01', days));
const membership = fc.record({
  state: fc.constantFrom(...Object.values(MembershipState)),
  validFrom: fc.option(day),
  validTo: fc.option(day),
});

test('a span is open exactly when one of its days is', () => {
  fc.assert(
    fc.property(membership, day, fc.integer({ min: 0, max: 40 }), (subject, from, length) => {
      const days = Array.from({ length: length + 1 }, (_, n) => openOn(subject, addDays(from, n)));
      const best = [Standing.OPEN, Standing.WAITING, Standing.UNKNOWN, Standing.NOT_OPEN].find((one) =>
        days.includes(one),
      );
      expect(openDuring(subject, from, addDays(from, length))).toBe(best);
    }),
  );
});
