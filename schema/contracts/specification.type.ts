/** Service specifications in the graph: versions, rules, clauses. */
import { GraphQLJSON } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';

@ObjectType({
  simpleResolvers: true,
  description: 'One rule of a version of a service specification, with its clause.',
})
export class SpecificationRule {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String)
  key: string;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description: 'Null: the document is silent; decisions say “not specified”.',
  })
  value: unknown;

  @Field(() => String, { description: 'HARD, SOFT, SETTING or NOT_SPECIFIED.' })
  strength: string;

  @Field(() => String, { nullable: true, description: 'Document and line.' })
  clause: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'How the hub reads the clause, where the text leaves it open.',
  })
  reading: string | null;

  @Field(() => Boolean, { description: 'A placeholder that must be filled before activation.' })
  unfilled: boolean;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A version of a service specification; effective-dated, never overwritten.',
})
export class SpecificationVersion {
  @Field(() => IdScalar)
  id: string;

  @Field(() => Int)
  version: number;

  @Field(() => DateScalar, { nullable: true, description: 'Null: not specified, counts as in force.' })
  validFrom: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'First day no longer in force.' })
  validTo: string | null;

  @Field(() => String, { nullable: true })
  reviewDue: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Null: not activated; nothing can be decided under it.',
  })
  activatedAt: string | null;

  @Field(() => [SpecificationRule])
  rules: SpecificationRule[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'A service specification: what a commissioner has bought.',
})
export class ServiceSpecification {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String)
  code: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { description: 'Number of the source document.' })
  sourceDocument: string;

  @Field(() => String, { nullable: true })
  commissioner: string | null;

  @Field(() => String, { nullable: true })
  provider: string | null;

  @Field(() => [SpecificationVersion])
  versions: SpecificationVersion[];
}
