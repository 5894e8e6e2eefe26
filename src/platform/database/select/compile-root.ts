/** Compiles a field that starts from no row: a list or row of `Query`, or the row of a given id. */
import { type FieldNode, type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import type { Compilation } from './compilation.js';
import { columnSql, compileObject } from './compile.js';
import { compileConnection } from './compile-connection.js';
import type { ColumnKind, ParamType, TypeMap } from './field-map.js';
import { hydrator } from './hydrate.js';
import { listConditions, listOrder, orderSql, whereSql } from './list-sql.js';
import { NotCompilable } from './not-compilable.js';
import { Parameters } from './parameters.js';
import { type Plan, type PlannedStatement, planned } from './plan.js';
import type { ListRoot, RootField, SingleRoot } from './root-field.js';
import { directScope, fromSql, LimitedScope, RowSlots } from './row-scope.js';

/** Rows by id, for what a mutation or a hand-written resolver answers. `ids` answers a list in the order of the ids. */
export interface IdTarget {
  readonly kind: 'id' | 'ids';
  readonly map: TypeMap;
}

/** Compiles a field. `parent` is the type that has it; `nodes` ask for it. */
export function compileRoot(
  compilation: Compilation,
  target: RootField | IdTarget,
  parent: GraphQLObjectType,
  nodes: readonly FieldNode[],
): Plan {
  if ('allow' in target) compilation.demand(target.allow, `${parent.name}.${nodes[0]!.name.value}`);
  switch (target.kind) {
    case 'connection': {
      const type = getNamedType(parent.getFields()[nodes[0]!.name.value]?.type);
      if (!isObjectType(type)) throw new NotCompilable(parent.name);
      return compileConnection(compilation, target, type, nodes, compilation.source(parent, nodes[0]!));
    }
    case 'list':
      return compileList(compilation, target, parent, nodes);
    case 'single':
      return compileSingle(compilation, target, parent, nodes);
    default:
      return compileIds(compilation, target, nodes);
  }
}

function compileList(
  compilation: Compilation,
  root: ListRoot,
  parent: GraphQLObjectType,
  nodes: readonly FieldNode[],
): Plan {
  const parameters = new Parameters();
  const source = compilation.source(parent, nodes[0]!);
  const terms = { filterArg: 'filter', orderArg: 'orderBy', ...root };
  const { order } = listOrder(compilation, root.map, source, terms);
  const inner = compilation.alias('s');
  const child = directScope(inner);
  const scope = new LimitedScope(inner, compilation.alias('t'));
  const slots = new RowSlots(true);
  const { limit, cut } = compilation.limit(source, 'first', root.page ?? root.map.page);
  const conditions = listConditions(compilation, parameters, root.map, inner, source, terms);
  const object = compileObject(compilation, { parameters, scope, slots }, root.map, nodes);
  const list = slots.selectList();
  const outerOrder = orderSql(order, scope);
  const page = `select ${scope.selectList()} from ${fromSql(root.map, inner)}${whereSql(conditions)} order by ${orderSql(order, child)} limit ${limit}`;
  const text = `select ${list} from (${page}) ${scope.outer}${slots.joinSql()} order by ${outerOrder}`;
  return rowsPlan(
    compilation,
    'list',
    planned(text, parameters),
    hydrator(object, compilation.mode === 'field'),
    -1,
    cut,
  );
}

const PARAM_OF: Readonly<Partial<Record<ColumnKind, ParamType>>> = {
  uuid: 'uuid',
  text: 'text',
  int: 'int',
  date: 'date',
};

function compileSingle(
  compilation: Compilation,
  root: SingleRoot,
  parent: GraphQLObjectType,
  nodes: readonly FieldNode[],
): Plan {
  const arg = root.arg ?? 'id';
  const field = root.field ?? arg;
  const column = root.map.columns[field];
  const type = column && PARAM_OF[column.kind];
  const source = compilation.source(parent, nodes[0]!);
  if (!type || !source) throw new NotCompilable(`${root.map.type}.${field} as a key`);
  compilation.demand(column.allow, `${root.map.type}.${field}`);
  const parameters = new Parameters();
  const key = parameters.argument(type, source.index, [arg]);
  const alias = compilation.alias('t');
  const scope = directScope(alias);
  const slots = new RowSlots(true);
  const object = compileObject(compilation, { parameters, scope, slots }, root.map, nodes);
  const text = `select ${slots.selectList()} from ${fromSql(root.map, alias)}${slots.joinSql()} where ${columnSql(compilation, column, scope)} = ${key}`;
  return rowsPlan(
    compilation,
    'single',
    planned(text, parameters),
    hydrator(object, compilation.mode === 'field'),
    -1,
    null,
  );
}

function compileIds(compilation: Compilation, target: IdTarget, nodes: readonly FieldNode[]): Plan {
  const parameters = new Parameters();
  const alias = compilation.alias('t');
  const scope = directScope(alias);
  const slots = new RowSlots(true);
  const idSlot = slots.add(scope.ref(target.map.key));
  const object = compileObject(compilation, { parameters, scope, slots }, target.map, nodes);
  const ids = parameters.extra('uuid[]', 0);
  const text = `select ${slots.selectList()} from ${fromSql(target.map, alias)}${slots.joinSql()} where ${scope.ref(target.map.key)} = any (${ids})`;
  return rowsPlan(
    compilation,
    'ids',
    planned(text, parameters),
    hydrator(object, compilation.mode === 'field'),
    idSlot,
    null,
  );
}

function rowsPlan(
  compilation: Compilation,
  kind: 'single' | 'list' | 'ids',
  rows: PlannedStatement,
  hydrate: ReturnType<typeof hydrator>,
  idSlot: number,
  cut: number | null,
): Plan {
  const { argumentValues: sources, cuts, live, named } = compilation;
  return { kind, rows, hydrate, idSlot, cut, sources, cuts, live, named };
}
