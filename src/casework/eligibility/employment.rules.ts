/** Criterion: employment at referral, as the referral states it. */
import type { RuleSet } from '../../contracts/specification-rules.js';
import { EmploymentAtReferral } from '../referrals/referral.rules.js';
import {
  type CriterionResult,
  confirm,
  fail,
  groundOf,
  notSpecified,
  pass,
  statement,
} from './criterion.rules.js';
import { type CaseFacts, Purpose } from './facts.js';

/** Judges employment at referral; whoever found work with the service is not tested again. */
export function judgeEmployment(rules: RuleSet, facts: CaseFacts, purpose: Purpose): CriterionResult {
  const { admissibleEmployment, commissionerEmployment } = rules;
  const ground = groundOf('EMPLOYMENT', admissibleEmployment, commissionerEmployment);
  const { employment } = facts.referral;
  const evidence = [statement('REFERRAL', employment)];
  if (admissibleEmployment.value === null) return notSpecified(ground, evidence);
  if (purpose === Purpose.CONTINUE) return pass(ground, 'NOT_ASKED_AGAIN', evidence);
  if (employment === EmploymentAtReferral.NOT_RECORDED)
    return confirm(ground, 'PERSON', 'EMPLOYMENT_TO_BE_ASKED', evidence);
  if (admissibleEmployment.value.includes(employment)) return pass(ground, 'EMPLOYMENT_ADMITTED', evidence);
  if (commissionerEmployment.value?.includes(employment))
    return confirm(ground, 'COMMISSIONER', 'EMPLOYMENT_TO_CONFIRM', evidence);
  return fail(ground, 'EMPLOYMENT_NOT_ADMITTED', evidence);
}
