/** Compares the schema with its field maps, so that a graph with an unguarded or wrongly mapped field never starts. */
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { PAGE_SIZES } from '../src/platform/database/select/compilation.js';
import type {
  Column,
  LiveEdge,
  Many,
  One,
  PageRule,
  TypeMap,
} from '../src/platform/database/select/field-map.js';
import type { RootField, RootFields } from '../src/platform/database/select/root-field.js';
import { isRenamed, liveTypeFaults } from './check-live-types.js';
import { type GraphPolicy, mappedPolicy, mapsByType, plainPolicy, rootTypes } from './field-policy.js';

/** Every disagreement between the schema and its policy, one sentence each. */
export function fieldMapFaults(schema: GraphQLSchema, policy: GraphPolicy): string[] {
  return new Check(schema, policy).run();
}

/** Names of the connection, edge and page information types of the root lists. */
export function connectionTypes(schema: GraphQLSchema, roots: RootFields): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [name, root] of Object.entries(roots)) {
    const connection = root.kind === 'connection' && objectOf(schema.getQueryType()?.getFields()[name]);
    if (!connection) continue;
    const parts = [objectOf(connection.getFields().edges), objectOf(connection.getFields().pageInfo)];
    for (const type of [connection, ...parts]) if (type) names.add(type.name);
  }
  return names;
}

type AnyField = GraphQLField<unknown, unknown>;

function objectOf(field: AnyField | undefined): GraphQLObjectType | null {
  const type = getNamedType(field?.type);
  return isObjectType(type) ? type : null;
}

const CONNECTION_FIELDS = ['edges', 'nodes', 'pageInfo', 'totalCount', 'node', 'cursor'];
const PAGE_INFO_FIELDS = ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'];

