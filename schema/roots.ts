/** Root fields of the graph: which list or row each answers, and who may ask. */
import {
  ADMINISTRATORS,
  ANYONE,
  CARE,
  CARE_AND_ANALYSTS,
  CASEWORK,
  STEWARDS,
} from '../src/access/policies.js';
import {
  addEligibilityRelations,
  CONFIRMATION_REQUESTS,
  CRITERIA,
  DECISION_REVIEWS,
  DECISIONS,
  EVIDENCE,
  OVERRIDES,
} from '../src/casework/eligibility/eligibility.reader.js';
import {
  addEpisodeRelations,
  EMPLOYMENT_EPISODES,
  EPISODE_SPECIALISTS,
} from '../src/casework/episodes/episode.reader.js';
import { addReferralRelations, REFERRALS } from '../src/casework/referrals/referral.reader.js';
import {
  addClinicalRelations,
  CASELOAD_PULLS,
  CLINICAL_RECORD_SYSTEMS,
  MEMBERSHIPS,
  TEAM_CASELOADS,
} from '../src/clinical/clinical.reader.js';
import { FEED_COUNTS, FEED_DOUBTS } from '../src/clinical/feed/feed-doubt.reader.js';
import {
  SERVICE_SPECIFICATIONS,
  SPECIFICATION_RULES,
  SPECIFICATION_VERSIONS,
} from '../src/contracts/specification.reader.js';
import {
  DELIVERY_ATTEMPTS,
  DESTINATIONS,
  NOTE_DELIVERIES,
  NOTE_VERSIONS,
  WORK_ITEMS,
} from '../src/delivery/delivery.reader.js';
import {
  addMessageRelations,
  INBOUND_FEEDS,
  INBOUND_MESSAGES,
  MESSAGE_TIMELINE,
} from '../src/delivery/messages/inbound-message.reader.js';
import { MESSAGE_WATCHERS } from '../src/delivery/messages/message.policies.js';
import { ORGANISATIONS, STAFF, TEAMS } from '../src/directory/directory.reader.js';
import {
  addNoteRelations,
  COUNTERSIGNATURES,
  NOTE_DRAFTS,
  NOTES,
  TELEPHONE_CALLS,
  WRONG_PERSON_INCIDENTS,
} from '../src/notes/note.reader.js';
import {
  IDENTITY_CONFLICTS,
  IDENTITY_RECORDS,
  IDENTITY_RULINGS,
  IDENTITY_SIDES,
  ON_THE_LIST,
} from '../src/people/identity-conflict.reader.js';
import { PERSONS } from '../src/people/person.reader.js';
import type { TypeMap } from '../src/platform/database/select/field-map.js';
import type { RootFields } from '../src/platform/database/select/root-field.js';

addClinicalRelations();
addReferralRelations();
addEligibilityRelations();
addEpisodeRelations();
addNoteRelations();
addMessageRelations();

/** Every type of the graph that the hub's own tables answer. */
export const FIELD_MAPS: readonly TypeMap[] = [
  ORGANISATIONS,
  TEAMS,
  STAFF,
  PERSONS,
  IDENTITY_CONFLICTS,
  IDENTITY_SIDES,
  IDENTITY_RECORDS,
  IDENTITY_RULINGS,
  SERVICE_SPECIFICATIONS,
  SPECIFICATION_VERSIONS,
  SPECIFICATION_RULES,
  CLINICAL_RECORD_SYSTEMS,
  TEAM_CASELOADS,
  CASELOAD_PULLS,
  MEMBERSHIPS,
  REFERRALS,
  DECISIONS,
  CRITERIA,
  EVIDENCE,
  OVERRIDES,
  CONFIRMATION_REQUESTS,
  DECISION_REVIEWS,
  EMPLOYMENT_EPISODES,
  EPISODE_SPECIALISTS,
  NOTE_VERSIONS,
  NOTE_DELIVERIES,
  DELIVERY_ATTEMPTS,
  DESTINATIONS,
  WORK_ITEMS,
  INBOUND_MESSAGES,
  MESSAGE_TIMELINE,
  INBOUND_FEEDS,
  FEED_COUNTS,
  FEED_DOUBTS,
  NOTES,
  NOTE_DRAFTS,
  COUNTERSIGNATURES,
  TELEPHONE_CALLS,
  WRONG_PERSON_INCIDENTS,
];

/** Lists and rows of `Query`. */
export const ROOTS = {
  persons: {
    kind: 'connection',
    map: PERSONS,
    allow: CARE_AND_ANALYSTS,
  },
  person: { kind: 'single', map: PERSONS, allow: CARE_AND_ANALYSTS },
  identityConflicts: { kind: 'connection', map: IDENTITY_CONFLICTS, allow: STEWARDS, where: ON_THE_LIST },
  identityConflict: { kind: 'single', map: IDENTITY_CONFLICTS, allow: STEWARDS },
  referrals: { kind: 'connection', map: REFERRALS, allow: CARE_AND_ANALYSTS },
  referral: { kind: 'single', map: REFERRALS, allow: CARE_AND_ANALYSTS },
  episodes: { kind: 'connection', map: EMPLOYMENT_EPISODES, allow: CARE_AND_ANALYSTS },
  episode: { kind: 'single', map: EMPLOYMENT_EPISODES, allow: CARE_AND_ANALYSTS },
  eligibilityDecisions: { kind: 'connection', map: DECISIONS, allow: CARE_AND_ANALYSTS },
  eligibilityDecision: { kind: 'single', map: DECISIONS, allow: CARE_AND_ANALYSTS },
  decisionsDifferingNow: { kind: 'connection', map: DECISION_REVIEWS, allow: CARE_AND_ANALYSTS },
  confirmationRequests: { kind: 'connection', map: CONFIRMATION_REQUESTS, allow: CARE },
  memberships: { kind: 'connection', map: MEMBERSHIPS, allow: CARE_AND_ANALYSTS },
  teams: { kind: 'connection', map: TEAMS, allow: ANYONE },
  team: { kind: 'single', map: TEAMS, allow: ANYONE },
  serviceSpecifications: { kind: 'connection', map: SERVICE_SPECIFICATIONS, allow: ANYONE },
  serviceSpecification: {
    kind: 'single',
    map: SERVICE_SPECIFICATIONS,
    allow: ANYONE,
    arg: 'code',
    field: 'code',
  },
  clinicalRecordSystems: { kind: 'connection', map: CLINICAL_RECORD_SYSTEMS, allow: ANYONE },
  notes: { kind: 'connection', map: NOTES, allow: CARE_AND_ANALYSTS },
  note: { kind: 'single', map: NOTES, allow: CARE_AND_ANALYSTS },
  noteDrafts: { kind: 'connection', map: NOTE_DRAFTS, allow: CASEWORK },
  noteDeliveries: { kind: 'connection', map: NOTE_DELIVERIES, allow: CARE_AND_ANALYSTS },
  workItems: { kind: 'connection', map: WORK_ITEMS, allow: CARE },
  destinations: { kind: 'connection', map: DESTINATIONS, allow: [...CASEWORK, ...ADMINISTRATORS] },
  inboundMessages: { kind: 'connection', map: INBOUND_MESSAGES, allow: MESSAGE_WATCHERS, recorded: true },
  inboundMessage: { kind: 'single', map: INBOUND_MESSAGES, allow: MESSAGE_WATCHERS, recorded: true },
  feedDoubts: { kind: 'connection', map: FEED_DOUBTS, allow: STEWARDS },
} as const satisfies RootFields;
