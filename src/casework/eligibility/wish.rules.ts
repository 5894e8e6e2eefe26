/** Criterion: the wish for work, on nothing but the person's own word. */
import type { RuleSet } from '../../contracts/specification-rules.js';
import { WordOnWork } from '../referrals/referral.rules.js';
import {
  type CriterionResult,
  confirm,
  fail,
  groundOf,
  notSpecified,
  pass,
  statement,
} from './criterion.rules.js';
import type { CaseFacts } from './facts.js';

/** Judges the wish. Only an explicit no fails; a no to paid work is one under every specification, since steps have a word of their own. */
export function judgeWish(rules: RuleSet, facts: CaseFacts): CriterionResult {
  const ground = groundOf('WISH_FOR_WORK', rules.wishForWork);
  const word = facts.referral.wordOnWork;
  const evidence = [statement('PERSON', word)];
  if (rules.wishForWork.value === null) return notSpecified(ground, evidence);
  if (word === WordOnWork.DOES_NOT_WANT_PAID_WORK) return fail(ground, 'DOES_NOT_WISH_TO_WORK', evidence);
  if (word === WordOnWork.WANTS_PAID_WORK) return pass(ground, 'WISHES_TO_WORK', evidence);
  if (rules.wishForWork.value === 'INTEREST') return pass(ground, 'INTEREST_IS_ENOUGH', evidence);
  return confirm(ground, 'PERSON', 'WISH_TO_BE_ASKED', evidence);
}
