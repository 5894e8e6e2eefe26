/** What one page of search results holds: who matched, what came with them, and what the server says about the rest. */
import { HubError } from '../../src/core/errors.js';
import { asObject, type Json, member, objectsOf, textOf } from './json.js';
import { instantOf } from './mapping/dates.rules.js';
import { isFailure, issueTypes } from './outcome.rules.js';
import { isFhirId } from './transport/search-values.rules.js';

/** A page of a search for one resource type. */
export interface SearchPage {
  /** Resources that matched, in the server's order. Each has a valid `id`. */
  readonly matches: readonly Json[];
  /** Resources that came along by `_include`, by `Type/id`. */
  readonly included: ReadonlyMap<string, Json>;
  /** Issue types of OperationOutcome entries that report a failure; empty when there are none. */
  readonly failures: readonly string[];
  /** True when an outcome entry reports a failure, whether or not its type is known. */
  readonly failed: boolean;
  /** Matches in all; null when the server does not say. */
  readonly total: number | null;
  /** Address of the page that follows; null on the last. */
  readonly next: string | null;
  /** The server's clock of the answer, from Bundle.meta.lastUpdated; ISO instant or null. */
  readonly lastUpdated: string | null;
}

const notASearch = (fault: string): HubError => new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault } });

/** Bundle.total, a count (FHIR R4 `unsignedInt`); null when absent, a protocol fault when it is something else. */
function totalOf(bundle: Json): number | null {
  const total = member(bundle, 'total');
  if (total === undefined) return null;
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0) throw notASearch('TOTAL');
  return total;
}

/** The address of Bundle.link with relation `next`; two different ones are a protocol fault. */
function nextOf(bundle: Json): string | null {
  const links = objectsOf(bundle, 'link').filter((link) => textOf(link, 'relation') === 'next');
  const addresses = new Set(links.map((link) => textOf(link, 'url')));
  if (addresses.size > 1 || addresses.has(null)) throw notASearch('LINK');
  return [...addresses][0] ?? null;
}

/**
 * The page in a Bundle of type `searchset` (FHIR R4 section 3.1.1.5). An entry counts as a match by `search.mode`, and
 * where that is absent by its type. `HUB_UPSTREAM_PROTOCOL` when the Bundle is no answer to this search: other kind,
 * entry without resource, a match of another type or without a usable id.
 */
export function readSearchPage(bundle: unknown, type: string): SearchPage {
  if (textOf(bundle, 'resourceType') !== 'Bundle') throw notASearch('NOT_BUNDLE');
  if (textOf(bundle, 'type') !== 'searchset') throw notASearch('NOT_SEARCHSET');
  const page = asObject(bundle)!;
  const entries = member(page, 'entry') ?? [];
  if (!Array.isArray(entries)) throw notASearch('ENTRY');
  const matches: Json[] = [];
  const included = new Map<string, Json>();
  const failures: string[] = [];
  let failed = false;
  for (const entry of entries) {
    const resource = asObject(member(entry, 'resource'));
    const kind = textOf(resource, 'resourceType');
    if (resource === null || kind === null) throw notASearch('ENTRY');
    const mode = textOf(member(entry, 'search'), 'mode');
    const id = textOf(resource, 'id');
    if (kind === 'OperationOutcome') {
      failed ||= isFailure(resource);
      failures.push(...issueTypes(resource));
    } else if (mode === 'match' || (mode === null && kind === type)) {
      if (kind !== type || id === null || !isFhirId(id)) throw notASearch('MATCH');
      matches.push(resource);
    } else if (id !== null) included.set(`${kind}/${id}`, resource);
  }
  return {
    matches,
    included,
    failures,
    failed,
    total: totalOf(page),
    next: nextOf(page),
    lastUpdated: instantOf(textOf(member(page, 'meta'), 'lastUpdated')),
  };
}
