/** The vocabulary of rules, and how rows become typed rules or are refused. */
import { EmploymentAtReferral } from '../../../src/casework/referrals/referral.rules.js';
import { ALL_RULE_KEYS, isRuleKey, RULE_KEYS, type RuleKey } from '../../../src/contracts/rule-keys.js';
import { EmploymentKind, TeamKind } from '../../../src/contracts/rule-values.js';
import { type VersionPeriod, versionInForce } from '../../../src/contracts/specification-in-force.rules.js';
import {
  hard,
  type RuleRow,
  RuleStrength,
  ruleSet,
  setting,
  silent,
  soft,
  unfilled,
} from '../../../src/contracts/specification-rules.js';
import { isHubError } from '../../../src/core/errors.js';
import { checkedValues } from '../../support/check-constraints.js';

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isHubError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
};

const row = (more: Partial<RuleRow> & { key: string }): RuleRow => ({
  value: 18,
  strength: RuleStrength.HARD,
  clause: '000:130',
  reading: null,
  unfilled: false,
  ...more,
});

describe('vocabulary', () => {
  test('every key says what it governs in a sentence, and hangs on a key that exists', () => {
    for (const key of ALL_RULE_KEYS) {
      const { governs, under } = RULE_KEYS[key];
      expect(governs).toMatch(/^[A-Z].*\.$/);
      if (under !== null) expect(isRuleKey(under)).toBe(true);
    }
  });

  test('a number has a unit', () => {
    const numbers = ALL_RULE_KEYS.filter((key) => RULE_KEYS[key].schema.safeParse(30).success);
    expect(numbers.filter((key) => RULE_KEYS[key].unit === null)).toEqual([]);
    expect(numbers.length).toBeGreaterThan(10);
  });

  test('no key could hold symptoms, substance use, diagnosis, history, readiness or presentation', () => {
    const words =
      /symptom|substance|drug|alcohol|diagnos|history|readiness|presentation|forensic|offen[cs]e/i;
    expect(ALL_RULE_KEYS.filter((key) => words.test(key))).toEqual([]);
    expect(RULE_KEYS.seriousMentalIllness.schema.safeParse('LOOKED_UP').success).toBe(false);
  });

  test('kinds of team are those of the directory’s check constraint', () => {
    expect(Object.values(TeamKind)).toEqual(
      checkedValues('directory/directory.migration.ts', 'ck_teams_kind'),
    );
  });

  test('kinds of employment are those of a referral, but for "not recorded"', () => {
    const { NOT_RECORDED: _left, ...recorded } = EmploymentAtReferral;
    expect(EmploymentKind).toEqual(recorded);
    const constraint = checkedValues('casework/referrals/referrals.migration.ts', 'ck_referrals_employment');
    expect(Object.values(EmploymentAtReferral)).toEqual(constraint);
  });

  test('strengths are those of the check constraint', () => {
    const constraint = checkedValues('contracts/contracts.migration.ts', 'ck_specification_rules_strength');
    expect(Object.values(RuleStrength)).toEqual(constraint);
  });
});

