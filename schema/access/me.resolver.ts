/** Who am I. */
import { Ctx, Query, Resolver } from 'type-graphql';
import { GraphContext } from '../graph-context.js';
import { Me } from './me.type.js';

@Resolver(() => Me)
export class MeResolver {
  @Query(() => Me, { description: 'Who the hub takes you to be.' })
  me(@Ctx() context: GraphContext): Me {
    const { subject, role, purpose, scope } = context.caller;
    return { subject, role, purpose, teamIds: [...scope.teamIds] };
  }
}
