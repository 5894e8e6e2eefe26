/** A service specification as the rest of the hub sees it: one typed rule per key, each with its clause. */

import type { LocalDate } from '../core/calendar.js';
import { inputError } from '../core/errors.js';
import { ALL_RULE_KEYS, isRuleKey, RULE_KEYS, type RuleKey, type RuleValue } from './rule-keys.js';

/**
 * How much a rule weighs. `HARD`: failing it means not eligible. `SOFT`: failing it warns. `SETTING`: qualifies another
 * rule or governs delivery. `NOT_SPECIFIED`: the document is silent; it never blocks.
 */
export const RuleStrength = {
  HARD: 'HARD',
  SOFT: 'SOFT',
  SETTING: 'SETTING',
  NOT_SPECIFIED: 'NOT_SPECIFIED',
} as const;
export type RuleStrength = (typeof RuleStrength)[keyof typeof RuleStrength];

/** One rule. `value` null: the document is silent. */
export interface Rule<Value> {
  readonly value: Value | null;
  readonly strength: RuleStrength;
  /** Lines of the source document as `000:119, 000:134` or `003:32-34`; null only where the version does not hold the key. */
  readonly clause: string | null;
  /** How the hub reads the clause where the text leaves it open; the commissioner may overrule it. */
  readonly reading: string | null;
}

/** Every key of the vocabulary with its rule. */
export type RuleSet = { readonly [Key in RuleKey]: Rule<RuleValue<Key>> };

/** The rules of one version of a specification; all that a decision sees of a contract. */
export interface SpecificationRules {
  readonly code: string;
  readonly version: number;
  readonly rules: RuleSet;
}

/** One rule as it is written down, in a seed or in the database. */
export interface RuleRow {
  readonly key: string;
  readonly value: unknown;
  readonly strength: RuleStrength;
  readonly clause: string | null;
  readonly reading: string | null;
  /** A placeholder of a template; the version cannot be activated before it is filled. */
  readonly unfilled: boolean;
}

const NOT_HELD: Rule<never> = {
  value: null,
  strength: RuleStrength.NOT_SPECIFIED,
  clause: null,
  reading: null,
};

function checkedValue(row: RuleRow & { key: RuleKey }): unknown {
  const field = `rule ${row.key}`;
  if (row.value === null) {
    if (row.strength !== RuleStrength.NOT_SPECIFIED && !row.unfilled)
      throw inputError(field, 'no value', 'a value, or strength NOT_SPECIFIED');
    return null;
  }
  if (row.strength === RuleStrength.NOT_SPECIFIED)
    throw inputError(field, 'a value where the document is silent', 'null');
  const parsed = RULE_KEYS[row.key].schema.safeParse(row.value);
  if (!parsed.success) throw inputError(field, 'a value of the wrong type', RULE_KEYS[row.key].governs);
  return parsed.data;
}

/** Rows as a full set of typed rules. Throws `HUB_INPUT_INVALID` naming the key: unknown, twice, or of the wrong type. */
export function ruleSet(rows: readonly RuleRow[]): RuleSet {
  const found = new Map<RuleKey, Rule<unknown>>();
  for (const row of rows) {
    if (!isRuleKey(row.key)) throw inputError('rule key', 'not in the vocabulary', ALL_RULE_KEYS.join(', '));
    if (found.has(row.key)) throw inputError(`rule ${row.key}`, 'given twice', 'each key once');
    const value = checkedValue({ ...row, key: row.key });
    found.set(row.key, { value, strength: row.strength, clause: row.clause, reading: row.reading });
  }
  return Object.fromEntries(
    ALL_RULE_KEYS.map((key) => [key, found.get(key) ?? NOT_HELD]),
  ) as unknown as RuleSet;
}

/** A version of a service specification as a seed writes it. */
export interface SpecificationSeed {
  readonly code: string;
  /** Number of the source document, `000` to `004`. */
  readonly sourceDocument: string;
  readonly name: string;
  /** Null where the document names none. */
  readonly commissioner: string | null;
  readonly provider: string | null;
  readonly version: number;
  /** First day in force; null when not stated, which counts as in force. */
  readonly validFrom: LocalDate | null;
  /** First day no longer in force; null when not stated. A document's "to 30 September" is 1 October here. */
  readonly validTo: LocalDate | null;
  /** In the document's own precision, such as `2019-10`; null when not stated. */
  readonly reviewDue: string | null;
  readonly rules: readonly RuleRow[];
}

const rowOf =
  (strength: RuleStrength) =>
  <Key extends RuleKey>(
    key: Key,
    value: RuleValue<Key>,
    clause: string,
    reading: string | null = null,
  ): RuleRow => ({
    key,
    value,
    strength,
    clause,
    reading,
    unfilled: false,
  });

/** A rule whose failure means not eligible. */
export const hard = rowOf(RuleStrength.HARD);
/** A rule whose failure warns. */
export const soft = rowOf(RuleStrength.SOFT);
/** A rule that qualifies another, or governs delivery. */
export const setting = rowOf(RuleStrength.SETTING);

/** The document is silent on `key`; `clause` is where one would look for it. */
export function silent(key: RuleKey, clause: string, reading: string | null = null): RuleRow {
  return { key, value: null, strength: RuleStrength.NOT_SPECIFIED, clause, reading, unfilled: false };
}

/** A placeholder of a template, hard once it is filled. */
export function unfilled(key: RuleKey, clause: string): RuleRow {
  return { key, value: null, strength: RuleStrength.HARD, clause, reading: null, unfilled: true };
}

/** The rules of a seed, as a decision sees them. */
export function rulesOfSeed(seed: SpecificationSeed): SpecificationRules {
  return { code: seed.code, version: seed.version, rules: ruleSet(seed.rules) };
}
