/** Any value that a rule can have comes back from the database as it went in, and every version that is active stays as it is. */
import fc from 'fast-check';
import { ALL_SPECIFICATIONS } from '../../../seeds/specifications/all-specifications.js';
import { ALL_RULE_KEYS, RULE_KEYS, type RuleKey } from '../../../src/contracts/rule-keys.js';
import {
  ContinuationRule,
  DischargeRule,
  EmploymentKind,
  SelfReferralRule,
  Signpost,
  SupportDuration,
  TeamKind,
  WishRule,
} from '../../../src/contracts/rule-values.js';
import { type SeedingResult, seedSpecifications } from '../../../src/contracts/specification.service.js';
import { specificationsInForce } from '../../../src/contracts/specification-in-force.reader.js';
import {
  type RuleRow,
  RuleStrength,
  rulesOfSeed,
  type SpecificationSeed,
} from '../../../src/contracts/specification-rules.js';
import { NO_SCOPE } from '../../../src/core/caller.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const seed = (...seeds: readonly SpecificationSeed[]): Promise<SeedingResult> =>
  db.database.transaction('write', NO_SCOPE, (tx) => seedSpecifications(tx, seeds));
/** The rules in force of a code on a day, or the refusal. */
async function read(code: string, on = '2026-03-02') {
  const { rows } = await db.owner.query<{ id: string }>(
    'select id from service_specifications where code = $1',
    [code],
  );
  const answers = await db.database.transaction('decide', NO_SCOPE, (tx) =>
    specificationsInForce(tx, [rows[0]!.id], on),
  );
  return answers.get(rows[0]!.id)!;
}
const everything = async (): Promise<unknown> =>
  (
    await db.owner.query(
      `select to_jsonb(s) - 'id' as s, to_jsonb(v) as v, to_jsonb(r) as r from service_specifications s
       join specification_versions v on v.specification_id = s.id left join specification_rules r on r.version_id = v.id order by v.id, r.id`,
    )
  ).rows;

const among = <T>(values: Readonly<Record<string, T>>): fc.Arbitrary<T> =>
  fc.constantFrom(...Object.values(values));
const several = <T>(values: Readonly<Record<string, T>>, least = 0): fc.Arbitrary<T[]> =>
  fc.uniqueArray(among(values), { minLength: least, maxLength: 5 });
const whole = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));
/** Text with what JSON, SQL and printers stumble over. */
const words = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\u0000')),
  fc.constantFrom(`O'Neil's "region" \\ $1 :x -- ;`, 'Herefordshire – ½ é 𝒳', '{"a":1}', 'null', '  '),
);
const people = whole(1, 10_000);
const targets = fc.record(
  {
    year: whole(1, 10),
    access: people,
    enteringWork: people,
    paidOutcomes: people,
    sustained13Weeks: people,
  },
  { noNullPrototype: true },
);

/** For each key every kind of value that its schema lets through; a key that is missing here is a fault of this test. */
const VALUES: Readonly<Record<RuleKey, fc.Arbitrary<unknown>>> = {
  minimumAge: whole(0, 120),
  confirmBelowAge: whole(0, 120),
  wishForWork: among(WishRule),
  admissibleTeamKinds: several(TeamKind),
  commissionerTeamKinds: several(TeamKind),
  watchedTeamKinds: several(TeamKind),
  dischargedBeforeAcceptance: among(DischargeRule),
  continuationAfterLoss: among(ContinuationRule),
  signpostTo: several(Signpost),
  seriousMentalIllness: fc.constant('IMPLIED_BY_TEAM'),
  careProgrammeApproach: fc.constant('INSTEAD_OF_TEAM'),
  admissibleEmployment: several(EmploymentKind),
  commissionerEmployment: several(EmploymentKind),
  residenceRegion: words,
  selfReferral: among(SelfReferralRule),
  firstContactWorkingDays: whole(1, 366),
  jobSearchWithinDays: whole(1, 366),
  employerContactWithinDays: whole(1, 366),
  supportDuration: several(SupportDuration, 1),
  caseloadMinimum: people,
  caseloadMaximum: people,
  permittedWorkCaseload: people,
  peoplePerYearMinimum: people,
  peoplePerYearMaximum: people,
  planTarget: whole(0, 100),
  paidWorkTarget: whole(0, 100),
  retentionTarget: whole(0, 100),
  activityTarget: whole(0, 100),
  annualTargets: fc.array(targets, { minLength: 1, maxLength: 3 }),
  fidelityScoreMinimum: whole(25, 125),
  fidelityScoreWithinMonths: whole(1, 60),
  fidelitySelfAssessmentMonths: whole(1, 60),
  satisfactionSurveyMonths: whole(1, 60),
};

const strength = fc.constantFrom(RuleStrength.HARD, RuleStrength.SOFT, RuleStrength.SETTING);
const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(values, { nil: null, freq: 3 });
const ruleRow = fc.constantFrom(...ALL_RULE_KEYS).chain((key) =>
  fc
    .record({ value: optional(VALUES[key]), strength, clause: optional(words), reading: optional(words) })
    .map(
      (row): RuleRow => ({
        key,
        ...row,
        strength: row.value === null ? RuleStrength.NOT_SPECIFIED : row.strength,
        unfilled: false,
      }),
    ),
);
const rules = fc.uniqueArray(ruleRow, { selector: ({ key }) => key, minLength: 1, maxLength: 33 });

