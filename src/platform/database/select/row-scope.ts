/** Rows in SQL: how a column of a row is named where it is used, and the positional slots of an answer's row. */
import type { Link, RowSql, TypeMap } from './field-map.js';
import { rowSql } from './map-words.js';

/** A row that a statement can speak of. */
export interface RowScope {
  /** The expression over the row, as seen by what surrounds it. */
  ref(sql: RowSql): string;
}

/** A row under its own alias. */
export function directScope(alias: string): RowScope {
  return { ref: (sql) => rowSql(sql, alias) };
}

/**
 * A row out of a limited subselect: everything needed of it is computed inside and handed out by name, so that
 * joins come after the limit and no column is read that was not asked for.
 */
export class LimitedScope implements RowScope {
  private readonly outputs = new Map<string, string>();

  constructor(
    readonly inner: string,
    readonly outer: string,
  ) {}

  ref(sql: RowSql): string {
    const expression = rowSql(sql, this.inner);
    let name = this.outputs.get(expression);
    if (name === undefined) {
      name = `c${this.outputs.size}`;
      this.outputs.set(expression, name);
    }
    return `${this.outer}.${name}`;
  }

  /** The select list of the subselect; complete once everything outside has been written. */
  selectList(): string {
    return [...this.outputs].map(([expression, name]) => `${expression} as ${name}`).join(', ') || '1 as c0';
  }
}

/** json_build_array takes at most 100 arguments; longer rows are arrays of arrays of this length. */
export const CHUNK = 100;

/** One row of an answer: positional slots and the joins that feed them. */
export class RowSlots {
  readonly slots: string[] = [];
  readonly joins: string[] = [];

  /** `top`: the row is one of the statement's own; else it is built into JSON. */
  constructor(readonly top: boolean) {}

  /** Position of an expression; the same expression has one position. */
  add(sql: string): number {
    const known = this.slots.indexOf(sql);
    return known === -1 ? this.slots.push(sql) - 1 : known;
  }

  /** True when the row's values are in chunks. */
  get chunked(): boolean {
    return !this.top && this.slots.length > CHUNK;
  }

  /** The row as JSON. */
  json(): string {
    if (!this.chunked) return `json_build_array(${this.slots.join(', ')})`;
    const chunks: string[] = [];
    for (let at = 0; at < this.slots.length; at += CHUNK) {
      chunks.push(`json_build_array(${this.slots.slice(at, at + CHUNK).join(', ')})`);
    }
    return `json_build_array(${chunks.join(', ')})`;
  }

  /** The row as the select list of a statement. */
  selectList(): string {
    return this.slots.join(', ') || '1';
  }

  /** Joins as they follow a from clause. */
  joinSql(): string {
    return this.joins.map((join) => ` ${join}`).join('');
  }
}

/** Condition that row `refers` (of any table) refers by a link to row `referred` of a map's table. */
export function linkSql(via: Link, refers: RowScope, referred: RowScope, key: string): string {
  const pairs = typeof via === 'string' ? [[via, key] as const] : Object.entries(via);
  return pairs.map(([column, target]) => `${referred.ref(target)} = ${refers.ref(column)}`).join(' and ');
}

/** Free join condition of a map's author: `{t}.column` is the row at hand, `{to}.column` the row joined. */
export function freeLinkSql(sql: string, row: RowScope, joined: RowScope): string {
  return sql
    .replace(/\{t\}\.([a-z_][a-z0-9_]*)/g, (_, name: string) => row.ref(name))
    .replace(/\{to\}\.([a-z_][a-z0-9_]*)/g, (_, name: string) => joined.ref(name));
}

/** `select <rows> from …` of the rows of a map under an alias. */
export function fromSql(map: TypeMap, alias: string): string {
  return `${map.table} ${alias}`;
}
