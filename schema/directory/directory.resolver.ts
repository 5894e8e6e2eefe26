/** Teams. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { ROOTS } from '../roots.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { TeamListArgs } from './directory.input.js';
import { Team } from './directory.type.js';

export const TeamConnection = connectionOf(Team);

@Resolver(() => Team)
export class TeamResolver {
  @Query(() => TeamConnection)
  teams(
    @Args(() => TeamListArgs) _args: TeamListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.teams);
  }

  @Query(() => Team, { nullable: true })
  team(
    @Arg('id', () => IdScalar) _id: string,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.team);
  }
}
