/** Encounter (FHIR R4, UK Core Encounter 2.5.0) as a membership of a team's caseload: a stay under the team. */
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { type StatusTable, termsByStatus } from './membership.rules.js';

/** Encounter.status (required binding EncounterStatus); `unknown` says nothing that could be used. */
const STATES: StatusTable = {
  planned: MembershipState.PLANNED,
  arrived: MembershipState.OPEN,
  triaged: MembershipState.OPEN,
  'in-progress': MembershipState.OPEN,
  onleave: MembershipState.ON_HOLD,
  finished: MembershipState.ENDED,
  cancelled: 'WITHDRAWN',
  'entered-in-error': MembershipState.ENTERED_IN_ERROR,
};

/** Encounter.status and .period. */
export const readEncounter = termsByStatus('Encounter', STATES);
