/** Asymmetric freshness: being seen open stays usable for days, absence counts only from a recent complete sweep. */
import type { TeamKind } from '../../contracts/rule-values.js';
import type { CaseFacts, Instant, TeamAnswerFact } from './facts.js';

const HOUR_MS = 3_600_000;

/** True when `at` is at most `hours` before `knownAt`; an instant after `knownAt` counts as fresh. */
export function isWithin(at: Instant, knownAt: Instant, hours: number): boolean {
  return Date.parse(knownAt) - Date.parse(at) <= hours * HOUR_MS;
}

/** True when the person's absence from every caseload of a kind is known: complete, and within the absence budget. */
export function absenceIsKnown(facts: CaseFacts, kind: TeamKind): boolean {
  const absence = facts.absence[kind];
  return (
    absence?.usable === true &&
    absence.sweptAt !== null &&
    isWithin(absence.sweptAt, facts.knownAt, facts.absenceBudgetHours)
  );
}

/** True for a team's "not on caseload" that is recent enough to count; a yes settles the referral for good. */
export function isFreshNo(facts: CaseFacts, answer: TeamAnswerFact | null): answer is TeamAnswerFact {
  return (
    answer?.answer === 'NOT_ON_CASELOAD' &&
    isWithin(answer.answeredAt, facts.knownAt, facts.presenceBudgetHours)
  );
}
