/** The organisations and teams of the demonstration world, as the hub's directory and the record system have them. */

/** Codes of the three organisations, in the place of ODS codes. */
export const OrganisationCode = { TRUST_A: 'DEMO1', TRUST_B: 'DEMO2', ANALYSTS: 'DEMO9' } as const;
export type OrganisationCode = (typeof OrganisationCode)[keyof typeof OrganisationCode];

/** A row of the hub’s organisations. */
export interface DemonstrationOrganisation {
  /** Invented code in the place of an ODS code. */
  readonly odsCode: OrganisationCode;
  readonly name: string;
  readonly kind: 'TRUST' | 'OTHER';
}

/** Three organisations: A has the demonstration record system, B exists so that there are rows of somebody else, the third only reports. */
export const DEMONSTRATION_ORGANISATIONS: readonly DemonstrationOrganisation[] = [
  {
    odsCode: OrganisationCode.TRUST_A,
    name: 'Northwick and Southerby Mental Health NHS Trust (demonstration)',
    kind: 'TRUST',
  },
  {
    odsCode: OrganisationCode.TRUST_B,
    name: 'Westerdale Partnership NHS Trust (demonstration)',
    kind: 'TRUST',
  },
  {
    odsCode: OrganisationCode.ANALYSTS,
    name: 'Employment Outcomes Analysis Unit (demonstration)',
    kind: 'OTHER',
  },
];

/** Kinds of the hub's directory (`ck_teams_kind`) that the demonstration uses. */
export type DemonstrationTeamKind =
  | 'CMHT'
  | 'OLDER_ADULT_CMHT'
  | 'EIP'
  | 'REHABILITATION'
  | 'CRISIS'
  | 'NEIGHBOURHOOD'
  | 'EMPLOYMENT';

/** A team of the hub’s directory with its place in the record system. */
export interface DemonstrationTeam {
  readonly organisation: OrganisationCode;
  /** Code in the hub's directory, unique in the organisation. */
  readonly code: string;
  readonly name: string;
  readonly kind: DemonstrationTeamKind;
  /** Service or team type of the Mental Health Services Data Set; null where the data set has no code for the kind. */
  readonly mhsdsTeamType: string | null;
  readonly area: string;
  readonly dutyContact: string;
  /** `Organization/<id>` in the demonstration record system; null for a team that the record system does not have. */
  readonly reference: string | null;
}

const inTrustA = (
  code: string,
  name: string,
  kind: DemonstrationTeamKind,
  mhsdsTeamType: string | null,
  area: string,
  reference: string | null,
): DemonstrationTeam => ({
  organisation: OrganisationCode.TRUST_A,
  code,
  name,
  kind,
  mhsdsTeamType,
  area,
  dutyContact: `Duty desk, ${name}, 07700 900${String(100 + code.length * 7)}`,
  reference,
});

/** Teams of the hub's directory. The record system holds one more, `UNMAPPED_TEAM`, that the directory does not know. */
export const DEMONSTRATION_TEAMS: readonly DemonstrationTeam[] = [
  inTrustA(
    'CMHT-NORTH',
    'Community Mental Health Team North',
    'CMHT',
    'A06',
    'Northwick',
    'Organization/team-cmht-north',
  ),
  inTrustA(
    'CMHT-SOUTH',
    'Community Mental Health Team South',
    'CMHT',
    'A06',
    'Southerby',
    'Organization/team-cmht-south',
  ),
  inTrustA(
    'OA-CMHT',
    'Older Adults’ Community Mental Health Team',
    'OLDER_ADULT_CMHT',
    'A07',
    'Northwick and Southerby',
    'Organization/team-older-adults',
  ),
  inTrustA(
    'EIP',
    'Early Intervention in Psychosis Team',
    'EIP',
    'A14',
    'Northwick and Southerby',
    'Organization/team-eip',
  ),
  inTrustA(
    'REHAB',
    'Community Rehabilitation Team',
    'REHABILITATION',
    'A09',
    'Northwick and Southerby',
    'Organization/team-rehabilitation',
  ),
  inTrustA(
    'CRISIS',
    'Crisis Resolution and Home Treatment Team',
    'CRISIS',
    'A02',
    'Northwick and Southerby',
    'Organization/team-crisis',
  ),
  inTrustA(
    'NMHT',
    'Neighbourhood Mental Health Team',
    'NEIGHBOURHOOD',
    null,
    'Eastholme',
    'Organization/team-neighbourhood',
  ),
  inTrustA(
    'IPS',
    'Individual Placement and Support Service',
    'EMPLOYMENT',
    'D05',
    'Northwick and Southerby',
    null,
  ),
  {
    organisation: OrganisationCode.TRUST_B,
    code: 'CMHT-WEST',
    name: 'Westerdale Community Mental Health Team',
    kind: 'CMHT',
    mhsdsTeamType: 'A06',
    area: 'Westerdale',
    dutyContact: 'Duty desk, Westerdale, 07700 900199',
    reference: null,
  },
];

/** A team of the record system that nobody has mapped in the hub: who is on its caseload is unknown, never absent. */
export const UNMAPPED_TEAM = {
  reference: 'Organization/team-x77',
  code: 'X77',
  name: 'Transitions pathway X77',
} as const;

/** The hub's code of the team that the record system calls `reference`; null when unmapped. */
export function teamCodeOf(reference: string): string | null {
  return DEMONSTRATION_TEAMS.find((team) => team.reference === reference)?.code ?? null;
}

/** The record system's reference of a team by the hub's code. Throws on a code that the record system does not have. */
export function referenceOf(teamCode: string): string {
  const reference =
    teamCode === UNMAPPED_TEAM.code
      ? UNMAPPED_TEAM.reference
      : DEMONSTRATION_TEAMS.find((team) => team.code === teamCode)?.reference;
  if (!reference) throw new Error(`the demonstration record system has no team ${teamCode}`);
  return reference;
}