let made = 0;
const seedOf = (rows: readonly RuleRow[], more: Partial<SpecificationSeed> = {}): SpecificationSeed => ({
  code: `GENERATED-${++made}`,
  sourceDocument: '000',
  name: 'generated',
  commissioner: null,
  provider: null,
  version: 1,
  validFrom: null,
  validTo: null,
  reviewDue: null,
  rules: rows,
  ...more,
});

test('every key of the vocabulary has values here, and its schema takes them', () => {
  expect(Object.keys(VALUES)).toEqual(ALL_RULE_KEYS);
  for (const key of ALL_RULE_KEYS) {
    fc.assert(
      fc.property(VALUES[key], (value) =>
        expect([key, RULE_KEYS[key].schema.safeParse(value).success]).toEqual([key, true]),
      ),
      { numRuns: 30, seed: 1 },
    );
  }
});

test('any set of rules is read back as it was written, and seeding it again writes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(rules, async (rows) => {
      const one = seedOf(rows);
      expect(await seed(one)).toEqual({ specifications: 1, versions: 1, rules: rows.length });
      const answer = await read(one.code);
      if (!('inForce' in answer)) throw new Error(answer.refusal);
      const { code, version, rules: held } = answer.inForce;
      expect({ code, version, rules: held }).toEqual(rulesOfSeed(one));
      expect(await seed(one)).toEqual({ specifications: 0, versions: 0, rules: 0 });
    }),
    { numRuns: 60, seed: 20_260_302 },
  );
});

test('whatever differs from an active version is refused by its key, and nothing changes', async () => {
  await fc.assert(
    fc.asyncProperty(rules, fc.nat(), optional(words), async (rows, at, reading) => {
      const one = seedOf(rows);
      await seed(one);
      const before = await everything();
      const which = at % rows.length;
      fc.pre(rows[which]!.reading !== reading);
      const changed = rows.map((row, index) => (index === which ? { ...row, reading } : row));
      await expect(seed({ ...one, rules: changed })).rejects.toMatchObject({
        code: 'HUB_STATE_CONFLICT',
        details: { keys: [rows[which]!.key] },
      });
      await expect(seed({ ...one, rules: rows.filter((_, index) => index !== which) })).rejects.toMatchObject(
        {
          code: 'HUB_STATE_CONFLICT',
          details: { keys: [rows[which]!.key] },
        },
      );
      expect(await everything()).toEqual(before);
    }),
    { numRuns: 25, seed: 5 },
  );
});

test('a fault in one specification leaves none of those given with it', async () => {
  const before = await everything();
  const good = seedOf(ALL_SPECIFICATIONS[0]!.rules);
  const bad = seedOf([{ ...ALL_SPECIFICATIONS[0]!.rules[0]!, value: 'eighteen' }]);
  await expect(seed(good, bad)).rejects.toMatchObject({ code: 'HUB_INPUT_INVALID' });
  expect(await everything()).toEqual(before);
});

test('of several versions each day has its own, and the template is decided under only once it is filled', async () => {
  const rows = (age: number | null): RuleRow[] => [
    {
      key: 'minimumAge',
      value: age,
      strength: RuleStrength.HARD,
      clause: '000:1',
      reading: null,
      unfilled: age === null,
    },
  ];
  const code = `GENERATED-${++made}`;
  await seed(
    seedOf(rows(16), { code, version: 1, validFrom: '2024-01-01', validTo: '2025-01-01' }),
    seedOf(rows(17), { code, version: 2, validFrom: '2024-07-01', validTo: '2026-01-01' }),
    seedOf(rows(null), { code, version: 3, validFrom: '2025-07-01' }),
  );
  const ageOn = async (on: string): Promise<unknown> => {
    const answer = await read(code, on);
    return 'inForce' in answer ? answer.inForce.rules.minimumAge.value : answer.refusal;
  };
  const told = await Promise.all(
    ['2023-12-31', '2024-01-01', '2024-06-30', '2024-07-01', '2025-12-31', '2026-01-01'].map(ageOn),
  );
  expect(told).toEqual(['HUB_ELIGIBILITY_NOT_IN_FORCE', 16, 16, 17, 17, 'HUB_ELIGIBILITY_NOT_ACTIVATED']);
  await seed(seedOf(rows(18), { code, version: 4, validFrom: '2025-07-01' }));
  expect(await Promise.all(['2025-06-30', '2025-07-01', '2026-01-01'].map(ageOn))).toEqual([17, 18, 18]);
});

test('two that seed at once write each version once', async () => {
  const one = seedOf(ALL_SPECIFICATIONS[0]!.rules);
  const results = await Promise.allSettled(Array.from({ length: 4 }, () => seed(one)));
  const written = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(written.reduce((sum, { rules: count }) => sum + count, 0)).toBe(one.rules.length);
  expect(await seed(one)).toEqual({ specifications: 0, versions: 0, rules: 0 });
});
