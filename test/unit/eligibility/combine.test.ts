/** How results come together: against a second account of the ranking, and case by case. */
import fc from 'fast-check';
import { combine, isUnmet } from '../../../src/casework/eligibility/combine.rules.js';
import {
  CONFIRMERS,
  CRITERIA,
  type CriterionResult,
  confirm,
  fail,
  type Ground,
  groundOf,
  later,
  notSpecified,
  pass,
  Result,
  unknown,
} from '../../../src/casework/eligibility/criterion.rules.js';
import type { Rule } from '../../../src/contracts/specification-rules.js';

const HARD: Ground = { key: 'AGE', strength: 'HARD', clause: '000:130' };
const SOFT: Ground = { ...HARD, strength: 'SOFT' };

const ground: fc.Arbitrary<Ground> = fc.record({
  key: fc.constantFrom(...CRITERIA),
  strength: fc.constantFrom('HARD', 'SOFT', 'NOT_SPECIFIED'),
  clause: fc.constant(null),
});
const anyResult: fc.Arbitrary<CriterionResult> = ground.chain((on) =>
  fc.oneof(
    fc.constantFrom(
      pass(on, 'OLD_ENOUGH'),
      fail(on, 'NOT_ON_CASELOAD'),
      unknown(on, 'RECORD_TOO_OLD'),
      notSpecified(on),
    ),
    fc.constantFrom(...CONFIRMERS).map((by) => confirm(on, by, 'TEAM_TO_CONFIRM')),
    fc.constantFrom('2021-03-02', '2022-12-31').map((day) => later(on, day, 'UNDER_MINIMUM_AGE')),
  ),
);

/** The ranking told from the other end: the gravest result any excluding test came to. */
function gravest(criteria: readonly CriterionResult[]): string {
  const verdictOf = {
    FAIL: 'NOT_ELIGIBLE',
    LATER: 'NOT_YET',
    UNKNOWN: 'CANNOT_TELL',
    CONFIRM: 'NEEDS_CONFIRMATION',
  } as const;
  const hard = new Set(criteria.filter(({ strength }) => strength === 'HARD').map(({ result }) => result));
  const found = (['FAIL', 'LATER', 'UNKNOWN', 'CONFIRM'] as const).find((result) => hard.has(result));
  return found ? verdictOf[found] : 'ELIGIBLE';
}

test('the gravest result of a test that excludes is the verdict', () => {
  fc.assert(
    fc.property(fc.array(anyResult, { maxLength: 9 }), (criteria) => {
      expect(combine(criteria, 'ENTRY').verdict).toBe(gravest(criteria));
    }),
    { numRuns: 2_000 },
  );
});

test('one more test never makes a verdict milder', () => {
  const gravity = ['ELIGIBLE', 'NEEDS_CONFIRMATION', 'CANNOT_TELL', 'NOT_YET', 'NOT_ELIGIBLE'];
  fc.assert(
    fc.property(fc.array(anyResult, { maxLength: 8 }), anyResult, (criteria, more) => {
      const before = gravity.indexOf(combine(criteria, 'ENTRY').verdict);
      expect(gravity.indexOf(combine([...criteria, more], 'ENTRY').verdict)).toBeGreaterThanOrEqual(before);
    }),
  );
});

test('of several days the last, since only then does everything pass', () => {
  const days = [
    later(HARD, '2021-05-01', 'UNDER_MINIMUM_AGE'),
    later(HARD, '2021-09-01', 'UNDER_MINIMUM_AGE'),
  ];
  expect(combine(days, 'ENTRY').notYetUntil).toBe('2021-09-01');
  expect(combine([...days].reverse(), 'ENTRY').notYetUntil).toBe('2021-09-01');
});

test('the reason is that of the test that settled the verdict', () => {
  const asked = [
    confirm(HARD, 'COMMISSIONER', 'TEAM_KIND_TO_CONFIRM'),
    confirm(HARD, 'PERSON', 'WISH_TO_BE_ASKED'),
  ];
  expect(combine(asked, 'ENTRY')).toMatchObject({ reason: 'WISH_TO_BE_ASKED', confirmBy: 'PERSON' });
  expect(combine([...asked, fail(HARD, 'OUTSIDE_REGION')], 'ENTRY')).toMatchObject({
    reason: 'OUTSIDE_REGION',
    confirmBy: null,
  });
  expect(combine([pass(HARD, 'OLD_ENOUGH')], 'ENTRY').reason).toBe('ALL_CRITERIA_MET');
  expect(combine([pass(HARD, 'KEPT_AFTER_LOSS')], 'CONTINUE').reason).toBe('KEPT_AFTER_LOSS');
});

test('nothing judged is nothing against anybody', () => {
  expect(combine([], 'ENTRY')).toMatchObject({ verdict: 'ELIGIBLE', mayProceed: 'ENGAGE', warnings: [] });
});

test('warnings name soft tests that were not met, whatever stood in their way', () => {
  const soft = [
    fail(SOFT, 'NOT_ON_CASELOAD'),
    unknown(SOFT, 'RECORD_TOO_OLD'),
    confirm(SOFT, 'TEAM', 'TEAM_TO_CONFIRM'),
  ];
  expect(combine(soft, 'ENTRY').warnings).toEqual(['AGE', 'AGE', 'AGE']);
  expect([pass(SOFT, 'OLD_ENOUGH'), notSpecified(SOFT)].map(isUnmet)).toEqual([false, false]);
});

describe('ground of a criterion', () => {
  const rule = (strength: Rule<number>['strength'], clause: string | null): Rule<number> => ({
    value: 1,
    strength,
    clause,
    reading: null,
  });

  test('weight of its main rule, lines of every rule that bears on it, each once', () => {
    const found = groundOf(
      'AGE',
      rule('SOFT', '000:119, 000:130'),
      rule('HARD', '000:130, 000:134'),
      rule('HARD', null),
    );
    expect(found).toEqual({ key: 'AGE', strength: 'SOFT', clause: '000:119, 000:130, 000:134' });
  });

  test('a setting that is a test of its own excludes', () => {
    expect(groundOf('SELF_REFERRAL', rule('SETTING', '001:23')).strength).toBe('HARD');
  });

  test('silence has no lines and no weight', () => {
    expect(groundOf('AGE', rule('NOT_SPECIFIED', null))).toEqual({
      key: 'AGE',
      strength: 'NOT_SPECIFIED',
      clause: null,
    });
    expect(notSpecified(HARD)).toMatchObject({
      result: Result.NOT_SPECIFIED,
      strength: 'NOT_SPECIFIED',
      clause: '000:130',
    });
  });
});
