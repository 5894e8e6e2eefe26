/** Deliveries, destinations and work items: lists, and what changes them. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { DESTINATIONS, NOTE_DELIVERIES, WORK_ITEMS } from '../../src/delivery/delivery.reader.js';
import { attempt } from '../attempt.js';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { PageArgs } from '../paging/page.args.js';
import { ROOTS } from '../roots.js';
import {
  CancelDeliveryInput,
  NoteDeliveryListArgs,
  PauseDestinationInput,
  ReplayDeliveryInput,
  ResolveWorkItemInput,
  ResumeDestinationInput,
  TimelineArgs,
  WorkItemListArgs,
} from './delivery.input.js';
import { DeliveryAttempt, Destination, NoteDelivery, WorkItem } from './delivery.type.js';
import {
  DeliveryChanged,
  DeliveryResult,
  DestinationChanged,
  DestinationResult,
  WorkItemResolved,
  WorkItemResult,
} from './delivery-result.type.js';

export const NoteDeliveryConnection = connectionOf(NoteDelivery);
export const DestinationConnection = connectionOf(Destination);
export const WorkItemConnection = connectionOf(WorkItem);

@Resolver(() => NoteDelivery)
export class DeliveryResolver {
  @Query(() => NoteDeliveryConnection, { description: 'What is on its way, parked or filed.' })
  noteDeliveries(
    @Args(() => NoteDeliveryListArgs) _args: NoteDeliveryListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.noteDeliveries);
  }

  @Query(() => DestinationConnection, { description: 'Record systems of your organisation that take notes.' })
  destinations(
    @Args(() => PageArgs) _args: PageArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.destinations);
  }

  @Query(() => WorkItemConnection, { description: 'What has to be seen to in your teams, oldest first.' })
  workItems(
    @Args(() => WorkItemListArgs) _args: WorkItemListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.workItems);
  }

  @FieldResolver(() => [DeliveryAttempt], { nullable: true, description: 'Newest first.' })
  timeline(@Root() delivery: NoteDelivery, @Args(() => TimelineArgs) _args: TimelineArgs) {
    return delivery.timeline;
  }

  @Mutation(() => DeliveryResult, { description: 'Gives up a delivery that has not been sent.' })
  cancelDelivery(
    @Arg('input', () => CancelDeliveryInput) input: CancelDeliveryInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.deliveries.cancel(caller, input));
  }

  @Mutation(() => DeliveryResult, { description: 'Tries a parked delivery again.' })
  replayDelivery(
    @Arg('input', () => ReplayDeliveryInput) input: ReplayDeliveryInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.deliveries.replay(caller, input));
  }

  @Mutation(() => DestinationResult, { description: 'Sends nothing to a destination; notes wait.' })
  pauseDestination(
    @Arg('input', () => PauseDestinationInput) input: PauseDestinationInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) =>
      context.services.deliveries.pause(caller, { ...input, until: input.until ?? null }),
    );
  }

  @Mutation(() => DestinationResult, { description: 'Sends to a destination again, in order.' })
  resumeDestination(
    @Arg('input', () => ResumeDestinationInput) input: ResumeDestinationInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.deliveries.resume(caller, input));
  }

  @Mutation(() => WorkItemResult, { description: 'Says that a work item has been seen to, and how.' })
  resolveWorkItem(
    @Arg('input', () => ResolveWorkItemInput) input: ResolveWorkItemInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.workItems.resolve(caller, input));
  }
}

@Resolver(() => DeliveryChanged)
export class DeliveryChangedResolver {
  @FieldResolver(() => NoteDelivery)
  delivery(
    @Root() changed: { deliveryId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, NOTE_DELIVERIES, changed.deliveryId);
  }
}

@Resolver(() => DestinationChanged)
export class DestinationChangedResolver {
  @FieldResolver(() => Destination)
  destination(
    @Root() changed: { systemId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, DESTINATIONS, changed.systemId);
  }
}

@Resolver(() => WorkItemResolved)
export class WorkItemResolvedResolver {
  @FieldResolver(() => WorkItem)
  workItem(
    @Root() resolved: { workItemId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, WORK_ITEMS, resolved.workItemId);
  }
}