class Check {
  private readonly faults: string[] = [];

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly policy: GraphPolicy,
  ) {}

  run(): string[] {
    for (const map of this.policy.maps) this.map(map);
    for (const [name, root] of Object.entries(this.policy.roots)) this.root(name, root);
    this.everyFieldHasPolicy();
    return this.faults;
  }

  private fault(condition: boolean, text: string): void {
    if (condition) this.faults.push(text);
  }

  private everyFieldHasPolicy(): void {
    const maps = mapsByType(this.policy.maps);
    const connections = connectionTypes(this.schema, this.policy.roots);
    const roots = rootTypes(this.schema);
    for (const type of Object.values(this.schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      const map = maps.get(type.name);
      for (const field of Object.keys(type.getFields())) {
        const path = `${type.name}.${field}`;
        const stated = map
          ? mappedPolicy(map, field)
          : roots.has(type)
            ? ((type === this.schema.getQueryType() ? this.policy.roots[field]?.allow : undefined) ??
              this.policy.hand[path])
            : connections.has(type.name)
              ? [...CONNECTION_FIELDS, ...PAGE_INFO_FIELDS].includes(field) || undefined
              : plainPolicy(this.policy, type.name, field);
        this.fault(stated === undefined, `${path} has no policy`);
      }
    }
    for (const path of Object.keys(this.policy.hand)) {
      const [type, field] = path.split('.') as [string, string];
      const owner = this.schema.getType(type);
      this.fault(!isObjectType(owner) || !owner.getFields()[field], `${path} is not in the schema`);
    }
    for (const type of Object.keys(this.policy.plain)) {
      this.fault(!isObjectType(this.schema.getType(type)), `${type} is not in the schema`);
    }
  }

  private map(map: TypeMap): void {
    const types = this.typesOf(map);
    if (types.length === 0) return;
    this.page(map.type, map.page);
    const seen = new Set<string>();
    const each = <Part>(
      parts: Readonly<Record<string, Part>>,
      check: (path: string, field: AnyField, part: Part) => void,
    ) => {
      for (const [name, part] of Object.entries(parts)) {
        this.fault(seen.has(name), `${map.type}.${name} is in its map twice`);
        seen.add(name);
        const having = types.filter((type) => type.getFields()[name]);
        this.fault(having.length === 0, `${map.type}.${name} is not in the schema`);
        for (const type of having) check(`${type.name}.${name}`, type.getFields()[name]!, part);
      }
    };
    each(map.columns, (path, field, column) => this.column(path, field, column));
    each(map.one, (path, field, relation) => this.one(path, field, relation));
    each(map.many, (path, field, relation) => this.many(path, field, relation));
    each(map.hand, () => undefined);
    each(map.edges, (path, field, edge) => this.edge(path, field, edge));
  }

  /** The object types that a map answers; none, with the fault told, when the schema has them otherwise. */
  private typesOf(map: TypeMap): readonly GraphQLObjectType[] {
    const type = this.schema.getType(map.type);
    if (!map.variants) {
      if (isObjectType(type)) return [type];
      this.faults.push(
        `${map.type} is ${isAbstractType(type) ? 'abstract over one type' : 'not in the schema'}`,
      );
      return [];
    }
    if (!isAbstractType(type)) {
      this.faults.push(`${map.type} is ${type ? 'not abstract over variants' : 'not in the schema'}`);
      return [];
    }
    const possible = this.schema.getPossibleTypes(type);
    const [stated, needed] = [[...map.variants.types].sort(), possible.map(({ name }) => name).sort()];
    this.fault(stated.join() !== needed.join(), `${map.type} may be ${needed}, its map says ${stated}`);
    const others = this.policy.maps.filter((other) => other !== map);
    for (const name of stated) {
      const twice = others.some((other) => (other.variants?.types ?? [other.type]).includes(name));
      this.fault(twice, `${name} is in two maps`);
    }
    return possible;
  }

  private column(path: string, field: AnyField, column: Column): void {
    const required = isNonNullType(field.type);
    this.fault(column.nullable && required, `${path} is non-null over a nullable column`);
    const type = getNamedType(field.type);
    const list = isListType(getNullableType(field.type));
    this.arguments(path, field, []);
    if (column.kind === 'json') return;
    this.fault(
      list !== (column.kind === 'textArray'),
      `${path} is ${list ? '' : 'not '}a list over a column of kind ${column.kind}`,
    );
    const expected = { int: 'Int', bool: 'Boolean' }[column.kind as string];
    const fits = expected ? type.name === expected : !['Int', 'Float', 'Boolean'].includes(type.name);
    this.fault(!fits || isObjectType(type), `${path} is ${type.name} over a column of kind ${column.kind}`);
    if (isEnumType(type)) this.enumeration(type.name);
  }

  /** What is read answers as it is, so an enumeration's values must be their own names. */
  private enumeration(name: string): void {
    const type = this.schema.getType(name);
    if (isEnumType(type)) this.fault(isRenamed(type), `${name} has values other than their names`);
  }

  private one(path: string, field: AnyField, relation: One): void {
    const target = relation.to();
    this.fault(
      relation.nullable && isNonNullType(field.type),
      `${path} is non-null over a relation that may be null`,
    );
    this.fault(isListType(getNullableType(field.type)), `${path} is a list over a relation to one`);
    this.target(path, field, target);
    if (relation.kind === 'latest') this.order(path, target, relation.order);
    this.arguments(path, field, relation.kind === 'latest' ? Object.keys(target.args) : []);
  }

  private many(path: string, field: AnyField, relation: Many): void {
    const target = relation.to();
    this.fault(!isListType(getNullableType(field.type)), `${path} is not a list over a relation to many`);
    this.target(path, field, target);
    this.order(path, target, relation.order);
    if (relation.page) this.page(path, relation.page);
    const { filterArg, orderArg, page } = relation;
    this.arguments(path, field, [...Object.keys(target.args), ...(page ? ['first'] : [])], target, {
      filterArg,
      orderArg,
    });
  }

  private edge(path: string, field: AnyField, edge: LiveEdge): void {
    const type = getNullableType(field.type);
    this.fault(isNonNullType(field.type), `${path} is non-null over a source that may fail`);
    this.arguments(path, field, []);
    if (isObjectType(type)) this.faults.push(...liveTypeFaults(this.policy, type, edge));
    else this.faults.push(`${path} is not one object`);
  }

  private target(path: string, field: AnyField, target: TypeMap): void {
    const type = getNamedType(field.type).name;
    this.fault(type !== target.type, `${path} is ${type} over a relation to ${target.type}`);
    this.fault(
      !this.policy.maps.includes(target),
      `${path} leads to a map of ${target.type} that is not given`,
    );
  }

  private order(path: string, target: TypeMap, name: string | undefined): void {
    const known =
      name === undefined ? Object.keys(target.orders).length > 0 : Object.hasOwn(target.orders, name);
    this.fault(!known, `${path} has no order in the map of ${target.type}`);
  }

  private page(path: string, { size, max }: PageRule): void {
    const most = PAGE_SIZES.at(-1)!;
    this.fault(
      size > max || max > most,
      `${path} has a page of ${size} and at most ${max}; at most ${most} is possible`,
    );
  }

  private root(name: string, root: RootField): void {
    const path = `Query.${name}`;
    const field = this.schema.getQueryType()?.getFields()[name];
    if (!field) {
      this.faults.push(`${path} is not in the schema`);
      return;
    }
    if (root.kind === 'single') {
      const arg = root.arg ?? 'id';
      this.fault(
        !root.map.columns[root.field ?? arg],
        `${path} has no column ${root.field ?? arg} in the map`,
      );
      this.fault(isNonNullType(field.type), `${path} is non-null, but its row may not be there`);
      this.target(path, field, root.map);
      this.fault(
        !field.args.some((known) => known.name === arg && isNonNullType(known.type)),
        `${path} has no non-null argument ${arg}`,
      );
      this.arguments(path, field, [arg]);
      return;
    }
    if (root.page) this.page(path, root.page);
    this.order(path, root.map, undefined);
    if (root.kind === 'connection') this.connection(path, field, root.map);
    else this.target(path, field, root.map);
    const paging = root.kind === 'connection' ? ['first', 'after', 'last', 'before'] : ['first'];
    const { filterArg = 'filter', orderArg = 'orderBy' } = root;
    this.arguments(path, field, [...Object.keys(root.map.args), ...paging], root.map, {
      filterArg,
      orderArg,
    });
  }

  private connection(path: string, field: AnyField, map: TypeMap): void {
    const edge = objectOf(objectOf(field)?.getFields().edges);
    const node = getNamedType(edge?.getFields().node?.type);
    if (isCompositeType(node))
      this.fault(node.name !== map.type, `${path} is a connection of ${node.name} over ${map.type}`);
    else this.faults.push(`${path} is not a connection`);
    this.fault(!this.policy.maps.includes(map), `${path} leads to a map of ${map.type} that is not given`);
  }

  /** Every argument must be one that the compiler reads, so that none is silently ignored. */
  private arguments(
    path: string,
    field: AnyField,
    known: readonly string[],
    map?: TypeMap,
    terms: { filterArg?: string | undefined; orderArg?: string | undefined } = {},
  ): void {
    for (const { name, type } of field.args) {
      if (map && name === terms.filterArg) this.filter(`${path}(${name})`, type, map, new Set());
      else if (map && name === terms.orderArg) this.orderArgument(`${path}(${name})`, type, map);
      else this.fault(!known.includes(name), `${path}(${name}) is not an argument of its map`);
    }
  }

  private orderArgument(path: string, type: GraphQLInputType, map: TypeMap): void {
    const named = getNamedType(type);
    if (!isEnumType(named) || isListType(getNullableType(type))) {
      this.faults.push(`${path} is not an enumeration of orders`);
      return;
    }
    this.enumeration(named.name);
    for (const { name } of named.getValues()) {
      this.fault(!Object.hasOwn(map.orders, name), `${path} has ${name}, which is no order of ${map.type}`);
    }
  }

  private filter(path: string, type: GraphQLInputType, map: TypeMap, seen: Set<string>): void {
    const input = getNamedType(type);
    if (!isInputObjectType(input)) {
      this.faults.push(`${path} is not a filter object`);
      return;
    }
    const key = `${input.name} over ${map.type}`;
    if (seen.has(key)) return;
    seen.add(key);
    for (const field of Object.values(input.getFields())) {
      const at = `${input.name}.${field.name}`;
      const list = isListType(getNullableType(field.type));
      if (['and', 'or', 'not'].includes(field.name)) {
        const fits = getNamedType(field.type) === input && list === (field.name !== 'not');
        this.fault(!fits, `${at} is not ${field.name === 'not' ? '' : 'a list of '}${input.name}`);
        continue;
      }
      const filter = Object.hasOwn(map.filters, field.name) ? map.filters[field.name]! : null;
      const enumeration = getNamedType(field.type);
      if (isEnumType(enumeration)) this.enumeration(enumeration.name);
      if (!filter) this.faults.push(`${at} is not a filter of ${map.type}`);
      else if (filter.kind === 'through') this.filter(at, field.type, filter.to(), seen);
      else {
        const expected = filter.kind === 'value' && filter.type.endsWith('[]');
        this.fault(
          list !== expected,
          `${at} is ${list ? '' : 'not '}a list, its filter is ${expected ? '' : 'not '}one`,
        );
      }
    }
  }
}
