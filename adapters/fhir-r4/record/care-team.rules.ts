/** CareTeam (FHIR R4, UK Core CareTeam 2.1.0) as who looks after a person. */
import type { CareTeamMember, RecordCareTeam } from '../../../src/clinical/record.port.js';
import { type Json, member, objectsOf, textOf } from '../json.js';
import { conceptText } from '../mapping/concept.rules.js';
import { nameBehind } from '../mapping/names.rules.js';
import { localReference, referenceText } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import { codeAmong } from './coded.rules.js';

/** FHIR R4 value set CareTeamStatus. */
const STATUSES: readonly string[] = ['proposed', 'active', 'suspended', 'inactive', 'entered-in-error'];

/** CareTeam.participant: member as reference and name, first role in words. One without any of them is counted and left out. */
function mapMember(
  participant: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): CareTeamMember | null {
  const element = member(participant, 'member');
  const target = localReference(element, baseUrl);
  const name = nameBehind(element, included, baseUrl);
  const role =
    objectsOf(participant, 'role')
      .map(conceptText)
      .find((words) => words !== null) ?? null;
  if (target === null && name === null && role === null) {
    unmapped('CareTeam.participant');
    return null;
  }
  return { reference: target === null ? null : referenceText(target), name, role };
}

/** CareTeam.name, status (a code of CareTeamStatus) and participant. Never throws. */
export function mapCareTeam(
  team: Json,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): RecordCareTeam {
  return {
    name: textOf(team, 'name')?.trim() ?? null,
    status: codeAmong(team, 'status', STATUSES, 'CareTeam.status', unmapped),
    members: objectsOf(team, 'participant')
      .map((participant) => mapMember(participant, included, baseUrl, unmapped))
      .filter((one) => one !== null),
  };
}
