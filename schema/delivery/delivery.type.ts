/** Signed versions, deliveries, attempts, destinations and work items in the graph. */
import { Field, Int, ObjectType } from 'type-graphql';
import type { Relation } from 'typeorm';
import { ClinicalRecordSystem } from '../clinical/membership.type.js';
import { StaffMember, Team } from '../directory/directory.type.js';
import { Person } from '../people/person.type.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import {
  AttemptClass,
  DeliveryOperation,
  DeliveryOurs,
  DeliveryTheirs,
  DocumentAction,
  DocumentLabel,
  NoteVisibility,
  WorkItemKind,
} from './delivery.enum.js';

@ObjectType({
  simpleResolvers: true,
  description: 'One attempt of a delivery: when, how it ended, under which code. Nothing of the note.',
})
export class DeliveryAttempt {
  @Field(() => IdScalar)
  id: string;

  @Field(() => Int)
  number: number;

  @Field(() => DateTimeScalar)
  startedAt: string;

  @Field(() => DateTimeScalar, { nullable: true })
  endedAt: string | null;

  @Field(() => AttemptClass, { nullable: true, description: 'Null while under way.' })
  class: AttemptClass | null;

  @Field(() => String, { nullable: true })
  code: string | null;

  @Field(() => Boolean, { description: 'The destination was asked whether it had it already.' })
  wasAskedFirst: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'A signed version of a note; immutable.' })
export class NoteVersion {
  @Field(() => IdScalar, { description: 'Also the version’s identifier in the clinical record.' })
  id: string;

  @Field(() => Int, { description: 'From 1.' })
  version: number;

  @Field(() => DocumentAction)
  action: DocumentAction;

  @Field(() => String, { nullable: true, description: 'Why it was amended.' })
  reason: string | null;

  @Field(() => String, { nullable: true })
  title: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'As signed: NFC, LF line ends, no control characters.',
  })
  text: string | null;

  @Field(() => String, { nullable: true, description: 'SHA-256 of the text in UTF-8, hexadecimal.' })
  textHash: string | null;

  @Field(() => String, { nullable: true, description: 'Author, employer and role as at signing.' })
  authorName: string | null;

  @Field(() => String, { nullable: true })
  authorEmployer: string | null;

  @Field(() => String, { nullable: true })
  authorRole: string | null;

  @Field(() => String, { nullable: true, description: 'The author’s own identifier in the destination.' })
  authorReference: string | null;

  @Field(() => DateScalar, { description: 'Day of the contact that it is about.' })
  contactOn: string;

  @Field(() => DateTimeScalar, { nullable: true })
  contactStartedAt: string | null;

  @Field(() => Boolean, { description: 'Signed later after the contact than the policy calls prompt.' })
  isLateEntry: boolean;

  @Field(() => DateTimeScalar)
  writtenAt: string;

  @Field(() => DateTimeScalar)
  signedAt: string;

  @Field(() => NoteVisibility)
  visibility: NoteVisibility;

  @Field(() => [DocumentLabel], { nullable: true })
  labels: DocumentLabel[] | null;

  @Field(() => Boolean)
  urgent: boolean;

  @Field(() => ClinicalRecordSystem, {
    nullable: true,
    description: 'Destination; null where the version is filed nowhere.',
  })
  system: ClinicalRecordSystem | null;

  @Field(() => NoteVersion, { nullable: true, description: 'Version that it replaces or is added to.' })
  predecessor: Relation<NoteVersion> | null;

  @Field(() => [NoteDelivery], { description: 'Newest first.' })
  deliveries: Relation<NoteDelivery>[];
}

@ObjectType({
  simpleResolvers: true,
  description:
    'One operation on one version, on two axes that are never one: what the hub is doing (`ours`), and what the destination has said or shown (`theirs`).',
})
export class NoteDelivery {
  @Field(() => IdScalar)
  id: string;

  @Field(() => DeliveryOperation)
  operation: DeliveryOperation;

