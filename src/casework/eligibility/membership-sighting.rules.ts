/** What one membership shows about the days that count for a decision. */
import { MembershipState } from '../../clinical/clinical-record.port.js';
import type { RuleSet } from '../../contracts/specification-rules.js';
import type { LocalDate } from '../../core/calendar.js';
import type { Evidence } from './criterion.rules.js';
import { type CaseFacts, type FactTeamKind, type MembershipFact, Purpose, UNKNOWN_CODE } from './facts.js';
import { isFreshNo, isWithin } from './freshness.rules.js';

/** The days on which a membership counts, both included. */
export interface Window {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/**
 * On entry from the day the referral was received to acceptance, or to the day asked while there is none. Whoever is
 * with the service, or comes back after acceptance, is looked at on the day asked.
 */
export function windowOf(facts: CaseFacts, purpose: Purpose): Window {
  const { receivedOn, acceptedOn } = facts.referral;
  if (purpose === Purpose.CONTINUE || (purpose === Purpose.RE_ENTRY && acceptedOn !== null))
    return { from: facts.asOf, to: facts.asOf };
  const to = [acceptedOn ?? facts.asOf, facts.asOf].sort()[0]!;
  return { from: [receivedOn, to].sort()[0]!, to };
}

/** What a membership shows. */
export const Sighting = {
  /** Open on the last day that counts. */
  OPEN: 'OPEN',
  /** Open on some day that counts, ended by the last. */
  ENDED_IN_WINDOW: 'ENDED_IN_WINDOW',
  /** On the team's waiting list, planned, or starting after the last day that counts. */
  EXPECTED: 'EXPECTED',
  /** It would count, but was last seen too long ago. */
  STALE: 'STALE',
  /** Ended without a date, or with one that could not be understood. */
  UNDATED_END: 'UNDATED_END',
  /** On no day that counts, entered in error, or denied by the team itself. */
  OUTSIDE: 'OUTSIDE',
} as const;
export type Sighting = (typeof Sighting)[keyof typeof Sighting];

/** How a specification regards a kind of team. */
export type TeamStanding = 'ADMISSIBLE' | 'COMMISSIONER' | 'UNKNOWN' | 'OTHER';

/** A membership, or a team's answer in its place, as a decision weighs it. */
export interface Weighed {
  readonly kind: FactTeamKind;
  readonly sighting: Sighting;
  readonly standing: TeamStanding;
  readonly restricted: boolean;
  readonly careCoordinator: boolean;
  /** A team said so, not a record. */
  readonly confirmed: boolean;
  readonly evidence: Evidence;
}

/** How the specification regards a kind; a code that nobody mapped is unknown, never other. */
export function standingOf(rules: RuleSet, kind: FactTeamKind): TeamStanding {
  if (kind === UNKNOWN_CODE) return 'UNKNOWN';
  if (rules.admissibleTeamKinds.value?.includes(kind)) return 'ADMISSIBLE';
  return rules.commissionerTeamKinds.value?.includes(kind) ? 'COMMISSIONER' : 'OTHER';
}

function byPeriod(
  membership: Pick<MembershipFact, 'state' | 'validFrom' | 'validTo' | 'complete'>,
  window: Window,
): Sighting {
  const { state, validFrom, validTo } = membership;
  if (state === MembershipState.ENTERED_IN_ERROR) return Sighting.OUTSIDE;
  // A month-only end may lie before or after any day asked about.
  if (membership.complete === false) return Sighting.UNDATED_END;
  if (validTo !== null && (validTo <= window.from || (validFrom !== null && validTo <= validFrom)))
    return Sighting.OUTSIDE;
  if (state === MembershipState.WAITING_LIST || state === MembershipState.PLANNED) return Sighting.EXPECTED;
  if (state === MembershipState.ENDED && validTo === null) return Sighting.UNDATED_END;
  if (validFrom !== null && validFrom > window.to)
    return state === MembershipState.ENDED ? Sighting.OUTSIDE : Sighting.EXPECTED;
  return validTo !== null && validTo <= window.to ? Sighting.ENDED_IN_WINDOW : Sighting.OPEN;
}

function weighRecord(rules: RuleSet, facts: CaseFacts, window: Window, membership: MembershipFact): Weighed {
  const fresh = isWithin(membership.lastSeenAt, facts.knownAt, facts.presenceBudgetHours);
  const period = byPeriod(membership, window);
  const counted = period === Sighting.OUTSIDE || fresh ? period : Sighting.STALE;
  const restricted = membership.restricted || facts.restricted;
  const answer = facts.teamAnswer;
  const denied =
    isFreshNo(facts, answer) && (answer.teamKind === null || answer.teamKind === membership.teamKind);
  return {
    kind: membership.teamKind,
    sighting: denied ? Sighting.OUTSIDE : counted,
    standing: standingOf(rules, membership.teamKind),
    restricted: restricted && !denied && membership.state !== MembershipState.ENTERED_IN_ERROR,
    careCoordinator: membership.careCoordinator && !restricted,
    confirmed: false,
    evidence: {
      source: 'RECORD',
      finding:
        membership.teamKind === UNKNOWN_CODE
          ? UNKNOWN_CODE
          : period === Sighting.OUTSIDE
            ? 'NOT_IN_THE_TIME_THAT_COUNTS'
            : period,
      restricted,
      sourceTeamId: membership.teamId,
      systemId: membership.systemId,
      reference: membership.reference,
      version: membership.version,
      periodFrom: membership.validFrom,
      periodTo: membership.validTo,
      sourceAsOf: membership.sourceAsOf,
      fetchedAt: membership.lastSeenAt,
      fresh,
    },
  };
}

function weighAnswer(rules: RuleSet, facts: CaseFacts, window: Window): readonly Weighed[] {
  const answer = facts.teamAnswer;
  if (!answer) return [];
  const yes = answer.answer === 'ON_CASELOAD';
  const sighting = yes
    ? byPeriod({ state: MembershipState.OPEN, validFrom: answer.from, validTo: answer.to }, window)
    : Sighting.OUTSIDE;
  const kind = answer.teamKind ?? rules.admissibleTeamKinds.value?.[0] ?? UNKNOWN_CODE;
  const evidence: Evidence = {
    source: 'TEAM',
    finding: answer.answer,
    restricted: false,
    sourceTeamId: answer.teamId,
    systemId: null,
    reference: null,
    version: null,
    periodFrom: answer.from,
    periodTo: answer.to,
    sourceAsOf: answer.answeredAt,
    fetchedAt: answer.answeredAt,
    fresh: yes || isWithin(answer.answeredAt, facts.knownAt, facts.presenceBudgetHours),
  };
  return [
    {
      kind,
      sighting,
      standing: standingOf(rules, kind),
      restricted: false,
      careCoordinator: false,
      confirmed: yes,
      evidence,
    },
  ];
}

/** Every membership and the team's answer, weighed for the window. */
export function weighMemberships(rules: RuleSet, facts: CaseFacts, window: Window): readonly Weighed[] {
  return [
    ...facts.memberships.map((membership) => weighRecord(rules, facts, window, membership)),
    ...weighAnswer(rules, facts, window),
  ];
}
