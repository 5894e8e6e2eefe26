/** Referrals: lists, one, and what changes them. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { REFERRALS } from '../../src/casework/referrals/referral.reader.js';
import { attempt } from '../attempt.js';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { FirstArgs } from '../paging/page.args.js';
import { ROOTS } from '../roots.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { ReferralChanged, ReferralResult } from './casework-result.type.js';
import { ConfirmationRequest, EligibilityDecision } from './eligibility.type.js';
import {
  AcceptReferralInput,
  RecordConsentInput,
  RecordReferralInput,
  RecordWordOnWorkInput,
  ReferralListArgs,
} from './referral.input.js';
import { Referral } from './referral.type.js';

export const ReferralConnection = connectionOf(Referral);

@Resolver(() => Referral)
export class ReferralResolver {
  @Query(() => ReferralConnection)
  referrals(
    @Args(() => ReferralListArgs) _args: ReferralListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.referrals);
  }

  @Query(() => Referral, { nullable: true })
  referral(
    @Arg('id', () => IdScalar) _id: string,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.referral);
  }

  @FieldResolver(() => [EligibilityDecision], { description: 'Newest first.' })
  decisions(@Root() referral: Referral, @Args(() => FirstArgs) _args: FirstArgs) {
    return referral.decisions;
  }

  @FieldResolver(() => [ConfirmationRequest], { nullable: true, description: 'Newest first.' })
  confirmationRequests(@Root() referral: Referral, @Args(() => FirstArgs) _args: FirstArgs) {
    return referral.confirmationRequests;
  }

  @Mutation(() => ReferralResult, { description: 'Records a referral; finds or makes its person.' })
  recordReferral(
    @Arg('input', () => RecordReferralInput) input: RecordReferralInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.referrals.record(caller, input));
  }

  @Mutation(() => ReferralResult, { description: 'Accepts a received referral.' })
  acceptReferral(
    @Arg('input', () => AcceptReferralInput) input: AcceptReferralInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.referrals.accept(caller, input));
  }

  @Mutation(() => ReferralResult, { description: 'Records what the person says of work.' })
  recordWordOnWork(
    @Arg('input', () => RecordWordOnWorkInput) input: RecordWordOnWorkInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.referrals.recordWordOnWork(caller, input));
  }

  @Mutation(() => ReferralResult, {
    description: 'Records consent, or its refusal, to contact the clinician.',
  })
  recordConsentToContactClinician(
    @Arg('input', () => RecordConsentInput) input: RecordConsentInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.referrals.recordConsent(caller, input));
  }
}

@Resolver(() => ReferralChanged)
export class ReferralChangedResolver {
  @FieldResolver(() => Referral)
  referral(
    @Root() changed: { referralId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, REFERRALS, changed.referralId);
  }
}
