/** Filters of messages, and what is done to them. */
import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { PageArgs } from '../paging/page.args.js';
import { DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { MessageState } from './message.enum.js';

const REASON = 'Why, without anything about a person; 3 to 500 characters.';

@InputType({ description: 'All that is given must hold.' })
export class InboundMessageFilter {
  @Field(() => IdScalar, { nullable: true, description: 'The record system that sent it.' })
  systemId?: string | null;

  @Field(() => [MessageState], { nullable: true })
  stateIn?: MessageState[] | null;

  @Field(() => String, { nullable: true, description: 'Message and event, as `ADT^A01`.' })
  type?: string | null;

  @Field(() => String, { nullable: true, description: 'Sending application.' })
  application?: string | null;

  @Field(() => String, { nullable: true, description: 'Sending facility.' })
  facility?: string | null;

  @Field(() => String, { nullable: true, description: 'The sender’s number.' })
  controlId?: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was refused or not understood.' })
  code?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  receivedFrom?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  receivedUntil?: string | null;

  @Field(() => IdScalar, {
    nullable: true,
    description: 'Concerns this person. For identity stewards; asking is on record with the person.',
  })
  personId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Concerns the patient of this local id. For identity stewards.',
  })
  localId?: string | null;

  @Field(() => [InboundMessageFilter], { nullable: true })
  and?: InboundMessageFilter[] | null;

  @Field(() => [InboundMessageFilter], { nullable: true })
  or?: InboundMessageFilter[] | null;

  @Field(() => InboundMessageFilter, { nullable: true })
  not?: InboundMessageFilter | null;
}

@ArgsType()
export class InboundMessageListArgs extends PageArgs {
  @Field(() => InboundMessageFilter, { nullable: true })
  filter?: InboundMessageFilter | null;
}

@InputType({ description: 'A message that is to be read again.' })
export class ReplayInboundMessageInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  messageId: string;

  @Field(() => String, { description: REASON })
  reason: string;
}

@InputType({ description: 'A message that need not be understood.' })
export class SetInboundMessageAsideInput extends ReplayInboundMessageInput {}

@InputType({ description: 'Messages of one record system; what is left out does not narrow.' })
export class InboundMessagesOf {
  @Field(() => IdScalar)
  systemId: string;

  @Field(() => [MessageState], { nullable: true })
  stateIn?: MessageState[] | null;

  @Field(() => String, { nullable: true, description: 'Message and event, as `ADT^A01`.' })
  type?: string | null;

  @Field(() => String, { nullable: true })
  controlId?: string | null;

  @Field(() => String, { nullable: true, description: 'Why they were not understood.' })
  code?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  receivedFrom?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  receivedBefore?: string | null;
}

@InputType({ description: 'Messages that are to be read again.' })
export class ReplayInboundMessagesInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => InboundMessagesOf)
  messages: InboundMessagesOf;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many there are, as the answer without it says. Left out: they are counted and nothing is done. Another number by then: nothing is done.',
  })
  count?: number | null;

  @Field(() => String, { description: REASON })
  reason: string;
}

@InputType({ description: 'Messages that need not be understood.' })
export class SetInboundMessagesAsideInput extends ReplayInboundMessagesInput {}

@InputType({ description: 'A message whose words somebody has to see.' })
export class ReadInboundMessageBodyInput {
  @Field(() => IdScalar)
  messageId: string;

  @Field(() => String, { description: `${REASON} It is on record before anything is shown.` })
  reason: string;
}
