/** EpisodeOfCare (FHIR R4, UK Core EpisodeOfCare 2.2.0) as an episode that is open on a day. */
import { MembershipState } from '../../../src/clinical/clinical-record.port.js';
import type { RecordEpisode } from '../../../src/clinical/record.port.js';
import type { LocalDate } from '../../../src/core/calendar.js';
import { type Json, member } from '../json.js';
import { mapCareManager } from '../mapping/care-manager.rules.js';
import { membershipDates, membershipState } from '../mapping/episode.rules.js';
import { nameBehind } from '../mapping/names.rules.js';
import { localReference, referenceText } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';

const OPEN_STATES: readonly MembershipState[] = [MembershipState.OPEN, MembershipState.ON_HOLD];

/**
 * Open on a day as the hub counts it, never by the server's date search: begun by then, not yet ended (an end on the day
 * counts as ended), active or on hold; an ended episode was open until its end, and one without an end is counted and left out.
 */
function isOpenOn(
  state: MembershipState,
  validFrom: LocalDate | null,
  validTo: LocalDate | null,
  on: LocalDate,
  unmapped: Unmapped,
): boolean {
  if (state === MembershipState.ENDED && validTo === null) unmapped('EpisodeOfCare.period.end');
  const holds = OPEN_STATES.includes(state) || (state === MembershipState.ENDED && validTo !== null);
  return holds && (validFrom === null || validFrom <= on) && (validTo === null || on < validTo);
}

/**
 * The episode with its team (managingOrganization, named by what came along or by its display), state, start and care
 * coordinator; null when it was not open that day or its status is none of FHIR's. Never throws. `complete` is false when a
 * part of its period was not understood.
 */
export function mapOpenEpisode(
  episode: Json,
  on: LocalDate,
  included: ReadonlyMap<string, Json>,
  baseUrl: string,
  unmapped: Unmapped,
): { readonly value: RecordEpisode; readonly complete: boolean } | null {
  const state = membershipState(episode, unmapped);
  if (state === null) return null;
  const { validFrom, validTo, understood } = membershipDates(episode, unmapped);
  if (!isOpenOn(state, validFrom, validTo, on, unmapped)) return null;
  const organization = member(episode, 'managingOrganization');
  const team = localReference(organization, baseUrl);
  const teamName = nameBehind(organization, included, baseUrl);
  if (organization !== undefined && team === null && teamName === null)
    unmapped('EpisodeOfCare.managingOrganization');
  const value: RecordEpisode = {
    teamReference: team === null ? null : referenceText(team),
    teamName,
    state,
    startedOn: validFrom,
    careCoordinator: mapCareManager(episode, included, baseUrl, unmapped),
  };
  return { value, complete: understood };
}
