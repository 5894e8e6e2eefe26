/** Who looks after each person on a caseload, as CareTeams of the demonstration record system. */
import type { CareTeam } from 'fhir/r4.js';
import type { ClinicalStaff, NamedReference } from './clinical-staff.js';
import { DEMONSTRATION_TEAMS, UNMAPPED_TEAM } from './organisations.js';
import type { PlannedEpisode } from './population.js';
import { numberOf } from './random.js';
import { careTeamResource, type PatientFacts } from './record-resources.js';

/** An episode with its care coordinator and the time of its last change, as the record holds it. */
export interface HeldEpisode extends PlannedEpisode {
  readonly careManager: NamedReference | null;
  readonly lastUpdated: string;
}

const ON_CASELOAD: readonly string[] = ['active', 'onhold'];

/** What the others of a team are, in the order in which they are taken. */
const ROLES = ['Community mental health nurse', 'Consultant psychiatrist', 'Occupational therapist'] as const;

function teamName(reference: string): string {
  const teams = [...DEMONSTRATION_TEAMS, UNMAPPED_TEAM];
  return teams.find((team) => team.reference === reference)!.name;
}

/**
 * The care team of somebody's first episode that is active or on hold and has not ended: the care coordinator as lead, where
 * there is one, and one to three others of the same team. Null for somebody on no caseload.
 */
export function careTeamOf(
  patient: Pick<PatientFacts, 'id' | 'restricted'>,
  episodes: readonly HeldEpisode[],
  staff: ClinicalStaff,
): CareTeam | null {
  const episode = episodes.find(({ status, end }) => ON_CASELOAD.includes(status) && end === null);
  if (!episode) return null;
  const lead = episode.careManager;
  const others = (staff.coordinatorsOf.get(episode.teamReference) ?? []).filter(
    ({ reference }) => reference !== lead?.reference,
  );
  const turn = numberOf(patient.id);
  const members = ROLES.slice(0, 1 + (turn % ROLES.length)).map((role, index) => ({
    ...others[(turn + index) % others.length]!,
    role,
  }));
  return careTeamResource({
    id: `${patient.id}-team`,
    name: `Care team, ${teamName(episode.teamReference)}`,
    patientId: patient.id,
    teamReference: episode.teamReference,
    start: episode.start,
    members: [...(lead ? [{ ...lead, role: 'Care coordinator' }] : []), ...members],
    restricted: patient.restricted,
    lastUpdated: episode.lastUpdated,
  });
}
