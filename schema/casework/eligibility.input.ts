/** Filters, orders and inputs of eligibility. */
import { ArgsType, Field, InputType, registerEnumType } from 'type-graphql';
import {
  ConsentToContactClinician,
  EmploymentAtReferral,
  ReferralRoute,
  Residence,
  WordOnWork,
} from '../../src/casework/referrals/referral.rules.js';
import { PageArgs } from '../paging/page.args.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { EligibilityPurpose, EligibilityVerdict } from './eligibility.enum.js';

@InputType({ description: 'All that is given must hold.' })
export class EligibilityDecisionFilter {
  @Field(() => [EligibilityVerdict], { nullable: true })
  verdictIn?: EligibilityVerdict[] | null;

  @Field(() => EligibilityPurpose, { nullable: true })
  purpose?: EligibilityPurpose | null;

  @Field(() => IdScalar, { nullable: true })
  referralId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  decidedFrom?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  decidedUntil?: string | null;

  @Field(() => [EligibilityDecisionFilter], { nullable: true })
  or?: EligibilityDecisionFilter[] | null;
}

@ArgsType()
export class DecisionListArgs extends PageArgs {
  @Field(() => EligibilityDecisionFilter, { nullable: true })
  filter?: EligibilityDecisionFilter | null;
}

/** Orders of confirmation requests. */
export const ConfirmationOrder = { NEWEST: 'NEWEST', DUE: 'DUE' } as const;
export type ConfirmationOrder = (typeof ConfirmationOrder)[keyof typeof ConfirmationOrder];
registerEnumType(ConfirmationOrder, {
  name: 'ConfirmationOrder',
  description: 'Orders of confirmation requests.',
});

/** States of a confirmation request. */
export const ConfirmationState = {
  ASKED: 'ASKED',
  ESCALATED: 'ESCALATED',
  ANSWERED: 'ANSWERED',
  WITHDRAWN: 'WITHDRAWN',
} as const;
export type ConfirmationState = (typeof ConfirmationState)[keyof typeof ConfirmationState];
registerEnumType(ConfirmationState, {
  name: 'ConfirmationState',
  description: 'States of a confirmation request.',
});

/** What a team may answer. */
export const TeamAnswer = {
  ON_CASELOAD: 'ON_CASELOAD',
  NOT_ON_CASELOAD: 'NOT_ON_CASELOAD',
  CANNOT_SAY: 'CANNOT_SAY',
} as const;
export type TeamAnswer = (typeof TeamAnswer)[keyof typeof TeamAnswer];
registerEnumType(TeamAnswer, { name: 'TeamAnswer', description: 'What a team may answer.' });

@InputType({ description: 'All that is given must hold.' })
export class ConfirmationRequestFilter {
  @Field(() => [ConfirmationState], { nullable: true })
  stateIn?: ConfirmationState[] | null;

  @Field(() => IdScalar, { nullable: true })
  askedTeamId?: string | null;
}

@ArgsType()
export class ConfirmationListArgs extends PageArgs {
  @Field(() => ConfirmationRequestFilter, { nullable: true })
  filter?: ConfirmationRequestFilter | null;

  @Field(() => ConfirmationOrder, { nullable: true })
  orderBy?: ConfirmationOrder | null;
}

@InputType({ description: 'A question about a list of your referrals.' })
export class CheckEligibilityInput {
  @Field(() => String, { description: 'Your key for this request, 8 to 100 characters.' })
  idempotencyKey: string;

  @Field(() => [IdScalar], { description: 'One to 1,000 of your own referrals.' })
  referralIds: string[];

  @Field(() => EligibilityPurpose)
  purpose: EligibilityPurpose;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'What was so on this day; default today in London.',
  })
  asOf?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'What the hub knew at this instant; default now.',
  })
  knownAt?: string | null;
}

@InputType({
  description:
    'Asked by a partner’s machine. A pair that does not match one living identity is answered as a person unknown to every caseload.',
})
export class CheckEligibilityByIdentityInput {
  @Field(() => String)
  nhsNumber: string;

  @Field(() => DateScalar)
  dateOfBirth: string;

  @Field(() => String)
  specificationCode: string;

  @Field(() => EligibilityPurpose)
  purpose: EligibilityPurpose;

  @Field(() => ReferralRoute)
  route: ReferralRoute;

  @Field(() => DateScalar)
  receivedOn: string;

  @Field(() => WordOnWork, { nullable: true })
  wordOnWork?: WordOnWork | null;

  @Field(() => EmploymentAtReferral, { nullable: true })
  employmentAtReferral?: EmploymentAtReferral | null;

  @Field(() => ConsentToContactClinician, { nullable: true })
  consentToContactClinician?: ConsentToContactClinician | null;

  @Field(() => Residence, { nullable: true })
  residence?: Residence | null;
}

@InputType({ description: 'A decision to be set aside, and on what ground.' })
export class OverrideEligibilityInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  decisionId: string;

  @Field(() => EligibilityVerdict, { description: 'ELIGIBLE or NOT_ELIGIBLE.' })
  verdict: EligibilityVerdict;

  @Field(() => String, { description: 'Why, 10 to 2,000 characters.' })
  reason: string;

  @Field(() => String, { description: 'Clause on which it rests.' })
  clause: string;

  @Field(() => [String], { description: 'Who was told; at least one.' })
  told: string[];
}

@InputType({ description: 'A question to the team about a decision.' })
export class RequestConfirmationInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar, { description: 'A decision that needs the team’s confirmation.' })
  decisionId: string;

  @Field(() => IdScalar, { nullable: true, description: 'Team to ask; default the team of the referral.' })
  teamId?: string | null;
}

@InputType({ description: 'The answer of the asked team.' })
export class AnswerConfirmationInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  requestId: string;

  @Field(() => TeamAnswer)
  answer: TeamAnswer;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'On the caseload since; left out: since before the referral.',
  })
  from?: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'First day no longer on it; left out: still.' })
  to?: string | null;
}
