/** Compiles a Relay connection: one statement for the page, one for the count when it is asked for. */
import { type FieldNode, type GraphQLObjectType, getNamedType, isObjectType } from 'graphql';
import { inputError } from '../../../core/errors.js';
import type { ArgumentSource, Compilation } from './compilation.js';
import { compileObject, type Row } from './compile.js';
import type { TypeMap } from './field-map.js';
import { hydrator } from './hydrate.js';
import { keySql, listConditions, listOrder, orderSql, pastSql, whereSql } from './list-sql.js';
import { NotCompilable } from './not-compilable.js';
import { Parameters } from './parameters.js';
import {
  type ConnectionField,
  type ConnectionPlan,
  type EdgeField,
  type PageInfoField,
  planned,
} from './plan.js';
import type { ConnectionRoot } from './root-field.js';
import { directScope, fromSql, LimitedScope, RowSlots } from './row-scope.js';
import { type SelectedField, selectedFields } from './selection.js';

/** The plan of a connection of GraphQL type `type`. */
export function compileConnection(
  compilation: Compilation,
  root: ConnectionRoot,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  source: ArgumentSource | null,
): ConnectionPlan {
  const terms = { filterArg: 'filter', orderArg: 'orderBy', ...root };
  const { backward, cursorArg } = direction(source?.shape ?? {});
  const { name, order } = listOrder(compilation, root.map, source, terms);
  const parameters = new Parameters();
  const inner = compilation.alias('s');
  const child = directScope(inner);
  const scope = new LimitedScope(inner, compilation.alias('t'));
  const row: Row = { parameters, scope, slots: new RowSlots(true) };
  const page = compilation.limit(source, backward ? 'last' : 'first', root.page ?? root.map.page);

  const selection = new ConnectionSelection(compilation, root, row);
  const fields = selectedFields(compilation.scope, type, nodes).map(
    (field) => [field.key, selection.field(type, field)] as const,
  );
  const slots = selection.cursors
    ? order.keys.map((key) => row.slots.add(`(${scope.ref(keySql(key))})::text`))
    : [];

  const conditions = listConditions(compilation, parameters, root.map, inner, source, terms);
  if (cursorArg) {
    const place = order.keys.map((key, at) => parameters.extra(key.type, at));
    conditions.push(pastSql(order, child, place, backward));
  }
  const list = row.slots.selectList();
  const outerOrder = orderSql(order, scope, backward);
  // One row more than the page tells whether there is another page, when that is asked.
  const limit = page.limit + (selection.more ? 1 : 0);
  const first = (where: readonly string[]): string =>
    `select ${scope.selectList()} from ${fromSql(root.map, inner)}${whereSql(where)} order by ${orderSql(order, child, backward)} limit ${limit}`;
  const limited = firstOfScope(compilation, root.map, scope, { conditions, first, outerOrder, limit });
  const text = `select ${list} from (${limited}) ${scope.outer}${row.slots.joinSql()} order by ${outerOrder}`;

  return {
    kind: 'connection',
    marked: compilation.mode === 'field',
    types: { connection: type.name, ...selection.types },
    fields,
    rows: selection.rows ? planned(text, parameters) : null,
    count: selection.count ? countStatement(compilation, root, source) : null,
    backward,
    cursorArg,
    order: { name: `${root.map.type}.${name}`, slots, length: order.keys.length },
    cut: page.cut,
    sources: compilation.argumentValues,
    cuts: compilation.cuts,
    live: compilation.live,
    named: compilation.named,
  };
}

/** The first rows of the list: of all in scope at once, or of the first of each id in scope. */
function firstOfScope(
  compilation: Compilation,
  map: TypeMap,
  scope: LimitedScope,
  list: {
    readonly conditions: readonly string[];
    readonly first: (where: readonly string[]) => string;
    readonly outerOrder: string;
    readonly limit: number;
  },
): string {
  const held = map.scopes.find(({ roles }) => compilation.allows(roles));
  if (!held) return list.first(list.conditions);
  const ids = compilation.alias('v');
  const one = list.first([`${scope.inner}.${held.column} = ${ids}.id`, ...list.conditions]);
  // An id that is named twice must not bring its rows twice.
  return `select ${scope.outer}.* from (select distinct unnest(${held.ids}) as id) ${ids} cross join lateral (${one}) ${scope.outer} order by ${list.outerOrder} limit ${list.limit}`;
}

