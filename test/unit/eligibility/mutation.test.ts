/** Every rule of every specification matters: change any single value that decisions look at, and some row of the table turns red. */
import { readdirSync, readFileSync } from 'node:fs';
import { decideEligibility } from '../../../src/casework/eligibility/decide-eligibility.rules.js';
import { RULE_KEYS, type RuleKey } from '../../../src/contracts/rule-keys.js';
import {
  ContinuationRule,
  DischargeRule,
  EmploymentKind,
  SelfReferralRule,
  TeamKind,
  WishRule,
} from '../../../src/contracts/rule-values.js';
import {
  type RuleRow,
  rulesOfSeed,
  type SpecificationRules,
  type SpecificationSeed,
} from '../../../src/contracts/specification-rules.js';
import {
  DOCUMENTS,
  type Document,
  differences,
  expectationOf,
  factsOf,
  ROWS,
  SEED_OF,
} from '../../support/eligibility-row.js';

const FACTS = ROWS.map((row) => ({ row, facts: factsOf(row) }));

const rowsTurned = (document: Document, rules: SpecificationRules): readonly string[] =>
  FACTS.flatMap(({ row, facts }) => {
    const expected = expectationOf(row, document);
    if (!expected) return [];
    return differences(decideEligibility(rules, facts, row.purpose), expected).length > 0 ? [row.id] : [];
  });

const othersThan = <T extends string>(value: unknown, all: Readonly<Record<string, T>>): readonly T[] =>
  Object.values(all).filter((other) => other !== value);

/** A value to try where a document is silent. */
const INSTEAD_OF_SILENCE: Partial<Record<RuleKey, unknown>> = {
  minimumAge: 18,
  admissibleTeamKinds: ['CMHT'],
  signpostTo: ['TALKING_THERAPIES_ADVISER'],
  seriousMentalIllness: 'IMPLIED_BY_TEAM',
  admissibleEmployment: ['OUT_OF_WORK'],
  residenceRegion: 'a region',
  selfReferral: 'SAME_TESTS',
};

/** Keys whose value is a choice; silence there reads as one of the choices, so only the others are tried. */
const CHOICES: Partial<Record<RuleKey, Readonly<Record<string, string>>>> = {
  wishForWork: WishRule,
  dischargedBeforeAcceptance: DischargeRule,
  continuationAfterLoss: ContinuationRule,
  selfReferral: SelfReferralRule,
};

/** Kinds that some row knows and that no list of the specification names yet; an employment team is on nobody’s record. */
function unnamed(seed: SpecificationSeed, all: Readonly<Record<string, string>>): readonly string[] {
  const named = new Set(
    seed.rules.flatMap(({ value }) => (Array.isArray(value) ? (value as unknown[]) : [])),
  );
  return Object.values(all).filter((kind) => !named.has(kind) && kind !== TeamKind.EMPLOYMENT);
}

/** Every other value worth trying for a rule. The names in `signpostTo` and `residenceRegion` are shown, not weighed. */
function otherValues(
  seed: SpecificationSeed,
  { key, value }: RuleRow & { key: RuleKey },
): readonly unknown[] {
  if (value === null) return key in INSTEAD_OF_SILENCE ? [INSTEAD_OF_SILENCE[key]] : [];
  if (typeof value === 'number') return [value - 1, value + 1, null];
  const choices = CHOICES[key];
  if (choices) return othersThan(value, choices);
  if (key === 'signpostTo') return [[], null];
  if (!Array.isArray(value)) return [null];
  const list = value as readonly string[];
  const fewer = list.map((element) => list.filter((other) => other !== element));
  const all = key === 'admissibleEmployment' || key === 'commissionerEmployment' ? EmploymentKind : TeamKind;
  const more = key === 'watchedTeamKinds' ? [] : unnamed(seed, all).map((kind) => [...list, kind]);
  return [...fewer, ...more, null];
}

function withRule(seed: SpecificationSeed, key: string, change: Partial<RuleRow>): SpecificationRules {
  const rules = seed.rules.map((row): RuleRow => {
    if (row.key !== key) return row;
    const changed = { ...row, ...change };
    if (changed.value === null) return { ...changed, strength: 'NOT_SPECIFIED' };
    return changed.strength === 'NOT_SPECIFIED' ? { ...changed, strength: 'HARD' } : changed;
  });
  return rulesOfSeed({ ...seed, rules });
}

const eligibilityRules = (seed: SpecificationSeed): readonly (RuleRow & { key: RuleKey })[] =>
  seed.rules
    .map((row) => ({ ...row, key: row.key as RuleKey }))
    .filter((row) => RULE_KEYS[row.key].area === 'ELIGIBILITY');

test.each(DOCUMENTS)('%s as seeded turns no row', (document) => {
  expect(rowsTurned(document, rulesOfSeed(SEED_OF[document]))).toEqual([]);
});

const VALUES = DOCUMENTS.flatMap((document) =>
  eligibilityRules(SEED_OF[document]).flatMap((row) =>
    otherValues(SEED_OF[document], row).map(
      (value) => [document, row.key, JSON.stringify(value), value] as const,
    ),
  ),
);

test.each(VALUES)('%s %s as %s turns a row', (document, key, _shown, value) => {
  expect(rowsTurned(document, withRule(SEED_OF[document], key, { value })).length).toBeGreaterThan(0);
});

const STRENGTHS = DOCUMENTS.flatMap((document) =>
  eligibilityRules(SEED_OF[document])
    .filter(({ strength }) => strength === 'HARD' || strength === 'SOFT')
    .map(({ key, strength }) => [document, key, strength === 'HARD' ? 'SOFT' : 'HARD'] as const),
);

test.each(STRENGTHS)('%s %s as %s turns a row', (document, key, strength) => {
  expect(rowsTurned(document, withRule(SEED_OF[document], key, { strength })).length).toBeGreaterThan(0);
});

test('every seeded rule that decisions look at is tried, silent ones too', () => {
  const tried = new Set(VALUES.map(([document, key]) => `${document} ${key}`));
  const seeded = DOCUMENTS.flatMap((document) =>
    eligibilityRules(SEED_OF[document]).map(({ key }) => `${document} ${key}`),
  );
  expect(seeded.filter((one) => !tried.has(one))).toEqual([]);
});

test('rules of delivery are outside: no verdict changes with them', () => {
  for (const document of DOCUMENTS) {
    const seed = SEED_OF[document];
    const rules = seed.rules.filter(({ key }) => RULE_KEYS[key as RuleKey].area === 'ELIGIBILITY');
    expect(rowsTurned(document, rulesOfSeed({ ...seed, rules }))).toEqual([]);
  }
});

test('no rule knows a specification, a commissioner or a document: all that differs is data', () => {
  const folder = new URL('../../../src/casework/eligibility/', import.meta.url);
  const names = DOCUMENTS.map((document) => SEED_OF[document]).flatMap(({ code, commissioner }) => [
    code,
    commissioner ?? code,
  ]);
  const files = readdirSync(folder).filter((name) => name.endsWith('.rules.ts'));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const code = readFileSync(new URL(file, folder), 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '');
    expect([file, ...names.filter((name) => code.includes(name))]).toEqual([file]);
    expect(code).not.toMatch(/\b00[0-4]\b|specification\.(code|version)|dorset|hereford|leaflet/i);
  }
});
