/** The seeded specifications: each rule is of the vocabulary, of its type, and rests on lines that its document has. */
import { readFileSync } from 'node:fs';
import { ALL_SPECIFICATIONS } from '../../../seeds/specifications/all-specifications.js';
import {
  ipsGrowLeaflet,
  ipsGrowLeafletDemonstration,
} from '../../../seeds/specifications/ips-grow-leaflet.js';
import { ALL_RULE_KEYS, RULE_KEYS, type RuleKey } from '../../../src/contracts/rule-keys.js';
import { TeamKind } from '../../../src/contracts/rule-values.js';
import { isInForce } from '../../../src/contracts/specification-in-force.rules.js';
import {
  RuleStrength,
  rulesOfSeed,
  type SpecificationSeed,
} from '../../../src/contracts/specification-rules.js';
import { linesOf } from '../../support/eligibility-row.js';

/** How many lines each source document has, and which of them are blank; nothing of its text. */
const DOCUMENT_LINES = JSON.parse(
  readFileSync(new URL('../../fixtures/eligibility/document-lines.json', import.meta.url), 'utf8'),
) as Record<string, { lines: number; blank: number[] }>;

const VERSIONS = ALL_SPECIFICATIONS.map((seed) => [`${seed.code} version ${seed.version}`, seed] as const);

/** References whose first or last line is not a line with text. */
function danglingClauses(seed: SpecificationSeed): string[] {
  return seed.rules.flatMap(({ key, clause }) => {
    const references = (clause ?? '').split(', ');
    return references
      .filter((reference) => {
        if (!/^\d{3}:\d+(-\d+)?$/.test(reference)) return true;
        const all = linesOf(reference);
        return [all[0]!, all.at(-1)!].some((line) => {
          const [document, number] = line.split(':') as [string, string];
          const known = DOCUMENT_LINES[document]!;
          return (
            document !== seed.sourceDocument ||
            Number(number) < 1 ||
            Number(number) > known.lines ||
            known.blank.includes(Number(number))
          );
        });
      })
      .map((reference) => `${key} ${reference}`);
  });
}

test('five documents, five codes; of the template two versions', () => {
  expect(
    ALL_SPECIFICATIONS.map(({ sourceDocument, code, version }) => `${sourceDocument} ${code} ${version}`),
  ).toEqual([
    '000 11J/0227 1',
    '001 QVV/0294 1',
    '002 HEREFORDSHIRE-IPS 1',
    '003 VOCATIONAL-SAMPLE 1',
    '004 IPS-GROW-LEAFLET 1',
    '004 IPS-GROW-LEAFLET 2',
  ]);
});

describe.each(VERSIONS)('%s', (_name, seed) => {
  test('holds rules of the vocabulary, each of its type and once', () => {
    const { rules } = rulesOfSeed(seed);
    expect(Object.keys(rules)).toEqual(ALL_RULE_KEYS);
  });

  test('cites lines with text of its own document, for silence too', () => {
    expect(danglingClauses(seed)).toEqual([]);
  });

  test('says of every rule of eligibility whether the document is silent, unless it hangs on a silent one', () => {
    const { rules } = rulesOfSeed(seed);
    const held = new Set(seed.rules.map(({ key }) => key));
    const optional = new Set<RuleKey>([
      'confirmBelowAge',
      'commissionerTeamKinds',
      'watchedTeamKinds',
      'signpostTo',
      'careProgrammeApproach',
      'commissionerEmployment',
    ]);
    const missing = ALL_RULE_KEYS.filter((key) => {
      const { area, under } = RULE_KEYS[key];
      const hangs = under !== null && rules[under as RuleKey].value === null;
      return area === 'ELIGIBILITY' && !hangs && !optional.has(key) && !held.has(key);
    });
    expect(missing).toEqual([]);
  });

  test('holds nothing that hangs on a silent rule', () => {
    const { rules } = rulesOfSeed(seed);
    const hanging = seed.rules.filter(({ key, unfilled }) => {
      const { under } = RULE_KEYS[key as RuleKey];
      return !unfilled && under !== null && rules[under as RuleKey].value === null;
    });
    expect(hanging).toEqual([]);
  });

  test('names each kind of team in one list only', () => {
    const { rules } = rulesOfSeed(seed);
    const lists = [
      rules.admissibleTeamKinds.value ?? [],
      rules.commissionerTeamKinds.value ?? [],
      rules.watchedTeamKinds.value ?? [],
    ];
    const named = lists.flat();
    expect(new Set(named).size).toBe(named.length);
    expect(named).not.toContain(TeamKind.EMPLOYMENT);
  });

  test('gives a reading wherever the commissioner would be asked, and never copies the clause', () => {
    const open = seed.rules.filter(
      ({ key, value }) => value !== null && /^(commissioner|watched|confirmBelow)/.test(key),
    );
    expect(open.filter(({ reading }) => reading === null)).toEqual([]);
    for (const { reading } of seed.rules) expect((reading ?? '').length).toBeLessThan(160);
  });
});

test('a line past the end, a blank line, another document’s line and a line in words are found', () => {
  const withClause = (clause: string): SpecificationSeed => ({
    ...ALL_SPECIFICATIONS[0]!,
    rules: [
      { key: 'minimumAge', value: 18, strength: RuleStrength.HARD, clause, reading: null, unfilled: false },
    ],
  });
  for (const clause of ['000:999', '000:131', '001:7', 'section 3.3', '000:0', '']) {
    expect(danglingClauses(withClause(clause))).toHaveLength(1);
  }
  expect(danglingClauses(withClause('000:130'))).toEqual([]);
});

test('the template holds two placeholders, and the demonstration fills exactly those', () => {
  const placeholders = ipsGrowLeaflet.rules.filter(({ unfilled }) => unfilled).map(({ key }) => key);
  expect(placeholders).toEqual(['minimumAge', 'residenceRegion']);
  const { rules } = rulesOfSeed(ipsGrowLeafletDemonstration);
  expect([rules.minimumAge.value, rules.residenceRegion.value]).toEqual([18, 'the demonstration region']);
  const rest = (seed: SpecificationSeed) => seed.rules.filter(({ key }) => !placeholders.includes(key));
  expect(rest(ipsGrowLeafletDemonstration)).toEqual(rest(ipsGrowLeaflet));
});

test('000 is in force from its first day to its last, both included; the others at any time', () => {
  const [dorset, ...others] = ALL_SPECIFICATIONS;
  expect(
    ['2018-09-30', '2018-10-01', '2021-09-30', '2021-10-01'].map((date) => isInForce(dorset!, date)),
  ).toEqual([false, true, true, false]);
  for (const seed of others)
    expect(['1999-01-01', '2099-01-01'].map((date) => isInForce(seed, date))).toEqual([true, true]);
});