  @Field(() => DeliveryOurs)
  ours: DeliveryOurs;

  @Field(() => DeliveryTheirs)
  theirs: DeliveryTheirs;

  @Field(() => Int, { description: 'Attempts made; `timeline` has each.' })
  attempts: number;

  @Field(() => String, { nullable: true, description: 'Code of the last answer that was not a success.' })
  lastCode: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'What that answer was about, as the characters that a destination cannot carry and its set of them.',
  })
  lastDetail: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: the destination is asked before anything is sent again.',
  })
  mayHaveArrived: boolean | null;

  @Field(() => DateTimeScalar)
  queuedAt: string;

  @Field(() => DateTimeScalar, { nullable: true })
  lastAt: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Next attempt at the earliest.' })
  nextAt: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  acceptedAt: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was read back from the record.' })
  filedAt: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  endedAt: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'An urgent note has to be filed by then.' })
  urgentDueAt: string | null;

  @Field(() => String, { nullable: true, description: 'Reference in the clinical record.' })
  reference: string | null;

  @Field(() => String, { nullable: true })
  referenceVersion: string | null;

  @Field(() => ClinicalRecordSystem)
  system: ClinicalRecordSystem;

  @Field(() => Team)
  team: Team;

  @Field(() => Person, { nullable: true })
  person: Person | null;

  @Field(() => NoteVersion, { nullable: true })
  version: NoteVersion | null;

  @Field(() => NoteDelivery, {
    nullable: true,
    description:
      'The parked delivery for the same person that this one waits behind: nothing overtakes it. Null when nothing holds it up, or what does is not yours to see.',
  })
  heldBy: Relation<NoteDelivery> | null;

  @Field(() => [DeliveryAttempt], { nullable: true, description: 'Newest first.' })
  timeline: DeliveryAttempt[] | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A record system that takes notes. Paused: notes wait and none is lost.',
})
export class Destination {
  @Field(() => IdScalar, { description: 'The record system’s id.' })
  id: string;

  @Field(() => Boolean)
  isPaused: boolean;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Null while paused: until somebody resumes it.',
  })
  pausedUntil: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  pausedAt: string | null;

  @Field(() => String, { nullable: true, description: 'Who paused it; the hub itself when it was refused.' })
  pausedBy: string | null;

  @Field(() => String, { nullable: true })
  pausedBecause: string | null;

  @Field(() => Int, { description: 'Sent at the same time at most.' })
  maxInFlight: number;

  @Field(() => Int)
  sendTimeoutMs: number;

  @Field(() => [DocumentLabel], { description: 'Labels that it can carry; a note with another is parked.' })
  labels: DocumentLabel[];

  @Field(() => Int, { nullable: true, description: 'Bytes of UTF-8 text at most; null: no limit known.' })
  maxTextBytes: number | null;

  @Field(() => ClinicalRecordSystem)
  system: ClinicalRecordSystem;
}

@ObjectType({ simpleResolvers: true, description: 'Something that a person has to see to.' })
export class WorkItem {
  @Field(() => IdScalar)
  id: string;

  @Field(() => WorkItemKind)
  kind: WorkItemKind;

  @Field(() => String, {
    nullable: true,
    description: 'Code that says why; docs/errors.md says how to solve it.',
  })
  code: string | null;

  @Field(() => DateTimeScalar)
  openedAt: string;

  @Field(() => DateTimeScalar, { nullable: true })
  dueAt: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  resolvedAt: string | null;

  @Field(() => String, { nullable: true })
  resolvedBy: string | null;

  @Field(() => String, { nullable: true })
  resolution: string | null;

  @Field(() => Team)
  team: Team;

  @Field(() => Person, { nullable: true })
  person: Person | null;

  @Field(() => NoteDelivery, { nullable: true })
  delivery: NoteDelivery | null;

  @Field(() => StaffMember, { nullable: true })
  assignedTo: StaffMember | null;
}