describe('rows become rules', () => {
  test('each with value, strength, clause and reading; what is not held reads as silent', () => {
    const rules = ruleSet([
      hard('minimumAge', 18, '000:130', 'a reading'),
      soft('wishForWork', 'INTEREST', '002:89'),
      setting('caseloadMaximum', 25, '003:98'),
    ]);
    expect(rules.minimumAge).toEqual({
      value: 18,
      strength: 'HARD',
      clause: '000:130',
      reading: 'a reading',
    });
    expect(rules.wishForWork).toEqual({
      value: 'INTEREST',
      strength: 'SOFT',
      clause: '002:89',
      reading: null,
    });
    expect(rules.caseloadMaximum.strength).toBe('SETTING');
    expect(rules.residenceRegion).toEqual({
      value: null,
      strength: 'NOT_SPECIFIED',
      clause: null,
      reading: null,
    });
  });

  test('silence and placeholders have no value', () => {
    const rules = ruleSet([silent('admissibleEmployment', '000:130'), unfilled('minimumAge', '004:39')]);
    expect(rules.admissibleEmployment).toMatchObject({
      value: null,
      strength: 'NOT_SPECIFIED',
      clause: '000:130',
    });
    expect(rules.minimumAge).toMatchObject({ value: null, strength: 'HARD' });
  });

  test.each<[string, readonly RuleRow[], RegExp]>([
    ['an unknown key', [row({ key: 'diagnosis' })], /rule key: not in the vocabulary/],
    ['a key twice', [row({ key: 'minimumAge' }), row({ key: 'minimumAge' })], /rule minimumAge: given twice/],
    [
      'a value of another type',
      [row({ key: 'minimumAge', value: 'eighteen' })],
      /rule minimumAge: a value of the wrong type/,
    ],
    [
      'a fraction of a year',
      [row({ key: 'minimumAge', value: 17.5 })],
      /minimumAge: a value of the wrong type/,
    ],
    [
      'an unknown kind of team',
      [row({ key: 'admissibleTeamKinds', value: ['CMHT', 'WARD'] })],
      /admissibleTeamKinds: a value of the wrong type/,
    ],
    [
      'a targets row with a stranger',
      [row({ key: 'annualTargets', value: [{ year: 1, extra: 1 }] })],
      /annualTargets: a value of the wrong type/,
    ],
    ['no value with weight', [row({ key: 'minimumAge', value: null })], /minimumAge: no value/],
    [
      'a value without weight',
      [row({ key: 'minimumAge', strength: 'NOT_SPECIFIED' })],
      /a value where the document is silent/,
    ],
  ])('%s is refused by name', (_what, rows, message) => {
    expect(refusal(() => ruleSet(rows))).toMatch(/^HUB_INPUT_INVALID/);
    expect(refusal(() => ruleSet(rows))).toMatch(message);
  });

  test('every key refuses a value that is plainly not its own', () => {
    const accepted = ALL_RULE_KEYS.filter(
      (key: RuleKey) => refusal(() => ruleSet([row({ key, value: { not: 'a value' } })])) === 'accepted',
    );
    expect(accepted).toEqual([]);
  });
});

describe('the version in force', () => {
  const version = (number: number, more: Partial<VersionPeriod> = {}): VersionPeriod => ({
    version: number,
    validFrom: null,
    validTo: null,
    activated: true,
    hasUnfilled: false,
    ...more,
  });
  const chosen = (versions: readonly VersionPeriod[], date = '2021-03-01'): unknown => {
    const choice = versionInForce(versions, date);
    return 'version' in choice ? choice.version.version : choice.refusal;
  };

  test('a period that is not stated counts as in force', () => expect(chosen([version(1)])).toBe(1));

  test('valid from is the first day, valid to the first day no more', () => {
    const period = [version(1, { validFrom: '2018-10-01', validTo: '2021-10-01' })];
    expect(
      ['2018-09-30', '2018-10-01', '2021-09-30', '2021-10-01'].map((date) => chosen(period, date)),
    ).toEqual(['HUB_ELIGIBILITY_NOT_IN_FORCE', 1, 1, 'HUB_ELIGIBILITY_NOT_IN_FORCE']);
  });

  test('of several the highest that is active', () => {
    expect(chosen([version(2), version(3, { activated: false }), version(1)])).toBe(2);
    expect(chosen([version(1), version(2, { validFrom: '2022-01-01' })])).toBe(1);
  });

  test('placeholders keep a version from being decided under, even one that was activated by mistake', () => {
    expect(chosen([version(1, { activated: false, hasUnfilled: true })])).toBe(
      'HUB_ELIGIBILITY_NOT_ACTIVATED',
    );
    expect(chosen([version(1, { hasUnfilled: true })])).toBe('HUB_ELIGIBILITY_NOT_ACTIVATED');
    expect(chosen([version(1, { hasUnfilled: true }), version(2)])).toBe(2);
  });

  test('no version at all is not in force', () => expect(chosen([])).toBe('HUB_ELIGIBILITY_NOT_IN_FORCE'));
});
