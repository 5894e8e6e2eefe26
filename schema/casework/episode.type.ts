/** Episodes of employment support in the graph. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Relation } from 'typeorm';
import { ClosingReason, EpisodeState } from '../../src/casework/episodes/episode.rules.js';
import { ClinicalRecordSystem } from '../clinical/membership.type.js';
import { ServiceSpecification } from '../contracts/specification.type.js';
import { StaffMember, Team } from '../directory/directory.type.js';
import { Person } from '../people/person.type.js';
import { resultOf } from '../refusal.type.js';
import { DateScalar, DateTimeScalar, IdScalar } from '../scalars/date.scalar.js';
import { Referral } from './referral.type.js';

registerEnumType(EpisodeState, { name: 'EpisodeState', description: 'OPEN, then CLOSED for good.' });
registerEnumType(ClosingReason, {
  name: 'ClosingReason',
  description: 'Why an episode of employment support ended.',
});

@ObjectType({
  simpleResolvers: true,
  description: 'Somebody who carried an episode of employment support for a time.',
})
export class EpisodeSpecialist {
  @Field(() => IdScalar)
  id: string;

  @Field(() => DateScalar)
  validFrom: string;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'First day on which they no longer carried it; null while they do.',
  })
  validTo: string | null;

  @Field(() => StaffMember)
  specialist: StaffMember;
}

@ObjectType({
  simpleResolvers: true,
  description: 'Employment support of one person by a named specialist, opened from an accepted referral.',
})
export class EmploymentEpisode {
  @Field(() => IdScalar)
  id: string;

  @Field(() => EpisodeState)
  state: EpisodeState;

  @Field(() => DateScalar)
  openedOn: string;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'First day on which it was no longer open; null while it is.',
  })
  closedOn: string | null;

  @Field(() => ClosingReason, { nullable: true })
  closingReason: ClosingReason | null;

  @Field(() => DateTimeScalar)
  createdAt: string;

  @Field(() => Person, { nullable: true })
  person: Person | null;

  @Field(() => Team, { description: 'The host team: the one that received the referral.' })
  team: Team;

  @Field(() => StaffMember, { description: 'Who carries it now, or carried it last.' })
  specialist: StaffMember;

  @Field(() => [EpisodeSpecialist], { description: 'Who carried it from when to when; newest first.' })
  specialists: EpisodeSpecialist[];

  @Field(() => Referral)
  referral: Relation<Referral>;

  @Field(() => ServiceSpecification)
  specification: ServiceSpecification;

  @Field(() => ClinicalRecordSystem, {
    nullable: true,
    description:
      'Destination of its notes; null while no record system has the team, and then nothing can be signed.',
  })
  system: ClinicalRecordSystem | null;
}

@ObjectType({ simpleResolvers: true, description: 'The episode as it is now.' })
export class EpisodeChanged {
  @Field(() => EmploymentEpisode)
  episode: EmploymentEpisode;
}

/** Answer of every mutation of one episode. */
export const EpisodeResult = resultOf('EpisodeResult', EpisodeChanged);
