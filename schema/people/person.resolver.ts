/** Persons: lists, one, and their memberships and referrals. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { Referral } from '../casework/referral.type.js';
import { PersonMembershipsArgs } from '../clinical/membership.input.js';
import { Membership } from '../clinical/membership.type.js';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { FirstArgs } from '../paging/page.args.js';
import { ROOTS } from '../roots.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { PersonListArgs } from './person.input.js';
import { Person } from './person.type.js';

export const PersonConnection = connectionOf(Person);

@Resolver(() => Person)
export class PersonResolver {
  @Query(() => PersonConnection, { description: 'Persons who have been referred, within your scope.' })
  persons(
    @Args(() => PersonListArgs) _args: PersonListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.persons);
  }

  @Query(() => Person, { nullable: true })
  person(
    @Arg('id', () => IdScalar) _id: string,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.person);
  }

  @FieldResolver(() => [Membership])
  memberships(@Root() person: Person, @Args(() => PersonMembershipsArgs) _args: PersonMembershipsArgs) {
    return person.memberships;
  }

  @FieldResolver(() => [Referral], { description: 'Newest first.' })
  referrals(@Root() person: Person, @Args(() => FirstArgs) _args: FirstArgs) {
    return (person as Person & { referrals: Referral[] }).referrals;
  }
}
