/** Filter inputs to conditions: fields of the map, `and`, `or`, `not`, and filters over related rows. */
import type { ArgumentSource, Compilation } from './compilation.js';
import type { TypeMap } from './field-map.js';
import { rowSql } from './map-words.js';
import { NotCompilable } from './not-compilable.js';
import type { ArgumentPath, Parameters } from './parameters.js';
import { directScope, fromSql, linkSql } from './row-scope.js';

type FilterValue = Readonly<Record<string, unknown>>;

/**
 * The condition of a filter over the row `alias`. A field that is absent or null does not restrict; an empty object is
 * true, an empty `or` is false, an empty `and` is true.
 */
export function filterSql(
  compilation: Compilation,
  parameters: Parameters,
  map: TypeMap,
  alias: string,
  source: ArgumentSource,
  path: ArgumentPath,
  value: FilterValue,
): string {
  const within = (inner: unknown, ...steps: (string | number)[]): string =>
    filterSql(compilation, parameters, map, alias, source, [...path, ...steps], inner as FilterValue);

  const conditions: string[] = [];
  for (const [name, given] of Object.entries(value)) {
    if (given === null || given === undefined) continue;
    if (name === 'and' || name === 'or') {
      const parts = (given as readonly unknown[]).map((part, at) => within(part, name, at));
      const none = name === 'and' ? 'true' : 'false';
      conditions.push(parts.length ? `(${parts.join(` ${name} `)})` : none);
    } else if (name === 'not') {
      // Null (a comparison with an empty column) counts as "does not match", so that not() finds those rows.
      conditions.push(`(${within(given, name)}) is not true`);
    } else {
      conditions.push(fieldSql(compilation, parameters, map, alias, source, [...path, name], given));
    }
  }
  return conditions.length ? `(${conditions.join(' and ')})` : 'true';
}

function fieldSql(
  compilation: Compilation,
  parameters: Parameters,
  map: TypeMap,
  alias: string,
  source: ArgumentSource,
  path: ArgumentPath,
  given: unknown,
): string {
  const name = String(path.at(-1));
  const filter = Object.hasOwn(map.filters, name) ? map.filters[name]! : undefined;
  if (!filter) throw new NotCompilable(`filter ${map.type}.${name}`);
  compilation.demand(filter.allow, path.join('.'));
  if (filter.kind === 'flag') return `(${rowSql(given === true ? filter.yes : filter.no, alias)})`;
  if (filter.kind === 'value') {
    if (filter.names) compilation.named.push({ source: source.index, path });
    return `(${filter.where(alias, parameters.argument(filter.type, source.index, path), compilation.role)})`;
  }
  const target = filter.to();
  const other = compilation.alias('f');
  const [row, related] = [directScope(alias), directScope(other)];
  const link =
    filter.direction === 'up'
      ? linkSql(filter.via, row, related, target.key)
      : linkSql(filter.via, related, row, map.key);
  const inner = filterSql(compilation, parameters, target, other, source, path, given as FilterValue);
  return `exists (select 1 from ${fromSql(target, other)} where ${link} and ${inner})`;
}
