/** The decision: every criterion of a specification judged on the facts of a case, and what they come to together. */
import type { SpecificationRules } from '../../contracts/specification-rules.js';
import { judgeAge } from './age.rules.js';
import { judgeCareProgrammeApproach } from './care-programme-approach.rules.js';
import { type Combination, combine } from './combine.rules.js';
import type { CriterionResult } from './criterion.rules.js';
import { judgeEmployment } from './employment.rules.js';
import type { CaseFacts, Purpose } from './facts.js';
import { type Flag, flagsOf } from './flags.rules.js';
import { judgeIdentity } from './identity.rules.js';
import { judgeResidence } from './residence.rules.js';
import { judgeSelfReferral } from './self-referral.rules.js';
import { judgeSeriousMentalIllness } from './serious-mental-illness.rules.js';
import { judgeMembership } from './team-membership.rules.js';
import { judgeWish } from './wish.rules.js';

/** A decision, complete but for who made it and when. */
export interface Decision extends Combination {
  readonly flags: readonly Flag[];
  /** All nine criteria, always, in the order of `CRITERIA`. */
  readonly criteria: readonly CriterionResult[];
}

/** Decides one case under one version of a specification. Pure: the same facts always come to the same decision. */
export function decideEligibility(
  specification: SpecificationRules,
  facts: CaseFacts,
  purpose: Purpose,
): Decision {
  const { rules } = specification;
  const judged = judgeMembership(rules, facts, purpose);
  const care = judgeCareProgrammeApproach(rules, facts, judged.criterion);
  const criteria = [
    judgeIdentity(rules, facts, purpose),
    judgeWish(rules, facts),
    judgeAge(rules, facts),
    care.membership,
    judgeSeriousMentalIllness(rules, care.membership),
    care.careProgrammeApproach,
    judgeEmployment(rules, facts, purpose),
    judgeResidence(rules, facts, purpose),
    judgeSelfReferral(rules, facts, judged, purpose),
  ];
  return {
    ...combine(criteria, purpose),
    flags: flagsOf(rules, facts, purpose, { ...judged, criterion: care.membership }, criteria),
    criteria,
  };
}
