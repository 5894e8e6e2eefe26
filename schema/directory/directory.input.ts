/** Filter and order of teams. */
import { ArgsType, Field, InputType, registerEnumType } from 'type-graphql';
import { TeamKind } from '../../src/contracts/rule-values.js';
import { PageArgs } from '../paging/page.args.js';

/** Orders of teams. */
export const TeamOrder = { CODE: 'CODE', NAME: 'NAME' } as const;
export type TeamOrder = (typeof TeamOrder)[keyof typeof TeamOrder];
registerEnumType(TeamOrder, { name: 'TeamOrder', description: 'Orders of teams.' });

@InputType({ description: 'All that is given must hold.' })
export class TeamFilter {
  @Field(() => [TeamKind], { nullable: true })
  kindIn?: TeamKind[] | null;

  @Field(() => String, { nullable: true })
  code?: string | null;

  @Field(() => String, { nullable: true })
  nameStartsWith?: string | null;
}

@ArgsType()
export class TeamListArgs extends PageArgs {
  @Field(() => TeamFilter, { nullable: true })
  filter?: TeamFilter | null;

  @Field(() => TeamOrder, { nullable: true })
  orderBy?: TeamOrder | null;
}
