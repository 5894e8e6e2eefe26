/** EpisodeOfCare (FHIR R4, UK Core EpisodeOfCare 2.2.0) as a membership of a team's caseload. */

import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import type { LocalDate } from '../../../src/core/calendar.js';
import { type Json, member, textOf } from '../json.js';
import { readDate } from './dates.rules.js';
import type { Unmapped } from './unmapped.js';

/** EpisodeOfCare.status (required binding EpisodeOfCareStatus); `cancelled` depends on the period as well. */
const STATES: Readonly<Record<string, MembershipState>> = {
  planned: MembershipState.PLANNED,
  waitlist: MembershipState.WAITING_LIST,
  active: MembershipState.OPEN,
  onhold: MembershipState.ON_HOLD,
  finished: MembershipState.ENDED,
  'entered-in-error': MembershipState.ENTERED_IN_ERROR,
};

/**
 * EpisodeOfCare.status as a state; null when it is none of FHIR's, which is counted. A cancelled episode with an end is
 * ended then; without one it was withdrawn before it began (FHIR's own reading), so it stays a plan.
 */
export function membershipState(episode: Json, unmapped: Unmapped): MembershipState | null {
  const status = textOf(episode, 'status') ?? '';
  if (status === 'cancelled') {
    const end = member(member(episode, 'period'), 'end');
    return end === undefined ? MembershipState.PLANNED : MembershipState.ENDED;
  }
  if (Object.hasOwn(STATES, status)) return STATES[status]!;
  unmapped('EpisodeOfCare.status');
  return null;
}

/** A membership's validity: first day on the caseload, first day no longer on it; null when not said to the day. */
export interface MembershipDates {
  readonly validFrom: LocalDate | null;
  readonly validTo: LocalDate | null;
  /** False when there is a start that is no date, or an end that is not a whole day: it could not be told when it ended. */
  readonly understood: boolean;
}

/**
 * EpisodeOfCare.period as days in London. `validTo` is the day of `period.end` itself: a discharge on D counts as closed
 * on D (NHS England, mental health statistics methodology), although FHIR's own period includes its end.
 */
export function membershipDates(episode: Json, unmapped: Unmapped): MembershipDates {
  const period = member(episode, 'period');
  const start = readDate(member(period, 'start'));
  const end = readDate(member(period, 'end'));
  if (start.precision === 'PARTIAL' || start.precision === 'MALFORMED')
    unmapped('EpisodeOfCare.period.start');
  if (end.precision === 'PARTIAL' || end.precision === 'MALFORMED') unmapped('EpisodeOfCare.period.end');
  const understood =
    start.precision !== 'MALFORMED' && end.precision !== 'MALFORMED' && end.precision !== 'PARTIAL';
  return { validFrom: start.day, validTo: end.day, understood };
}
