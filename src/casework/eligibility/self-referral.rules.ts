/** Criterion: what a self-referral needs beyond the ordinary tests. */
import type { RuleSet } from '../../contracts/specification-rules.js';
import { ReferralRoute } from '../referrals/referral.rules.js';
import {
  type CriterionResult,
  confirm,
  fail,
  groundOf,
  notSpecified,
  pass,
  Result,
  statement,
} from './criterion.rules.js';
import { type CaseFacts, Purpose } from './facts.js';
import { isFreshNo } from './freshness.rules.js';
import type { MembershipJudgement } from './team-membership.rules.js';

/**
 * Judges a self-referral. Where the team confirms (001:23) even good evidence of the record does not spare the question;
 * its no counts once no other team may have the person. Consent first (004:43) is a flag, never a failure.
 */
export function judgeSelfReferral(
  rules: RuleSet,
  facts: CaseFacts,
  membership: MembershipJudgement,
  purpose: Purpose,
): CriterionResult {
  const ground = groundOf('SELF_REFERRAL', rules.selfReferral);
  const evidence = [statement('REFERRAL', facts.referral.route)];
  if (facts.referral.route !== ReferralRoute.SELF)
    return pass({ ...ground, strength: 'NOT_SPECIFIED' }, 'NOT_SELF_REFERRED', evidence);
  if (rules.selfReferral.value === null) return notSpecified(ground, evidence);
  if (purpose === Purpose.CONTINUE) return pass(ground, 'NOT_ASKED_AGAIN', evidence);
  if (rules.selfReferral.value !== 'TEAM_CONFIRMS') return pass(ground, 'SAME_TESTS', evidence);
  const answer = facts.teamAnswer;
  if (membership.confirmed)
    return pass(ground, 'TEAM_CONFIRMED', [...evidence, statement('TEAM', 'ON_CASELOAD')]);
  if (isFreshNo(facts, answer) && membership.criterion.result === Result.FAIL) {
    return fail(ground, 'TEAM_DID_NOT_CONFIRM', [
      ...evidence,
      { ...statement('TEAM', answer.answer), fresh: true },
    ]);
  }
  return confirm(ground, 'TEAM', 'TEAM_TO_CONFIRM', evidence);
}
