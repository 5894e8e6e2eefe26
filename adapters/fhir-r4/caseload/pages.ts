/** Walks a search page by page to its end, or fails: there is no third way out. */
import type { Clock } from '../../../src/core/clock.js';
import { readSearchPage, type SearchPage } from '../bundle.rules.js';
import { type Json, member, textOf } from '../json.js';
import { instantOf } from '../mapping/dates.rules.js';
import type { FhirConnection, Session } from '../transport/connection.js';
import type { SearchValue } from '../transport/search-values.rules.js';
import { PagingLedger } from './paging.rules.js';

/** One page of a walk. */
export interface WalkedPage {
  /** From 1. */
  readonly page: number;
  readonly last: boolean;
  readonly total: number | null;
  /** Matches not handed out before in this version. */
  readonly matches: readonly Json[];
  readonly included: SearchPage['included'];
  /** The server's clock at the first page; ISO instant or null. */
  readonly watermark: string | null;
  /** The hub's clock when this page had arrived; ISO instant. */
  readonly fetchedAt: string;
}

/** A search to walk: resource type, parameters as `FhirConnection.search` takes them, pages at most. */
export interface Walk {
  readonly type: string;
  readonly parameters: Readonly<Record<string, SearchValue>>;
  readonly maxPages: number;
}

/** The latest meta.lastUpdated among the matches; null when one of them has none. */
function latestChange(matches: readonly Json[]): string | null {
  const instants = matches.map((match) => instantOf(textOf(member(match, 'meta'), 'lastUpdated')));
  return instants.includes(null) ? null : (instants.sort().at(-1) ?? null);
}

/** Yields every page of a search; a page with `last` comes only after the count has been found right. */
export async function* walk(
  connection: FhirConnection,
  session: Session,
  clock: Clock,
  { type, parameters, maxPages }: Walk,
): AsyncGenerator<WalkedPage, void, undefined> {
  const ledger = new PagingLedger(maxPages);
  let watermark: string | null = null;
  let next: string | null = null;
  for (let number = 1; number === 1 || next !== null; number++) {
    const bundle =
      next === null
        ? await connection.search(session, type, parameters)
        : await connection.follow(session, next);
    const page = readSearchPage(bundle, type);
    // The search's own clock first; Date can be a proxy's; the newest change is behind both, so it only costs overlap.
    if (number === 1) watermark = page.lastUpdated ?? connection.dateOf(bundle) ?? latestChange(page.matches);
    const matches = ledger.enter(page);
    next = page.next;
    const { total, included } = page;
    const fetchedAt = clock.now().toISOString();
    yield { page: number, last: next === null, total, matches, included, watermark, fetchedAt };
  }
}
