/** Arguments that every connection shares. */
import { ArgsType, Field, Int } from 'type-graphql';

/** Arguments of a connection: forwards by `first` and `after`, backwards by `last` and `before`. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: 'How many from the start; at most 250, and 25 of drafts.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor after which to go on.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many from the end.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor before which to stop.' })
  before?: string | null;
}

/** Argument of a nested list. */
@ArgsType()
export class FirstArgs {
  @Field(() => Int, { nullable: true, description: 'At most 50; default 10.' })
  first?: number | null;
}
