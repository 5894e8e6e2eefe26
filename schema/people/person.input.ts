/** Filter and order of persons. */
import { ArgsType, Field, InputType, registerEnumType } from 'type-graphql';
import { PageArgs } from '../paging/page.args.js';
import { DateScalar } from '../scalars/date.scalar.js';
import { IdentityState } from './person.type.js';

/** Orders of persons. */
export const PersonOrder = { NEWEST: 'NEWEST', FAMILY_NAME: 'FAMILY_NAME' } as const;
export type PersonOrder = (typeof PersonOrder)[keyof typeof PersonOrder];
registerEnumType(PersonOrder, { name: 'PersonOrder', description: 'Orders of persons.' });

@InputType({ description: 'All that is given must hold.' })
export class PersonFilter {
  @Field(() => String, { nullable: true, description: 'Exact, ten digits without spaces.' })
  nhsNumber?: string | null;

  @Field(() => String, { nullable: true, description: 'Prefix, case as written.' })
  familyNameStartsWith?: string | null;

  @Field(() => DateScalar, { nullable: true })
  dateOfBirth?: string | null;

  @Field(() => IdentityState, { nullable: true })
  identityState?: IdentityState | null;

  @Field(() => [PersonFilter], { nullable: true })
  and?: PersonFilter[] | null;

  @Field(() => [PersonFilter], { nullable: true })
  or?: PersonFilter[] | null;

  @Field(() => PersonFilter, { nullable: true })
  not?: PersonFilter | null;
}

@ArgsType()
export class PersonListArgs extends PageArgs {
  @Field(() => PersonFilter, { nullable: true })
  filter?: PersonFilter | null;

  @Field(() => PersonOrder, { nullable: true })
  orderBy?: PersonOrder | null;
}
