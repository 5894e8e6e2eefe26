/** Filters, orders and inputs of delivery. */
import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { PageArgs } from '../paging/page.args.js';
import { DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import {
  DeliveryOperation,
  DeliveryOrder,
  DeliveryOurs,
  DeliveryTheirs,
  WorkItemKind,
  WorkItemOrder,
} from './delivery.enum.js';

@InputType({ description: 'All that is given must hold.' })
export class NoteDeliveryFilter {
  @Field(() => [DeliveryOurs], { nullable: true })
  oursIn?: DeliveryOurs[] | null;

  @Field(() => [DeliveryTheirs], { nullable: true })
  theirsIn?: DeliveryTheirs[] | null;

  @Field(() => DeliveryOperation, { nullable: true })
  operation?: DeliveryOperation | null;

  @Field(() => String, { nullable: true, description: 'Exact code.' })
  lastCode?: string | null;

  @Field(() => IdScalar, { nullable: true, description: 'Destination.' })
  systemId?: string | null;

  @Field(() => IdScalar, { nullable: true })
  teamId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Read back from the record, or not.' })
  filed?: boolean | null;

  @Field(() => DateTimeScalar, { nullable: true })
  queuedFrom?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  queuedUntil?: string | null;

  @Field(() => [NoteDeliveryFilter], { nullable: true })
  and?: NoteDeliveryFilter[] | null;

  @Field(() => [NoteDeliveryFilter], { nullable: true })
  or?: NoteDeliveryFilter[] | null;

  @Field(() => NoteDeliveryFilter, { nullable: true })
  not?: NoteDeliveryFilter | null;
}

@ArgsType()
export class NoteDeliveryListArgs extends PageArgs {
  @Field(() => NoteDeliveryFilter, { nullable: true })
  filter?: NoteDeliveryFilter | null;

  @Field(() => DeliveryOrder, { nullable: true })
  orderBy?: DeliveryOrder | null;
}

@ArgsType()
export class TimelineArgs {
  @Field(() => Int, { nullable: true, description: 'At most 100; default 25.' })
  first?: number | null;
}

@InputType({ description: 'All that is given must hold.' })
export class WorkItemFilter {
  @Field(() => [WorkItemKind], { nullable: true })
  kindIn?: WorkItemKind[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Not yet resolved, or resolved.' })
  isOpen?: boolean | null;

  @Field(() => IdScalar, { nullable: true })
  teamId?: string | null;

  @Field(() => IdScalar, { nullable: true, description: 'Assigned to that member of staff.' })
  assignedToId?: string | null;
}

@ArgsType()
export class WorkItemListArgs extends PageArgs {
  @Field(() => WorkItemFilter, { nullable: true })
  filter?: WorkItemFilter | null;

  @Field(() => WorkItemOrder, { nullable: true })
  orderBy?: WorkItemOrder | null;
}

@InputType({ description: 'A delivery that is not to be sent.' })
export class CancelDeliveryInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  deliveryId: string;

  @Field(() => String)
  reason: string;
}

@InputType({ description: 'A parked delivery that is to be tried again.' })
export class ReplayDeliveryInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  deliveryId: string;

  @Field(() => String, { description: 'What has been put right.' })
  reason: string;
}

@InputType({ description: 'A destination to which nothing is to be sent for a while.' })
export class PauseDestinationInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => String, { description: 'Code of the record system.' })
  systemCode: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Left out: until somebody resumes it.' })
  until?: string | null;

  @Field(() => String)
  reason: string;
}

@InputType({ description: 'A destination to which is sent again.' })
export class ResumeDestinationInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => String, { description: 'Code of the record system.' })
  systemCode: string;
}

@InputType({ description: 'A work item that has been seen to.' })
export class ResolveWorkItemInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  workItemId: string;

  @Field(() => String, { description: 'What was done.' })
  resolution: string;
}
