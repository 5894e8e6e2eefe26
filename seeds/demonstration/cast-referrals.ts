/** What each member of the cast said when they were referred, and when that was. */
import { addDays, type LocalDate } from '../../src/core/calendar.js';
import { CAST, type CastKey, castDateOfBirth } from './cast.js';
import { OrganisationCode } from './organisations.js';
import { type DemonstrationReferral, type ReferralStatement, SpecificationCode } from './referral.type.js';

interface CastReferral {
  readonly team: string;
  readonly specification: SpecificationCode;
  readonly receivedDaysAgo: number;
  readonly acceptedDaysAgo: number | null;
  readonly said: Partial<ReferralStatement>;
}

/** What is recorded unless a row says otherwise. */
const USUAL: ReferralStatement = {
  route: 'CARE_COORDINATOR',
  wordOnWork: 'WANTS_PAID_WORK',
  employment: 'OUT_OF_WORK',
  consent: 'GIVEN',
  residence: 'IN_REGION',
};

const referred = (
  team: string,
  specification: SpecificationCode,
  receivedDaysAgo: number,
  said: Partial<ReferralStatement> = {},
  acceptedDaysAgo: number | null = null,
): CastReferral => ({ team, specification, receivedDaysAgo, acceptedDaysAgo, said });

const { DORSET, HEREFORDSHIRE, VOCATIONAL_SAMPLE } = SpecificationCode;

const CAST_REFERRALS: Readonly<Partial<Record<CastKey, CastReferral>>> = {
  straightforward: referred('CMHT-NORTH', DORSET, 6),
  seventeenInEip: referred('EIP', DORSET, 5, { route: 'CLINICAL_TEAM' }),
  cmhtEndsToday: referred('CMHT-NORTH', DORSET, 4),
  dischargedBeforeAcceptance: referred('CMHT-NORTH', DORSET, 10),
  crisisOnly: referred('CMHT-NORTH', DORSET, 3, { route: 'CLINICAL_TEAM' }),
  olderAdult: referred('CMHT-NORTH', HEREFORDSHIRE, 8),
  unsureAboutWork: referred('CMHT-NORTH', DORSET, 7, { wordOnWork: 'UNSURE' }),
  employedAtRisk: referred('CMHT-NORTH', HEREFORDSHIRE, 9, { employment: 'EMPLOYED_AT_RISK' }),
  selfReferred: referred('CMHT-NORTH', DORSET, 2, { route: 'SELF', consent: 'NOT_ASKED' }),
  mergedInto: referred('CMHT-NORTH', DORSET, 12),
  twoRecords: referred('CMHT-NORTH', DORSET, 11),
  movedAway: referred('CMHT-NORTH', DORSET, 13, { residence: 'OUTSIDE_REGION' }),
  restricted: referred('CMHT-NORTH', DORSET, 14),
  waitingList: referred('CMHT-NORTH', DORSET, 5),
  rehabilitationOnly: referred('REHAB', HEREFORDSHIRE, 15),
  noTeam: referred('CMHT-NORTH', DORSET, 4, { route: 'JOBCENTRE_PLUS' }),
  longDischarged: referred('CMHT-NORTH', DORSET, 420, { employment: 'OUT_OF_WORK' }, 415),
  unverified: referred('CMHT-NORTH', DORSET, 6),
  traceRequired: referred('CMHT-SOUTH', DORSET, 6),
  oldCoding: referred('CMHT-SOUTH', DORSET, 16),
  nobody: referred('CMHT-NORTH', VOCATIONAL_SAMPLE, 3, { route: 'OTHER_AGENCY' }),
  enteredInError: referred('CMHT-NORTH', DORSET, 8),
  onHold: referred('CMHT-NORTH', DORSET, 18),
  planned: referred('CMHT-SOUTH', DORSET, 3),
  twoTeams: referred('CMHT-SOUTH', HEREFORDSHIRE, 5),
  unmappedTeam: referred('CMHT-NORTH', DORSET, 7, { route: 'CLINICAL_TEAM' }),
  neighbourhood: referred('NMHT', HEREFORDSHIRE, 9, { employment: 'VOLUNTARY_OR_PERMITTED_WORK' }),
};

/** One referral for each member of the cast that has one, in trust A. */
export function castReferrals(today: LocalDate): readonly DemonstrationReferral[] {
  return (Object.entries(CAST_REFERRALS) as [CastKey, CastReferral][]).map(([key, referral]) => {
    const member = CAST[key];
    return {
      key: `cast-${key}`,
      organisation: OrganisationCode.TRUST_A,
      team: referral.team,
      specification: referral.specification,
      ...USUAL,
      ...referral.said,
      person: {
        nhsNumber: member.nhsNumber,
        dateOfBirth: castDateOfBirth(member, today),
        givenName: member.given,
        familyName: member.family,
        telephone: '07700 900000',
        postcode: 'ZZ1 1AB',
      },
      receivedOn: addDays(today, -referral.receivedDaysAgo),
      acceptedOn: referral.acceptedDaysAgo === null ? null : addDays(today, -referral.acceptedDaysAgo),
    };
  });
}
