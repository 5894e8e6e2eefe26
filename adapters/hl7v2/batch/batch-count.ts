/** The caseloads of the file in force, as the hub's port wants them. */
import type {
  CaseloadCapability,
  CaseloadItem,
  CaseloadPage,
  CaseloadRequest,
  Observed,
} from '../../../src/clinical/clinical-record.port.js';
import { HubError } from '../../../src/core/errors.js';
import { BatchFolder, type BatchFolderContext } from './batch-folder.js';

/** Members for each page. */
const PAGE_SIZE = 500;

/**
 * One team's members, whole whatever `since` says: a file tells what is so, not what has changed.
 * @throws HUB_CASELOAD_INCOMPLETE for a team that is not in a file which does not list every team, and what `current` throws.
 */
async function* pull(
  folder: BatchFolder,
  { system, clock, settings }: BatchFolderContext,
  { teamReference }: CaseloadRequest,
  signal: AbortSignal,
): AsyncGenerator<CaseloadPage, void, undefined> {
  const { teams, asOf } = await folder.current(signal);
  const members = teams.get(teamReference) ?? [];
  if (!teams.has(teamReference) && !settings.batchListsEveryTeam)
    throw new HubError('HUB_CASELOAD_INCOMPLETE', { details: { reason: 'TEAM_NOT_IN_FILE' } });
  const fetchedAt = clock.now().toISOString();
  const total = members.length;
  for (let from = 0, page = 1; page === 1 || from < total; from += PAGE_SIZE, page++) {
    const items = members.slice(from, from + PAGE_SIZE).map(
      ({ reference, item, complete }): Observed<CaseloadItem> => ({
        value: { teamReference, ...item },
        source: { system, reference, version: null },
        asOf,
        fetchedAt,
        complete,
      }),
    );
    yield { page, last: from + PAGE_SIZE >= total, total, items, watermark: null };
  }
}

/** The caseloads of the files of a folder. Nothing is read before the first pull. */
export function createBatchCount(context: BatchFolderContext): CaseloadCapability {
  const folder = new BatchFolder(context);
  return {
    pull: (request, signal) => pull(folder, context, request, signal),
    async teams(signal) {
      const { teams, asOf } = await folder.current(signal);
      const fetchedAt = context.clock.now().toISOString();
      return [...teams.keys()].map((teamReference) => ({
        value: { teamReference, name: teamReference, code: teamReference },
        source: { system: context.system, reference: `Team/${teamReference}`, version: null },
        asOf,
        fetchedAt,
        complete: true,
      }));
    },
  };
}
