/** What mutations of messages answer. */
import { Field, Int, ObjectType } from 'type-graphql';
import { resultOf } from '../refusal.type.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { InboundMessage } from './message.type.js';

@ObjectType({ simpleResolvers: true, description: 'The message as it is now.' })
export class InboundMessageChanged {
  @Field(() => InboundMessage)
  message: InboundMessage;
}

@ObjectType({
  simpleResolvers: true,
  description: 'How many messages there are, and whether it was done to them.',
})
export class InboundMessagesChanged {
  @Field(() => Int)
  count: number;

  @Field(() => Boolean, { description: 'False: they were counted, and nothing was done.' })
  isDone: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What a message says, and what its sender was told.' })
export class InboundMessageBody {
  @Field(() => IdScalar)
  messageId: string;

  @Field(() => String, {
    description: 'As which the bytes are shown: UTF-8 where they are that, else WINDOWS-1252.',
  })
  encoding: string;

  @Field(() => [String], {
    description: 'Line by line; a character that cannot be shown stands as `<U+000B>`.',
  })
  segments: string[];

  @Field(() => [String], { nullable: true, description: 'Null where its sender was told nothing.' })
  answer: string[] | null;
}

/** Answer of replayInboundMessage and setInboundMessageAside. */
export const InboundMessageResult = resultOf('InboundMessageResult', InboundMessageChanged);
/** Answer of replayInboundMessages and setInboundMessagesAside. */
export const InboundMessagesResult = resultOf('InboundMessagesResult', InboundMessagesChanged);
/** Answer of readInboundMessageBody. */
export const InboundMessageBodyResult = resultOf('InboundMessageBodyResult', InboundMessageBody);
