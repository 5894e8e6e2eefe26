/** Builds the executable graph: types, resolvers, and a policy for every field. */
import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { MeResolver } from './access/me.resolver.js';
import { applyFieldMaps } from './apply-field-maps.js';
import {
  ConfirmationChangedResolver,
  EligibilityCheckedResolver,
  EligibilityOverriddenResolver,
  EligibilityResolver,
} from './casework/eligibility.resolver.js';
import {
  EpisodeChangedResolver,
  EpisodeResolver,
  PersonEpisodesResolver,
} from './casework/episode.resolver.js';
import { ReferralChangedResolver, ReferralResolver } from './casework/referral.resolver.js';
import { ClinicalResolver } from './clinical/clinical.resolver.js';
import { SpecificationResolver } from './contracts/specification.resolver.js';
import { TeamResolver } from './directory/directory.resolver.js';
import type { GraphContext } from './graph-context.js';
import { PersonResolver } from './people/person.resolver.js';
import { GRAPH_POLICY } from './policy-table.js';

/** The graph. Throws, listing every fault, when a field has no policy or disagrees with its map. */
export async function buildGraph(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      MeResolver,
      PersonResolver,
      TeamResolver,
      SpecificationResolver,
      ClinicalResolver,
      ReferralResolver,
      ReferralChangedResolver,
      EligibilityResolver,
      EligibilityCheckedResolver,
      EligibilityOverriddenResolver,
      ConfirmationChangedResolver,
      EpisodeResolver,
      EpisodeChangedResolver,
      PersonEpisodesResolver,
    ],
    // Inputs are checked by strict scalars and by the use cases, which name the field and what is accepted.
    validate: false,
  });
  return applyFieldMaps<GraphContext>(schema, GRAPH_POLICY, { contextOf: (context) => context.readContext });
}
