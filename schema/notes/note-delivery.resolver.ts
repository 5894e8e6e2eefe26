/** The subscription to what becomes of notes: an event per change that the subscriber may see, read under their own scope. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, FieldResolver, Info, ObjectType, Resolver, Root, Subscription } from 'type-graphql';
import { HubError } from '../../src/core/errors.js';
import { NOTE_DELIVERIES } from '../../src/delivery/delivery.reader.js';
import { NOTES } from '../../src/notes/note.reader.js';
import { type NoteReceipt, noteReceipt } from '../../src/notes/note-receipt.reader.js';
import { NoteDelivery } from '../delivery/delivery.type.js';
import { GraphContext } from '../graph-context.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { type DeliveryEvent, WatchedChanges } from './delivery-changes.js';
import { Note } from './note.type.js';

@ObjectType({ simpleResolvers: true, description: 'A note and its newest delivery, as they are now.' })
export class NoteDeliveryChanged {
  @Field(() => Note)
  note: Note;

  @Field(() => NoteDelivery, { nullable: true, description: 'Null while there is none.' })
  delivery: NoteDelivery | null;
}

@Resolver()
export class NoteDeliverySubscription {
  @Subscription(() => NoteDeliveryChanged, {
    nullable: true,
    description:
      'Tells at once how a note stands, and again whenever that changes; without an id, of every change in your teams from now on.',
    subscribe: ({ args, context }: { args: { noteId?: string | null }; context: GraphContext }) =>
      new WatchedChanges(context.deliveryChanges, args.noteId ?? null),
  })
  async noteDelivery(
    @Root() event: DeliveryEvent,
    @Arg('noteId', () => IdScalar, { nullable: true }) asked: string | null | undefined,
    @Ctx() context: GraphContext,
  ): Promise<NoteReceipt | null> {
    const { database, scope } = context.reading;
    const noteId = asked ?? null;
    const receipt = await noteReceipt(database, scope, event.noteId);
    // One note is asked for by its id: absence and what the subscriber may not see are told alike, and end the stream.
    if (!receipt && noteId !== null) throw new HubError('HUB_NOT_FOUND', { details: { field: 'noteId' } });
    // Null is not sent: of all notes, what the subscriber may not see is no event.
    return receipt && event.isNews(receipt.standing) ? receipt : null;
  }
}

@Resolver(() => NoteDeliveryChanged)
export class NoteDeliveryChangedResolver {
  @FieldResolver(() => Note)
  note(@Root() { noteId }: NoteReceipt, @Info() info: GraphQLResolveInfo, @Ctx() context: GraphContext) {
    return context.readById(info, NOTES, noteId);
  }

  @FieldResolver(() => NoteDelivery, { nullable: true })
  delivery(
    @Root() { deliveryId }: NoteReceipt,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return deliveryId && context.readById(info, NOTE_DELIVERIES, deliveryId);
  }
}
