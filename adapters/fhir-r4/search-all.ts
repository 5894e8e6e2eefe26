/** Every match of a search about people or their documents, with its parameters out of the address, or a failure. */
import { HubError, isHubError } from '../../src/core/errors.js';
import { gather, type Matches, type SearchContext as Searching } from './caseload/gather.js';
import type { FhirR4Settings } from './settings.js';
import type { Session } from './transport/connection.js';
import type { SearchValue } from './transport/search-values.rules.js';

/** What a search needs besides its parameters. */
export interface SearchContext extends Searching {
  readonly settings: FhirR4Settings;
}

/**
 * Walks a search to its end. A walk that is known not to hold everything is `HUB_UPSTREAM_UNAVAILABLE` with the reason in
 * its details: an incomplete answer would read as "the record has none".
 */
export async function searchAll(
  context: SearchContext,
  session: Session,
  type: string,
  parameters: Readonly<Record<string, SearchValue>>,
): Promise<Matches> {
  try {
    return await gather(context, session, type, parameters);
  } catch (error) {
    if (!isHubError(error) || error.code !== 'HUB_CASELOAD_INCOMPLETE') throw error;
    throw new HubError('HUB_UPSTREAM_UNAVAILABLE', { details: error.details });
  }
}
