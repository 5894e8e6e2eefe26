/** Searches for servers that take no list of patients: one for each patient, all of them in one batch Bundle. */
import { HubError } from '../../../src/core/errors.js';
import { codeOfStatus } from '../answers.rules.js';
import type { Matches } from '../caseload/gather.js';
import { asObject, type Json, member, objectsOf, textOf } from '../json.js';
import { isFailure } from '../outcome.rules.js';
import { type SearchContext, searchAll } from '../search-all.js';
import type { FhirConnection, Session } from '../transport/connection.js';
import { failureOfOutcome } from '../transport/failures.js';
import { definedParameters, type SearchValue } from '../transport/search-values.rules.js';

const notABatch = (fault: string): HubError => new HubError('HUB_UPSTREAM_PROTOCOL', { details: { fault } });

/** A search as the address of an entry, relative to the base. */
function addressOf(type: string, parameters: Readonly<Record<string, SearchValue>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(definedParameters(parameters)))
    for (const each of [value].flat()) query.append(name, String(each));
  return `${type}?${query}`;
}

/**
 * The searchset of each entry of a batch-response (FHIR R4 section 3.1.0.11), as many as were asked for, in their order. An
 * entry that failed fails them all, by its status or by the OperationOutcome in it: an answer for some reads as "the others
 * have none".
 */
export function searchsetsIn(bundle: unknown, asked: number): readonly Json[] {
  if (textOf(bundle, 'resourceType') !== 'Bundle') throw notABatch('NOT_BUNDLE');
  if (textOf(bundle, 'type') !== 'batch-response') throw notABatch('NOT_BATCH');
  const entries = objectsOf(bundle, 'entry');
  if (entries.length !== asked) throw notABatch('ENTRY');
  return entries.map((entry) => {
    const status = Number(/^(\d{3})(?!\d)/.exec(textOf(member(entry, 'response'), 'status') ?? '')?.[1]);
    if (Number.isNaN(status)) throw notABatch('ENTRY');
    const code = codeOfStatus(status);
    if (code !== null) throw new HubError(code, { details: { status } });
    const resource = asObject(member(entry, 'resource'));
    if (resource === null) throw notABatch('ENTRY');
    if (textOf(resource, 'resourceType') === 'OperationOutcome' && isFailure(resource))
      throw failureOfOutcome(resource);
    return resource;
  });
}

/** Every match of each search, walked to its end: the first pages in one request, further ones by their links. */
export async function searchInBatch(
  context: SearchContext,
  session: Session,
  type: string,
  searches: readonly Readonly<Record<string, SearchValue>>[],
): Promise<readonly Matches[]> {
  const { connection } = context;
  const addresses = searches.map((parameters) => addressOf(type, parameters));
  const firsts = searchsetsIn(await connection.searchBatch(session, addresses), searches.length);
  const found: Matches[] = [];
  for (const [at, first] of firsts.entries()) {
    const answered: FhirConnection = { ...connection, ...firstPage(first) };
    found.push(await searchAll({ ...context, connection: answered }, session, type, searches[at]!));
  }
  return found;
}

/** A connection's searches, answered by a page that is here already. */
function firstPage(page: Json): Pick<FhirConnection, 'search' | 'searchByForm'> {
  const answer: FhirConnection['search'] = async () => ({ ...page, resourceType: 'Bundle' });
  return { search: answer, searchByForm: answer };
}
