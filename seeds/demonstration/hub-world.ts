/** The hub's side of the demonstration world as data: directory, agreements, the site profile of the record system, referrals. */
import type { LocalDate } from '../../src/core/calendar.js';
import { demonstrationRecords } from './clinical-world.js';
import {
  DEMONSTRATION_ORGANISATIONS,
  DEMONSTRATION_TEAMS,
  type DemonstrationOrganisation,
  type DemonstrationTeam,
  OrganisationCode,
  UNMAPPED_TEAM,
} from './organisations.js';
import { FhirSystem } from './record-resources.js';
import type { DemonstrationReferral } from './referral.type.js';
import { demonstrationReferrals } from './referrals.js';
import {
  DEMONSTRATION_AGREEMENTS,
  DEMONSTRATION_STAFF,
  type DemonstrationAgreement,
  type DemonstrationStaff,
} from './staff.js';

/** A line of a site profile's team map; `team` null marks a code that nobody has mapped. */
export interface DemonstrationTeamMapping {
  readonly reference: string;
  readonly team: string | null;
  readonly label: string;
}

/** A site profile as the hub is seeded with it: adapter, its settings, team map. */
export interface DemonstrationSite {
  readonly code: string;
  readonly name: string;
  readonly organisation: OrganisationCode;
  readonly adapter: string;
  /** Settings of the adapter, as its own parser reads them. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly teams: readonly DemonstrationTeamMapping[];
}

/** Everything the hub is seeded with, in the order in which its parts refer to each other. */
export interface DemonstrationHub {
  readonly organisations: readonly DemonstrationOrganisation[];
  readonly teams: readonly DemonstrationTeam[];
  readonly staff: readonly DemonstrationStaff[];
  readonly agreements: readonly DemonstrationAgreement[];
  readonly sites: readonly DemonstrationSite[];
  readonly referrals: readonly DemonstrationReferral[];
}

/** Code of the demonstration record system in site profiles and in the graph. */
export const DEMONSTRATION_SYSTEM = 'demo-a';

/** The site profile of the demonstration record system at `baseUrl` (its FHIR base, without a slash at the end). */
export function demonstrationSite(baseUrl: string): DemonstrationSite {
  const mapped = DEMONSTRATION_TEAMS.flatMap((team) =>
    team.reference ? [{ reference: team.reference, team: team.code, label: team.name }] : [],
  );
  return {
    code: DEMONSTRATION_SYSTEM,
    name: 'Demonstration clinical record system',
    organisation: OrganisationCode.TRUST_A,
    adapter: 'fhir-r4',
    settings: {
      baseUrl,
      auth: 'NONE',
      pageSize: 100,
      teamsPartOf: 'Organization/trust-a',
      teamCodeSystem: FhirSystem.LOCAL_TEAM,
    },
    teams: [...mapped, { reference: UNMAPPED_TEAM.reference, team: null, label: UNMAPPED_TEAM.name }],
  };
}

/** Everything that the hub is seeded with, for a record system at `baseUrl` that was seeded on `today` with `people` people. */
export function demonstrationHub(baseUrl: string, today: LocalDate, people?: number): DemonstrationHub {
  return {
    organisations: DEMONSTRATION_ORGANISATIONS,
    teams: DEMONSTRATION_TEAMS,
    staff: DEMONSTRATION_STAFF,
    agreements: DEMONSTRATION_AGREEMENTS,
    sites: [demonstrationSite(baseUrl)],
    referrals: demonstrationReferrals(today, demonstrationRecords(today, people)),
  };
}
