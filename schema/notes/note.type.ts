/** Notes in the graph: an interface with its two kinds, and what belongs to them. */
import { Field, Int, InterfaceType, ObjectType } from 'type-graphql';
import type { Relation } from 'typeorm';
import { EmploymentEpisode } from '../casework/episode.type.js';
import { DocumentKind, DocumentLabel, NoteVisibility } from '../delivery/delivery.enum.js';
import { NoteDelivery, NoteVersion } from '../delivery/delivery.type.js';
import { StaffMember, Team } from '../directory/directory.type.js';
import { Person } from '../people/person.type.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { CountersignatureState, DraftPurpose, DraftState, NoteState, RetractedBecause } from './note.enum.js';

@InterfaceType({
  description:
    'A note of an episode. `latestVersion` has what was signed last, `delivery` the receipt: where it stands with the clinical record.',
})
export abstract class Note {
  @Field(() => IdScalar)
  id: string;

  @Field(() => DocumentKind)
  kind: DocumentKind;

  @Field(() => NoteState)
  state: NoteState;

  @Field(() => Int, { description: 'Versions signed so far.' })
  versionCount: number;

  @Field(() => DateScalar, { nullable: true, description: 'Day of the contact, of the latest version.' })
  contactOn: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  retractedAt: string | null;

  @Field(() => RetractedBecause, { nullable: true })
  retractedBecause: RetractedBecause | null;

  @Field(() => String, { nullable: true })
  retractionReason: string | null;

  @Field(() => DateTimeScalar)
  createdAt: string;

  @Field(() => StaffMember, {
    nullable: true,
    description: 'Who began it; each version names its own author.',
  })
  author: StaffMember | null;

  @Field(() => Person, { nullable: true })
  person: Person | null;

  @Field(() => Team)
  team: Team;

  @Field(() => EmploymentEpisode, { nullable: true })
  episode: Relation<EmploymentEpisode> | null;

  @Field(() => Note, { nullable: true, description: 'The note that took its place under the right person.' })
  refiledAs: Relation<Note> | null;

  @Field(() => NoteVersion, { nullable: true })
  latestVersion: NoteVersion | null;

  @Field(() => NoteDelivery, {
    nullable: true,
    description: 'The newest delivery; null while nothing is signed, or where it is filed nowhere.',
  })
  delivery: NoteDelivery | null;

  @Field(() => NoteDraft, { nullable: true, description: 'Your own open draft.' })
  draft: Relation<NoteDraft> | null;

  @Field(() => Countersignature, { nullable: true, description: 'The newest that was asked for.' })
  countersignature: Relation<Countersignature> | null;

  @Field(() => [NoteVersion], { description: 'Newest first.' })
  versions: NoteVersion[];

  @Field(() => [NoteDelivery], { description: 'Newest first.' })
  deliveries: NoteDelivery[];

  @Field(() => [TelephoneCall], { nullable: true, description: 'Newest first.' })
  telephoneCalls: Relation<TelephoneCall>[] | null;

  @Field(() => [WrongPersonIncident], { nullable: true, description: 'Newest first.' })
  incidents: Relation<WrongPersonIncident>[] | null;
}

@ObjectType({ simpleResolvers: true, implements: Note, description: 'A progress note.' })
export class ProgressNote extends Note {}

@ObjectType({
  simpleResolvers: true,
  implements: Note,
  description:
    'An assessment: vocational profile, action plan, benefits advice, in-work support plan or closure summary.',
})
export class Assessment extends Note {}

@ObjectType({
  simpleResolvers: true,
  description: 'What is being written: a new note, an amendment or an addition. Only its author sees it.',
})
export class NoteDraft {
  @Field(() => IdScalar)
  id: string;

  @Field(() => DraftPurpose)
  purpose: DraftPurpose;

  @Field(() => DraftState)
  state: DraftState;

  @Field(() => String)
  title: string;

  @Field(() => String)
  text: string;

  @Field(() => DateScalar)
  contactOn: string;

  @Field(() => DateTimeScalar, { nullable: true })
  contactStartedAt: string | null;

  @Field(() => NoteVisibility)
  visibility: NoteVisibility;

  @Field(() => [DocumentLabel])
  labels: DocumentLabel[];

  @Field(() => Boolean)
  urgent: boolean;

  @Field(() => String, { nullable: true, description: 'Why it amends.' })
  reason: string | null;

  @Field(() => String, { nullable: true, description: 'Why the countersigner sent it back.' })
  rejectionReason: string | null;

  @Field(() => Int, { description: 'Rises with each edit; editDraft takes the one that you read.' })
  revision: number;

  @Field(() => DateTimeScalar)
  writtenAt: string;

  @Field(() => Note, { nullable: true })
  note: Note | null;

  @Field(() => Person, { nullable: true })
  person: Person | null;
}

@ObjectType({ simpleResolvers: true, description: 'A countersignature that a policy asks for.' })
export class Countersignature {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { description: 'Role that has to sign: TEAM_MANAGER or CARE_COORDINATOR.' })
  role: string;

  @Field(() => String, { description: 'Clause that asks for it.' })
  clause: string;

  @Field(() => CountersignatureState)
  state: CountersignatureState;

  @Field(() => DateTimeScalar)
  askedAt: string;

  @Field(() => DateScalar)
  dueOn: string;

  @Field(() => DateTimeScalar, { nullable: true })
  chasedAt: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  decidedAt: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was rejected.' })
  reason: string | null;

  @Field(() => NoteVersion, { nullable: true })
  version: NoteVersion | null;

  @Field(() => StaffMember, { nullable: true })
  decidedBy: StaffMember | null;
}

@ObjectType({ simpleResolvers: true, description: 'A telephone call about an urgent note.' })
export class TelephoneCall {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { description: 'Who was told.' })
  spokeTo: string;

  @Field(() => DateTimeScalar)
  calledAt: string;

  @Field(() => DateTimeScalar)
  recordedAt: string;

  @Field(() => StaffMember, { nullable: true })
  recordedBy: StaffMember | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'A note that was under the wrong person: withdrawn, written again under the right one, and followed up.',
})
export class WrongPersonIncident {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { description: 'Reference in the organisation’s own incident system.' })
  incidentReference: string;

  @Field(() => String)
  reason: string;

  @Field(() => Int, { description: 'Who had read the note under the wrong person.' })
  readerCount: number;

  @Field(() => Int, { description: 'Deliveries that were cancelled.' })
  cancelledCount: number;

  @Field(() => DateTimeScalar)
  reportedAt: string;

  @Field(() => Note, { nullable: true })
  refiledAs: Note | null;

  @Field(() => StaffMember, { nullable: true })
  reportedBy: StaffMember | null;
}
