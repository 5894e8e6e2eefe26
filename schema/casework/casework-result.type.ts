/** What mutations answer: the success, or a named refusal with its code, rule and clause. */
import { Field, ObjectType } from 'type-graphql';
import { Refusal, resultOf } from '../refusal.type.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { EligibilityPurpose, EligibilityVerdict, MayProceed } from './eligibility.enum.js';
import { ConfirmationRequest, EligibilityDecision, EligibilityOverride } from './eligibility.type.js';
import { Referral } from './referral.type.js';

@ObjectType({ simpleResolvers: true, description: 'The referral as it is now.' })
export class ReferralChanged {
  @Field(() => Referral)
  referral: Referral;
}

@ObjectType({ simpleResolvers: true, description: 'A referral about which nothing was decided, and why.' })
export class ReferralNotDecided {
  @Field(() => IdScalar)
  referralId: string;

  @Field(() => Refusal)
  refusal: Refusal;
}

@ObjectType({ simpleResolvers: true, description: 'What was decided, and about whom nothing was.' })
export class EligibilityChecked {
  @Field(() => [EligibilityDecision], { description: 'In the order asked, without those refused.' })
  decisions: EligibilityDecision[];

  @Field(() => [ReferralNotDecided], {
    description: 'Outside your teams, or under a specification that is not in force.',
  })
  notDecided: ReferralNotDecided[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'A criterion as a partner’s machine sees it: no evidence.',
})
export class IdentityCriterion {
  @Field(() => String)
  key: string;

  @Field(() => String)
  result: string;

  @Field(() => String)
  strength: string;

  @Field(() => String)
  reason: string;

  @Field(() => String, { nullable: true })
  clause: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Answer to a partner’s machine.' })
export class IdentityEligibility {
  @Field(() => EligibilityVerdict)
  verdict: EligibilityVerdict;

  @Field(() => String)
  reason: string;

  @Field(() => EligibilityPurpose)
  purpose: EligibilityPurpose;

  @Field(() => MayProceed)
  mayProceed: MayProceed;

  @Field(() => String, { nullable: true })
  confirmBy: string | null;

  @Field(() => DateScalar, { nullable: true })
  notYetUntil: string | null;

  @Field(() => DateScalar)
  asOf: string;

  @Field(() => DateTimeScalar)
  knownAt: string;

  @Field(() => [IdentityCriterion])
  criteria: IdentityCriterion[];
}

@ObjectType({ simpleResolvers: true, description: 'The override beside the decision that it sets aside.' })
export class EligibilityOverridden {
  @Field(() => EligibilityDecision)
  decision: EligibilityDecision;

  @Field(() => EligibilityOverride)
  override: EligibilityOverride;
}

@ObjectType({ simpleResolvers: true, description: 'The request as it is now.' })
export class ConfirmationChanged {
  @Field(() => ConfirmationRequest)
  request: ConfirmationRequest;
}

/** Answer of every mutation of one referral. */
export const ReferralResult = resultOf('ReferralResult', ReferralChanged);
/** Answer of checkEligibility. */
export const CheckEligibilityResult = resultOf('CheckEligibilityResult', EligibilityChecked);
/** Answer of checkEligibilityByIdentity. */
export const IdentityEligibilityResult = resultOf('IdentityEligibilityResult', IdentityEligibility);
/** Answer of overrideEligibility. */
export const OverrideEligibilityResult = resultOf('OverrideEligibilityResult', EligibilityOverridden);
/** Answer of requestConfirmation and answerConfirmation. */
export const ConfirmationResult = resultOf('ConfirmationResult', ConfirmationChanged);
