/** What the messages of a record system leave open, in the graph: for identity stewards. */
import { ArgsType, Field, InputType, ObjectType } from 'type-graphql';
import type { Relation } from 'typeorm';
import { ClinicalRecordSystem } from '../clinical/membership.type.js';
import { PageArgs } from '../paging/page.args.js';
import { IdentityRecord } from '../people/identity-conflict.type.js';
import { DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { FeedDoubtKind } from './message.enum.js';
import { InboundMessage } from './message.type.js';

@ObjectType({
  simpleResolvers: true,
  description:
    'Something about patients of a record system that its messages do not settle: nobody is taken or refused for it. It goes by itself once a message settles it.',
})
export class FeedDoubt {
  @Field(() => FeedDoubtKind)
  kind: FeedDoubtKind;

  @Field(() => ClinicalRecordSystem)
  system: Relation<ClinicalRecordSystem>;

  @Field(() => String, {
    nullable: true,
    description: 'Number of the visit; null when it concerns the patients themselves.',
  })
  visit: string | null;

  @Field(() => DateTimeScalar)
  openedAt: string;

  @Field(() => [IdentityRecord], { description: 'Records of the patients whom it concerns.' })
  records: Relation<IdentityRecord>[];

  @Field(() => [String], { description: 'Local ids of patients whom it concerns and the hub does not know.' })
  unknownLocalIds: string[];

  @Field(() => [InboundMessage], { description: 'Messages about these patients, the newest first.' })
  messages: Relation<InboundMessage>[];
}

@InputType({ description: 'All that is given must hold.' })
export class FeedDoubtFilter {
  @Field(() => IdScalar, { nullable: true })
  systemId?: string | null;

  @Field(() => [FeedDoubtKind], { nullable: true })
  kindIn?: FeedDoubtKind[] | null;
}

@ArgsType()
export class FeedDoubtListArgs extends PageArgs {
  @Field(() => FeedDoubtFilter, { nullable: true })
  filter?: FeedDoubtFilter | null;
}
