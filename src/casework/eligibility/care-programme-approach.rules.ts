/** Criterion: on the care programme approach, which does as well as a community team where the specification says either. */
import type { RuleSet } from '../../contracts/specification-rules.js';
import {
  type CriterionResult,
  fail,
  groundOf,
  notSpecified,
  pass,
  Result,
  statement,
  unknown,
} from './criterion.rules.js';
import type { CaseFacts } from './facts.js';

/** The two halves of an either-or: when one is met, neither warns. */
export interface CareJudgement {
  readonly careProgrammeApproach: CriterionResult;
  readonly membership: CriterionResult;
}

/** Judges the care programme approach beside membership (004:31). */
export function judgeCareProgrammeApproach(
  rules: RuleSet,
  facts: CaseFacts,
  membership: CriterionResult,
): CareJudgement {
  const ground = groundOf('CARE_PROGRAMME_APPROACH', rules.careProgrammeApproach);
  if (rules.careProgrammeApproach.value === null)
    return { careProgrammeApproach: notSpecified(ground), membership };
  const stated = facts.referral.onCareProgrammeApproach;
  const evidence = [
    statement(
      'REFERRAL',
      stated === null
        ? 'NOT_STATED'
        : stated
          ? 'ON_CARE_PROGRAMME_APPROACH'
          : 'NOT_ON_CARE_PROGRAMME_APPROACH',
    ),
  ];
  if (stated === true) {
    const met: CriterionResult = {
      ...membership,
      result: Result.PASS,
      reason: 'ON_CARE_PROGRAMME_APPROACH',
      confirmBy: null,
      settledBy: null,
    };
    return { careProgrammeApproach: pass(ground, 'ON_CARE_PROGRAMME_APPROACH', evidence), membership: met };
  }
  if (membership.result === Result.PASS)
    return { careProgrammeApproach: pass(ground, 'OPEN_TO_TEAM', evidence), membership };
  const missing = stated === null ? unknown : fail;
  return { careProgrammeApproach: missing(ground, 'NOT_ON_CARE_PROGRAMME_APPROACH', evidence), membership };
}
