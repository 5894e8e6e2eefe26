/** Random timelines of versions: the one chosen on a day is the one that a plain reading of the calendar gives, and it only changes where a period or an activation does. */
import fc from 'fast-check';
import {
  isInForce,
  type VersionPeriod,
  versionInForce,
} from '../../../src/contracts/specification-in-force.rules.js';
import { addDays, type LocalDate } from '../../../src/core/calendar.js';

const START = '2020-02-20';
const SPAN = 40;
const DAYS = Array.from({ length: SPAN }, (_, index) => addDays(START, index));
const day = fc.integer({ min: 0, max: SPAN - 1 }).map((offset) => addDays(START, offset));

const timeline: fc.Arbitrary<VersionPeriod[]> = fc
  .array(
    fc.record({
      validFrom: fc.option(day, { nil: null }),
      validTo: fc.option(day, { nil: null }),
      activated: fc.constantFrom(true, true, true, false),
      hasUnfilled: fc.constantFrom(false, false, false, true),
    }),
    { maxLength: 6 },
  )
  .map((versions) => versions.map((version, index) => ({ ...version, version: index + 1 })));

const chosen = (versions: readonly VersionPeriod[], on: LocalDate): string => {
  const answer = versionInForce(versions, on);
  return 'version' in answer ? String(answer.version.version) : answer.refusal;
};

/** Day by day, as one would with a calendar on the wall. */
function naive(versions: readonly VersionPeriod[], on: LocalDate): string {
  let best: VersionPeriod | null = null;
  let any = false;
  for (const version of versions) {
    const days = DAYS.filter(
      (each) =>
        !(version.validFrom !== null && each < version.validFrom) &&
        !(version.validTo !== null && each >= version.validTo),
    );
    if (!days.includes(on)) continue;
    any = true;
    if (version.activated && !version.hasUnfilled && (best === null || best.version < version.version))
      best = version;
  }
  if (best) return String(best.version);
  return any ? 'HUB_ELIGIBILITY_NOT_ACTIVATED' : 'HUB_ELIGIBILITY_NOT_IN_FORCE';
}

test('every day of any timeline has the version that the calendar gives', () => {
  fc.assert(
    fc.property(timeline, (versions) => {
      expect(DAYS.map((on) => chosen(versions, on))).toEqual(DAYS.map((on) => naive(versions, on)));
    }),
    { numRuns: 500, seed: 20_260_302 },
  );
});

test('the order in which versions are given does not matter', () => {
  fc.assert(
    fc.property(
      timeline.chain((versions) =>
        fc.tuple(fc.constant(versions), fc.shuffledSubarray(versions, { minLength: versions.length })),
      ),
      day,
      ([versions, shuffled], on) => expect(chosen(shuffled, on)).toBe(chosen(versions, on)),
    ),
    { numRuns: 300, seed: 1 },
  );
});

test('the choice changes only on the first day of a version or the first day after one', () => {
  fc.assert(
    fc.property(timeline, (versions) => {
      const edges = new Set(versions.flatMap(({ validFrom, validTo }) => [validFrom, validTo]));
      for (const [index, on] of DAYS.entries()) {
        if (index > 0 && !edges.has(on))
          expect([on, chosen(versions, on)]).toEqual([on, chosen(versions, DAYS[index - 1]!)]);
      }
    }),
    { numRuns: 300, seed: 2 },
  );
});

test('a further version never takes a day away: where one could be decided under, one still can', () => {
  const decided = (answer: string): boolean => /^\d+$/.test(answer);
  fc.assert(
    fc.property(timeline, timeline, day, (versions, more, on) => {
      const longer = [
        ...versions,
        ...more.map((each) => ({ ...each, version: each.version + versions.length })),
      ];
      if (decided(chosen(versions, on))) {
        expect(decided(chosen(longer, on))).toBe(true);
        expect(Number(chosen(longer, on))).toBeGreaterThanOrEqual(Number(chosen(versions, on)));
      }
    }),
    { numRuns: 300, seed: 3 },
  );
});

test('activation and filling are all that a refusal for want of them asks for', () => {
  fc.assert(
    fc.property(timeline, day, (versions, on) => {
      const ready = versions.map((version) => ({ ...version, activated: true, hasUnfilled: false }));
      const [now, then] = [chosen(versions, on), chosen(ready, on)];
      if (now === 'HUB_ELIGIBILITY_NOT_ACTIVATED') expect(then).toMatch(/^\d+$/);
      if (now === 'HUB_ELIGIBILITY_NOT_IN_FORCE') expect(then).toBe(now);
    }),
    { numRuns: 300, seed: 4 },
  );
});

test.each<[string, LocalDate | null, LocalDate | null, number]>([
  ['an open period', null, null, SPAN],
  ['from a day on', '2020-02-29', null, SPAN - 9],
  ['up to a day', null, '2020-02-29', 9],
  ['one day', '2020-02-29', '2020-03-01', 1],
  ['the leap day and the day after', '2020-02-29', '2020-03-02', 2],
  ['no day at all', '2020-03-01', '2020-03-01', 0],
  ['the wrong way round', '2020-03-02', '2020-03-01', 0],
])('%s has as many days as it says', (_what, validFrom, validTo, expected) => {
  expect(DAYS.filter((on) => isInForce({ validFrom, validTo }, on))).toHaveLength(expected);
});
