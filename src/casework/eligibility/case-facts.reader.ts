/** Reads everything a list of decisions looks at, in a handful of statements however many referrals are asked about. */
import { type MembershipEvidence, readCaseloadEvidence } from '../../clinical/evidence.reader.js';
import type { SweepEvidence } from '../../clinical/freshness.rules.js';
import { TeamKind } from '../../contracts/rule-values.js';
import { type LocalDate, londonDate } from '../../core/calendar.js';
import { isId } from '../../core/ids.js';
import { type IdentityEvidence, readIdentities } from '../../people/identity.reader.js';
import type { Transaction } from '../../platform/database/database.js';
import {
  type AbsenceFact,
  type CaseFacts,
  IdentityFact,
  type MembershipFact,
  type ReferralFacts,
  type TeamAnswerFact,
  UNKNOWN_CODE,
} from './facts.js';

/** A referral as a decision needs it. */
export interface ReferralToDecide extends ReferralFacts {
  readonly id: string;
  readonly teamId: string;
  readonly personId: string;
  readonly specificationId: string;
  /** Days on which the word on work and the consent were given; null while there is none. */
  readonly wordRecordedOn: LocalDate | null;
  readonly consentRecordedOn: LocalDate | null;
}

/** What the hub knows of a person, beside the caseloads. */
export interface PersonFacts {
  readonly dateOfBirth: LocalDate | null;
  readonly identity: IdentityFact;
  readonly restricted: boolean;
}

/** Everything read for a list of referrals; `factsOf` puts one case together. */
export interface CaseFile {
  readonly persons: ReadonlyMap<string, PersonFacts>;
  readonly memberships: ReadonlyMap<string, readonly MembershipEvidence[]>;
  readonly answers: ReadonlyMap<string, TeamAnswerFact>;
  readonly absence: Readonly<Partial<Record<TeamKind, AbsenceFact>>>;
  readonly presenceBudgetHours: number;
  readonly absenceBudgetHours: number;
}

const REFERRALS = `
select id, team_id as "teamId", person_id as "personId", specification_id as "specificationId", route, received_on::text as "receivedOn",
  accepted_on::text as "acceptedOn", word_on_work as "wordOnWork", word_recorded_on::text as "wordRecordedOn",
  consent_recorded_on::text as "consentRecordedOn", employment_at_referral as employment,
  consent_to_contact_clinician as "consentToContactClinician", residence, on_care_programme_approach as "onCareProgrammeApproach"
from referrals where id = any ($1::uuid[]) and ($2::uuid[] is null or team_id = any ($2::uuid[]))`;

/** The latest word of each team; where teams differ, one that has the person settles it, and a no comes before not knowing. */
const ANSWERS = `
select distinct on ("referralId") "referralId", answer, "teamKind", "teamId", "from", "to", "answeredAt" from (
  select distinct on (c.referral_id, c.asked_team_id) c.referral_id as "referralId", c.answer, t.kind as "teamKind", c.asked_team_id as "teamId",
    c.answer_from::text as "from", c.answer_to::text as "to",
    to_char(c.answered_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "answeredAt"
  from confirmation_requests c left join teams t on t.id = c.asked_team_id
  where c.referral_id = any ($1::uuid[]) and c.answer is not null and c.answered_at <= $2
  order by c.referral_id, c.asked_team_id, c.answered_at desc, c.id desc
) latest
order by "referralId", array_position(array['ON_CASELOAD', 'NOT_ON_CASELOAD', 'CANNOT_SAY'], answer), "answeredAt" desc`;

/** The referrals of those ids within teams (null: of the whole organisation), in no particular order; what is no id is left out. */
export async function referralsToDecide(
  tx: Transaction,
  ids: readonly string[],
  teamIds: readonly string[] | null,
): Promise<ReferralToDecide[]> {
  return tx.query<ReferralToDecide>(REFERRALS, [ids.filter(isId), teamIds]);
}

/**
 * The referral without what had not yet been said or done on the day of `knownAt`. The row keeps the latest word only, so
 * an earlier one that it replaced reads as not recorded: the person is asked again rather than held to a later word.
 */
export function asKnownAt(referral: ReferralToDecide, knownAt: Date): ReferralToDecide {
  const day = londonDate(knownAt);
  const had = (on: LocalDate | null): boolean => on !== null && on <= day;
  return {
    ...referral,
    acceptedOn: had(referral.acceptedOn) ? referral.acceptedOn : null,
    wordOnWork: had(referral.wordRecordedOn) ? referral.wordOnWork : 'NOT_RECORDED',
    consentToContactClinician: had(referral.consentRecordedOn)
      ? referral.consentToContactClinician
      : 'NOT_ASKED',
  };
}

