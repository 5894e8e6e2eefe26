/** The parts of docs/eligibility.md that are written from code: the rules of the five specifications, reasons and flags. */
import { ALL_SPECIFICATIONS } from '../../seeds/specifications/all-specifications.js';
import { FLAGS } from '../../src/casework/eligibility/flags.rules.js';
import { REASONS } from '../../src/casework/eligibility/reason.rules.js';
import { ALL_RULE_KEYS, RULE_KEYS, type RuleKey } from '../../src/contracts/rule-keys.js';
import type { RuleRow, SpecificationSeed } from '../../src/contracts/specification-rules.js';

const WORDS: Readonly<Record<string, string>> = {
  CMHT: 'CMHT',
  OLDER_ADULT_CMHT: 'older adults’ CMHT',
  EIP: 'early intervention',
};

const word = (value: unknown): string =>
  WORDS[String(value)] ?? String(value).toLowerCase().replaceAll('_', ' ');

/** A value as people read it. */
function valueInWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueInWords).join(', ');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([key, one]) => `${key} ${String(one)}`)
      .join(' · ');
  }
  return word(value);
}

function valueCell({ key, value, unfilled }: RuleRow): string {
  if (unfilled) return '*to be filled*';
  if (value === null) return 'not specified';
  const { unit } = RULE_KEYS[key as RuleKey];
  return `${typeof value === 'string' && key === 'residenceRegion' ? value : valueInWords(value)}${unit ? ` ${unit}` : ''}`;
}

const WEIGHT = { HARD: 'excludes', SOFT: 'warns', SETTING: '', NOT_SPECIFIED: '' } as const;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function specification(seed: SpecificationSeed): string {
  const rules = ALL_RULE_KEYS.flatMap((key) => seed.rules.filter((rule) => rule.key === key));
  const period =
    seed.validFrom === null
      ? 'No period is named, which counts as in force.'
      : `In force from ${seed.validFrom} until the day before ${seed.validTo}.`;
  const state = rules.some(({ unfilled }) => unfilled)
    ? ' Cannot be activated before its placeholders are filled.'
    : '';
  const rows = rules.map((rule) => [
    RULE_KEYS[rule.key as RuleKey].governs,
    valueCell(rule),
    WEIGHT[rule.strength],
    rule.clause ?? '',
    rule.reading ?? '',
  ]);
  const title = `### ${seed.sourceDocument} · ${seed.code}, version ${seed.version}`;
  return [
    title,
    '',
    `${seed.name}. ${period}${state}`,
    '',
    table(['rule', 'value', 'failing it', 'lines', 'how it is read'], rows),
  ].join('\n');
}

/** Marked blocks of the page by name, as they have to be. */
export const GENERATED: Readonly<Record<string, string>> = {
  specifications: ALL_SPECIFICATIONS.map(specification).join('\n\n'),
  flags: table(
    ['flag', 'who acts, and how'],
    Object.entries(FLAGS).map(([flag, text]) => [`\`${flag}\``, text]),
  ),
  reasons: table(
    ['reason', 'meaning'],
    Object.entries(REASONS).map(([reason, text]) => [`\`${reason}\``, text]),
  ),
};

const mark = (name: string, edge: 'begin' | 'end'): string => `<!-- ${edge} ${name} (written from code) -->`;

/** What stands between the marks of a block; null when the page has no such block. */
export function blockOf(page: string, name: string): string | null {
  const [, rest] = page.split(mark(name, 'begin'));
  return rest?.split(mark(name, 'end'))[0]?.trim() ?? null;
}

/** The page with every block as it has to be. */
export function withBlocks(page: string): string {
  return Object.entries(GENERATED).reduce((text, [name, block]) => {
    const [before, rest] = text.split(mark(name, 'begin'));
    const after = rest?.split(mark(name, 'end'))[1];
    return after === undefined
      ? text
      : `${before}${mark(name, 'begin')}\n${block}\n${mark(name, 'end')}${after}`;
  }, page);
}
