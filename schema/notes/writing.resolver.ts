/** What changes notes: drafting, signing, amending, retracting, countersigning. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import { NOTE_DELIVERIES } from '../../src/delivery/delivery.reader.js';
import { NOTE_DRAFTS, NOTES, WRONG_PERSON_INCIDENTS } from '../../src/notes/note.reader.js';
import { attempt } from '../attempt.js';
import { NoteDelivery } from '../delivery/delivery.type.js';
import { GraphContext } from '../graph-context.js';
import {
  AddToNoteInput,
  AmendNoteInput,
  CountersignNoteInput,
  DiscardDraftInput,
  DraftNoteInput,
  EditDraftInput,
  RecordTelephoneCallInput,
  RefileUnderRightPersonInput,
  RetractNoteInput,
  SignNoteInput,
} from './note.input.js';
import { Note, NoteDraft, WrongPersonIncident } from './note.type.js';
import {
  DraftChanged,
  DraftResult,
  NoteChanged,
  NoteRefiled,
  NoteResult,
  NoteSigned,
  RefileResult,
  SignNoteResult,
} from './note-result.type.js';

@Resolver()
export class WritingResolver {
  @Mutation(() => DraftResult, { description: 'Begins a note.' })
  draftNote(@Arg('input', () => DraftNoteInput) input: DraftNoteInput, @Ctx() context: GraphContext) {
    return attempt(context, (caller) => context.services.notes.draft(caller, input));
  }

  @Mutation(() => DraftResult, { description: 'Changes your draft.' })
  editDraft(@Arg('input', () => EditDraftInput) input: EditDraftInput, @Ctx() context: GraphContext) {
    return attempt(context, (caller) => context.services.notes.edit(caller, input));
  }

  @Mutation(() => DraftResult, { description: 'Gives up your draft.' })
  discardDraft(
    @Arg('input', () => DiscardDraftInput) input: DiscardDraftInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.notes.discard(caller, input));
  }

  @Mutation(() => DraftResult, { description: 'Begins a version that takes the place of the latest.' })
  amendNote(@Arg('input', () => AmendNoteInput) input: AmendNoteInput, @Ctx() context: GraphContext) {
    return attempt(context, (caller) => context.services.notes.amend(caller, input));
  }

  @Mutation(() => DraftResult, { description: 'Begins a version that stands beside the latest.' })
  addToNote(@Arg('input', () => AddToNoteInput) input: AddToNoteInput, @Ctx() context: GraphContext) {
    return attempt(context, (caller) => context.services.notes.add(caller, input));
  }

  @Mutation(() => SignNoteResult, {
    description: 'Signs your draft: it can no longer be changed, and goes to the clinical record.',
  })
  signNote(@Arg('input', () => SignNoteInput) input: SignNoteInput, @Ctx() context: GraphContext) {
    return attempt(context, (caller) => context.services.notes.sign(caller, input));
  }

  @Mutation(() => NoteResult, { description: 'Takes a note back, as entered in error.' })
  retractNote(@Arg('input', () => RetractNoteInput) input: RetractNoteInput, @Ctx() context: GraphContext) {
    return attempt(context, (caller) => context.services.notes.retract(caller, input));
  }

  @Mutation(() => NoteResult, { description: 'Countersigns a note, or sends it back to its author.' })
  countersignNote(
    @Arg('input', () => CountersignNoteInput) input: CountersignNoteInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.notes.countersign(caller, input));
  }

  @Mutation(() => NoteResult, { description: 'Says who was told of an urgent note by telephone.' })
  recordTelephoneCall(
    @Arg('input', () => RecordTelephoneCallInput) input: RecordTelephoneCallInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.notes.recordTelephoneCall(caller, input));
  }

  @Mutation(() => RefileResult, {
    description:
      'Puts right a note under the wrong person: withdraws it and files it under the right one, in one act.',
  })
  refileUnderRightPerson(
    @Arg('input', () => RefileUnderRightPersonInput) input: RefileUnderRightPersonInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.notes.refileUnderRightPerson(caller, input));
  }
}

@Resolver(() => DraftChanged)
export class DraftChangedResolver {
  @FieldResolver(() => NoteDraft)
  draft(
    @Root() changed: { draftId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, NOTE_DRAFTS, changed.draftId);
  }

  @FieldResolver(() => Note)
  note(@Root() changed: { noteId: string }, @Info() info: GraphQLResolveInfo, @Ctx() context: GraphContext) {
    return context.readById(info, NOTES, changed.noteId);
  }
}

@Resolver(() => NoteSigned)
export class NoteSignedResolver {
  @FieldResolver(() => Note)
  note(@Root() signed: { noteId: string }, @Info() info: GraphQLResolveInfo, @Ctx() context: GraphContext) {
    return context.readById(info, NOTES, signed.noteId);
  }

  @FieldResolver(() => NoteDelivery, { nullable: true })
  delivery(
    @Root() signed: { deliveryId: string | null },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return signed.deliveryId && context.readById(info, NOTE_DELIVERIES, signed.deliveryId);
  }
}

@Resolver(() => NoteChanged)
export class NoteChangedResolver {
  @FieldResolver(() => Note)
  note(@Root() changed: { noteId: string }, @Info() info: GraphQLResolveInfo, @Ctx() context: GraphContext) {
    return context.readById(info, NOTES, changed.noteId);
  }
}

@Resolver(() => NoteRefiled)
export class NoteRefiledResolver {
  @FieldResolver(() => Note)
  note(@Root() refiled: { noteId: string }, @Info() info: GraphQLResolveInfo, @Ctx() context: GraphContext) {
    return context.readById(info, NOTES, refiled.noteId);
  }

  @FieldResolver(() => Note)
  refiledAs(
    @Root() refiled: { refiledAsId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, NOTES, refiled.refiledAsId);
  }

  @FieldResolver(() => WrongPersonIncident)
  incident(
    @Root() refiled: { incidentId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, WRONG_PERSON_INCIDENTS, refiled.incidentId);
  }
}
