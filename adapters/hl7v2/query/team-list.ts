/** The caseload of a team as a far end lists it when it is asked: whole, or known not to be. */
import type {
  AdapterDependencies,
  CaseloadCapability,
  CaseloadItem,
  CaseloadPage,
  CaseloadRequest,
  Observed,
} from '../../../src/clinical/clinical-record.port.js';
import { isInstant } from '../../../src/core/calendar.js';
import { inputError } from '../../../src/core/errors.js';
import { isPlainCode } from '../../../src/core/plain-line.js';
import type { Er7Message } from '../er7/message.js';
import { parseTime } from '../er7/times.js';
import { MeaningFault } from '../meaning/fault.js';
import type { MeaningRules } from '../meaning/meaning-settings.js';
import { type Snapshot, snapshotOf } from '../snapshot/snapshot.rules.js';
import { type AskContext, ask } from './ask.js';
import { incomplete, ListFault } from './incomplete.js';
import { type AskedFor, NOTHING_YET, readListPage } from './list-page.rules.js';
import { listQuestion } from './list-question.rules.js';
import { newControlId, newQueryId } from './query-envelope.rules.js';
import type { QuerySettings } from './query-settings.js';

/** What asking for a list works with. */
export interface TeamListContext extends AskContext, Pick<AdapterDependencies, 'system' | 'clock'> {
  readonly settings: QuerySettings;
  readonly rules: MeaningRules;
}

/** @throws HUB_INPUT_INVALID before anything is asked. */
function check({ teamReference, since }: CaseloadRequest): void {
  if (teamReference.trim() === '' || teamReference.length > 100 || !isPlainCode(teamReference))
    throw inputError('teamReference', 'not a reference', 'the code by which the far end knows the team');
  if (since !== null && !isInstant(since))
    throw inputError('since', 'not an instant', 'ISO 8601 with seconds and a zone');
}

/** When the far end says that it was so; a clock that runs ahead of the hub's says no more than now. */
function asOfIn(answer: Er7Message, zone: string, now: string): string | null {
  const instant = parseTime(answer.header.text(7)?.trim() ?? '', zone)?.instant ?? null;
  return instant !== null && instant > now ? now : instant;
}

/** @throws HUB_CASELOAD_INCOMPLETE when it cannot be told who it is, or when they are of another team. */
function memberOf(person: Er7Message, teamReference: string, asOf: string, rules: MeaningRules): Snapshot {
  try {
    const snapshot = snapshotOf(person, rules, asOf);
    if (snapshot.team !== null && snapshot.team !== teamReference) throw incomplete(ListFault.OTHER_TEAM);
    return snapshot;
  } catch (error) {
    if (!(error instanceof MeaningFault)) throw error;
    throw incomplete(ListFault.NOT_UNDERSTOOD, { place: error.place });
  }
}

/** Pulls the list of a team, page by page. @throws HUB_CASELOAD_INCOMPLETE, HUB_INPUT_INVALID, and what `ask` throws. */
async function* pull(
  context: TeamListContext,
  request: CaseloadRequest,
  signal: AbortSignal,
): AsyncGenerator<CaseloadPage, void, undefined> {
  check(request);
  const { settings, rules, envelope, clock, system } = context;
  const { teamReference } = request;
  const since = request.since === null ? null : new Date(request.since);
  const queryId = newQueryId();
  const seen = new Set<string>();
  let watermark: string | null = null;
  let soFar = NOTHING_YET;
  let pointer: string | null = null;
  do {
    const controlId = newControlId();
    const question = { teamReference, queryId, controlId, at: clock.now(), since, pointer };
    const answer = await ask(listQuestion(question, settings, envelope), controlId, context, signal);
    const { queryPageSize: pageSize, queryMaxPages: maxPages } = settings;
    const asked: AskedFor = { queryId, controlId, pageSize, maxPages };
    const page = readListPage(answer, asked, soFar);
    const fetchedAt = clock.now().toISOString();
    const asOf = asOfIn(answer, envelope.timeZone, fetchedAt);
    watermark ??= asOf;
    const items = page.people.map((person): Observed<CaseloadItem> => {
      const { reference, item, complete } = memberOf(person, teamReference, asOf ?? fetchedAt, rules);
      if (seen.has(reference)) throw incomplete(ListFault.TWICE, { page: page.soFar.pages });
      seen.add(reference);
      const source = { system, reference, version: null };
      return { value: { teamReference, ...item }, source, asOf, fetchedAt, complete };
    });
    ({ soFar, pointer } = page);
    yield { page: soFar.pages, last: pointer === null, total: soFar.hits, items, watermark };
  } while (pointer !== null);
}

/** The lists of teams. Which teams there are such a far end cannot say: those of the team map are asked for. */
export function createTeamLists(context: TeamListContext): CaseloadCapability {
  return {
    pull: (request, signal) => pull(context, request, signal),
    teams: async () => [],
  };
}