function countStatement(compilation: Compilation, root: ConnectionRoot, source: ArgumentSource | null) {
  const parameters = new Parameters();
  const alias = compilation.alias('s');
  const terms = { filterArg: 'filter', ...root };
  const conditions = listConditions(compilation, parameters, root.map, alias, source, terms);
  return planned(`select count(*)::int from ${fromSql(root.map, alias)}${whereSql(conditions)}`, parameters);
}

const given = (value: unknown): boolean => value !== undefined && value !== null;

/** Forward by `first` and `after`, backward by `last` and `before`; a mixture is `HUB_INPUT_INVALID`. */
function direction(args: Readonly<Record<string, unknown>>): Pick<ConnectionPlan, 'backward' | 'cursorArg'> {
  const backward = given(args.last) || given(args.before);
  if (backward && (given(args.first) || given(args.after))) {
    throw inputError(
      given(args.last) ? 'last' : 'before',
      'a page in two directions',
      'first and after, or last and before',
    );
  }
  if (backward) return { backward, cursorArg: given(args.before) ? 'before' : null };
  return { backward, cursorArg: given(args.after) ? 'after' : null };
}

/** Compiles the fields of a connection and notes what they need of the statements. */
class ConnectionSelection {
  rows = false;
  count = false;
  cursors = false;
  /** Whether there is another page. */
  more = false;
  readonly types = { edge: '', pageInfo: '' };

  constructor(
    private readonly compilation: Compilation,
    private readonly root: ConnectionRoot,
    private readonly row: Row,
  ) {}

  field(type: GraphQLObjectType, { name, nodes }: SelectedField): ConnectionField {
    switch (name) {
      case '__typename':
        return { kind: 'constant', text: type.name };
      case 'nodes':
        this.rows = true;
        return { kind: 'nodes', hydrate: this.hydrate(nodes) };
      case 'totalCount':
        this.count = true;
        return { kind: 'totalCount' };
      case 'edges': {
        this.rows = true;
        const edge = child(type, name);
        this.types.edge = edge.name;
        const fields = selectedFields(this.compilation.scope, edge, nodes);
        return { kind: 'edges', fields: fields.map((field) => [field.key, this.edge(edge, field)] as const) };
      }
      case 'pageInfo': {
        const info = child(type, name);
        this.types.pageInfo = info.name;
        const fields = selectedFields(this.compilation.scope, info, nodes);
        return {
          kind: 'pageInfo',
          fields: fields.map((field) => [field.key, this.info(info, field)] as const),
        };
      }
      default:
        throw new NotCompilable(`${type.name}.${name}`);
    }
  }

  private edge(type: GraphQLObjectType, { name, nodes }: SelectedField): EdgeField {
    if (name === '__typename') return { kind: 'constant', text: type.name };
    if (name === 'node') return { kind: 'node', hydrate: this.hydrate(nodes) };
    if (name !== 'cursor') throw new NotCompilable(`${type.name}.${name}`);
    this.cursors = true;
    return { kind: 'cursor' };
  }

  private info(type: GraphQLObjectType, { name }: SelectedField): PageInfoField {
    if (name === '__typename') return { kind: 'constant', text: type.name };
    this.rows = true;
    if (name === 'hasNextPage' || name === 'hasPreviousPage') {
      this.more = true;
      return { kind: name };
    }
    if (name !== 'startCursor' && name !== 'endCursor') throw new NotCompilable(`${type.name}.${name}`);
    this.cursors = true;
    return { kind: name };
  }

  private hydrate(nodes: readonly FieldNode[]) {
    const object = compileObject(this.compilation, this.row, this.root.map, nodes);
    return hydrator(object, this.compilation.mode === 'field');
  }
}

function child(type: GraphQLObjectType, name: string): GraphQLObjectType {
  const named = getNamedType(type.getFields()[name]?.type);
  if (!isObjectType(named)) throw new NotCompilable(`${type.name}.${name}`);
  return named;
}
