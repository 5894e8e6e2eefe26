/** The identity work list: disputes, one dispute, and the ruling that settles it. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { IDENTITY_CONFLICTS } from '../../src/people/identity-conflict.reader.js';
import { attempt } from '../attempt.js';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { ROOTS } from '../roots.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { IdentityConflictListArgs, SettleIdentityConflictInput } from './identity-conflict.input.js';
import {
  IdentityConflict,
  IdentityConflictSettled,
  SettleIdentityConflictResult,
} from './identity-conflict.type.js';

export const IdentityConflictConnection = connectionOf(IdentityConflict);

@Resolver(() => IdentityConflict)
export class IdentityConflictResolver {
  @Query(() => IdentityConflictConnection, {
    description: 'Disputes about who is who in your organisation, oldest first.',
  })
  identityConflicts(
    @Args(() => IdentityConflictListArgs) _args: IdentityConflictListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.identityConflicts);
  }

  @Query(() => IdentityConflict, { nullable: true })
  identityConflict(
    @Arg('id', () => IdScalar) _id: string,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.identityConflict);
  }

  @Mutation(() => SettleIdentityConflictResult, {
    description:
      'Rules that the two of a dispute are one person, or two. It holds until a record is corrected against it.',
  })
  settleIdentityConflict(
    @Arg('input', () => SettleIdentityConflictInput) input: SettleIdentityConflictInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.identityConflicts.settle(caller, input));
  }
}

@Resolver(() => IdentityConflictSettled)
export class IdentityConflictSettledResolver {
  @FieldResolver(() => IdentityConflict)
  conflict(
    @Root() settled: { conflictId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, IDENTITY_CONFLICTS, settled.conflictId);
  }
}
