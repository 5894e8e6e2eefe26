/** Words to write field maps with, so that a map reads like a table: column, who may, exceptions. */
import { SCOPE_ORGS, SCOPE_TEAMS } from '../policy.js';
import type {
  Allow,
  Column,
  ColumnKind,
  FlagFilter,
  FreeArg,
  HandField,
  InlineOne,
  KeyOne,
  LatestOne,
  Link,
  LiveEdge,
  Many,
  Order,
  OrderKey,
  ParamType,
  RowSql,
  ScopeColumn,
  ThroughFilter,
  TypeMap,
  ValueFilter,
} from './field-map.js';

/** Exceptions of a column: `nullable` and `identifies` default to false, `per` to nobody. */
export type ColumnOptions = Partial<Pick<Column, 'nullable' | 'per' | 'identifies'>>;

const column =
  (kind: ColumnKind) =>
  (sql: RowSql, allow: Allow, options: ColumnOptions = {}): Column => ({
    kind,
    sql,
    allow,
    nullable: false,
    per: {},
    identifies: false,
    ...options,
  });

/** Text, and enumerations kept as text. */
export const text = column('text');
/** A uuid in canonical text form. */
export const uuid = column('uuid');
/** A 32 bit integer. */
export const int = column('int');
/** A boolean. */
export const bool = column('bool');
/** A calendar date, `YYYY-MM-DD`. */
export const date = column('date');
/** An instant, `timestamptz(3)`, answered in UTC with milliseconds. */
export const time = column('time');
/** A list of text; null when the column is null. */
export const textArray = column('textArray');
/** JSON, answered as it is kept. */
export const json = column('json');

/** The row that `via` of this row refers to; `nullable` defaults to true. */
export function one(
  to: () => TypeMap,
  via: Link,
  allow: Allow,
  options: Partial<Pick<KeyOne, 'nullable' | 'viaSql'>> = {},
): KeyOne {
  return { kind: 'key', to, via, allow, nullable: true, ...options };
}

/** The first child row by an order of the child's map, such as the newest decision of a referral. */
export function latest(
  to: () => TypeMap,
  via: Link,
  allow: Allow,
  options: Partial<Pick<LatestOne, 'order' | 'where'>> = {},
): LatestOne {
  return { kind: 'latest', to, via, allow, nullable: true, ...options };
}

/** An object made of columns of this row; `nullable` follows from `presentIf`. */
export function inline(to: () => TypeMap, allow: Allow, presentIf?: RowSql): InlineOne {
  return {
    kind: 'inline',
    to,
    allow,
    nullable: presentIf !== undefined,
    ...(presentIf === undefined ? {} : { presentIf }),
  };
}

/** The rows whose `via` refers to this row. */
export function many(
  to: () => TypeMap,
  via: Link,
  allow: Allow,
  options: Omit<Many, 'to' | 'via' | 'allow'> = {},
): Many {
  return { to, via, allow, ...options };
}

/** A field with a resolver of its own and the values of the row that it needs. */
export function hand(allow: Allow, needs: Readonly<Record<string, RowSql>> = {}): HandField {
  return { allow, needs };
}

/** A field that a live source answers by the row's key, default its id; see `LiveEdge`. */
export function edge(batch: string, allow: Allow, key: RowSql = 'id'): LiveEdge {
  return { batch, allow, key, identifies: true };
}

/** Any condition over a value: `where(row, value, role)`. */
export function filter(allow: Allow, type: ParamType, where: ValueFilter['where']): ValueFilter {
  return { kind: 'value', allow, type, where };
}

/** A condition over a person's id; whoever asks by it has asked about that person, and that is put on record. */
export function aboutPerson(allow: Allow, where: ValueFilter['where']): ValueFilter {
  return { ...filter(allow, 'uuid', where), names: true };
}

const columnFilter =
  (condition: (sql: string, value: string) => string) =>
  (sql: RowSql, type: ParamType, allow: Allow): ValueFilter =>
    filter(allow, type, (row, value) => condition(rowSql(sql, row), value));

/** The column equals the value. */
export const equals = columnFilter((sql, value) => `${sql} = ${value}`);
/** The column is one of the values; `type` is an array. */
export const among = columnFilter((sql, value) => `${sql} = any (${value})`);
/** The column is at or after the value. */
export const from = columnFilter((sql, value) => `${sql} >= ${value}`);
/** The column is at or before the value. */
export const until = columnFilter((sql, value) => `${sql} <= ${value}`);
/** The text begins with the value, case as kept; leakproof, so an index stays in use under row-level security. */
export const startsWith = columnFilter((sql, value) => `${sql} ^@ ${value}`);

/** A boolean filter: condition when true, condition when false (default: the negation, null counting as false). */
export function flag(allow: Allow, yes: RowSql, no: RowSql = `(${expression(yes)}) is not true`): FlagFilter {
  return { kind: 'flag', allow, yes, no };
}

/** A filter object over the row that this one refers to. */
export function through(to: () => TypeMap, via: Link, allow: Allow): ThroughFilter {
  return { kind: 'through', to, via, allow, direction: 'up' };
}

/** A filter object that at least one row referring to this one must match. */
export function having(to: () => TypeMap, via: Link, allow: Allow): ThroughFilter {
  return { kind: 'through', to, via, allow, direction: 'down' };
}

/** A free argument of lists, such as `asOf`. */
export function freeArg(type: ParamType, given: FreeArg['given'], absent?: FreeArg['absent']): FreeArg {
  return absent ? { type, given, absent } : { type, given };
}

/** A named order over keys; the last must be unique. */
export function order(allow: Allow, ...keys: readonly OrderKey[]): Order {
  return { allow, keys };
}

/** A key that rises. `whenNull` is constant SQL for null and mandatory for a nullable column. */
export function asc(sql: RowSql, type: OrderKey['type'], whenNull?: string): OrderKey {
  return whenNull === undefined ? { sql, type, desc: false } : { sql, type, desc: false, whenNull };
}

/** A key that falls; `whenNull` as in `asc`. */
export function desc(sql: RowSql, type: OrderKey['type'], whenNull?: string): OrderKey {
  return { ...asc(sql, type, whenNull), desc: true };
}

/** Row SQL with the alias in place: `family_name` → `s1.family_name`, `{t}.a is null` → `s1.a is null`. */
export function rowSql(sql: RowSql, alias: string): string {
  return expression(sql).replaceAll('{t}', alias);
}

/** Row SQL in its long form: a bare identifier becomes `{t}.identifier`. */
function expression(sql: RowSql): string {
  return /^[a-z_][a-z0-9_]*$/.test(sql) ? `{t}.${sql}` : sql;
}

/** Rows of the caller's teams by `team_id`, for roles whose policy is `IN_TEAMS` (alone or with more conditions). */
export const byTeam = (roles: Allow): ScopeColumn => ({ roles, column: 'team_id', ids: SCOPE_TEAMS });
/** Rows of the agreement's organisations by `organisation_id`, for roles whose policy is `IN_AGREEMENT`. */
export const byOrganisation = (roles: Allow): ScopeColumn => ({
  roles,
  column: 'organisation_id',
  ids: SCOPE_ORGS,
});
