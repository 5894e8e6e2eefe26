/** The people who use the hub in the demonstration: subjects of demonstration tokens, their roles and their teams. */

import type { LocalDate } from '../../src/core/calendar.js';
import { Role } from '../../src/core/caller.js';
import { OrganisationCode } from './organisations.js';

/** Somebody who may sign in to the hub. */
export interface DemonstrationStaff {
  readonly organisation: OrganisationCode;
  /** `sub` of the demonstration token. */
  readonly subject: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  /** Codes of the teams they are assigned to, in their own organisation. */
  readonly teams: readonly string[];
}

const TEAMS_OF_A = ['CMHT-NORTH', 'CMHT-SOUTH', 'OA-CMHT', 'EIP', 'REHAB', 'CRISIS', 'NMHT', 'IPS'] as const;

/** One person for each role, a second specialist in other teams of A, and in B whoever is needed to look at a feed. */
export const DEMONSTRATION_STAFF: readonly DemonstrationStaff[] = [
  {
    organisation: OrganisationCode.TRUST_A,
    subject: 'demo-specialist',
    displayName: 'Kit Marchbank',
    roles: [Role.EMPLOYMENT_SPECIALIST],
    teams: ['CMHT-NORTH', 'EIP'],
  },
  {
    organisation: OrganisationCode.TRUST_A,
    subject: 'demo-specialist-south',
    displayName: 'Nerys Oakshott',
    roles: [Role.EMPLOYMENT_SPECIALIST],
    teams: ['CMHT-SOUTH', 'REHAB', 'NMHT'],
  },
  {
    organisation: OrganisationCode.TRUST_A,
    subject: 'demo-manager',
    displayName: 'Verity Wainfleet',
    roles: [Role.TEAM_MANAGER],
    teams: TEAMS_OF_A,
  },
  {
    organisation: OrganisationCode.TRUST_A,
    subject: 'demo-coordinator',
    displayName: 'Osric Hollinshaw',
    roles: [Role.CARE_COORDINATOR],
    teams: ['CMHT-NORTH'],
  },
  {
    organisation: OrganisationCode.ANALYSTS,
    subject: 'demo-analyst',
    displayName: 'Coralie Quickthorn',
    roles: [Role.ANALYST],
    teams: [],
  },
  {
    organisation: OrganisationCode.TRUST_A,
    subject: 'demo-integration',
    displayName: 'Referral portal of a partner',
    roles: [Role.INTEGRATION],
    teams: [],
  },
  {
    organisation: OrganisationCode.TRUST_A,
    subject: 'demo-administrator',
    displayName: 'Torin Yewdale',
    roles: [Role.ADMINISTRATOR],
    teams: [],
  },
  {
    organisation: OrganisationCode.TRUST_A,
    subject: 'demo-steward',
    displayName: 'Ottilie Penhallow',
    roles: [Role.IDENTITY_STEWARD],
    teams: [],
  },
  {
    organisation: OrganisationCode.TRUST_B,
    subject: 'demo-specialist-b',
    displayName: 'Fenna Saltmarsh',
    roles: [Role.EMPLOYMENT_SPECIALIST],
    teams: ['CMHT-WEST'],
  },
  {
    organisation: OrganisationCode.TRUST_B,
    subject: 'demo-administrator-b',
    displayName: 'Lorcan Thistlewood',
    roles: [Role.ADMINISTRATOR],
    teams: [],
  },
  {
    organisation: OrganisationCode.TRUST_B,
    subject: 'demo-steward-b',
    displayName: 'Maren Coldbrook',
    roles: [Role.IDENTITY_STEWARD],
    teams: [],
  },
];

/** That one organisation may report on another, from a day on. */
export interface DemonstrationAgreement {
  readonly recipient: OrganisationCode;
  readonly covered: OrganisationCode;
  readonly reference: string;
  readonly validFrom: LocalDate;
}

/** The analysts may report on A and on nobody else. */
export const DEMONSTRATION_AGREEMENTS: readonly DemonstrationAgreement[] = [
  {
    recipient: OrganisationCode.ANALYSTS,
    covered: OrganisationCode.TRUST_A,
    reference: 'DEMO-DSA-1',
    validFrom: '2021-01-01',
  },
];

/** First day on which roles and team assignments of the demonstration hold. */
export const STAFF_VALID_FROM: LocalDate = '2021-01-01';
