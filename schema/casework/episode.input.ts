/** Filters, orders and inputs of episodes of employment support. */
import { ArgsType, Field, InputType, registerEnumType } from 'type-graphql';
import { ClosingReason, EpisodeState } from '../../src/casework/episodes/episode.rules.js';
import { PageArgs } from '../paging/page.args.js';
import { PersonFilter } from '../people/person.input.js';
import { DateScalar, IdScalar } from '../scalars/date.scalar.js';
import { ReferralFilter } from './referral.input.js';

/** Orders of episodes. */
export const EpisodeOrder = { NEWEST: 'NEWEST', OLDEST: 'OLDEST' } as const;
export type EpisodeOrder = (typeof EpisodeOrder)[keyof typeof EpisodeOrder];
registerEnumType(EpisodeOrder, { name: 'EpisodeOrder', description: 'Orders of episodes, by opening.' });

@InputType({ description: 'All that is given must hold.' })
export class EmploymentEpisodeFilter {
  @Field(() => [EpisodeState], { nullable: true })
  stateIn?: EpisodeState[] | null;

  @Field(() => IdScalar, { nullable: true })
  teamId?: string | null;

  @Field(() => IdScalar, { nullable: true, description: 'Who carries it now, or carried it last.' })
  specialistId?: string | null;

  @Field(() => DateScalar, { nullable: true })
  openedFrom?: string | null;

  @Field(() => DateScalar, { nullable: true })
  openedUntil?: string | null;

  @Field(() => PersonFilter, { nullable: true })
  person?: PersonFilter | null;

  @Field(() => ReferralFilter, { nullable: true })
  referral?: ReferralFilter | null;

  @Field(() => [EmploymentEpisodeFilter], { nullable: true })
  and?: EmploymentEpisodeFilter[] | null;

  @Field(() => [EmploymentEpisodeFilter], { nullable: true })
  or?: EmploymentEpisodeFilter[] | null;

  @Field(() => EmploymentEpisodeFilter, { nullable: true })
  not?: EmploymentEpisodeFilter | null;
}

@ArgsType()
export class EpisodeListArgs extends PageArgs {
  @Field(() => EmploymentEpisodeFilter, { nullable: true })
  filter?: EmploymentEpisodeFilter | null;

  @Field(() => EpisodeOrder, { nullable: true })
  orderBy?: EpisodeOrder | null;
}

@InputType({ description: 'An episode to be opened from an accepted referral that has none.' })
export class OpenEpisodeInput {
  @Field(() => String, {
    description: 'Your key for this request, 8 to 100 characters; repeats get the same answer for 30 days.',
  })
  idempotencyKey: string;

  @Field(() => IdScalar)
  referralId: string;

  @Field(() => DateScalar, { description: 'From the day of acceptance to today.' })
  openedOn: string;

  @Field(() => IdScalar, {
    nullable: true,
    description:
      'An employment specialist of the team. Left out: whoever is on the referral, else you, if you are one.',
  })
  specialistId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Code of the record system that notes go to; needed only where several have the team.',
  })
  systemCode?: string | null;
}

@InputType({ description: 'Another specialist for an open episode, from a day on.' })
export class AssignSpecialistInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  episodeId: string;

  @Field(() => IdScalar, { description: 'An employment specialist of the episode’s team.' })
  specialistId: string;

  @Field(() => DateScalar, { description: 'From the day on which the present one began to today.' })
  from: string;
}

@InputType({ description: 'The record system that the notes of an episode go to, where none is known yet.' })
export class SetEpisodeDestinationInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  episodeId: string;

  @Field(() => String, { description: 'Code of a record system of the organisation.' })
  systemCode: string;
}

@InputType({ description: 'The end of an episode: when and why.' })
export class CloseEpisodeInput {
  @Field(() => String)
  idempotencyKey: string;

  @Field(() => IdScalar)
  episodeId: string;

  @Field(() => DateScalar, { description: 'From the day on which the present specialist began to today.' })
  closedOn: string;

  @Field(() => ClosingReason)
  reason: ClosingReason;
}
