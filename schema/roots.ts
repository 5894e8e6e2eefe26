/** Root fields of the graph: which list or row each answers, and who may ask. */
import { ANYONE, CARE, CARE_AND_ANALYSTS } from '../src/access/policies.js';
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
import {
  SERVICE_SPECIFICATIONS,
  SPECIFICATION_RULES,
  SPECIFICATION_VERSIONS,
} from '../src/contracts/specification.reader.js';
import { ORGANISATIONS, STAFF, TEAMS } from '../src/directory/directory.reader.js';
import { PERSONS } from '../src/people/person.reader.js';
import type { TypeMap } from '../src/platform/database/select/field-map.js';
import type { RootFields } from '../src/platform/database/select/root-field.js';

addClinicalRelations();
addReferralRelations();
addEligibilityRelations();
addEpisodeRelations();

/** Every type of the graph that the hub's own tables answer. */
export const FIELD_MAPS: readonly TypeMap[] = [
  ORGANISATIONS,
  TEAMS,
  STAFF,
  PERSONS,
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
];

/** Lists and rows of `Query`. */
export const ROOTS = {
  persons: {
    kind: 'connection',
    map: PERSONS,
    allow: CARE_AND_ANALYSTS,
  },
  person: { kind: 'single', map: PERSONS, allow: CARE_AND_ANALYSTS },
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
} as const satisfies RootFields;
