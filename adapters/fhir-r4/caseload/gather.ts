/** Everything that a search has, walked to its end. */
import type { Clock } from '../../../src/core/clock.js';
import type { Json } from '../json.js';
import type { FhirConnection, Session } from '../transport/connection.js';
import type { SearchValue } from '../transport/search-values.rules.js';
import { walk } from './pages.js';

/** What a search needs besides its parameters. */
export interface SearchContext {
  readonly connection: FhirConnection;
  readonly settings: { readonly maxPages: number; readonly searchByPost: boolean };
  readonly clock: Clock;
}

/** Matches in the server's order, with what came along by `Type/id`. */
export interface Matches {
  readonly matches: readonly Json[];
  readonly included: ReadonlyMap<string, Json>;
  /** The hub's clock when the last page had arrived; ISO instant. */
  readonly fetchedAt: string;
}

/** Values in one search: by form there is room, in an address there is not. */
export const VALUES_PER_SEARCH = { byForm: 100, byAddress: 20 } as const;

/** Values in as many lists as they need searches. */
export function batchesOf(
  values: readonly string[],
  { searchByPost }: SearchContext['settings'],
): readonly (readonly string[])[] {
  const size = searchByPost ? VALUES_PER_SEARCH.byForm : VALUES_PER_SEARCH.byAddress;
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, n) => values.slice(n * size, (n + 1) * size));
}

/** The connection with its searches by form where the site allows that, so that what they ask for is in no address. */
export function byForm({ connection, settings }: SearchContext): FhirConnection {
  return settings.searchByPost ? { ...connection, search: connection.searchByForm } : connection;
}

/** Walks a search to its end, with its parameters out of the address where the site allows that; fails as `walk` does. */
export async function gather(
  context: SearchContext,
  session: Session,
  type: string,
  parameters: Readonly<Record<string, SearchValue>>,
): Promise<Matches> {
  // By id: what changed while paging comes again, and its last version is the one.
  const matches = new Map<unknown, Json>();
  const included = new Map<string, Json>();
  let fetchedAt = context.clock.now().toISOString();
  const search = { type, parameters, maxPages: context.settings.maxPages };
  for await (const page of walk(byForm(context), session, context.clock, search)) {
    for (const match of page.matches) matches.set(match.id, match);
    for (const [reference, resource] of page.included) included.set(reference, resource);
    fetchedAt = page.fetchedAt;
  }
  return { matches: [...matches.values()], included, fetchedAt };
}
