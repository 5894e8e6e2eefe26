/** Compiles the selection of an object type: columns to slots, to-one to joins, to-many to arrays of arrays. */
import {
  type FieldNode,
  GraphQLNonNull,
  type GraphQLObjectType,
  getNamedType,
  isCompositeType,
  isObjectType,
} from 'graphql';
import { CommonFields } from './common-fields.js';
import type { Compilation } from './compilation.js';
import type { Column, InlineOne, KeyOne, LatestOne, LiveEdge, Many, Subject, TypeMap } from './field-map.js';
import { listConditions, listOrder, orderSql, whereSql } from './list-sql.js';
import { compileLive } from './live-plan.js';
import { NotCompilable } from './not-compilable.js';
import type { Parameters } from './parameters.js';
import {
  directScope,
  freeLinkSql,
  fromSql,
  LimitedScope,
  linkSql,
  type RowScope,
  RowSlots,
} from './row-scope.js';
import { type SelectedField, selectedFields } from './selection.js';
import type { ObjectShape, RowShape, Shape } from './shapes.js';

/** A row being compiled: the statement's parameters, the row in SQL, and the slots that it fills. */
export interface Row {
  readonly parameters: Parameters;
  readonly scope: RowScope;
  readonly slots: RowSlots;
  /** True when the person that the row is about is on record already, because the row around it is that person's. */
  readonly recorded?: boolean;
  /** The person whom a row around it has put on record, as SQL; the row need not name them again. */
  readonly known?: (() => string) | undefined;
}

/** Compiles what the nodes select of a map's type over a row, and adds slots and joins to the row. */
export function compileObject(
  compilation: Compilation,
  row: Row,
  map: TypeMap,
  nodes: readonly FieldNode[],
): RowShape {
  if (!map.variants) return compileMember(compilation, row, map, map.type, nodes, null);
  // What the members select alike, such as every field of an interface, is read once for all of them.
  const common = new CommonFields();
  const members = map.variants.types.map((name) => compileMember(compilation, row, map, name, nodes, common));
  return { by: row.slots.add(row.scope.ref(map.variants.by)), members };
}

function compileMember(
  compilation: Compilation,
  row: Row,
  map: TypeMap,
  name: string,
  nodes: readonly FieldNode[],
  common: CommonFields | null,
): ObjectShape {
  const type = compilation.scope.schema.getType(name);
  if (!isObjectType(type)) throw new NotCompilable(name);
  const fields: (readonly [string, Shape])[] = [];
  const needs: (readonly [string, number])[] = [];
  let identifies = map.subject?.always === true;

  for (const field of selectedFields(compilation.scope, type, nodes)) {
    const path = `${name}.${field.name}`;
    const policy = policyOf(map, field.name);
    if (policy === 'typename') {
      fields.push([field.key, { kind: 'constant', text: name }]);
    } else if (!policy || !compilation.allows(policy.allow)) {
      if (!policy || compilation.mode === 'whole') throw new NotCompilable(path);
    } else if (policy.kind === 'hand') {
      if (compilation.mode === 'whole') throw new NotCompilable(path);
      for (const [name, sql] of Object.entries(policy.needs)) {
        needs.push([name, row.slots.add(`(${row.scope.ref(sql)})::text`)]);
      }
    } else {
      identifies ||= policy.kind === 'column' && policy.column.identifies;
      identifies ||= policy.kind === 'edge' && policy.edge.identifies;
      const compile = () => fieldShape(compilation, row, map, type, policy, field);
      fields.push([field.key, common ? common.shape(type, field, compile) : compile()]);
    }
  }

  const subject = map.subject;
  const recorded =
    subject && identifies && !row.recorded && (!subject.roles || compilation.allows(subject.roles));
  const also = recorded && subject.also !== undefined ? row.slots.add(row.scope.ref(subject.also)) : null;
  return {
    type: name,
    fields,
    needs,
    subject: recorded ? row.slots.add(subjectSql(row, subject)) : null,
    also,
  };
}

/** The row's person, or null where it is the one on record already: so is nearly every row below a person's. */
function subjectSql({ scope, known }: Row, { sql }: Subject): string {
  return known ? `nullif(${scope.ref(sql)}, ${known()})` : scope.ref(sql);
}

