/** One page of a team's list: whether it answers the question, and whether its counts fit. Pure. */
import type { Er7Message } from '../er7/message.js';
import { incomplete, ListFault } from './incomplete.js';
import { patientGroups } from './patient-groups.rules.js';
import { type QueryStatus, queryStatus } from './query-status.rules.js';

/** What has come before a page. */
export interface ListSoFar {
  readonly pages: number;
  readonly people: number;
  /** QAK-4 as a page stated it; null while none has. */
  readonly hits: number | null;
  /** Where pages began. */
  readonly pointers: ReadonlySet<string>;
}

/** Before the first page. */
export const NOTHING_YET: ListSoFar = { pages: 0, people: 0, hits: null, pointers: new Set() };

/** What was asked. */
export interface AskedFor {
  /** QRD-4. */
  readonly queryId: string;
  /** MSH-10 of this page's question; some far ends give it back as the tag. */
  readonly controlId: string;
  /** People for each page (QRD-7); null: as many as there are. */
  readonly pageSize: number | null;
  readonly maxPages: number;
}

/** A page. */
export interface ListPage {
  readonly people: readonly Er7Message[];
  /** Where the next begins; null: this is the last. */
  readonly pointer: string | null;
  /** With this page. */
  readonly soFar: ListSoFar;
}

/** @throws HUB_CASELOAD_INCOMPLETE */
function isAnswerTo(answer: Er7Message, { tag }: QueryStatus, { queryId, controlId }: AskedFor): void {
  if (answer.header.text(9, 1) !== 'ADR') throw incomplete(ListFault.NO_LIST);
  const echoed = answer.first('QRD')?.text(4)?.trim() || null;
  if (echoed !== null && echoed !== queryId) throw incomplete(ListFault.OTHER_QUERY, { place: 'QRD-4' });
  if (tag !== null && tag !== queryId && tag !== controlId)
    throw incomplete(ListFault.OTHER_QUERY, { place: 'QAK-1' });
}

/** @throws HUB_CASELOAD_INCOMPLETE when what it says of nobody and what is in it do not fit. */
function isSomebodyOrSaysSo(people: number, { found, pointer }: QueryStatus, soFar: ListSoFar): void {
  if (found === 'NF' && (people > 0 || soFar.people > 0 || pointer !== null))
    throw incomplete(ListFault.CONTRADICTION, { received: soFar.people + people });
  if (people === 0 && found !== 'NF') throw incomplete(ListFault.EMPTY, { page: soFar.pages + 1 });
}

/** @throws HUB_CASELOAD_INCOMPLETE when more or fewer came than a count says. */
function countsFit(here: number, status: QueryStatus, received: number, hits: number | null): void {
  const isLast = status.pointer === null;
  const counts = { received, hits, here: status.here, left: status.left };
  const isOff =
    (status.here !== null && status.here !== here) ||
    (hits !== null && (isLast ? received !== hits : received >= hits)) ||
    (status.left !== null && (status.left === 0) !== isLast) ||
    (status.left !== null && hits !== null && received + status.left !== hits);
  if (isOff) throw incomplete(ListFault.COUNTS, counts);
}

/** A page of the answer. @throws HUB_CASELOAD_INCOMPLETE, and what `queryStatus` throws. */
export function readListPage(answer: Er7Message, asked: AskedFor, soFar: ListSoFar): ListPage {
  const status = queryStatus(answer);
  isAnswerTo(answer, status, asked);
  const people = patientGroups(answer);
  isSomebodyOrSaysSo(people.length, status, soFar);
  const { pointer } = status;
  if (soFar.hits !== null && status.hits !== null && soFar.hits !== status.hits)
    throw incomplete(ListFault.COUNTS, { hits: status.hits, before: soFar.hits });
  const hits = soFar.hits ?? status.hits;
  const received = soFar.people + people.length;
  countsFit(people.length, status, received, hits);
  const isCut = asked.pageSize !== null && people.length >= asked.pageSize && pointer === null;
  if (isCut && hits === null && status.left === null)
    throw incomplete(ListFault.LIMIT_REACHED, { pageSize: asked.pageSize });
  const pages = soFar.pages + 1;
  if (pointer !== null) {
    if (soFar.pointers.has(pointer)) throw incomplete(ListFault.REPEATED_PAGE, { page: pages });
    if (pages >= asked.maxPages) throw incomplete(ListFault.PAGE_CAP, { maxPages: asked.maxPages });
  }
  const pointers = pointer === null ? soFar.pointers : new Set([...soFar.pointers, pointer]);
  return { people, pointer, soFar: { pages, people: received, hits, pointers } };
}
