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
import {
  DeliveryChangedResolver,
  DeliveryResolver,
  DestinationChangedResolver,
  WorkItemResolvedResolver,
} from './delivery/delivery.resolver.js';
import { TeamResolver } from './directory/directory.resolver.js';
import type { GraphContext } from './graph-context.js';
import {
  InboundMessageChangedResolver,
  MessageResolver,
  MessagesOfFeedDoubtResolver,
  MessagesOfIdentityRecordResolver,
} from './messages/message.resolver.js';
import {
  NoteOfDeliveryResolver,
  NoteOfVersionResolver,
  NoteOfWorkItemResolver,
  NoteResolver,
  NotesOfEpisodeResolver,
  NotesOfPersonResolver,
} from './notes/note.resolver.js';
import { NoteDeliveryChangedResolver, NoteDeliverySubscription } from './notes/note-delivery.resolver.js';
import {
  DraftChangedResolver,
  NoteChangedResolver,
  NoteRefiledResolver,
  NoteSignedResolver,
  WritingResolver,
} from './notes/writing.resolver.js';
import {
  IdentityConflictResolver,
  IdentityConflictSettledResolver,
} from './people/identity-conflict.resolver.js';
import { PersonResolver } from './people/person.resolver.js';
import { GRAPH_POLICY } from './policy-table.js';

const noTopics = (): never => {
  throw new Error('subscriptions bring their own source');
};
/** The library asks for topics even where no subscription has one. */
const NO_TOPICS = { publish: noTopics, subscribe: noTopics };

/** The graph. Throws, listing every fault, when a field has no policy or disagrees with its map. */
export async function buildGraph(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      MeResolver,
      PersonResolver,
      IdentityConflictResolver,
      IdentityConflictSettledResolver,
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
      DeliveryResolver,
      DeliveryChangedResolver,
      DestinationChangedResolver,
      WorkItemResolvedResolver,
      MessageResolver,
      InboundMessageChangedResolver,
      MessagesOfFeedDoubtResolver,
      MessagesOfIdentityRecordResolver,
      NoteResolver,
      NotesOfPersonResolver,
      NotesOfEpisodeResolver,
      NoteOfVersionResolver,
      NoteOfDeliveryResolver,
      NoteOfWorkItemResolver,
      WritingResolver,
      DraftChangedResolver,
      NoteSignedResolver,
      NoteChangedResolver,
      NoteRefiledResolver,
      NoteDeliverySubscription,
      NoteDeliveryChangedResolver,
    ],
    pubSub: NO_TOPICS,
    // Inputs are checked by strict scalars and by the use cases, which name the field and what is accepted.
    validate: false,
  });
  return applyFieldMaps<GraphContext>(schema, GRAPH_POLICY, { contextOf: (context) => context.readContext });
}
