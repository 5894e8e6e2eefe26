/** The hub's side of the demonstration world as data: directory, agreements, the site profile of the record system, referrals, episodes, notes. */
import { DocumentKind } from '../../src/clinical/documents.port.js';
import type { LocalDate } from '../../src/core/calendar.js';
import { Role } from '../../src/core/caller.js';
import type { SiteProfile } from '../../src/platform/settings/site-profiles.js';
import { RECORD_AUTHORS } from './clinical-staff.js';
import { demonstrationRecords } from './clinical-world.js';
import { type DemonstrationEpisode, demonstrationEpisodes } from './episodes.js';
import { type DemonstrationNote, demonstrationNotes } from './notes.js';
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
  STAFF_VALID_FROM,
} from './staff.js';

/** A line of a site profile's team map; `team` null marks a code that nobody has mapped. */
export interface DemonstrationTeamMapping {
  readonly reference: string;
  readonly team: string | null;
  readonly label: string;
}

/** A site profile as the hub is seeded with it: adapter, its settings, team map, authors, what it bears, policies of notes. */
export interface DemonstrationSite
  extends Required<Pick<SiteProfile, 'authors' | 'destination' | 'notePolicies'>> {
  readonly code: string;
  readonly name: string;
  readonly organisation: OrganisationCode;
  readonly adapter: string;
  /** Settings of the adapter, as its own parser reads them. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly teams: readonly DemonstrationTeamMapping[];
}

/** Who there is, the same whatever the day and however many people. */
export interface DemonstrationDirectory {
  readonly organisations: readonly DemonstrationOrganisation[];
  readonly teams: readonly DemonstrationTeam[];
  readonly staff: readonly DemonstrationStaff[];
  readonly agreements: readonly DemonstrationAgreement[];
}

/** Everything the hub is seeded with, in the order in which its parts refer to each other. */
export interface DemonstrationHub extends DemonstrationDirectory {
  readonly sites: readonly DemonstrationSite[];
  readonly referrals: readonly DemonstrationReferral[];
  readonly episodes: readonly DemonstrationEpisode[];
  readonly notes: readonly DemonstrationNote[];
}

/** The directory of the demonstration. */
export const DEMONSTRATION_DIRECTORY: DemonstrationDirectory = {
  organisations: DEMONSTRATION_ORGANISATIONS,
  teams: DEMONSTRATION_TEAMS,
  staff: DEMONSTRATION_STAFF,
  agreements: DEMONSTRATION_AGREEMENTS,
};

/** Code of the demonstration record system in site profiles and in the graph. */
export const DEMONSTRATION_SYSTEM = 'demo-a';

const LABELS = 'https://records.demonstration.example/CodeSystem/document-label';
const [TRUST_A] = DEMONSTRATION_ORGANISATIONS;

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
      maxConcurrent: 16,
      teamsPartOf: 'Organization/trust-a',
      teamCodeSystem: FhirSystem.LOCAL_TEAM,
      permittedTypes: 'Condition, Flag, DocumentReference',
      // A label that is not among them does not reach this record: a note withheld from the person is parked, never sent without.
      labelCodes: `THIRD_PARTY_INFORMATION=${LABELS}|third-party|Third-party information,SAFEGUARDING=${LABELS}|safeguarding|Safeguarding`,
    },
    teams: [...mapped, { reference: UNMAPPED_TEAM.reference, team: null, label: UNMAPPED_TEAM.name }],
    authors: RECORD_AUTHORS.map(({ id, subject, title }) => ({
      subject,
      reference: `Practitioner/${id}`,
      employer: TRUST_A!.name,
      role: title,
      validFrom: STAFF_VALID_FROM,
    })),
    destination: { maxInFlight: 16, sendTimeoutMs: 10_000 },
    notePolicies: [
      {
        validFrom: STAFF_VALID_FROM,
        clause: 'Demonstration policy of notes',
        lateAfterHours: 24,
        latestBackDays: 90,
        countersignRole: Role.TEAM_MANAGER,
        countersignKinds: [DocumentKind.CLOSURE_SUMMARY],
        chaseAfterWorkingDays: 2,
        urgentWithinMinutes: 30,
        urgentEscalateTo: 'demo-manager',
      },
    ],
  };
}

/** Everything that the hub is seeded with, for a record system at `baseUrl` that was seeded on `today` with `people` people. */
export function demonstrationHub(baseUrl: string, today: LocalDate, people?: number): DemonstrationHub {
  const referrals = demonstrationReferrals(today, demonstrationRecords(today, people));
  const episodes = demonstrationEpisodes(today, referrals);
  return {
    ...DEMONSTRATION_DIRECTORY,
    sites: [demonstrationSite(baseUrl)],
    referrals,
    episodes,
    notes: demonstrationNotes(today, episodes),
  };
}