/** Reads persons, memberships, sweeps and answers as known at an instant. Role `decide`: the whole organisation. */
export async function readCaseFile(
  tx: Transaction,
  organisationId: string,
  referrals: readonly Pick<ReferralToDecide, 'id' | 'personId'>[],
  knownAt: Date,
): Promise<CaseFile> {
  const personIds = [...new Set(referrals.map((referral) => referral.personId))];
  const persons = await readIdentities(tx, personIds);
  const caseloads = await readCaseloadEvidence(tx, organisationId, personIds, knownAt);
  const answers = await tx.query<TeamAnswerFact & { referralId: string }>(ANSWERS, [
    referrals.map((referral) => referral.id),
    knownAt,
  ]);
  return {
    persons: new Map(persons.map((row) => [row.personId, personFacts(row)])),
    memberships: caseloads.memberships,
    answers: new Map(answers.map(({ referralId, ...answer }) => [referralId, answer])),
    absence: absenceByKind(caseloads.sweeps),
    ...budgetsOf(caseloads.sweeps),
  };
}

function personFacts(identity: IdentityEvidence): PersonFacts {
  const { identityState, merged, dateOfBirth, restricted } = identity;
  const fact =
    identityState === 'CONFLICT' ? IdentityFact.CONFLICT : merged ? IdentityFact.MERGED : IdentityFact.CLEAR;
  return { dateOfBirth, identity: fact, restricted };
}

/** Several systems in one organisation: the strictest budget counts, because a verdict must hold for all of them. */
function budgetsOf(sweeps: readonly SweepEvidence[]): {
  presenceBudgetHours: number;
  absenceBudgetHours: number;
} {
  if (sweeps.length === 0) return { presenceBudgetHours: 168, absenceBudgetHours: 26 };
  return {
    presenceBudgetHours: Math.min(...sweeps.map((sweep) => sweep.presenceBudgetHours)),
    absenceBudgetHours: Math.min(...sweeps.map((sweep) => sweep.absenceBudgetHours)),
  };
}

/**
 * What is known of absence, kind by kind: the oldest complete sweep of the kind's references and of every reference that
 * nobody has mapped, since that could be of any kind. A kind that no system holds is absent as of the oldest sweep of all.
 */
export function absenceByKind(sweeps: readonly SweepEvidence[]): Partial<Record<TeamKind, AbsenceFact>> {
  if (sweeps.length === 0) return {};
  const unmapped = sweeps.filter((sweep) => sweep.teamKind === null);
  const facts: Partial<Record<TeamKind, AbsenceFact>> = {};
  for (const kind of Object.values(TeamKind)) {
    const own = sweeps.filter((sweep) => sweep.teamKind === kind);
    const needed = own.length > 0 ? [...own, ...unmapped] : sweeps;
    const starts = needed.map((sweep) => sweep.sweepStartedAt?.getTime() ?? null);
    const complete = starts.every((start) => start !== null);
    facts[kind] = {
      held: own.length > 0,
      usable: complete,
      sweptAt: complete ? new Date(Math.min(...(starts as number[]))).toISOString() : null,
    };
  }
  return facts;
}

function membershipFact(evidence: MembershipEvidence): MembershipFact {
  return {
    teamKind: (evidence.teamKind as TeamKind | null) ?? UNKNOWN_CODE,
    teamId: evidence.teamId,
    state: evidence.state,
    validFrom: evidence.validFrom,
    validTo: evidence.validTo,
    restricted: evidence.restricted,
    complete: evidence.complete,
    careCoordinator: evidence.hasCareCoordinator,
    lastSeenAt: evidence.lastSeenAt.toISOString(),
    sourceAsOf: evidence.sourceAsOf?.toISOString() ?? null,
    systemId: evidence.systemId,
    reference: evidence.sourceReference,
    version: evidence.sourceVersion,
  };
}

/** The facts of one case. A person of whom nothing is known is on no caseload that the hub has seen. */
export function factsOf(
  file: CaseFile,
  referral: Pick<ReferralToDecide, 'id' | 'personId'> & ReferralFacts,
  asOf: LocalDate,
  knownAt: Date,
): CaseFacts {
  const person = file.persons.get(referral.personId) ?? {
    dateOfBirth: null,
    identity: IdentityFact.CLEAR,
    restricted: false,
  };
  return {
    asOf,
    knownAt: knownAt.toISOString(),
    ...person,
    referral,
    memberships: (file.memberships.get(referral.personId) ?? []).map(membershipFact),
    absence: file.absence,
    teamAnswer: file.answers.get(referral.id) ?? null,
    presenceBudgetHours: file.presenceBudgetHours,
    absenceBudgetHours: file.absenceBudgetHours,
  };
}
