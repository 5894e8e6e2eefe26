/** Where and when something of a clinical record was read. */
import { Field, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../scalars/date.scalar.js';

/** Where and when something was read; every item of a clinical record says so. */
@ObjectType()
export abstract class ReadFromRecord {
  @Field(() => String, { description: 'Code of the record system.' })
  system: string;

  @Field(() => String, { description: 'The record system’s own reference, as `Type/id`.' })
  reference: string;

  @Field(() => String, { nullable: true, description: 'The record system’s version of it.' })
  version: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the record system says that it was so; null when it does not say.',
  })
  asOf: string | null;

  @Field(() => DateTimeScalar, { description: 'When the hub read it.' })
  fetchedAt: string;

  @Field(() => Boolean, { description: 'False: parts of it could not be understood and are missing.' })
  complete: boolean;
}
