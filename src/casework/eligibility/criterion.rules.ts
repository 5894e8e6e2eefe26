/** What a criterion answers: its result, its weight, why, by which clause, what would settle it and on which evidence. */

import type { Rule } from '../../contracts/specification-rules.js';
import type { LocalDate } from '../../core/calendar.js';
import type { Instant } from './facts.js';
import type { Reason } from './reason.rules.js';

/** The criteria, in the order in which every decision reports them. */
export const CRITERIA = [
  'IDENTITY',
  'WISH_FOR_WORK',
  'AGE',
  'TEAM_MEMBERSHIP',
  'SERIOUS_MENTAL_ILLNESS',
  'CARE_PROGRAMME_APPROACH',
  'EMPLOYMENT',
  'RESIDENCE',
  'SELF_REFERRAL',
] as const;
/** Key of a criterion. */
export type CriterionKey = (typeof CRITERIA)[number];

/** What one criterion came to. */
export const Result = {
  PASS: 'PASS',
  FAIL: 'FAIL',
  /** The evidence is missing, stale or incomplete: integration acts. */
  UNKNOWN: 'UNKNOWN',
  /** A named person can settle it. */
  CONFIRM: 'CONFIRM',
  /** It will pass on a known date. */
  LATER: 'LATER',
  /** The document is silent; never blocks. */
  NOT_SPECIFIED: 'NOT_SPECIFIED',
} as const;
export type Result = (typeof Result)[keyof typeof Result];

/** Who can settle what a record cannot, in the order in which they are asked: without an identity nothing else can be trusted, and the commissioner answers once per contract. */
export const CONFIRMERS = ['IDENTITY_STEWARD', 'PERSON', 'TEAM', 'COMMISSIONER'] as const;
/** Who is asked. `TEAM` is the care coordinator or, where none is recorded, the duty contact. */
export type Confirmer = (typeof CONFIRMERS)[number];

/** Who or what would settle a criterion that has not passed. */
export type Settler = Confirmer | 'TIME' | 'INTEGRATION';

/** How much a criterion weighs in this decision. */
export type CriterionStrength = 'HARD' | 'SOFT' | 'NOT_SPECIFIED';

/** One piece of evidence. Of a restricted record it is marked so, and only the verdict rests on it. */
export interface Evidence {
  readonly source: 'RECORD' | 'TEAM' | 'PERSON' | 'REFERRAL' | 'IMPLIED_BY_TEAM';
  /** What it says, as a code. */
  readonly finding: string;
  readonly restricted: boolean;
  /** The team it speaks of; uuid. */
  readonly sourceTeamId: string | null;
  readonly systemId: string | null;
  readonly reference: string | null;
  readonly version: string | null;
  readonly periodFrom: LocalDate | null;
  readonly periodTo: LocalDate | null;
  readonly sourceAsOf: Instant | null;
  readonly fetchedAt: Instant | null;
  /** Within its budget; null where age does not matter, such as the person's own word. */
  readonly fresh: boolean | null;
}

/** One criterion of a decision. */
export interface CriterionResult {
  readonly key: CriterionKey;
  readonly result: Result;
  readonly strength: CriterionStrength;
  readonly reason: Reason;
  /** Lines of the source document; null where no document says anything, as with identity. */
  readonly clause: string | null;
  readonly confirmBy: Confirmer | null;
  /** With `LATER`: the day on which it passes. */
  readonly laterOn: LocalDate | null;
  readonly settledBy: Settler | null;
  readonly evidence: readonly Evidence[];
}

const BARE = {
  restricted: false,
  sourceTeamId: null,
  systemId: null,
  reference: null,
  version: null,
  periodFrom: null,
  periodTo: null,
  sourceAsOf: null,
  fetchedAt: null,
  fresh: null,
} as const;

/** Evidence that is a statement without a source row: the referral's, the person's, or what the team implies. */
export function statement(source: Evidence['source'], finding: string): Evidence {
  return { source, finding, ...BARE };
}

/** What a criterion is judged by: its rule's weight and clause. */
export interface Ground {
  readonly key: CriterionKey;
  readonly strength: CriterionStrength;
  readonly clause: string | null;
}

/** The ground of a criterion: weight from its main rule, clauses from every rule that bears on it, once each. */
export function groundOf(
  key: CriterionKey,
  main: Rule<unknown>,
  ...further: readonly Rule<unknown>[]
): Ground {
  const clauses = [main, ...further].flatMap((rule) => rule.clause?.split(', ') ?? []);
  const strength = main.strength === 'SETTING' ? 'HARD' : main.strength;
  return { key, strength, clause: clauses.length > 0 ? [...new Set(clauses)].join(', ') : null };
}

const outcome = (
  ground: Ground,
  result: Result,
  reason: Reason,
  evidence: readonly Evidence[],
  more: { confirmBy?: Confirmer; laterOn?: LocalDate; settledBy?: Settler } = {},
): CriterionResult => ({
  key: ground.key,
  result,
  strength: ground.strength,
  reason,
  clause: ground.clause,
  confirmBy: more.confirmBy ?? null,
  laterOn: more.laterOn ?? null,
  settledBy: more.settledBy ?? null,
  evidence,
});

/** The criterion is met. */
export function pass(ground: Ground, reason: Reason, evidence: readonly Evidence[] = []): CriterionResult {
  return outcome(ground, Result.PASS, reason, evidence);
}

/** The criterion is not met, on evidence that is fresh enough. */
export function fail(ground: Ground, reason: Reason, evidence: readonly Evidence[] = []): CriterionResult {
  return outcome(ground, Result.FAIL, reason, evidence);
}

/** The evidence is missing, stale or incomplete. */
export function unknown(ground: Ground, reason: Reason, evidence: readonly Evidence[] = []): CriterionResult {
  return outcome(ground, Result.UNKNOWN, reason, evidence, { settledBy: 'INTEGRATION' });
}

/** Somebody can say. */
export function confirm(
  ground: Ground,
  by: Confirmer,
  reason: Reason,
  evidence: readonly Evidence[] = [],
): CriterionResult {
  return outcome(ground, Result.CONFIRM, reason, evidence, { confirmBy: by, settledBy: by });
}

/** It will be met on a day that is known. */
export function later(
  ground: Ground,
  on: LocalDate,
  reason: Reason,
  evidence: readonly Evidence[] = [],
): CriterionResult {
  return outcome(ground, Result.LATER, reason, evidence, { laterOn: on, settledBy: 'TIME' });
}

/** The document is silent. */
export function notSpecified(ground: Ground, evidence: readonly Evidence[] = []): CriterionResult {
  return outcome({ ...ground, strength: 'NOT_SPECIFIED' }, Result.NOT_SPECIFIED, 'NOT_SPECIFIED', evidence);
}
