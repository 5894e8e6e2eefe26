/** Every match of a search about people or their documents, with its parameters out of the address, or a failure. */
import type { Clock } from '../../src/core/clock.js';
import { HubError, isHubError } from '../../src/core/errors.js';
import { walk } from './caseload/pages.js';
import type { Json } from './json.js';
import type { FhirR4Settings } from './settings.js';
import type { FhirConnection, Session } from './transport/connection.js';
import type { SearchValue } from './transport/search-values.rules.js';

/** What a search needs besides its parameters. */
export interface SearchContext {
  readonly connection: FhirConnection;
  readonly settings: FhirR4Settings;
  readonly clock: Clock;
}

/** Matches in the server's order, with what came along by `Type/id`. */
export interface Matches {
  readonly matches: readonly Json[];
  readonly included: ReadonlyMap<string, Json>;
  /** The hub's clock when the last page had arrived; ISO instant. */
  readonly fetchedAt: string;
}

/**
 * Walks a search to its end. A walk that is known not to hold everything is `HUB_UPSTREAM_UNAVAILABLE` with the reason in
 * its details: an incomplete answer would read as "the record has none".
 */
export async function searchAll(
  { connection, settings, clock }: SearchContext,
  session: Session,
  type: string,
  parameters: Readonly<Record<string, SearchValue>>,
): Promise<Matches> {
  // By id: what changed while paging comes again, and its last version is the one.
  const matches = new Map<unknown, Json>();
  const included = new Map<string, Json>();
  const search = settings.searchByPost ? connection.searchByForm : connection.search;
  let fetchedAt = clock.now().toISOString();
  const { maxPages } = settings;
  try {
    for await (const page of walk({ ...connection, search }, session, clock, {
      type,
      parameters,
      maxPages,
    })) {
      for (const match of page.matches) matches.set(match.id, match);
      for (const [reference, resource] of page.included) included.set(reference, resource);
      fetchedAt = page.fetchedAt;
    }
  } catch (error) {
    if (!isHubError(error) || error.code !== 'HUB_CASELOAD_INCOMPLETE') throw error;
    throw new HubError('HUB_UPSTREAM_UNAVAILABLE', { details: error.details });
  }
  return { matches: [...matches.values()], included, fetchedAt };
}
