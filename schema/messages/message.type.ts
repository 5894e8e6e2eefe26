/** Messages of record systems in the graph, and how each system's feed of them stands. */
import { Field, Int, ObjectType } from 'type-graphql';
import type { Relation } from 'typeorm';
import { ClinicalRecordSystem } from '../clinical/membership.type.js';
import { DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { MessageMoment, MessageState } from './message.enum.js';

@ObjectType({ simpleResolvers: true, description: 'Something that happened to a message.' })
export class InboundMessageEvent {
  @Field(() => DateTimeScalar, { description: 'Of repeats: when the last came.' })
  at: string;

  @Field(() => MessageMoment)
  what: MessageMoment;

  @Field(() => Int, { description: 'More than 1 for repeats alone.' })
  times: number;

  @Field(() => String, { nullable: true, description: 'Why it was refused or not understood.' })
  code: string | null;

  @Field(() => String, { nullable: true, description: 'Where, as the protocol names places.' })
  place: string | null;

  @Field(() => String, { nullable: true, description: 'Null: its sender.' })
  by: string | null;

  @Field(() => String, { nullable: true })
  reason: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A message that a record system sent, without what it says; `readInboundMessageBody` shows that.',
})
export class InboundMessage {
  @Field(() => IdScalar)
  id: string;

  @Field(() => ClinicalRecordSystem)
  system: Relation<ClinicalRecordSystem>;

  @Field(() => String, { nullable: true, description: 'Sending application, as the message names it.' })
  application: string | null;

  @Field(() => String, { nullable: true, description: 'Sending facility, as the message names it.' })
  facility: string | null;

  @Field(() => String, { nullable: true, description: 'The sender’s number of the message.' })
  controlId: string | null;

  @Field(() => String, { nullable: true, description: 'Message and event, as `ADT^A01`.' })
  type: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'As its sender says.' })
  sentAt: string | null;

  @Field(() => DateTimeScalar)
  receivedAt: string;

  @Field(() => String)
  remoteAddress: string;

  @Field(() => MessageState)
  state: MessageState;

  @Field(() => String, {
    nullable: true,
    description: 'Why it was refused or not understood; docs/errors.md says how to solve it.',
  })
  code: string | null;

  @Field(() => String, { nullable: true, description: 'Where, as the protocol names places.' })
  place: string | null;

  @Field(() => String, { description: 'SHA-256 of the bytes as they came, in hexadecimal.' })
  bytesHash: string;

  @Field(() => Boolean, { description: 'False once the bytes are no longer kept.' })
  hasBody: boolean;

  @Field(() => Int, { description: 'Times that its sender sent it again.' })
  repeats: number;

  @Field(() => DateTimeScalar, { nullable: true })
  lastRepeatedAt: string | null;

  @Field(() => Int, { description: 'Readings that ended.' })
  attempts: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the last reading ended.' })
  readAt: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When somebody last asked for another reading.',
  })
  replayedAt: string | null;

  @Field(() => [InboundMessageEvent], { description: 'In order.' })
  timeline: InboundMessageEvent[];
}

@ObjectType({
  simpleResolvers: true,
  description: 'When everybody on a team of a feed was last counted: a feed tells of changes alone.',
})
export class FeedCount {
  @Field(() => String, { description: 'The team, as the record system names it.' })
  teamReference: string;

  @Field(() => DateTimeScalar, { description: 'When it was so, as whoever counted says.' })
  asOf: string;

  @Field(() => Int, { description: 'How many were there.' })
  counted: number;
}

@ObjectType({ simpleResolvers: true, description: 'How what a record system sends by itself stands.' })
export class InboundFeed {
  @Field(() => DateTimeScalar, { description: 'When it was last heard of, to a few seconds.' })
  heardAt: string;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'True when that is longer ago than its site allows: nobody’s absence from a caseload follows from the feed then. Null where it tells nothing of caseloads.',
  })
  isSilent: boolean | null;

  @Field(() => Int, { description: 'Messages that wait to be read.' })
  unread: number;

  @Field(() => DateTimeScalar, { nullable: true })
  unreadSince: string | null;

  @Field(() => Int, { description: 'Messages that wait for somebody to replay them or set them aside.' })
  notUnderstood: number;

  @Field(() => DateTimeScalar, { nullable: true })
  notUnderstoodSince: string | null;

  @Field(() => [FeedCount], {
    nullable: true,
    description: 'By team; of one that is absent nobody was ever counted.',
  })
  counts: FeedCount[] | null;
}
