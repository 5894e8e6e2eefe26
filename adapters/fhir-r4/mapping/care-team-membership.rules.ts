/** CareTeam (FHIR R4, UK Core CareTeam 2.1.0) as a membership of a team's caseload: its subject is looked after by the team. */
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import { member } from '../json.js';
import { periodDates, type ReadTerms, type StatusTable, termsByStatus } from './membership.rules.js';

/** CareTeam.status (required binding CareTeamStatus); FHIR has no waiting list here. */
const STATES: StatusTable = {
  proposed: MembershipState.PLANNED,
  active: MembershipState.OPEN,
  suspended: MembershipState.ON_HOLD,
  inactive: MembershipState.ENDED,
  'entered-in-error': MembershipState.ENTERED_IN_ERROR,
};

const byStatus = termsByStatus('CareTeam', STATES);

/**
 * CareTeam.status and .period. The status may be absent (0..1): then the period decides, and the membership counts as not
 * wholly understood, as nobody said that it holds.
 */
export const readCareTeam: ReadTerms = (team, unmapped) => {
  if (member(team, 'status') !== undefined) return byStatus(team, unmapped);
  unmapped('CareTeam.status');
  return {
    ...periodDates(team, 'CareTeam', unmapped),
    state: MembershipState.OPEN,
    understood: false,
  };
};