/** Whom rows below a row find on record. */
function knownBelow(compilation: Compilation, row: Row, { subject }: TypeMap): Row['known'] {
  if (row.recorded && row.known) return row.known;
  if (!subject?.always || (subject.roles && !compilation.allows(subject.roles))) return row.known;
  return () => row.scope.ref(subject.sql);
}

function fieldShape(
  compilation: Compilation,
  row: Row,
  map: TypeMap,
  type: GraphQLObjectType,
  policy: Readable,
  field: SelectedField,
): Shape {
  if (policy.kind === 'column') return columnShape(compilation, row, policy.column);
  if (policy.kind === 'edge') {
    const number = compilation.live.push(compileLive(compilation, policy.edge, type, field)) - 1;
    return { kind: 'live', edge: number, slot: row.slots.add(`(${row.scope.ref(policy.edge.key)})::text`) };
  }
  return policy.kind === 'many'
    ? listShape(compilation, row, map, type, policy.relation, field)
    : oneShape(compilation, row, map, type, policy.relation, field);
}

type Readable =
  | { kind: 'column'; allow: Column['allow']; column: Column }
  | { kind: 'many'; allow: Many['allow']; relation: Many }
  | { kind: 'one'; allow: KeyOne['allow']; relation: KeyOne | LatestOne | InlineOne }
  | { kind: 'edge'; allow: LiveEdge['allow']; edge: LiveEdge };
type Policy = Readable | { kind: 'hand'; allow: Column['allow']; needs: Readonly<Record<string, string>> };

function policyOf(map: TypeMap, name: string): Policy | 'typename' | null {
  if (name === '__typename') return 'typename';
  if (Object.hasOwn(map.columns, name)) {
    const column = map.columns[name]!;
    return { kind: 'column', allow: column.allow, column };
  }
  if (Object.hasOwn(map.one, name)) {
    const relation = map.one[name]!;
    return { kind: 'one', allow: relation.allow, relation };
  }
  if (Object.hasOwn(map.many, name)) {
    const relation = map.many[name]!;
    return { kind: 'many', allow: relation.allow, relation };
  }
  if (Object.hasOwn(map.edges, name)) {
    const edge = map.edges[name]!;
    return { kind: 'edge', allow: edge.allow, edge };
  }
  if (Object.hasOwn(map.hand, name)) return { kind: 'hand', ...map.hand[name]! };
  return null;
}

/** The expression that answers a column for the compilation's role. */
export function columnSql(compilation: Compilation, column: Column, scope: RowScope): string {
  return scope.ref(column.per[compilation.role] ?? column.sql);
}

function columnShape(compilation: Compilation, row: Row, column: Column): Shape {
  const sql = columnSql(compilation, column, row.scope);
  // A row of the statement's own travels as text, where only JSON has a parser; inside JSON both are native.
  const composite = column.kind === 'textArray' || column.kind === 'json';
  const slot = row.slots.add(row.slots.top && composite ? `to_json(${sql})` : sql);
  return { kind: column.kind === 'time' || column.kind === 'text' ? column.kind : 'value', slot };
}

function oneShape(
  compilation: Compilation,
  row: Row,
  map: TypeMap,
  type: GraphQLObjectType,
  relation: KeyOne | LatestOne | InlineOne,
  field: SelectedField,
): Shape {
  const target = relation.to();
  const known = knownBelow(compilation, row, map);
  const required =
    type.getFields()[field.name]?.type instanceof GraphQLNonNull ? `${type.name}.${field.name}` : null;
  if (relation.kind === 'inline') {
    const object = compileObject(compilation, { ...row, recorded: false, known }, target, field.nodes);
    const condition = relation.presentIf === undefined ? null : row.scope.ref(relation.presentIf);
    const presence =
      condition === null ? null : { slot: row.slots.add(`(${condition})`), by: 'condition' as const };
    return { kind: 'object', presence, required, object };
  }
  const joined =
    relation.kind === 'key'
      ? joinKey(compilation, row, target, relation)
      : joinLatest(compilation, row, map, type, target, relation, field);
  const object = compileObject(
    compilation,
    { ...row, scope: joined.scope, recorded: false, known },
    target,
    field.nodes,
  );
  const proof = row.slots.add(joined.scope.ref(target.key));
  row.slots.joins[joined.at] = joined.join();
  return { kind: 'object', presence: { slot: proof, by: 'proof' }, required, object };
}

