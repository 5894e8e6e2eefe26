/** Cases for the rules of eligibility: a plain one to start from, and arbitrary ones for properties. */
import fc from 'fast-check';
import {
  type CaseFacts,
  type FactTeamKind,
  IdentityFact,
  type MembershipFact,
  Purpose,
  type TeamAnswerFact,
  UNKNOWN_CODE,
} from '../../src/casework/eligibility/facts.js';
import {
  ConsentToContactClinician,
  EmploymentAtReferral,
  ReferralRoute,
  Residence,
  WordOnWork,
} from '../../src/casework/referrals/referral.rules.js';
import { MembershipState } from '../../src/clinical/clinical-record.port.js';
import { TeamKind } from '../../src/contracts/rule-values.js';
import { addDays } from '../../src/core/calendar.js';

export const AS_OF = '2021-03-01';
export const KNOWN_AT = '2021-03-01T12:00:00.000Z';

/** An instant so many hours before everything was known. */
export const hoursAgo = (hours: number): string =>
  new Date(Date.parse(KNOWN_AT) - hours * 3_600_000).toISOString();

/** A membership open for years, seen four hours ago, with a coordinator. */
export function aMembership(teamKind: FactTeamKind, more: Partial<MembershipFact> = {}): MembershipFact {
  return {
    teamKind,
    teamId: null,
    state: MembershipState.OPEN,
    validFrom: '2019-06-03',
    validTo: null,
    restricted: false,
    careCoordinator: true,
    lastSeenAt: hoursAgo(4),
    sourceAsOf: null,
    systemId: null,
    reference: 'EpisodeOfCare/1',
    version: '1',
    ...more,
  };
}

/** Every kind of team swept at the same hour. */
export function swept(hours: number, usable = true): CaseFacts['absence'] {
  return Object.fromEntries(
    Object.values(TeamKind).map((kind) => [kind, { usable, sweptAt: hoursAgo(hours) }]),
  );
}

type Changes = Omit<Partial<CaseFacts>, 'referral'> & { readonly referral?: Partial<CaseFacts['referral']> };

/** An adult who wants paid work, is out of work, open to a CMHT, an early intervention and a neighbourhood team, referred a week ago. */
export function aCase({ referral, ...more }: Changes = {}): CaseFacts {
  return {
    asOf: AS_OF,
    knownAt: KNOWN_AT,
    dateOfBirth: '1988-05-14',
    identity: IdentityFact.CLEAR,
    restricted: false,
    referral: {
      route: ReferralRoute.CARE_COORDINATOR,
      receivedOn: '2021-02-22',
      acceptedOn: null,
      wordOnWork: WordOnWork.WANTS_PAID_WORK,
      employment: EmploymentAtReferral.OUT_OF_WORK,
      consentToContactClinician: ConsentToContactClinician.NOT_ASKED,
      residence: Residence.IN_REGION,
      onCareProgrammeApproach: null,
      ...referral,
    },
    memberships: [aMembership('CMHT'), aMembership('EIP'), aMembership('NEIGHBOURHOOD')],
    absence: swept(4),
    teamAnswer: null,
    presenceBudgetHours: 168,
    absenceBudgetHours: 26,
    ...more,
  };
}

const oneOf = <T>(values: Readonly<Record<string, T>>): fc.Arbitrary<T> =>
  fc.constantFrom(...Object.values(values));
const day = fc.integer({ min: -60, max: 20 }).map((days) => addDays(AS_OF, days));
const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });
const instant = fc
  .oneof(fc.constantFrom(0, 26, 27, 168, 169), fc.integer({ min: 0, max: 400 }))
  .map(hoursAgo);
const kind = fc.oneof(
  oneOf<FactTeamKind>(TeamKind),
  fc.constantFrom<FactTeamKind>(UNKNOWN_CODE, 'CMHT', 'EIP'),
);

const membership: fc.Arbitrary<MembershipFact> = fc
  .record({
    state: oneOf(MembershipState),
    validFrom: optional(day),
    validTo: optional(day),
    restricted: fc.constantFrom(false, false, false, true),
    careCoordinator: fc.boolean(),
    lastSeenAt: instant,
  })
  .chain((more) => kind.map((teamKind) => aMembership(teamKind, more)));

const answer: fc.Arbitrary<TeamAnswerFact> = fc.record({
  answer: fc.constantFrom('ON_CASELOAD', 'NOT_ON_CASELOAD', 'CANNOT_SAY'),
  teamKind: optional(kind),
  teamId: fc.constant(null),
  from: optional(day),
  to: optional(day),
  answeredAt: instant,
});

/** Any case at all, with a bias to the edges of windows and budgets. */
export const anyCase: fc.Arbitrary<CaseFacts> = fc
  .record({
    dateOfBirth: optional(fc.constantFrom('1988-05-14', '2003-03-01', '2003-03-02', '2004-02-29')),
    identity: fc.constantFrom(
      IdentityFact.CLEAR,
      IdentityFact.CLEAR,
      IdentityFact.MERGED,
      IdentityFact.CONFLICT,
    ),
    restricted: fc.constantFrom(false, false, false, true),
    referral: fc.record({
      route: oneOf(ReferralRoute),
      receivedOn: fc.integer({ min: -40, max: 0 }).map((days) => addDays(AS_OF, days)),
      acceptedOn: optional(day),
      wordOnWork: oneOf(WordOnWork),
      employment: oneOf(EmploymentAtReferral),
      consentToContactClinician: oneOf(ConsentToContactClinician),
      residence: oneOf(Residence),
      onCareProgrammeApproach: optional(fc.boolean()),
    }),
    memberships: fc.array(membership, { maxLength: 4 }),
    absence: fc.dictionary(
      fc.constantFrom(...Object.values(TeamKind)),
      fc.record({ usable: fc.boolean(), sweptAt: optional(instant) }),
    ),
    teamAnswer: optional(answer),
  })
  .chain((changes) =>
    // Half of the cases know every absence, or nearly nothing would ever fail.
    fc.constantFrom(changes.absence, swept(2)).map((absence) => aCase({ ...changes, absence })),
  );

export const anyPurpose = oneOf(Purpose);
