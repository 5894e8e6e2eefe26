/** Service specifications. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { ROOTS } from '../roots.js';
import { SpecificationListArgs } from './specification.input.js';
import { ServiceSpecification } from './specification.type.js';

export const ServiceSpecificationConnection = connectionOf(ServiceSpecification);

@Resolver(() => ServiceSpecification)
export class SpecificationResolver {
  @Query(() => ServiceSpecificationConnection)
  serviceSpecifications(
    @Args(() => SpecificationListArgs) _args: SpecificationListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.serviceSpecifications);
  }

  @Query(() => ServiceSpecification, { nullable: true })
  serviceSpecification(
    @Arg('code', () => String) _code: string,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.serviceSpecification);
  }
}
