/** Criterion: on the caseload of a team that the specification names. The only one that rests on the clinical record. */
import { TeamKind } from '../../contracts/rule-values.js';
import type { RuleSet } from '../../contracts/specification-rules.js';
import {
  type CriterionResult,
  confirm,
  type Evidence,
  fail,
  type Ground,
  groundOf,
  notSpecified,
  pass,
  statement,
  unknown,
} from './criterion.rules.js';
import { type CaseFacts, IdentityFact, Purpose } from './facts.js';
import { absenceIsKnown, isFreshNo } from './freshness.rules.js';
import { Sighting, type Weighed, weighMemberships, windowOf } from './membership-sighting.rules.js';

/** The criterion, and what flags need to know of the same memberships. */
export interface MembershipJudgement {
  readonly criterion: CriterionResult;
  /** A team that the specification names has said that the person is, or in the time that counts was, on its caseload. */
  readonly confirmed: boolean;
  /** Known to be on no such caseload any more. */
  readonly lost: boolean;
  /** Open to a team that people leave soon. */
  readonly watched: boolean;
  /** Some record that may be told of names a care coordinator. */
  readonly careCoordinator: boolean;
}

const KINDS = Object.values(TeamKind);
const UNCERTAIN: readonly Sighting[] = [Sighting.STALE, Sighting.UNDATED_END];

function counts(rules: RuleSet, weighed: Weighed): boolean {
  if (weighed.sighting === Sighting.OPEN) return true;
  if (weighed.sighting !== Sighting.ENDED_IN_WINDOW) return false;
  const rule = rules.dischargedBeforeAcceptance.value;
  return rule === 'COUNTS' || (rule === 'CONFIRM_TEAM' && weighed.confirmed);
}

function teamCanSay(rules: RuleSet, weighed: Weighed): boolean {
  if (weighed.sighting === Sighting.EXPECTED) return true;
  return (
    weighed.sighting === Sighting.ENDED_IN_WINDOW && rules.dischargedBeforeAcceptance.value === 'CONFIRM_TEAM'
  );
}

/** True when no team whose caseload could matter is left unseen: swept, or answered for by a fresh no. */
function absenceIsProved(rules: RuleSet, facts: CaseFacts): boolean {
  const matter = KINDS.filter(
    (kind) =>
      rules.admissibleTeamKinds.value?.includes(kind) || rules.commissionerTeamKinds.value?.includes(kind),
  );
  const answer = facts.teamAnswer;
  const saidNo = (kind: TeamKind): boolean =>
    isFreshNo(facts, answer) && (answer.teamKind === null || answer.teamKind === kind);
  const lookedFor = rules.admissibleTeamKinds.value?.some(
    (kind) => saidNo(kind) || facts.absence[kind]?.held !== false,
  );
  return lookedFor === true && matter.every((kind) => saidNo(kind) || absenceIsKnown(facts, kind));
}

const sweepStatement = (facts: CaseFacts): Evidence => ({
  ...statement('RECORD', 'NOT_SEEN'),
  fetchedAt: Object.values(facts.absence).reduce<string | null>((oldest, { sweptAt }) => {
    return sweptAt !== null && (oldest === null || sweptAt < oldest) ? sweptAt : oldest;
  }, null),
});

