/** Notes and drafts: lists, one, and their inverse relations. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { EmploymentEpisode } from '../casework/episode.type.js';
import { NoteDelivery, NoteVersion, WorkItem } from '../delivery/delivery.type.js';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { FirstArgs } from '../paging/page.args.js';
import { Person } from '../people/person.type.js';
import { ROOTS } from '../roots.js';
import { IdScalar } from '../scalars/date.scalar.js';
import { NoteDraftListArgs, NoteListArgs } from './note.input.js';
import { Note, NoteDraft } from './note.type.js';

/** A row to which the notes room adds its relation. */
interface WithNotes {
  readonly note: Note | null;
  readonly notes: Note[];
}

export const NoteConnection = connectionOf(Note);
export const NoteDraftConnection = connectionOf(NoteDraft);

@Resolver(() => Note)
export class NoteResolver {
  @Query(() => NoteConnection, { description: 'Progress notes and assessments of your teams.' })
  notes(
    @Args(() => NoteListArgs) _args: NoteListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.notes);
  }

  @Query(() => Note, { nullable: true })
  note(
    @Arg('id', () => IdScalar) _id: string,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.note);
  }

  @Query(() => NoteDraftConnection, { description: 'Your own drafts.' })
  noteDrafts(
    @Args(() => NoteDraftListArgs) _args: NoteDraftListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.noteDrafts);
  }

  @FieldResolver(() => [NoteVersion], { description: 'Newest first.' })
  versions(@Root() note: Note, @Args(() => FirstArgs) _args: FirstArgs) {
    return note.versions;
  }

  @FieldResolver(() => [NoteDelivery], { description: 'Newest first.' })
  deliveries(@Root() note: Note, @Args(() => FirstArgs) _args: FirstArgs) {
    return note.deliveries;
  }
}

@Resolver(() => Person)
export class NotesOfPersonResolver {
  @FieldResolver(() => [Note], { description: 'Newest first.' })
  notes(@Root() person: WithNotes, @Args(() => FirstArgs) _args: FirstArgs) {
    return person.notes;
  }
}

@Resolver(() => EmploymentEpisode)
export class NotesOfEpisodeResolver {
  @FieldResolver(() => [Note], { description: 'Newest first.' })
  notes(@Root() episode: WithNotes, @Args(() => FirstArgs) _args: FirstArgs) {
    return episode.notes;
  }
}

@Resolver(() => NoteVersion)
export class NoteOfVersionResolver {
  @FieldResolver(() => Note, { nullable: true })
  note(@Root() version: WithNotes) {
    return version.note;
  }
}

@Resolver(() => NoteDelivery)
export class NoteOfDeliveryResolver {
  @FieldResolver(() => Note, { nullable: true })
  note(@Root() delivery: WithNotes) {
    return delivery.note;
  }
}

@Resolver(() => WorkItem)
export class NoteOfWorkItemResolver {
  @FieldResolver(() => Note, { nullable: true })
  note(@Root() item: WithNotes) {
    return item.note;
  }
}
