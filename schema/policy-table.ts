/** Who may do what in the graph, beyond what the field maps say: mutations, and types that no table answers. */
import {
  ADMINISTRATORS,
  ANYONE,
  CARE,
  CASEWORK,
  MACHINES,
  MANAGERS,
  TEAM_ANSWERERS,
} from '../src/access/policies.js';
import type { GraphPolicy } from './field-policy.js';
import { FIELD_MAPS, ROOTS } from './roots.js';

/** The whole policy; the schema is not built when a field is missing from it. */
export const GRAPH_POLICY: GraphPolicy = {
  maps: FIELD_MAPS,
  roots: ROOTS,
  hand: {
    'Query.me': ANYONE,
    'Mutation.recordReferral': CARE,
    'Mutation.acceptReferral': CASEWORK,
    'Mutation.recordWordOnWork': CASEWORK,
    'Mutation.recordConsentToContactClinician': CASEWORK,
    'Mutation.checkEligibility': CASEWORK,
    'Mutation.checkEligibilityByIdentity': MACHINES,
    'Mutation.overrideEligibility': MANAGERS,
    'Mutation.requestConfirmation': CASEWORK,
    'Mutation.answerConfirmation': TEAM_ANSWERERS,
    'Mutation.openEpisode': CASEWORK,
    'Mutation.assignSpecialist': CASEWORK,
    'Mutation.setEpisodeDestination': MANAGERS,
    'Mutation.closeEpisode': CASEWORK,
    'Mutation.refreshCaseload': [...MANAGERS, ...ADMINISTRATORS],
  },
  plain: {
    Me: ANYONE,
    Refusal: ANYONE,
    ReferralChanged: CARE,
    ReferralNotDecided: CASEWORK,
    EligibilityChecked: CASEWORK,
    IdentityEligibility: MACHINES,
    IdentityCriterion: MACHINES,
    EligibilityOverridden: MANAGERS,
    ConfirmationChanged: CARE,
    EpisodeChanged: CASEWORK,
    CaseloadRefreshed: [...MANAGERS, ...ADMINISTRATORS],
  },
};
