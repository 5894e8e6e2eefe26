/** EpisodeOfCare (FHIR R4, UK Core EpisodeOfCare 2.2.0) as a membership of a team's caseload. */

import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import type { Json } from '../json.js';
import {
  type MembershipDates,
  periodDates,
  type StatusTable,
  statusState,
  termsByStatus,
} from './membership.rules.js';
import type { Unmapped } from './unmapped.js';

/** EpisodeOfCare.status (required binding EpisodeOfCareStatus). */
const STATES: StatusTable = {
  planned: MembershipState.PLANNED,
  waitlist: MembershipState.WAITING_LIST,
  active: MembershipState.OPEN,
  onhold: MembershipState.ON_HOLD,
  finished: MembershipState.ENDED,
  cancelled: 'WITHDRAWN',
  'entered-in-error': MembershipState.ENTERED_IN_ERROR,
};

/** EpisodeOfCare.status as a state; null when it is none of FHIR's, which is counted. */
export function membershipState(episode: Json, unmapped: Unmapped): MembershipState | null {
  return statusState(episode, 'EpisodeOfCare', STATES, unmapped);
}

/** EpisodeOfCare.period as days in London. */
export function membershipDates(episode: Json, unmapped: Unmapped): MembershipDates {
  return periodDates(episode, 'EpisodeOfCare', unmapped);
}

/** EpisodeOfCare.status and .period. */
export const readEpisode = termsByStatus('EpisodeOfCare', STATES);
