/** Filter of service specifications. */
import { ArgsType, Field, InputType } from 'type-graphql';
import { PageArgs } from '../paging/page.args.js';

@InputType({ description: 'All that is given must hold.' })
export class ServiceSpecificationFilter {
  @Field(() => [String], { nullable: true })
  codeIn?: string[] | null;
}

@ArgsType()
export class SpecificationListArgs extends PageArgs {
  @Field(() => ServiceSpecificationFilter, { nullable: true })
  filter?: ServiceSpecificationFilter | null;
}
