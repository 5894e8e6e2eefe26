/** Criterion: where the person lives; elsewhere the place is the team's area and membership answers for it. */
import type { RuleSet } from '../../contracts/specification-rules.js';
import { Residence } from '../referrals/referral.rules.js';
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

/** Judges residence; a move while with the service does not end it, since the region is a condition of acceptance (004:39). */
export function judgeResidence(rules: RuleSet, facts: CaseFacts, purpose: Purpose): CriterionResult {
  const ground = groundOf('RESIDENCE', rules.residenceRegion);
  const { residence } = facts.referral;
  const evidence = [statement('REFERRAL', residence)];
  if (rules.residenceRegion.value === null) return notSpecified(ground);
  if (purpose === Purpose.CONTINUE) return pass(ground, 'NOT_ASKED_AGAIN', evidence);
  if (residence === Residence.IN_REGION) return pass(ground, 'IN_REGION', evidence);
  if (residence === Residence.OUTSIDE_REGION) return fail(ground, 'OUTSIDE_REGION', evidence);
  return confirm(ground, 'PERSON', 'RESIDENCE_TO_BE_ASKED', evidence);
}
