/** Organisations and practitioners that the demonstration record system holds, and who may be a care coordinator where. */

import { inventName } from './names.js';
import { DEMONSTRATION_TEAMS, OrganisationCode, UNMAPPED_TEAM } from './organisations.js';
import type { Random } from './random.js';
import { practicesAndServices } from './record-details.js';
import { organizationResource, practitionerResources, type RecordResource } from './record-resources.js';

/** A reference with the name that the record shows beside it. */
export interface NamedReference {
  readonly reference: string;
  readonly display: string;
}

/** The trust, its teams and its practitioners as resources, with who coordinates care where. */
export interface ClinicalStaff {
  readonly resources: readonly RecordResource[];
  /** Care coordinators of each team, by the team's reference. */
  readonly coordinatorsOf: ReadonlyMap<string, readonly NamedReference[]>;
}

/** Those of the employment service who write in the record, as the record system knows them. */
export const RECORD_AUTHORS: readonly {
  /** Practitioner id; stable, as the hub's author map names it. */
  readonly id: string;
  /** `sub` of their demonstration token. */
  readonly subject: string;
  readonly given: string;
  readonly family: string;
  readonly title: string;
}[] = [
  {
    id: 'es-kit-marchbank',
    subject: 'demo-specialist',
    given: 'Kit',
    family: 'Marchbank',
    title: 'Employment specialist',
  },
  {
    id: 'es-nerys-oakshott',
    subject: 'demo-specialist-south',
    given: 'Nerys',
    family: 'Oakshott',
    title: 'Employment specialist',
  },
  {
    id: 'tm-verity-wainfleet',
    subject: 'demo-manager',
    given: 'Verity',
    family: 'Wainfleet',
    title: 'Employment service manager',
  },
];

const COORDINATORS_PER_TEAM = 6;
/** Organisations and staff are older than anything that happens in the demonstration. */
const LONG_AGO = '2018-04-01T08:00:00.000Z';

/** The trust, its eight teams, the practices around it, six practitioners for each, and the authors of the employment service. One coordinator in six is referred to by role, as some record systems do. */
export function clinicalStaff(random: Random): ClinicalStaff {
  const resources: RecordResource[] = [
    organizationResource({
      id: 'trust-a',
      name: 'Northwick and Southerby Mental Health NHS Trust (demonstration)',
      odsCode: OrganisationCode.TRUST_A,
      localCode: null,
      teamType: null,
      partOf: null,
      lastUpdated: LONG_AGO,
    }),
  ];
  resources.push(...practicesAndServices(LONG_AGO));
  const coordinatorsOf = new Map<string, readonly NamedReference[]>();
  const teams = [
    ...DEMONSTRATION_TEAMS.flatMap((team) =>
      team.reference ? [{ ...team, reference: team.reference }] : [],
    ),
    { ...UNMAPPED_TEAM, mhsdsTeamType: null },
  ];
  for (const team of teams) {
    const id = team.reference.slice('Organization/'.length);
    resources.push(
      organizationResource({
        id,
        name: team.name,
        odsCode: null,
        localCode: team.code,
        teamType: team.mhsdsTeamType,
        partOf: 'Organization/trust-a',
        lastUpdated: LONG_AGO,
      }),
    );
    const coordinators: NamedReference[] = [];
    for (let index = 1; index <= COORDINATORS_PER_TEAM; index++) {
      const { given, family } = inventName(random, random.pick(['female', 'male'] as const));
      const practitionerId = `${id}-${index}`;
      resources.push(
        ...practitionerResources({
          id: practitionerId,
          given,
          family,
          teamReference: team.reference,
          title: 'Care coordinator',
          lastUpdated: LONG_AGO,
        }),
      );
      const byRole = index === COORDINATORS_PER_TEAM;
      coordinators.push({
        reference: byRole ? `PractitionerRole/${practitionerId}-role` : `Practitioner/${practitionerId}`,
        display: `${given} ${family}`,
      });
    }
    coordinatorsOf.set(team.reference, coordinators);
  }
  for (const { id, given, family, title } of RECORD_AUTHORS) {
    const teamReference = 'Organization/trust-a';
    resources.push(
      ...practitionerResources({ id, given, family, teamReference, title, lastUpdated: LONG_AGO }),
    );
  }
  return { resources, coordinatorsOf };
}
