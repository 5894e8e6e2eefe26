/** Refusals, and the union of a success and a refusal that every mutation answers. */
import { createUnionType, Field, ObjectType } from 'type-graphql';

@ObjectType({ simpleResolvers: true, description: 'A refusal that you can do something about.' })
export class Refusal {
  @Field(() => String, { description: 'Stable code; docs/errors.md says how to solve it.' })
  code: string;

  @Field(() => String)
  message: string;

  @Field(() => String, { nullable: true, description: 'Input field at fault.' })
  field: string | null;

  @Field(() => String, { nullable: true, description: 'What is accepted there.' })
  accepted: string | null;

  @Field(() => String, { nullable: true, description: 'Rule that refuses.' })
  rule: string | null;

  @Field(() => String, { nullable: true, description: 'Clause the rule comes from.' })
  clause: string | null;
}

/** The union of a success type and `Refusal`; an answer with a code is a refusal. */
export function resultOf<Success extends { new (): object }>(name: string, success: Success) {
  return createUnionType({
    name,
    description: 'What was done, or the refusal.',
    types: () => [success, Refusal] as const,
    resolveType: (value: object) => ('code' in value ? Refusal : success),
  });
}
