/** From criteria to one verdict: what outranks what, who is asked, and how far the specialist may go meanwhile. */
import type { LocalDate } from '../../core/calendar.js';
import {
  CONFIRMERS,
  type Confirmer,
  type CriterionKey,
  type CriterionResult,
  Result,
} from './criterion.rules.js';
import { Purpose } from './facts.js';
import type { Reason } from './reason.rules.js';

/** What was decided, and who acts. */
export const Verdict = {
  /** The specialist engages; soft criteria may warn. */
  ELIGIBLE: 'ELIGIBLE',
  /** The hub looks again on a known date. */
  NOT_YET: 'NOT_YET',
  /** A named person settles it; time running out escalates and never becomes a no. */
  NEEDS_CONFIRMATION: 'NEEDS_CONFIRMATION',
  /** Integration mends the evidence. */
  CANNOT_TELL: 'CANNOT_TELL',
  /** The referrer and the person are told, with what else may help. */
  NOT_ELIGIBLE: 'NOT_ELIGIBLE',
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** How far the specialist may go: the clock to first contact (004:49) runs unless the verdict is not eligible. */
export const MayProceed = {
  ENGAGE: 'ENGAGE',
  /** Make first contact, and no more yet. */
  CONTACT: 'CONTACT',
  NONE: 'NONE',
} as const;
export type MayProceed = (typeof MayProceed)[keyof typeof MayProceed];

/** The verdict and what follows from it. */
export interface Combination {
  readonly verdict: Verdict;
  /** Reason of the criterion that settled the verdict. */
  readonly reason: Reason;
  /** With `NOT_YET`: the first day on which every such criterion passes. */
  readonly notYetUntil: LocalDate | null;
  /** With `NEEDS_CONFIRMATION`: who is asked first. */
  readonly confirmBy: Confirmer | null;
  readonly mayProceed: MayProceed;
  /** Soft criteria that warn. */
  readonly warnings: readonly CriterionKey[];
}

/** True for a criterion of any weight that neither passed nor was left unsaid. */
export function isUnmet(criterion: CriterionResult): boolean {
  return criterion.result !== Result.PASS && criterion.result !== Result.NOT_SPECIFIED;
}

function latest(criteria: readonly CriterionResult[]): CriterionResult {
  return criteria.reduce((last, next) => ((next.laterOn ?? '') > (last.laterOn ?? '') ? next : last));
}

function firstAsked(criteria: readonly CriterionResult[]): CriterionResult {
  const order: readonly (Confirmer | null)[] = CONFIRMERS;
  const rank = (criterion: CriterionResult): number => order.indexOf(criterion.confirmBy);
  return criteria.reduce((first, next) => (rank(next) < rank(first) ? next : first));
}

function proceed(verdict: Verdict, purpose: Purpose): MayProceed {
  if (verdict === Verdict.NOT_ELIGIBLE) return MayProceed.NONE;
  if (verdict === Verdict.ELIGIBLE) return MayProceed.ENGAGE;
  return purpose === Purpose.CONTINUE ? MayProceed.ENGAGE : MayProceed.CONTACT;
}

/**
 * A hard fail outranks a hard later, that a hard unknown, that a confirmation; else eligible. Soft criteria only warn and
 * what is not specified never blocks. Whoever is with the service already is served on while something is being settled.
 */
export function combine(criteria: readonly CriterionResult[], purpose: Purpose): Combination {
  const hard = criteria.filter((criterion) => criterion.strength === 'HARD');
  const withResult = (result: Result): readonly CriterionResult[] =>
    hard.filter((criterion) => criterion.result === result);
  const answer = (verdict: Verdict, reason: Reason, more: Partial<Combination> = {}): Combination => ({
    verdict,
    reason,
    notYetUntil: null,
    confirmBy: null,
    mayProceed: proceed(verdict, purpose),
    warnings: criteria
      .filter((criterion) => criterion.strength === 'SOFT' && isUnmet(criterion))
      .map((criterion) => criterion.key),
    ...more,
  });
  const [failed] = withResult(Result.FAIL);
  if (failed) return answer(Verdict.NOT_ELIGIBLE, failed.reason);
  const waiting = withResult(Result.LATER);
  if (waiting.length > 0) {
    const last = latest(waiting);
    return answer(Verdict.NOT_YET, last.reason, { notYetUntil: last.laterOn });
  }
  const [dark] = withResult(Result.UNKNOWN);
  if (dark) return answer(Verdict.CANNOT_TELL, dark.reason);
  const asked = withResult(Result.CONFIRM);
  if (asked.length > 0) {
    const first = firstAsked(asked);
    return answer(Verdict.NEEDS_CONFIRMATION, first.reason, { confirmBy: first.confirmBy });
  }
  const kept = hard.find((criterion) => criterion.reason === 'KEPT_AFTER_LOSS');
  return answer(Verdict.ELIGIBLE, kept?.reason ?? 'ALL_CRITERIA_MET');
}
