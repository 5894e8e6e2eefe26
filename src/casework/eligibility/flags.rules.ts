/** Flags of a decision: what somebody should know or do, whatever the verdict. None of them excludes. */
import type { RuleSet } from '../../contracts/specification-rules.js';
import { ConsentToContactClinician, ReferralRoute } from '../referrals/referral.rules.js';
import { type CriterionResult, Result } from './criterion.rules.js';
import { type CaseFacts, IdentityFact, Purpose } from './facts.js';
import type { MembershipJudgement } from './team-membership.rules.js';

/** Each flag with who acts on it. */
export const FLAGS = {
  EXPECTED_TO_LEAVE_TEAM: 'Open to a team that people leave soon: the specialist watches for the next one.',
  SIGNPOST: 'On no such caseload: the specialist tells the person where else to turn.',
  DUTY_CONTACT: 'No care coordinator is recorded: the question goes to the duty contact of the team.',
  CONSENT_REQUIRED: 'A self-referral: the specialist asks for consent before the clinician is contacted.',
  CONSENT_REFUSED: 'The person does not want the clinician contacted: nobody does, and nothing else changes.',
  FILING_STOPS: 'Two living records: nothing is filed until the identity steward has settled it.',
  LOST_MEMBERSHIP:
    'Discharged by the team while with the service: the specialist and manager are told; the case stays open.',
  SAFEGUARDING_UNDER_18:
    'A minor where the specification names no age: the manager follows the safeguarding policy.',
} as const;
/** A code of `FLAGS`. */
export type Flag = keyof typeof FLAGS;

const asksTeam = (criterion: CriterionResult): boolean =>
  criterion.result === Result.CONFIRM && criterion.confirmBy === 'TEAM' && criterion.strength === 'HARD';

/** Flags of a case, in the order of the table. */
export function flagsOf(
  rules: RuleSet,
  facts: CaseFacts,
  purpose: Purpose,
  membership: MembershipJudgement,
  criteria: readonly CriterionResult[],
): readonly Flag[] {
  const refused = membership.criterion.result === Result.FAIL && membership.criterion.strength === 'HARD';
  const consentFirst =
    rules.selfReferral.value === 'CONSENT_FIRST' && facts.referral.route === ReferralRoute.SELF;
  const consent = facts.referral.consentToContactClinician;
  const raised: Readonly<Record<Flag, boolean>> = {
    EXPECTED_TO_LEAVE_TEAM: refused && membership.watched,
    SIGNPOST: refused && (rules.signpostTo.value?.length ?? 0) > 0,
    DUTY_CONTACT: criteria.some(asksTeam) && !membership.careCoordinator,
    CONSENT_REQUIRED: consentFirst && consent === ConsentToContactClinician.NOT_ASKED,
    CONSENT_REFUSED: consentFirst && consent === ConsentToContactClinician.REFUSED,
    FILING_STOPS: facts.identity === IdentityFact.CONFLICT,
    LOST_MEMBERSHIP:
      purpose === Purpose.CONTINUE &&
      rules.continuationAfterLoss.value === 'KEEP_WITH_FLAG' &&
      membership.lost,
    SAFEGUARDING_UNDER_18: criteria.some((criterion) => criterion.reason === 'UNDER_18_AGE_NOT_SPECIFIED'),
  };
  return (Object.keys(FLAGS) as Flag[]).filter((flag) => raised[flag]);
}
