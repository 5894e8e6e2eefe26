/** Caseload memberships, record systems and their freshness in the graph. */
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Relation } from 'typeorm';
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import { Team } from '../directory/directory.type.js';
import { InboundFeed } from '../messages/message.type.js';
import { Person } from '../people/person.type.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';

registerEnumType(MembershipState, {
  name: 'MembershipState',
  description: 'State of a membership as the record system has it.',
});

@ObjectType({ simpleResolvers: true, description: 'A pull of one team’s caseload from a record system.' })
export class CaseloadPull {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { description: 'SWEEP (everything; proves absence) or INCREMENT (changes only).' })
  kind: string;

  @Field(() => String, {
    description: 'RUNNING, COMPLETE or INCOMPLETE. Nothing is replaced from an incomplete pull.',
  })
  state: string;

  @Field(() => DateTimeScalar)
  startedAt: string;

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt: string | null;

  @Field(() => Int)
  pages: number;

  @Field(() => Int)
  received: number;

  @Field(() => Int, { nullable: true, description: 'What the record system said there would be.' })
  expected: number | null;

  @Field(() => Int)
  changed: number;

  @Field(() => String, { nullable: true })
  failureCode: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'A team as a record system calls it, and how fresh its caseload is.',
})
export class TeamCaseload {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String, { description: 'The record system’s own reference of the team.' })
  teamReference: string;

  @Field(() => String, { nullable: true })
  label: string | null;

  @Field(() => Team, {
    nullable: true,
    description: 'Null: nobody has mapped this code; its people are unknown, never absent.',
  })
  team: Team | null;

  @Field(() => CaseloadPull, { nullable: true })
  lastSweep: CaseloadPull | null;

  @Field(() => CaseloadPull, { nullable: true })
  lastIncrement: CaseloadPull | null;
}

@ObjectType({ simpleResolvers: true, description: 'A clinical record system and its freshness.' })
export class ClinicalRecordSystem {
  @Field(() => IdScalar)
  id: string;

  @Field(() => String)
  code: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { description: 'Adapter that speaks to it.' })
  adapter: string;

  @Field(() => Int, { description: 'How long “seen open” stays usable, in hours.' })
  presenceBudgetHours: number;

  @Field(() => Int, { description: 'How old a complete sweep may be to prove absence, in hours.' })
  absenceBudgetHours: number;

  @Field(() => DateTimeScalar, { nullable: true })
  lastAnswerAt: string | null;

  @Field(() => DateTimeScalar, { nullable: true })
  lastFailureAt: string | null;

  @Field(() => String, { nullable: true })
  lastFailureCode: string | null;

  @Field(() => [TeamCaseload])
  caseloads: TeamCaseload[];

  @Field(() => InboundFeed, {
    nullable: true,
    description: 'How what it sends by itself stands; null until something came, or where it does not send.',
  })
  feed: Relation<InboundFeed> | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'One person’s time on one team’s caseload, as one record system has it.',
})
export class Membership {
  @Field(() => IdScalar)
  id: string;

  @Field(() => MembershipState, {
    description:
      'The latest the hub knows of the membership, not its state on `asOf`: one that ended later shows ENDED. WAITING_LIST is not being on the caseload.',
  })
  state: MembershipState;

  @Field(() => DateScalar, { nullable: true, description: 'First day on the caseload.' })
  validFrom: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'First day no longer on the caseload; null while open.',
  })
  validTo: string | null;

  @Field(() => Boolean, {
    description:
      'False: the record says more of the period than the hub could understand; nothing follows from it.',
  })
  complete: boolean;

  @Field(() => DateTimeScalar, { description: 'Since when the hub has known this version.' })
  observedFrom: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when the hub took this version as true; null: still.',
  })
  observedTo: string | null;

  @Field(() => String, { nullable: true, description: 'Reference in the record system.' })
  sourceReference: string | null;

  @Field(() => String, { nullable: true })
  sourceVersion: string | null;

  @Field(() => String, { nullable: true })
  careCoordinatorName: string | null;

  @Field(() => Team, { nullable: true })
  team: Team | null;

  @Field(() => ClinicalRecordSystem)
  system: ClinicalRecordSystem;

  @Field(() => Person, {
    nullable: true,
    description: 'Null unless the person has been referred to one of your teams.',
  })
  person: Relation<Person> | null;
}
