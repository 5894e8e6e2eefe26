/** A referral of the demonstration as data; the hub's seeding turns it into rows through its own services. */
import type {
  ConsentToContactClinician,
  EmploymentAtReferral,
  ReferralRoute,
  Residence,
  WordOnWork,
} from '../../src/casework/referrals/referral.rules.js';
import type { LocalDate } from '../../src/core/calendar.js';
import type { OrganisationCode } from './organisations.js';

/** Codes of the five seeded service specifications. */
export const SpecificationCode = {
  DORSET_2018: '11J/0227',
  DORSET: 'QVV/0294',
  HEREFORDSHIRE: 'HEREFORDSHIRE-IPS',
  VOCATIONAL_SAMPLE: 'VOCATIONAL-SAMPLE',
  LEAFLET: 'IPS-GROW-LEAFLET',
} as const;
export type SpecificationCode = (typeof SpecificationCode)[keyof typeof SpecificationCode];

/** What the person, or whoever referred them, said on the day. */
export interface ReferralStatement {
  readonly route: ReferralRoute;
  readonly wordOnWork: WordOnWork;
  readonly employment: EmploymentAtReferral;
  readonly consent: ConsentToContactClinician;
  readonly residence: Residence;
}

/** The person as the referral names them. */
export interface ReferredPerson {
  readonly nhsNumber: string | null;
  readonly dateOfBirth: LocalDate;
  readonly givenName: string;
  readonly familyName: string;
  readonly telephone: string;
  readonly postcode: string;
}

export interface DemonstrationReferral extends ReferralStatement {
  /** Stable name, so that seeding twice can be noticed; `cast-<key>`, `a-<n>` or `b-<n>`. */
  readonly key: string;
  readonly organisation: OrganisationCode;
  /** Code of the receiving team in its organisation's directory. */
  readonly team: string;
  readonly specification: SpecificationCode;
  readonly person: ReferredPerson;
  readonly receivedOn: LocalDate;
  /** Null while nobody has accepted it. */
  readonly acceptedOn: LocalDate | null;
}
