/** Whether a membership of a team's caseload was open on a day (NHS England's counting rule for open referrals). */
import type { LocalDate } from '../core/calendar.js';
import { MembershipState } from './clinical-record.port.js';

/** What one membership says about one day. */
export const Standing = {
  /** On the caseload that day. */
  OPEN: 'OPEN',
  /** On the team's waiting list that day; the team can say more. */
  WAITING: 'WAITING',
  /** Not on the caseload that day. */
  NOT_OPEN: 'NOT_OPEN',
  /** The record contradicts itself or leaves out what the day depends on; never to be read as a no. */
  UNKNOWN: 'UNKNOWN',
} as const;
export type Standing = (typeof Standing)[keyof typeof Standing];

/** The part of a membership that decides its standing. */
export interface MembershipPeriod {
  readonly state: MembershipState;
  /** First day on the caseload; null counts as open since before any day asked about. */
  readonly validFrom: LocalDate | null;
  /** First day no longer on it (a discharge on D counts as closed on D); null while open. */
  readonly validTo: LocalDate | null;
}

/** What differs from site to site. */
export interface StandingRules {
  /** Whether an episode on hold is still on the caseload. Default: it is. */
  readonly onHoldCounts?: boolean;
}

/**
 * The standing of a membership on a day. An ended membership with its end known was open until that end; one that is
 * ended without an end, or ends before it starts, is a fault of the record and unknown on every day it may cover.
 */
export function openOn(membership: MembershipPeriod, on: LocalDate, rules: StandingRules = {}): Standing {
  const { state, validFrom, validTo } = membership;
  if (state === MembershipState.ENTERED_IN_ERROR || state === MembershipState.PLANNED)
    return Standing.NOT_OPEN;
  if (state === MembershipState.ON_HOLD && rules.onHoldCounts === false) return Standing.NOT_OPEN;
  if (validFrom !== null && validTo !== null && validTo < validFrom) return Standing.UNKNOWN;
  if (validFrom !== null && on < validFrom) return Standing.NOT_OPEN;
  if (state === MembershipState.ENDED && validTo === null) return Standing.UNKNOWN;
  if (validTo !== null && on >= validTo) return Standing.NOT_OPEN;
  return state === MembershipState.WAITING_LIST ? Standing.WAITING : Standing.OPEN;
}

/**
 * The best standing on any day from `from` to `to`, both included: the reading of "open to a team" between a referral's
 * receipt and its acceptance. A period is unbroken, so the first day that both share decides.
 */
export function openDuring(
  membership: MembershipPeriod,
  from: LocalDate,
  to: LocalDate,
  rules: StandingRules = {},
): Standing {
  const { validFrom, validTo } = membership;
  const contradictory = validFrom !== null && validTo !== null && validTo < validFrom;
  const first = !contradictory && validFrom !== null && validFrom > from ? validFrom : from;
  return first > to ? Standing.NOT_OPEN : openOn(membership, first, rules);
}
