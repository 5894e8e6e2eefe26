/** Memberships and teams of the newest good file. */
import type {
  CaseloadItem,
  CaseloadPage,
  CaseloadRequest,
  Observed,
  TeamListing,
} from '../../src/clinical/clinical-record.port.js';
import { isInstant } from '../../src/core/calendar.js';
import type { Clock } from '../../src/core/clock.js';
import { HubError, inputError } from '../../src/core/errors.js';
import { isPlainCode } from '../../src/core/plain-line.js';
import type { CurrentExtract, Intake } from './folder/intake.js';
import type { KeptItem } from './reading/membership.rules.js';
import { folderFailure } from './refusal.js';
import type { CaseloadExtractSettings } from './settings.js';
import type { Stop } from './stop.js';

/** What a pull works with. */
export interface CaseloadContext {
  readonly intake: Intake;
  readonly settings: CaseloadExtractSettings;
  readonly system: string;
  readonly clock: Clock;
}

/** @throws HUB_INPUT_INVALID before anything is read. */
function check({ teamReference, since }: CaseloadRequest): void {
  if (
    teamReference.trim() === '' ||
    teamReference.length > 100 ||
    !isPlainCode(teamReference) ||
    /\s{2}/.test(teamReference)
  )
    throw inputError('teamReference', 'not a reference', 'the text of the team column, on one line');
  if (since !== null && !isInstant(since))
    throw inputError('since', 'not an instant', 'ISO 8601 with seconds and a zone');
}

/**
 * Pulls a team's memberships, whole whatever `since` says: an extract tells what is so, not what has changed. It has no
 * watermark for the same reason, so that the hub asks for a sweep each time.
 */
export async function* pullExtract(
  context: CaseloadContext,
  request: CaseloadRequest,
  stop: Stop,
): AsyncGenerator<CaseloadPage, void, undefined> {
  check(request);
  const current = await context.intake.current(stop);
  const team = current.rows.teams.get(request.teamReference);
  if (team === undefined) {
    if (!context.settings.listsEveryTeam)
      throw new HubError('HUB_CASELOAD_INCOMPLETE', { details: { reason: 'TEAM_NOT_IN_FILE' } });
    yield { page: 1, last: true, total: 0, items: [], watermark: null };
    return;
  }
  let page = 0;
  let given = 0;
  try {
    for await (const kept of current.rows.pages(team, context.settings.pageSize, stop)) {
      page += 1;
      given += kept.length;
      const items = kept.map((one) => observedItem(context, current, request.teamReference, one));
      yield { page, last: given === team.rows, total: team.rows, items, watermark: null };
    }
  } catch (error) {
    throw folderFailure(error);
  }
}

function observedItem(
  { system, clock }: CaseloadContext,
  { file }: CurrentExtract,
  teamReference: string,
  { reference, complete, ...item }: KeptItem,
): Observed<CaseloadItem> {
  return {
    value: { teamReference, ...item },
    source: { system, reference, version: null },
    asOf: file.asOf,
    fetchedAt: clock.now().toISOString(),
    complete,
  };
}

/** Every team that the file names. */
export async function listTeams(
  { intake, system, clock }: CaseloadContext,
  stop: Stop,
): Promise<readonly Observed<TeamListing>[]> {
  const { file, rows } = await intake.current(stop);
  const fetchedAt = clock.now().toISOString();
  return [...rows.teams.values()].map(({ reference, name, code }) => ({
    value: { teamReference: reference, name: name ?? reference, code },
    source: { system, reference: `Team/${reference}`, version: null },
    asOf: file.asOf,
    fetchedAt,
    complete: true,
  }));
}
