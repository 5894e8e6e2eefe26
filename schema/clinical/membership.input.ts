/** Filter of memberships and the two points in time. */
import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import { PageArgs } from '../paging/page.args.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';

@InputType({ description: 'All that is given must hold.' })
export class MembershipFilter {
  @Field(() => [MembershipState], { nullable: true })
  stateIn?: MembershipState[] | null;

  @Field(() => IdScalar, { nullable: true })
  teamId?: string | null;

  @Field(() => Boolean, { nullable: true })
  ended?: boolean | null;

  @Field(() => [MembershipFilter], { nullable: true })
  or?: MembershipFilter[] | null;
}

@ArgsType()
export class MembershipListArgs extends PageArgs {
  @Field(() => MembershipFilter, { nullable: true })
  filter?: MembershipFilter | null;

  @Field(() => DateScalar, { nullable: true, description: 'What was so on this day; default: every period.' })
  asOf?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'What the hub knew at this instant; default now.',
  })
  knownAt?: string | null;
}

@ArgsType()
export class PersonMembershipsArgs {
  @Field(() => Int, { nullable: true, description: 'At most 50; default 10.' })
  first?: number | null;

  @Field(() => DateScalar, { nullable: true, description: 'What was so on this day; default: every period.' })
  asOf?: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'What the hub knew at this instant; default now.',
  })
  knownAt?: string | null;
}
