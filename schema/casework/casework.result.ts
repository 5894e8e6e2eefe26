/** What mutations answer: the success, or a named refusal with its code, rule and clause. */
import { createUnionType, Field, ObjectType } from 'type-graphql';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { EligibilityPurpose, EligibilityVerdict, MayProceed } from './eligibility.enum.js';
import { ConfirmationRequest, EligibilityDecision, EligibilityOverride } from './eligibility.type.js';
import { Referral } from './referral.type.js';

@ObjectType({ simpleResolvers: true, description: 'A refusal that you can do something about.' })
export class Refusal {
  @Field(() => String, { description: 'Stable code; docs/errors.md says how to solve it.' })
  code: string;

  @Field(() => String)
  message: string;

  @Field(() => String, { nullable: true, description: 'Input field at fault.' })
  field: string | null;

  @Field(() => String, { nullable: true, description: 'What is accepted there.' })
  accepted: string | null;

  @Field(() => String, { nullable: true, description: 'Rule that refuses.' })
  rule: string | null;

  @Field(() => String, { nullable: true, description: 'Clause the rule comes from.' })
  clause: string | null;
}

@ObjectType({ simpleResolvers: true })
export class ReferralChanged {
  @Field(() => Referral)
  referral: Referral;
}

@ObjectType({ simpleResolvers: true, description: 'What became of one referral that was asked about.' })
export class EligibilityOutcome {
  @Field(() => IdScalar)
  referralId: string;

  @Field(() => EligibilityDecision, { nullable: true })
  decision: EligibilityDecision | null;

  @Field(() => Refusal, { nullable: true, description: 'Why there is no decision.' })
  refusal: Refusal | null;
}

@ObjectType({ simpleResolvers: true })
export class EligibilityChecked {
  @Field(() => [EligibilityOutcome], { description: 'In the order asked.' })
  outcomes: EligibilityOutcome[];
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

@ObjectType({ simpleResolvers: true })
export class EligibilityOverridden {
  @Field(() => EligibilityDecision)
  decision: EligibilityDecision;

  @Field(() => EligibilityOverride)
  override: EligibilityOverride;
}

@ObjectType({ simpleResolvers: true })
export class ConfirmationChanged {
  @Field(() => ConfirmationRequest)
  request: ConfirmationRequest;
}

const orRefusal = <Success extends { new (): object }>(name: string, success: Success) =>
  createUnionType({
    name,
    types: () => [success, Refusal] as const,
    resolveType: (value: object) => ('code' in value ? Refusal : success),
  });

/** Answer of every mutation of one referral. */
export const ReferralResult = orRefusal('ReferralResult', ReferralChanged);
export const CheckEligibilityResult = orRefusal('CheckEligibilityResult', EligibilityChecked);
export const IdentityEligibilityResult = orRefusal('IdentityEligibilityResult', IdentityEligibility);
export const OverrideEligibilityResult = orRefusal('OverrideEligibilityResult', EligibilityOverridden);
export const ConfirmationResult = orRefusal('ConfirmationResult', ConfirmationChanged);
