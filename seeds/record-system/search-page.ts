/** One page of a search: filters, order, keyset and total, from the store as it was at the walk's first page. */
import type { SearchRequest } from '@medplum/core';
import { refuse } from './outcomes.js';
import { type PageCursor, readCursor } from './page-cursor.js';
import type { ResourceStore } from './resource-store.js';
import { conditionOf, type FilterContext, type Fragment, visible } from './search-filter.js';
import { isSupportedType, type SupportedType } from './supported-types.js';

/** Matches in a page when the caller does not say. */
export const DEFAULT_COUNT = 50;
/** Matches in a page at most; a caller who asks for more gets this many. */
export const MAX_COUNT = 1_000;

/** One page as it was read from the store. */
export interface SearchPage {
  /** Bodies of the matches, in order. */
  readonly bodies: readonly string[];
  /** All matches at the ceiling; null when the caller asked for no total. */
  readonly total: number | null;
  /** Where the next page begins; null on the last page. */
  readonly next: PageCursor | null;
}

interface Order {
  /** SQL of the sort value, or null for the order of commits, which is also that of `_lastUpdated`. */
  readonly key: Fragment | null;
  readonly descending: boolean;
}

function orderOf(type: SupportedType, request: SearchRequest, context: FilterContext): Order {
  const [rule, another] = request.sortRules ?? [];
  if (another) throw refuse('_sort: one parameter only');
  if (!rule) return { key: null, descending: false };
  const descending = rule.descending === true;
  if (rule.code === '_lastUpdated') return { key: null, descending };
  if (rule.code === '_id') return { key: { sql: 'v.id', values: [] }, descending };
  if (!context.definitions[type].has(rule.code)) throw refuse('_sort: unknown search parameter');
  const end = descending ? 'max' : 'min';
  return {
    key: {
      sql: `coalesce((select ${end}(value) from idx where seq = v.seq and code = ?), '')`,
      values: [rule.code],
    },
    descending,
  };
}

function countOf(request: SearchRequest, most: number): number {
  if (request.count === undefined) return DEFAULT_COUNT;
  if (!Number.isInteger(request.count) || request.count < 0)
    throw refuse('_count: a whole number, 0 or more');
  return Math.min(request.count, most);
}

/** Where the page begins, as a condition. */
function after(cursor: PageCursor, order: Order): Fragment {
  const sign = order.descending ? '<' : '>';
  if (!order.key) return { sql: `v.seq ${sign} ?`, values: [cursor.seq] };
  return {
    sql: `(${order.key.sql}, v.seq) ${sign} (?, ?)`,
    values: [...order.key.values, cursor.key ?? '', cursor.seq],
  };
}

/** Refuses what this server would otherwise have to ignore silently. */
function checkControls(request: SearchRequest): void {
  if (request.offset) throw refuse('_offset: not supported; follow the next link');
  if (request.summary) throw refuse('_summary: only count');
  if (request.total && !['none', 'estimate', 'accurate'].includes(request.total))
    throw refuse('_total: none, estimate or accurate');
}

/** Reads the page that `request` asks for, of `most` matches at most. 400 for parameters, modifiers or values that the server does not support. */
export function searchPage(
  store: ResourceStore,
  request: SearchRequest,
  environment: Omit<FilterContext, 'ceiling'>,
  most: number = MAX_COUNT,
): SearchPage {
  const type = request.resourceType;
  if (!isSupportedType(type)) throw refuse('the type cannot be searched');
  checkControls(request);
  const cursor = request.cursor === undefined ? null : readCursor(request.cursor);
  const ceiling = cursor?.ceiling ?? store.latestSeq();
  const context: FilterContext = { ...environment, ceiling };
  const conditions = [
    { sql: 'v.type = ?', values: [type] },
    visible('v', ceiling),
    ...(request.filters ?? []).map((filter) => conditionOf(type, 'v', filter, context)),
  ];
  const where = conditions.map(({ sql }) => sql).join(' and ');
  const values = conditions.flatMap((condition) => condition.values);
  const total =
    request.total === 'none'
      ? null
      : store.query<{ held: number }>(`select count(*) as held from version v where ${where}`, ...values)[0]!
          .held;
  const count = countOf(request, most);
  if (count === 0) return { bodies: [], total, next: null };

  const order = orderOf(type, request, context);
  const start = cursor ? after(cursor, order) : null;
  const key = order.key ?? { sql: 'null', values: [] };
  const direction = order.descending ? 'desc' : 'asc';
  const rows = store.query<{ seq: number; key: string | null; body: string }>(
    `select v.seq, ${key.sql} as key, v.body from version v where ${where}${start ? ` and ${start.sql}` : ''}
     order by ${order.key ? `2 ${direction}, ` : ''}1 ${direction} limit ?`,
    ...key.values,
    ...values,
    ...(start?.values ?? []),
    count + 1,
  );
  const matches = rows.slice(0, count);
  const last = matches[matches.length - 1];
  const next =
    rows.length > count && last
      ? { ceiling, key: last.key, seq: last.seq, page: (cursor?.page ?? 1) + 1 }
      : null;
  return { bodies: matches.map(({ body }) => body), total, next };
}
