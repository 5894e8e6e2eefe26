/** Walks a search page by page to its end, or fails: there is no third way out. */
import { z } from 'zod';
import type { Clock } from '../../../src/core/clock.js';
import { isHubError } from '../../../src/core/errors.js';
import { readSearchPage, type SearchPage } from '../bundle.rules.js';
import { type Json, member, textOf } from '../json.js';
import { instantOf } from '../mapping/dates.rules.js';
import type { FhirConnection, Session } from '../transport/connection.js';
import type { SearchValue } from '../transport/search-values.rules.js';
import { digestOf } from './cursor.js';
import { PagingLedger, versionOf } from './paging.rules.js';

/** Where a walk stands after a page. */
export const placeShape = z.strictObject({
  /** Address of that page; null for the first. */
  address: z.string().min(1).nullable(),
  /** What was on it. */
  digest: z.string(),
  pages: z.int().min(1),
  total: z.int().min(0).nullable(),
  /** Different matches so far. */
  received: z.int().min(0),
});
export type Place = z.output<typeof placeShape>;

/** One page of a walk. */
export interface WalkedPage {
  /** From 1. */
  readonly page: number;
  readonly last: boolean;
  readonly total: number | null;
  /** Matches not handed out before in this version. */
  readonly matches: readonly Json[];
  readonly included: SearchPage['included'];
  /** The server's clock at the first page; ISO instant or null. Null after a place that was returned to. */
  readonly watermark: string | null;
  /** The hub's clock when this page had arrived; ISO instant. */
  readonly fetchedAt: string;
  readonly place: Place;
}

/** A search to walk: resource type, parameters as `FhirConnection.search` takes them, pages at most. */
export interface Walk {
  readonly type: string;
  readonly parameters: Readonly<Record<string, SearchValue>>;
  readonly maxPages: number;
  /** Where to go on: a place that was returned to. */
  readonly after?: Return;
}

/** A place, and the page that follows it; null when none does. */
export interface Return {
  readonly place: Place;
  readonly next: string | null;
}

/** The latest meta.lastUpdated among the matches; null when one of them has none. */
function latestChange(matches: readonly Json[]): string | null {
  const instants = matches.map((match) => instantOf(textOf(member(match, 'meta'), 'lastUpdated')));
  return instants.includes(null) ? null : (instants.sort().at(-1) ?? null);
}

const contentOf = ({ matches }: SearchPage): string => digestOf(matches.map(versionOf));

/** Yields every page of a search; a page with `last` comes only after the count has been found right. */
export async function* walk(
  connection: FhirConnection,
  session: Session,
  clock: Clock,
  { type, parameters, maxPages, after }: Walk,
): AsyncGenerator<WalkedPage, void, undefined> {
  const ledger = new PagingLedger(maxPages, after?.place);
  let watermark: string | null = null;
  let next: string | null = after?.next ?? null;
  for (let number = (after?.place.pages ?? 0) + 1; number === 1 || next !== null; number++) {
    const address: string | null = next;
    const bundle =
      address === null
        ? await connection.search(session, type, parameters)
        : await connection.follow(session, address);
    const page = readSearchPage(bundle, type);
    // The search's own clock first; Date can be a proxy's; the newest change is behind both, so it only costs overlap.
    if (number === 1) watermark = page.lastUpdated ?? connection.dateOf(bundle) ?? latestChange(page.matches);
    const matches = ledger.enter(page);
    next = page.next;
    const { total, included } = page;
    const fetchedAt = clock.now().toISOString();
    const { received } = ledger;
    const place = { address, digest: contentOf(page), pages: number, total: ledger.announced, received };
    yield { page: number, last: next === null, total, matches, included, watermark, fetchedAt, place };
  }
}

/**
 * Asks for the page of a place again and answers what follows it, or null when the place is gone: the server does not know the
 * address any more, or the page no longer holds what it held. With pages by position, whatever came or went before it would
 * have pulled others over its border, so that a page that is still the same has lost nobody.
 */
export async function returnTo(
  connection: FhirConnection,
  session: Session,
  { type, parameters }: Walk,
  place: Place,
): Promise<Return | null> {
  try {
    const bundle =
      place.address === null
        ? await connection.search(session, type, parameters)
        : await connection.follow(session, place.address);
    const page = readSearchPage(bundle, type);
    const isSame = !page.failed && contentOf(page) === place.digest && page.total === place.total;
    return isSame ? { place, next: page.next } : null;
  } catch (error) {
    if (isHubError(error) && error.retry === 'permanent') return null;
    throw error;
  }
}
