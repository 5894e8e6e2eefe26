/**
 * Everything a decision may look at. Zero exclusion (003:32-34, 004:11, 004:15): symptoms, substance use, diagnosis,
 * history, readiness and presentation have no place here, so they can neither be given nor weighed.
 */
import type { MembershipState } from '../../clinical/clinical-record.port.js';
import type { TeamKind } from '../../contracts/rule-values.js';
import type { LocalDate } from '../../core/calendar.js';
import type {
  ConsentToContactClinician,
  EmploymentAtReferral,
  ReferralRoute,
  Residence,
  WordOnWork,
} from '../referrals/referral.rules.js';

/** An instant as ISO 8601 with zone. */
export type Instant = string;

/** Why eligibility is asked: on entry, while with the service, or on coming back to it. */
export const Purpose = { ENTRY: 'ENTRY', CONTINUE: 'CONTINUE', RE_ENTRY: 'RE_ENTRY' } as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

/** Whether the hub knows who the person is. */
export const IdentityFact = {
  CLEAR: 'CLEAR',
  /** Two living records claim to be this person; an identity steward settles it. */
  CONFLICT: 'CONFLICT',
  /** Records were merged at their source and the hub followed. */
  MERGED: 'MERGED',
} as const;
export type IdentityFact = (typeof IdentityFact)[keyof typeof IdentityFact];

/** A kind of team, or a team code that nobody has mapped to one. */
export const UNKNOWN_CODE = 'UNKNOWN_CODE';
/** The kind of the team that a fact speaks of, unmapped codes included. */
export type FactTeamKind = TeamKind | typeof UNKNOWN_CODE;

/** What the referral says; the only place where the person's own word enters. */
export interface ReferralFacts {
  readonly route: ReferralRoute;
  readonly receivedOn: LocalDate;
  /** Null while it has not been accepted. */
  readonly acceptedOn: LocalDate | null;
  readonly wordOnWork: WordOnWork;
  /** On the day of referral, as stated; never brought up to date. */
  readonly employment: EmploymentAtReferral;
  readonly consentToContactClinician: ConsentToContactClinician;
  readonly residence: Residence;
  /** Null when not stated. */
  readonly onCareProgrammeApproach: boolean | null;
}

/** A membership as the hub knew it at `knownAt`; one row of the projection, current then. */
export interface MembershipFact {
  readonly teamKind: FactTeamKind;
  /** The hub's own team; uuid; null where the code is not mapped. */
  readonly teamId: string | null;
  readonly state: MembershipState;
  /** First day on the caseload; null when the source does not say. */
  readonly validFrom: LocalDate | null;
  /** First day no longer on it; null when open or not said. */
  readonly validTo: LocalDate | null;
  /** The record is restricted at its source. */
  readonly restricted: boolean;
  /** False when the record says more of the period than the hub could understand; absent: understood. */
  readonly complete?: boolean;
  /** The record names a care coordinator. */
  readonly careCoordinator: boolean;
  /** When a pull last saw it in this state. */
  readonly lastSeenAt: Instant;
  /** When the source says that it was so; null when it does not say. */
  readonly sourceAsOf: Instant | null;
  /** Clinical record system; uuid. */
  readonly systemId: string | null;
  /** The source's own reference and version of the row. */
  readonly reference: string | null;
  readonly version: string | null;
}

/** How well absence is known from the caseloads of one kind of team. */
export interface AbsenceFact {
  /** True when every team of this kind, in every record system, has had a complete full sweep. */
  readonly usable: boolean;
  /** From when absence is known: the oldest of those sweeps, or of all where there is no such team; null when there is none, and then absence is not known. */
  readonly sweptAt: Instant | null;
  /** False when no record system has a team of this kind: where that is so of every admissible kind, nobody was looked for and nobody is absent. Default: true. */
  readonly held?: boolean;
}

/** What a team answered when it was asked about this referral. */
export interface TeamAnswerFact {
  readonly answer: 'ON_CASELOAD' | 'NOT_ON_CASELOAD' | 'CANNOT_SAY';
  /** Kind of the team that was asked; null when the duty contact of no particular team was, and then of an admissible kind. */
  readonly teamKind: FactTeamKind | null;
  readonly teamId: string | null;
  /** First day on the caseload; null: since before the referral. */
  readonly from: LocalDate | null;
  /** First day no longer on it; null: still on it. */
  readonly to: LocalDate | null;
  readonly answeredAt: Instant;
}

/** The facts of one case as known at an instant. */
export interface CaseFacts {
  /** The day asked about: what was so. */
  readonly asOf: LocalDate;
  /** What the hub knew at this instant; freshness is measured from here. */
  readonly knownAt: Instant;
  readonly dateOfBirth: LocalDate | null;
  readonly identity: IdentityFact;
  /** The person's record is restricted, whatever memberships it has. */
  readonly restricted: boolean;
  readonly referral: ReferralFacts;
  readonly memberships: readonly MembershipFact[];
  /** A kind without an entry is not known to be absent. */
  readonly absence: Readonly<Partial<Record<TeamKind, AbsenceFact>>>;
  /** The latest answer given for this referral; null when there is none. */
  readonly teamAnswer: TeamAnswerFact | null;
  /** For how many hours "seen open" stays usable; 168 unless the site says otherwise. */
  readonly presenceBudgetHours: number;
  /** For how many hours a complete sweep proves absence; 26 unless the site says otherwise. */
  readonly absenceBudgetHours: number;
}
