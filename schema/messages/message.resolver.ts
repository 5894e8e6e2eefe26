/** Messages of record systems, what is done about them, and what they leave open. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { INBOUND_MESSAGES } from '../../src/delivery/messages/inbound-message.reader.js';
import type { MessageDeed } from '../../src/delivery/messages/message.service.js';
import { shownLines } from '../../src/delivery/messages/shown-lines.rules.js';
import { attempt } from '../attempt.js';
import { TimelineArgs } from '../delivery/delivery.input.js';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { FirstArgs } from '../paging/page.args.js';
import { IdentityRecord } from '../people/identity-conflict.type.js';
import { ROOTS } from '../roots.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { FeedDoubt, FeedDoubtListArgs } from './feed-doubt.type.js';
import {
  InboundMessageListArgs,
  ReadInboundMessageBodyInput,
  ReplayInboundMessageInput,
  ReplayInboundMessagesInput,
  SetInboundMessageAsideInput,
  SetInboundMessagesAsideInput,
} from './message.input.js';
import { InboundMessage, InboundMessageEvent } from './message.type.js';
import {
  InboundMessageBodyResult,
  InboundMessageChanged,
  InboundMessageResult,
  InboundMessagesResult,
} from './message-result.type.js';

export const InboundMessageConnection = connectionOf(InboundMessage);
export const FeedDoubtConnection = connectionOf(FeedDoubt);

@Resolver(() => InboundMessage)
export class MessageResolver {
  @Query(() => InboundMessageConnection, {
    description: 'Messages that record systems of your organisation sent, the newest first.',
  })
  inboundMessages(
    @Args(() => InboundMessageListArgs) _args: InboundMessageListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.inboundMessages);
  }

  @Query(() => InboundMessage, { nullable: true })
  inboundMessage(
    @Arg('id', () => IdScalar) _id: string,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.inboundMessage);
  }

  @Query(() => FeedDoubtConnection, {
    description: 'What the messages of record systems leave open, oldest first.',
  })
  feedDoubts(
    @Args(() => FeedDoubtListArgs) _args: FeedDoubtListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.feedDoubts);
  }

  @FieldResolver(() => [InboundMessageEvent], { description: 'In order.' })
  timeline(@Root() message: InboundMessage, @Args(() => TimelineArgs) _args: TimelineArgs) {
    return message.timeline;
  }

  @Mutation(() => InboundMessageResult, {
    description: 'Has a message read again from its bytes, in its place among those that wait.',
  })
  replayInboundMessage(
    @Arg('input', () => ReplayInboundMessageInput) input: ReplayInboundMessageInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.messages.replay(caller, input));
  }

  @Mutation(() => InboundMessageResult, {
    description: 'Decides that a message which was not understood need not be.',
  })
  setInboundMessageAside(
    @Arg('input', () => SetInboundMessageAsideInput) input: SetInboundMessageAsideInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.messages.setAside(caller, input));
  }

  @Mutation(() => InboundMessagesResult, {
    description: 'Counts messages; with their number, has them read again in the order of their arrival.',
  })
  replayInboundMessages(
    @Arg('input', () => ReplayInboundMessagesInput) input: ReplayInboundMessagesInput,
    @Ctx() context: GraphContext,
  ) {
    return toMany(context, 'REPLAY', input);
  }

  @Mutation(() => InboundMessagesResult, {
    description: 'Counts messages that were not understood; with their number, sets them aside.',
  })
  setInboundMessagesAside(
    @Arg('input', () => SetInboundMessagesAsideInput) input: SetInboundMessagesAsideInput,
    @Ctx() context: GraphContext,
  ) {
    return toMany(context, 'SET_ASIDE', input);
  }

  @Mutation(() => InboundMessageBodyResult, {
    description: 'Shows what a message says, once it is on record who saw it and why.',
  })
  readInboundMessageBody(
    @Arg('input', () => ReadInboundMessageBodyInput) input: ReadInboundMessageBodyInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, async (caller) => {
      const { messageId, bytes, answer } = await context.services.messageBody(caller, input);
      const { encoding, lines } = shownLines(bytes);
      return { messageId, encoding, segments: lines, answer: answer && shownLines(answer).lines };
    });
  }
}

/** Counts messages, and does it to them where their number is given. */
function toMany(
  context: GraphContext,
  deed: MessageDeed,
  { idempotencyKey, messages, count, reason }: ReplayInboundMessagesInput,
) {
  const { systemId, stateIn, type, controlId, code, receivedFrom, receivedBefore } = messages;
  const given = { states: stateIn, type, controlId, code, receivedFrom, receivedBefore };
  const filter = {
    systemId,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined)),
  };
  const { messages: service } = context.services;
  return attempt(context, async (caller) => {
    if (count === null || count === undefined)
      return { count: await service.count(caller, deed, filter), isDone: false };
    const form = { idempotencyKey, filter, count, reason };
    const done = deed === 'REPLAY' ? service.replayMany(caller, form) : service.setAsideMany(caller, form);
    return { ...(await done), isDone: true };
  });
}

@Resolver(() => InboundMessageChanged)
export class InboundMessageChangedResolver {
  @FieldResolver(() => InboundMessage)
  message(
    @Root() changed: { messageId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, INBOUND_MESSAGES, changed.messageId);
  }
}

@Resolver(() => FeedDoubt)
export class MessagesOfFeedDoubtResolver {
  @FieldResolver(() => [InboundMessage], { description: 'Messages about these patients, the newest first.' })
  messages(@Root() doubt: FeedDoubt, @Args(() => FirstArgs) _args: FirstArgs) {
    return doubt.messages;
  }
}

@Resolver(() => IdentityRecord)
export class MessagesOfIdentityRecordResolver {
  @FieldResolver(() => [InboundMessage], {
    description:
      'Messages of its system about this record, the newest first; none of one that is restricted.',
  })
  messages(@Root() record: { messages: InboundMessage[] }, @Args(() => FirstArgs) _args: FirstArgs) {
    return record.messages;
  }
}
