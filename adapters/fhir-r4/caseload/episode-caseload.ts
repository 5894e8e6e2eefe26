/** Caseload by EpisodeOfCare: the episodes whose managing organisation is the team, with their patients. */
import type {
  CaseloadItem,
  CaseloadPage,
  CaseloadRequest,
  Observed,
} from '../../../src/clinical/clinical-record.port.js';
import type { Clock } from '../../../src/core/clock.js';
import { HubError, inputError } from '../../../src/core/errors.js';
import { type Json, member } from '../json.js';
import { mapCareManager } from '../mapping/care-manager.rules.js';
import { instantOf } from '../mapping/dates.rules.js';
import { membershipDates, membershipState } from '../mapping/episode.rules.js';
import { observed } from '../mapping/observed.rules.js';
import { mapPatient } from '../mapping/patient.rules.js';
import { localReference, referenceText } from '../mapping/references.rules.js';
import type { Unmapped } from '../mapping/unmapped.js';
import type { FhirR4Settings } from '../settings.js';
import type { FhirConnection, Session } from '../transport/connection.js';
import { escapeSearchValue, requireReference, type SearchValue } from '../transport/search-values.rules.js';
import { IncompleteReason, incomplete } from './incomplete.js';
import { type WalkedPage, walk } from './pages.js';
import { patientsOf } from './patients.js';

/** What a pull needs besides its request. */
export interface PullContext {
  readonly connection: FhirConnection;
  readonly settings: FhirR4Settings;
  readonly system: string;
  readonly clock: Clock;
  readonly unmapped: Unmapped;
}

/** The search for a team's episodes, every status; by time of change, so that what changes while paging comes again at the end. */
export function caseloadSearch(
  request: CaseloadRequest,
  pageSize: number,
): Readonly<Record<string, SearchValue>> {
  const team = requireReference('teamReference', 'Organization', request.teamReference);
  const since = request.since === null ? null : instantOf(request.since);
  if (request.since !== null && since === null)
    throw inputError('since', 'not an instant', 'ISO 8601 with seconds and a zone');
  return {
    organization: escapeSearchValue(team),
    _include: ['EpisodeOfCare:patient', 'EpisodeOfCare:care-manager'],
    _count: pageSize,
    _sort: '_lastUpdated',
    _total: 'accurate',
    _lastUpdated: since === null ? undefined : `ge${since}`,
  };
}

/** Pulls a team's caseload, page by page; see `CaseloadCapability.pull`. */
export async function* pullEpisodes(
  context: PullContext,
  request: CaseloadRequest,
  signal: AbortSignal,
): AsyncGenerator<CaseloadPage, void, undefined> {
  const { connection, settings } = context;
  const parameters = caseloadSearch(request, settings.pageSize);
  const session = connection.session(signal);
  const search = { type: 'EpisodeOfCare', parameters, maxPages: settings.maxPages };
  for await (const page of walk(connection, session, context.clock, search)) {
    const items = await itemsOf(context, session, request.teamReference, page);
    const { last, total, watermark } = page;
    yield { page: page.page, last, total, items, watermark };
  }
}

async function itemsOf(
  context: PullContext,
  session: Session,
  teamReference: string,
  page: WalkedPage,
): Promise<readonly Observed<CaseloadItem>[]> {
  const { baseUrl } = context.settings;
  const episodes = page.matches.map((episode) => {
    requireTeam(episode, teamReference, baseUrl);
    const patient = localReference(member(episode, 'patient'), baseUrl);
    if (patient?.type !== 'Patient') {
      context.unmapped('EpisodeOfCare.patient');
      throw incomplete(IncompleteReason.NOT_UNDERSTOOD, { path: 'EpisodeOfCare.patient' });
    }
    return { episode, patientId: patient.id };
  });
  const ids = episodes.map(({ patientId }) => patientId);
  const patients = await patientsOf(context.connection, session, ids, page.included);
  return episodes.map(({ episode, patientId }) =>
    itemOf(context, teamReference, page, episode, patientId, patients.get(patientId)!),
  );
}

/**
 * EpisodeOfCare.managingOrganization must be the team that was asked for: a server that ignores a search parameter it does
 * not know (FHIR R4 section 3.1.1.1 allows that) would otherwise put a whole trust on one team's caseload.
 */
function requireTeam(episode: Json, teamReference: string, baseUrl: string): void {
  const team = localReference(member(episode, 'managingOrganization'), baseUrl);
  if (team === null || referenceText(team) !== teamReference)
    throw new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault: 'OTHER_TEAM' } });
}

function itemOf(
  context: PullContext,
  teamReference: string,
  page: WalkedPage,
  episode: Json,
  patientId: string,
  patient: Json,
): Observed<CaseloadItem> {
  const { settings, system, unmapped } = context;
  const state = membershipState(episode, unmapped);
  if (state === null) throw incomplete(IncompleteReason.NOT_UNDERSTOOD, { path: 'EpisodeOfCare.status' });
  const { validFrom, validTo, understood } = membershipDates(episode, unmapped);
  const item: CaseloadItem = {
    teamReference,
    state,
    validFrom,
    validTo,
    patient: mapPatient(patientId, patient, settings, unmapped),
    careCoordinator: mapCareManager(episode, page.included, settings.baseUrl, unmapped),
  };
  return observed(episode, item, { system, fetchedAt: page.fetchedAt }, understood);
}
