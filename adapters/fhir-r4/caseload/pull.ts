/** Pulls a team's caseload by the site's strategy; see `CaseloadCapability.pull`. */
import type { CaseloadPage, CaseloadRequest } from '../../../src/clinical/clinical-record.port.js';
import { inputError } from '../../../src/core/errors.js';
import { instantOf } from '../mapping/dates.rules.js';
import type { Session } from '../transport/connection.js';
import { pullExported } from './export-caseload.js';
import { pullSearched } from './search-caseload.js';
import { STRATEGIES } from './strategies.js';
import type { CaseloadStrategy, PullContext } from './strategy.js';
import { requireTeamReference } from './team-reference.js';
import { pullWhole } from './whole-caseload.js';

/** The request with its parts checked before anything is sent: `HUB_INPUT_INVALID`. */
function checked(strategy: CaseloadStrategy, request: CaseloadRequest): CaseloadRequest {
  const { since } = request;
  const teamReference = requireTeamReference(strategy, request.teamReference);
  const instant = since === null ? null : instantOf(since);
  if (since !== null && instant === null)
    throw inputError('since', 'not an instant', 'ISO 8601 with seconds and a zone');
  return { ...request, teamReference, since: instant };
}

function pagesOf(
  context: PullContext,
  strategy: CaseloadStrategy,
  session: Session,
  request: CaseloadRequest,
): AsyncGenerator<CaseloadPage, void, undefined> {
  switch (strategy.source) {
    case 'SEARCH':
      return pullSearched(context, strategy, session, request);
    case 'WHOLE':
      return pullWhole(context, strategy, session, request);
    case 'EXPORT':
      return pullExported(context, strategy, session, request);
  }
}

/** Every page, or a `HubError`. */
export async function* pullCaseload(
  context: PullContext,
  request: CaseloadRequest,
  signal: AbortSignal,
): AsyncGenerator<CaseloadPage, void, undefined> {
  const { settings, connection } = context;
  const strategy = STRATEGIES[settings.caseloadStrategy](settings);
  yield* pagesOf(context, strategy, connection.session(signal), checked(strategy, request));
}
