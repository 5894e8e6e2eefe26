/** What mutations of notes answer. */
import { Field, ObjectType } from 'type-graphql';
import { NoteDelivery } from '../delivery/delivery.type.js';
import { resultOf } from '../refusal.type.js';
import { SigningPrompt } from './note.enum.js';
import { Note, NoteDraft, WrongPersonIncident } from './note.type.js';

@ObjectType({ simpleResolvers: true, description: 'The draft as it is now.' })
export class DraftChanged {
  @Field(() => NoteDraft)
  draft: NoteDraft;

  @Field(() => Note)
  note: Note;
}

@ObjectType({ simpleResolvers: true, description: 'The note as it is now that it is signed.' })
export class NoteSigned {
  @Field(() => Note)
  note: Note;

  @Field(() => NoteDelivery, {
    nullable: true,
    description: 'On its way; null while it waits for a countersignature, or where it is filed nowhere.',
  })
  delivery: NoteDelivery | null;

  @Field(() => [SigningPrompt], { description: 'What to do or know now.' })
  prompts: SigningPrompt[];
}

@ObjectType({ simpleResolvers: true, description: 'The note as it is now.' })
export class NoteChanged {
  @Field(() => Note)
  note: Note;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The note that was withdrawn, the one in its place, the incident.',
})
export class NoteRefiled {
  @Field(() => Note)
  note: Note;

  @Field(() => Note)
  refiledAs: Note;

  @Field(() => WrongPersonIncident)
  incident: WrongPersonIncident;
}

/** Answer of every mutation of a draft. */
export const DraftResult = resultOf('DraftResult', DraftChanged);
/** Answer of signNote. */
export const SignNoteResult = resultOf('SignNoteResult', NoteSigned);
/** Answer of retractNote, countersignNote and recordTelephoneCall. */
export const NoteResult = resultOf('NoteResult', NoteChanged);
/** Answer of refileUnderRightPerson. */
export const RefileResult = resultOf('RefileResult', NoteRefiled);
