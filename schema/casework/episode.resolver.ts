/** Episodes of employment support: lists, one, and what changes them. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { EMPLOYMENT_EPISODES } from '../../src/casework/episodes/episode.reader.js';
import { attempt } from '../attempt.js';
import { GraphContext } from '../graph-context.js';
import { connectionOf } from '../paging/connection.js';
import { FirstArgs } from '../paging/page.args.js';
import { Person } from '../people/person.type.js';
import { ROOTS } from '../roots.js';
import { IdScalar } from '../scalars/date.scalar.js';
import {
  AssignSpecialistInput,
  CloseEpisodeInput,
  EpisodeListArgs,
  OpenEpisodeInput,
  SetEpisodeDestinationInput,
} from './episode.input.js';
import { EmploymentEpisode, EpisodeChanged, EpisodeResult } from './episode.type.js';

export const EmploymentEpisodeConnection = connectionOf(EmploymentEpisode);

@Resolver(() => EmploymentEpisode)
export class EpisodeResolver {
  @Query(() => EmploymentEpisodeConnection, {
    description: 'Episodes of employment support, within your scope.',
  })
  episodes(
    @Args(() => EpisodeListArgs) _args: EpisodeListArgs,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.episodes);
  }

  @Query(() => EmploymentEpisode, { nullable: true })
  episode(
    @Arg('id', () => IdScalar) _id: string,
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.read(info, ROOTS.episode);
  }

  @Mutation(() => EpisodeResult, { description: 'Opens the episode of an accepted referral.' })
  openEpisode(@Arg('input', () => OpenEpisodeInput) input: OpenEpisodeInput, @Ctx() context: GraphContext) {
    return attempt(context, (caller) => context.services.episodes.open(caller, input));
  }

  @Mutation(() => EpisodeResult, { description: 'Hands an open episode to another specialist of its team.' })
  assignSpecialist(
    @Arg('input', () => AssignSpecialistInput) input: AssignSpecialistInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.episodes.assign(caller, input));
  }

  @Mutation(() => EpisodeResult, {
    description: 'Says which record system the notes of an open episode go to, where none is known yet.',
  })
  setEpisodeDestination(
    @Arg('input', () => SetEpisodeDestinationInput) input: SetEpisodeDestinationInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.episodes.setDestination(caller, input));
  }

  @Mutation(() => EpisodeResult, { description: 'Closes an open episode with a reason.' })
  closeEpisode(
    @Arg('input', () => CloseEpisodeInput) input: CloseEpisodeInput,
    @Ctx() context: GraphContext,
  ) {
    return attempt(context, (caller) => context.services.episodes.close(caller, input));
  }
}

@Resolver(() => Person)
export class PersonEpisodesResolver {
  @FieldResolver(() => [EmploymentEpisode], { description: 'Newest first.' })
  episodes(@Root() person: Person, @Args(() => FirstArgs) _args: FirstArgs) {
    return (person as Person & { episodes: EmploymentEpisode[] }).episodes;
  }
}

@Resolver(() => EpisodeChanged)
export class EpisodeChangedResolver {
  @FieldResolver(() => EmploymentEpisode)
  episode(
    @Root() changed: { episodeId: string },
    @Info() info: GraphQLResolveInfo,
    @Ctx() context: GraphContext,
  ) {
    return context.readById(info, EMPLOYMENT_EPISODES, changed.episodeId);
  }
}
