/** What mutations of delivery answer. */
import { Field, ObjectType } from 'type-graphql';
import { resultOf } from '../refusal.type.js';
import { Destination, NoteDelivery, WorkItem } from './delivery.type.js';

@ObjectType({ simpleResolvers: true, description: 'The delivery as it is now.' })
export class DeliveryChanged {
  @Field(() => NoteDelivery)
  delivery: NoteDelivery;
}

@ObjectType({ simpleResolvers: true, description: 'The destination as it is now.' })
export class DestinationChanged {
  @Field(() => Destination)
  destination: Destination;
}

@ObjectType({ simpleResolvers: true, description: 'The work item as it is now.' })
export class WorkItemResolved {
  @Field(() => WorkItem)
  workItem: WorkItem;
}

/** Answer of cancelDelivery and replayDelivery. */
export const DeliveryResult = resultOf('DeliveryResult', DeliveryChanged);
/** Answer of pauseDestination and resumeDestination. */
export const DestinationResult = resultOf('DestinationResult', DestinationChanged);
/** Answer of resolveWorkItem. */
export const WorkItemResult = resultOf('WorkItemResult', WorkItemResolved);
