/** Criterion: serious mental illness, presumed from being under secondary care; never an input, never looked up. */
import type { RuleSet } from '../../contracts/specification-rules.js';
import { type CriterionResult, groundOf, notSpecified, pass, Result, statement } from './criterion.rules.js';

/** Judges serious mental illness from what membership came to. It neither excludes nor warns: where no team implies it, nothing is said. */
export function judgeSeriousMentalIllness(rules: RuleSet, membership: CriterionResult): CriterionResult {
  const ground = groundOf('SERIOUS_MENTAL_ILLNESS', rules.seriousMentalIllness);
  if (rules.seriousMentalIllness.value === null) return notSpecified(ground);
  const underCare = membership.result === Result.PASS || membership.result === Result.CONFIRM;
  if (underCare)
    return pass(ground, 'IMPLIED_BY_TEAM', [statement('IMPLIED_BY_TEAM', 'UNDER_SECONDARY_CARE')]);
  return { ...notSpecified(ground), reason: 'NOTHING_IMPLIES_IT' };
}
