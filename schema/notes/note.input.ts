/** Filters, orders and inputs of notes. */
import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { DocumentKind, DocumentLabel, NoteVisibility } from '../delivery/delivery.enum.js';
import { NoteDeliveryFilter } from '../delivery/delivery.input.js';
import { PageArgs } from '../paging/page.args.js';
import { PersonFilter } from '../people/person.input.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { CountersignDecision, DraftPurpose, DraftState, NoteOrder, NoteState } from './note.enum.js';

@InputType({ description: 'All that is given must hold.' })
export class NoteFilter {
  @Field(() => [DocumentKind], { nullable: true })
  kindIn?: DocumentKind[] | null;

  @Field(() => [NoteState], { nullable: true })
  stateIn?: NoteState[] | null;

  @Field(() => IdScalar, { nullable: true })
  teamId?: string | null;

  @Field(() => IdScalar, { nullable: true })
  episodeId?: string | null;

  @Field(() => IdScalar, { nullable: true })
  authorId?: string | null;

  @Field(() => DateScalar, { nullable: true })
  contactFrom?: string | null;

  @Field(() => DateScalar, { nullable: true })
  contactUntil?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  createdFrom?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  createdUntil?: string | null;

  @Field(() => PersonFilter, { nullable: true })
  person?: PersonFilter | null;

  @Field(() => NoteDeliveryFilter, { nullable: true, description: 'At least one delivery of it is so.' })
  delivery?: NoteDeliveryFilter | null;

  @Field(() => [NoteFilter], { nullable: true })
  and?: NoteFilter[] | null;

  @Field(() => [NoteFilter], { nullable: true })
  or?: NoteFilter[] | null;

  @Field(() => NoteFilter, { nullable: true })
  not?: NoteFilter | null;
}

@ArgsType()
export class NoteListArgs extends PageArgs {
  @Field(() => NoteFilter, { nullable: true })
  filter?: NoteFilter | null;

  @Field(() => NoteOrder, { nullable: true })
  orderBy?: NoteOrder | null;
}

@InputType({ description: 'All that is given must hold.' })
export class NoteDraftFilter {
  @Field(() => [DraftState], { nullable: true })
  stateIn?: DraftState[] | null;

  @Field(() => DraftPurpose, { nullable: true })
  purpose?: DraftPurpose | null;
}

@ArgsType()
export class NoteDraftListArgs extends PageArgs {
  @Field(() => NoteDraftFilter, { nullable: true })
  filter?: NoteDraftFilter | null;
}

@InputType({ description: 'A new note, to be signed later.' })
export class DraftNoteInput {
  @Field(() => String, {
    description: 'Your key for this request, 8 to 100 characters; repeats get the same answer for 30 days.',
  })
  idempotencyKey: string;

  @Field(() => IdScalar, { description: 'Episode of one of your teams.' })
  episodeId: string;

  @Field(() => DocumentKind)
  kind: DocumentKind;

  @Field(() => String, { nullable: true, description: 'Left out: the name of the kind.' })
  title?: string | null;

  @Field(() => String)
  text: string;

  @Field(() => DateScalar, { description: 'Day of the contact that it is about.' })
  contactOn: string;

  @Field(() => DateTimeScalar, { nullable: true })
  contactStartedAt?: string | null;

  @Field(() => NoteVisibility, { nullable: true, description: 'Left out: the clinical record.' })
  visibility?: NoteVisibility | null;

  @Field(() => [DocumentLabel], { nullable: true })
  labels?: DocumentLabel[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Has to be known today; left out: no.' })
  urgent?: boolean | null;
}

@InputType({ description: 'What changes in your draft; what is left out stays.' })
export class EditDraftInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  draftId: string;

  @Field(() => Int, { description: 'Revision that you read; another one since then is a conflict.' })
  revision: number;

  @Field(() => String, { nullable: true })
  title?: string | null;

  @Field(() => String, { nullable: true })
  text?: string | null;

  @Field(() => DateScalar, { nullable: true })
  contactOn?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  contactStartedAt?: string | null;

  @Field(() => NoteVisibility, { nullable: true })
  visibility?: NoteVisibility | null;

  @Field(() => [DocumentLabel], { nullable: true })
  labels?: DocumentLabel[] | null;

  @Field(() => Boolean, { nullable: true })
  urgent?: boolean | null;
}

@InputType({ description: 'A draft to be given up.' })
export class DiscardDraftInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  draftId: string;
}

@InputType({
  description: 'A version that is to take the place of the latest; what is left out is as there.',
})
export class AmendNoteInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  noteId: string;

  @Field(() => String, { description: 'Why it is amended.' })
  reason: string;

  @Field(() => String, { nullable: true })
  title?: string | null;

  @Field(() => String, { nullable: true })
  text?: string | null;

  @Field(() => DateScalar, { nullable: true })
  contactOn?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  contactStartedAt?: string | null;

  @Field(() => NoteVisibility, { nullable: true })
  visibility?: NoteVisibility | null;

  @Field(() => [DocumentLabel], { nullable: true })
  labels?: DocumentLabel[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Left out: no. What amends an urgent version that is not filed is urgent all the same.',
  })
  urgent?: boolean | null;
}

@InputType({ description: 'A version that is to stand beside the latest.' })
export class AddToNoteInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  noteId: string;

  @Field(() => String)
  text: string;

  @Field(() => String, { nullable: true })
  title?: string | null;

  @Field(() => DateScalar, { nullable: true })
  contactOn?: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  contactStartedAt?: string | null;

  @Field(() => [DocumentLabel], { nullable: true })
  labels?: DocumentLabel[] | null;

  @Field(() => Boolean, { nullable: true })
  urgent?: boolean | null;
}

@InputType({ description: 'Your draft, to be signed as it stands.' })
export class SignNoteInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  draftId: string;
}

@InputType({ description: 'A note to be taken back.' })
export class RetractNoteInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  noteId: string;

  @Field(() => String, { description: 'Why it is taken back.' })
  reason: string;
}

@InputType({ description: 'The decision of the countersigner.' })
export class CountersignNoteInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  noteId: string;

  @Field(() => CountersignDecision)
  decision: CountersignDecision;

  @Field(() => String, { nullable: true, description: 'Why, when it is rejected; the author reads it.' })
  reason?: string | null;
}

@InputType({ description: 'A telephone call about an urgent note.' })
export class RecordTelephoneCallInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  noteId: string;

  @Field(() => String, { description: 'Who was told: name and function.' })
  spokeTo: string;

  @Field(() => DateTimeScalar)
  calledAt: string;
}

@InputType({ description: 'A note under the wrong person.' })
export class RefileUnderRightPersonInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  noteId: string;

  @Field(() => IdScalar, { description: 'Episode of the person whom the note is about.' })
  rightEpisodeId: string;

  @Field(() => String, { description: 'Reference in the organisation’s own incident system.' })
  incidentReference: string;

  @Field(() => String)
  reason: string;
}
