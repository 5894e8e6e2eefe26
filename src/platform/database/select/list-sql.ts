/** What makes a list of rows: its conditions, its order, and the place in the order where a page begins. */
import type { ArgumentSource, Compilation } from './compilation.js';
import type { Many, Order, OrderKey, RowSql, TypeMap } from './field-map.js';
import { filterSql } from './filter-sql.js';
import { rowSql } from './map-words.js';
import { NotCompilable } from './not-compilable.js';
import type { Parameters } from './parameters.js';
import type { RowScope } from './row-scope.js';

/** What a list's field says beside its target. */
export type ListTerms = Pick<Many, 'where' | 'order' | 'orderArg' | 'filterArg'>;

/** Conditions of a list over the rows `alias` of a map: fixed ones, free arguments, filter. */
export function listConditions(
  compilation: Compilation,
  parameters: Parameters,
  map: TypeMap,
  alias: string,
  source: ArgumentSource | null,
  terms: ListTerms,
): string[] {
  const conditions: string[] = [];
  if (terms.where !== undefined) conditions.push(`(${rowSql(terms.where, alias)})`);
  for (const [name, arg] of Object.entries(map.args)) {
    if (source && source.shape[name] !== undefined && source.shape[name] !== null) {
      conditions.push(`(${arg.given(alias, parameters.argument(arg.type, source.index, [name]))})`);
    } else if (arg.absent) {
      conditions.push(`(${arg.absent(alias)})`);
    }
  }
  const filter = terms.filterArg === undefined ? undefined : source?.shape[terms.filterArg];
  if (source && filter !== undefined && filter !== null) {
    const path = [terms.filterArg!];
    conditions.push(
      filterSql(compilation, parameters, map, alias, source, path, filter as Record<string, unknown>),
    );
  }
  return conditions;
}

/** The order of a list and its name: the argument's, else the field's, else the map's first. */
export function listOrder(
  compilation: Compilation,
  map: TypeMap,
  source: ArgumentSource | null,
  terms: ListTerms,
): { readonly name: string; readonly order: Order } {
  const asked = terms.orderArg === undefined ? undefined : source?.shape[terms.orderArg];
  const name = typeof asked === 'string' ? asked : (terms.order ?? Object.keys(map.orders)[0]);
  if (name === undefined || !Object.hasOwn(map.orders, name)) throw new NotCompilable(`order of ${map.type}`);
  const order = map.orders[name]!;
  compilation.demand(order.allow, `${map.type} order ${name}`);
  return { name, order };
}

/** Row SQL of a key, with its stand-in for null. */
export function keySql(key: OrderKey): RowSql {
  return key.whenNull === undefined ? key.sql : `coalesce(${rowSql(key.sql, '{t}')}, ${key.whenNull})`;
}

/** The list after `order by`; `reverse` walks it from its end. */
export function orderSql(order: Order, row: RowScope, reverse = false): string {
  return order.keys.map((key) => `${row.ref(keySql(key))}${key.desc !== reverse ? ' desc' : ''}`).join(', ');
}

/**
 * Rows past a place in an order. When all keys run one way this is one row comparison, which an index over the keys
 * serves; else it is spelt out key by key.
 */
export function pastSql(order: Order, row: RowScope, place: readonly string[], reverse: boolean): string {
  const columns = order.keys.map((key) => row.ref(keySql(key)));
  const operator = (key: OrderKey): string => (key.desc !== reverse ? '<' : '>');
  const first = operator(order.keys[0]!);
  if (order.keys.every((key) => operator(key) === first)) {
    return `(${columns.join(', ')}) ${first} (${place.join(', ')})`;
  }
  const alternatives = order.keys.map((key, at) => {
    const equal = columns.slice(0, at).map((column, before) => `${column} = ${place[before]}`);
    return `(${[...equal, `${columns[at]} ${operator(key)} ${place[at]}`].join(' and ')})`;
  });
  return `(${alternatives.join(' or ')})`;
}

/** ` where …`, or nothing. */
export function whereSql(conditions: readonly string[]): string {
  return conditions.length ? ` where ${conditions.join(' and ')}` : '';
}
