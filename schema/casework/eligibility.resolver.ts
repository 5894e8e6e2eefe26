/** Eligibility: decisions, what asks for them and what follows from them. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import {
  CONFIRMATION_REQUESTS,
  DECISIONS,
  OVERRIDES,
} from '../../src/casework/eligibility/eligibility.reader.js';
import type { OutcomeOfReferral } from '../../src/casework/eligibility/eligibility.service.js';
import { attempt, refusalOf } from '../attempt.js';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { PageArgs } from '../paging/page.args.js';
import { ROOTS } from '../roots.js';
import { IdScalar } from '../scalars/date.scalar.js';
import {
  CheckEligibilityResult,
  ConfirmationChanged,
  ConfirmationResult,
  EligibilityChecked,
  EligibilityOverridden,
  IdentityEligibilityResult,
  OverrideEligibilityResult,
  ReferralNotDecided,
} from './casework-result.type.js';
import {
  AnswerConfirmationInput,
  CheckEligibilityByIdentityInput,
  CheckEligibilityInput,
  ConfirmationListArgs,
  DecisionListArgs,
  OverrideEligibilityInput,
  RequestConfirmationInput,
} from './eligibility.input.js';
import {
  ConfirmationRequest,
  DecisionReview,
  EligibilityDecision,
  EligibilityOverride,
} from './eligibility.type.js';

/** What the use case left behind: decisions are read when they are selected. */
class Checked {
  readonly outcomes: readonly OutcomeOfReferral[];
}

export const EligibilityDecisionConnection = connectionOf(EligibilityDecision);
export const DecisionReviewConnection = connectionOf(DecisionReview);
export const ConfirmationRequestConnection = connectionOf(ConfirmationRequest);

@Resolver()
export class EligibilityResolver {
  @Query(() => EligibilityDecisionConnection)
  eligibilityDecisions(
    @Args(() => DecisionListArgs) _args: DecisionListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.eligibilityDecisions);
  }

  @Query(() => EligibilityDecision, { nullable: true })
  eligibilityDecision(
    @Arg('id', () => IdScalar) _id: string,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.eligibilityDecision);
  }

  @Query(() => DecisionReviewConnection, {
    description: 'Decisions that later evidence would decide differently.',
  })
  decisionsDifferingNow(
    @Args(() => PageArgs) _args: PageArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.decisionsDifferingNow);
  }

  @Query(() => ConfirmationRequestConnection)
  confirmationRequests(
    @Args(() => ConfirmationListArgs) _args: ConfirmationListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.confirmationRequests);
  }

  @Mutation(() => CheckEligibilityResult, {
    description: 'Decides for your referrals and keeps the decisions.',
  })
  checkEligibility(
    @Arg('input', () => CheckEligibilityInput) input: CheckEligibilityInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.eligibility.check(caller, input));
  }

  @Mutation(() => IdentityEligibilityResult, {
    description: 'For a partner’s machine: by NHS number and date of birth together.',
  })
  checkEligibilityByIdentity(
    @Arg('input', () => CheckEligibilityByIdentityInput) input: CheckEligibilityByIdentityInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.identityQuestions.ask(caller, input));
  }

  @Mutation(() => OverrideEligibilityResult, {
    description: 'Sets a decision aside, with reason and clause. The decision stays.',
  })
  overrideEligibility(
    @Arg('input', () => OverrideEligibilityInput) input: OverrideEligibilityInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.overrides.override(caller, input));
  }

  @Mutation(() => ConfirmationResult, { description: 'Asks the team whether the person is on its caseload.' })
  requestConfirmation(
    @Arg('input', () => RequestConfirmationInput) input: RequestConfirmationInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.confirmations.request(caller, input));
  }

  @Mutation(() => ConfirmationResult, { description: 'The asked team’s answer.' })
  answerConfirmation(
    @Arg('input', () => AnswerConfirmationInput) input: AnswerConfirmationInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.confirmations.answer(caller, input));
  }
}

@Resolver(() => EligibilityChecked)
export class EligibilityCheckedResolver {
  @FieldResolver(() => [EligibilityDecision])
  decisions(@Root() checked: Checked, @Info() info: GraphQLResolveInfo, @Ctx() context: GraphContext) {
    return context.readByIds(
      info,
      DECISIONS,
      checked.outcomes.flatMap((outcome) => outcome.decisionId ?? []),
    );
  }

  @FieldResolver(() => [ReferralNotDecided])
  notDecided(@Root() checked: Checked) {
    return checked.outcomes.flatMap(({ referralId, refusal }) =>
      refusal ? [{ referralId, refusal: refusalOf(refusal) }] : [],
    );
  }
}

@Resolver(() => EligibilityOverridden)
export class EligibilityOverriddenResolver {
  @FieldResolver(() => EligibilityDecision)
  decision(
    @Root() root: { decisionId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, DECISIONS, root.decisionId);
  }

  @FieldResolver(() => EligibilityOverride)
  override(
    @Root() root: { overrideId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, OVERRIDES, root.overrideId);
  }
}

@Resolver(() => ConfirmationChanged)
export class ConfirmationChangedResolver {
  @FieldResolver(() => ConfirmationRequest)
  request(
    @Root() root: { requestId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, CONFIRMATION_REQUESTS, root.requestId);
  }
}