/** A join whose text is written once everything that it must hand out is known; `at` keeps its place before joins that build on it. */
interface Joined {
  readonly scope: RowScope;
  readonly at: number;
  readonly join: () => string;
}

function joinKey(compilation: Compilation, row: Row, target: TypeMap, relation: KeyOne): Joined {
  const alias = compilation.alias('j');
  const scope = directScope(alias);
  const on =
    relation.viaSql === undefined
      ? linkSql(relation.via, row.scope, scope, target.key)
      : freeLinkSql(relation.viaSql, row.scope, scope);
  // A left join even for a row that is always there: row-level security may hide it.
  const join = `left join ${fromSql(target, alias)} on ${on}`;
  return { scope, at: row.slots.joins.push(join) - 1, join: () => join };
}

function joinLatest(
  compilation: Compilation,
  row: Row,
  map: TypeMap,
  type: GraphQLObjectType,
  target: TypeMap,
  relation: LatestOne,
  field: SelectedField,
): Joined {
  const inner = compilation.alias('s');
  const scope = new LimitedScope(inner, compilation.alias('l'));
  const child = directScope(inner);
  const source = compilation.source(type, field.nodes[0]!);
  const { order } = listOrder(compilation, target, source, relation);
  const conditions = [
    linkSql(relation.via, child, row.scope, map.key),
    ...listConditions(compilation, row.parameters, target, inner, source, relation),
  ];
  const rest = `from ${fromSql(target, inner)}${whereSql(conditions)} order by ${orderSql(order, child)} limit 1`;
  const at = row.slots.joins.push('') - 1;
  return {
    scope,
    at,
    join: () => `left join lateral (select ${scope.selectList()} ${rest}) ${scope.outer} on true`,
  };
}

/** True when every child is about the very person that its parent row is, and the parent is on record whatever is selected of it. */
function aboutParent(
  compilation: Compilation,
  row: Row,
  parent: TypeMap,
  via: Many['via'],
  target: TypeMap,
): boolean {
  const { subject } = parent;
  if (!subject?.always || subject.sql !== parent.key || target.subject?.sql !== via) return false;
  return row.recorded === true || !subject.roles || compilation.allows(subject.roles);
}

function listShape(
  compilation: Compilation,
  row: Row,
  map: TypeMap,
  type: GraphQLObjectType,
  relation: Many,
  field: SelectedField,
): Shape {
  const target = relation.to();
  if (!isCompositeType(getNamedType(type.getFields()[field.name]?.type))) throw new NotCompilable(field.name);
  const source = compilation.source(type, field.nodes[0]!);
  const { order } = listOrder(compilation, target, source, relation);
  const inner = compilation.alias('s');
  const child = directScope(inner);
  const conditions = [
    relation.viaSql === undefined
      ? linkSql(relation.via, child, row.scope, map.key)
      : freeLinkSql(relation.viaSql, row.scope, child),
    ...listConditions(compilation, row.parameters, target, inner, source, relation),
  ];
  const from = `from ${fromSql(target, inner)}`;
  const slots = new RowSlots(false);
  const paged = relation.page ? compilation.limit(source, 'first', relation.page) : null;
  const scope = paged ? new LimitedScope(inner, compilation.alias('t')) : child;
  const object = compileObject(
    compilation,
    {
      parameters: row.parameters,
      scope,
      slots,
      recorded: relation.viaSql === undefined && aboutParent(compilation, row, map, relation.via, target),
      known: knownBelow(compilation, row, map),
    },
    target,
    field.nodes,
  );
  // Joins need not keep the order of a subselect, so the aggregate sorts for itself.
  const aggregate = `select json_agg(${slots.json()} order by ${orderSql(order, scope)})`;
  const sql =
    paged && scope instanceof LimitedScope
      ? `(${aggregate} from (select ${scope.selectList()} ${from}${whereSql(conditions)} order by ${orderSql(order, child)} limit ${paged.limit}) ${scope.outer}${slots.joinSql()})`
      : `(${aggregate} ${from}${slots.joinSql()}${whereSql(conditions)})`;
  return { kind: 'list', slot: row.slots.add(sql), object, chunked: slots.chunked, cut: paged?.cut ?? null };
}