function judgeEntry(
  rules: RuleSet,
  facts: CaseFacts,
  ground: Ground,
  weighed: readonly Weighed[],
): CriterionResult {
  const evidence = weighed.map((one) => one.evidence);
  const open = weighed.filter((one) => !one.restricted);
  const admissible = open.filter((one) => one.standing === 'ADMISSIBLE');
  const commissioned = open.filter((one) => one.standing === 'COMMISSIONER');
  if (admissible.some((one) => counts(rules, one))) return pass(ground, 'OPEN_TO_TEAM', evidence);
  if (weighed.some((one) => one.restricted) || (facts.restricted && !isFreshNo(facts, facts.teamAnswer))) {
    return confirm(ground, 'TEAM', 'TEAM_TO_CONFIRM', evidence);
  }
  if (admissible.some((one) => teamCanSay(rules, one)))
    return confirm(ground, 'TEAM', 'TEAM_TO_CONFIRM', evidence);
  if (commissioned.some((one) => counts(rules, one) || teamCanSay(rules, one))) {
    return confirm(ground, 'COMMISSIONER', 'TEAM_KIND_TO_CONFIRM', evidence);
  }
  if (open.some((one) => one.standing === 'UNKNOWN' && one.sighting !== Sighting.OUTSIDE))
    return unknown(ground, 'TEAM_NOT_KNOWN', evidence);
  const doubtful = [...admissible, ...commissioned].find((one) => UNCERTAIN.includes(one.sighting));
  if (doubtful)
    return unknown(
      ground,
      doubtful.sighting === Sighting.STALE ? 'RECORD_TOO_OLD' : 'END_NOT_DATED',
      evidence,
    );
  const proved = absenceIsProved(rules, facts);
  const seen = [...evidence, { ...sweepStatement(facts), fresh: proved }];
  return proved ? fail(ground, 'NOT_ON_CASELOAD', seen) : unknown(ground, 'ABSENCE_NOT_KNOWN', seen);
}

/** True when membership is not tested because the person is with the service already. */
export function keepsOnLoss(rules: RuleSet, purpose: Purpose): boolean {
  const rule = rules.continuationAfterLoss.value;
  return purpose === Purpose.CONTINUE && (rule === 'KEEP' || rule === 'KEEP_WITH_FLAG');
}

/** Known to be lost: nothing that is or might be open, and either a dated end of such a membership or a proved absence. */
function isLost(rules: RuleSet, facts: CaseFacts, weighed: readonly Weighed[]): boolean {
  if (facts.identity === IdentityFact.CONFLICT || facts.restricted || weighed.some((one) => one.restricted))
    return false;
  const matter = weighed.filter((one) => one.standing !== 'OTHER');
  if (matter.some((one) => one.sighting !== Sighting.OUTSIDE && one.sighting !== Sighting.ENDED_IN_WINDOW))
    return false;
  return (
    matter.some((one) => one.standing !== 'UNKNOWN' && one.evidence.fresh === true) ||
    absenceIsProved(rules, facts)
  );
}

/**
 * Judges membership for a purpose. Somebody already with the service stays where the specification keeps them; then only
 * `lost` tells. A restricted record answers like any other that the team has to confirm, whatever it holds. Which of two
 * living records is the person's is for the identity steward, so neither is weighed.
 */
export function judgeMembership(rules: RuleSet, facts: CaseFacts, purpose: Purpose): MembershipJudgement {
  const { admissibleTeamKinds } = rules;
  const window = windowOf(facts, purpose);
  const weighed = weighMemberships(rules, facts, window);
  const lost = admissibleTeamKinds.value !== null && isLost(rules, facts, weighed);
  const rest = {
    confirmed: weighed.some((one) => one.confirmed && one.standing === 'ADMISSIBLE' && counts(rules, one)),
    lost,
    watched: weighed.some(({ kind, sighting, restricted }) => {
      return (
        !restricted &&
        sighting === Sighting.OPEN &&
        rules.watchedTeamKinds.value?.some((watched) => watched === kind) === true
      );
    }),
    careCoordinator: weighed.some((one) => one.careCoordinator),
  };
  const further =
    purpose === Purpose.CONTINUE
      ? [rules.continuationAfterLoss, rules.supportDuration]
      : [rules.dischargedBeforeAcceptance, rules.commissionerTeamKinds];
  const ground = groundOf('TEAM_MEMBERSHIP', admissibleTeamKinds, ...further);
  if (admissibleTeamKinds.value === null) return { ...rest, criterion: notSpecified(ground) };
  if (keepsOnLoss(rules, purpose)) {
    const evidence = weighed.map((one) => one.evidence);
    return { ...rest, criterion: pass(ground, lost ? 'KEPT_AFTER_LOSS' : 'STAYS_WITH_SERVICE', evidence) };
  }
  if (facts.identity === IdentityFact.CONFLICT) {
    const evidence = weighed.map((one) => one.evidence);
    return { ...rest, criterion: confirm(ground, 'IDENTITY_STEWARD', 'IDENTITY_CONFLICT', evidence) };
  }
  return { ...rest, criterion: judgeEntry(rules, facts, ground, weighed) };
}
