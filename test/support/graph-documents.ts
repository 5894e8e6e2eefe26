/** Writes documents from the schema itself: every field of every type through every root field that reaches it, in changing clothes. */
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

/** May the role select `Type.field`? */
export type May = (path: string) => boolean;

/** A type with fields: an object, or an interface, which is walked by its own name. */
export type Fielded = GraphQLObjectType | GraphQLInterfaceType;

/** A step from a type to the next: the field taken. */
export interface Step {
  readonly on: Fielded;
  readonly field: GraphQLField<unknown, unknown>;
}

/** How a document is written; each asks for the same. */
export const CLOTHES = ['plain', 'edges', 'aliases', 'fragments', 'inline'] as const;
export type Clothes = (typeof CLOTHES)[number];

/** The type of a field that has fields itself; null for leaves and unions. */
export function objectOf(field: GraphQLField<unknown, unknown>): Fielded | null {
  const type = getNamedType(field.type);
  return isObjectType(type) || isInterfaceType(type) ? type : null;
}

/** Names that `__typename` may have where the type is selected. */
export function typenamesOf(schema: GraphQLSchema, type: Fielded): readonly string[] {
  return isInterfaceType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
}

const fieldsOf = (type: Fielded): GraphQLField<unknown, unknown>[] => Object.values(type.getFields());

/** The row type behind a connection; the type itself when it is none. */
export function rowTypeOf(type: Fielded): Fielded {
  const nodes = type.getFields().nodes;
  return (nodes && objectOf(nodes)) ?? type;
}

/** The shortest way from a type to every object type that the role reaches, itself included (no step). */
export function waysFrom(start: Fielded, may: May): Map<Fielded, readonly Step[]> {
  const ways = new Map<Fielded, readonly Step[]>([[start, []]]);
  for (const [on, way] of ways) {
    for (const field of fieldsOf(on)) {
      const next = objectOf(field);
      if (next && !ways.has(next) && may(`${on.name}.${field.name}`)) ways.set(next, [...way, { on, field }]);
    }
  }
  return ways;
}

/** Every field of a type, split: leaves and relations that the role may select, and all that it may not. */
export function split(type: Fielded, may: May) {
  const fields = fieldsOf(type);
  const allowed = fields.filter(({ name }) => may(`${type.name}.${name}`));
  return {
    leaves: allowed.filter((field) => !objectOf(field)),
    relations: allowed.filter((field) => objectOf(field)),
    refused: fields.filter((field) => !allowed.includes(field)),
  };
}

/** A selection of fields by name; relations get `__typename`. Aliased ones are called `a_<name>`. */
function selection(fields: readonly GraphQLField<unknown, unknown>[], aliased: boolean): string {
  return [
    '__typename',
    ...fields.map((field) => selected(field, aliased, objectOf(field) ? '{ __typename }' : '')),
  ].join(' ');
}

function selected(field: GraphQLField<unknown, unknown>, aliased: boolean, inner: string, first = 5): string {
  const args = field.args.some(({ name }) => name === 'first') ? `(first: ${first})` : '';
  return `${aliased ? `a_${field.name}: ` : ''}${field.name}${args} ${inner}`.trim();
}

/** A root field with its arguments, and how its rows are selected. */
export interface RootCall {
  readonly field: GraphQLField<unknown, unknown>;
  readonly args: string;
}

/** What a document asks of one root: the root, the way to a type, and fields of that type. */
export interface Part {
  readonly call: RootCall;
  readonly way: readonly Step[];
  readonly fields: readonly GraphQLField<unknown, unknown>[];
  readonly clothes: Clothes;
}

/** A whole document of one part. */
export function documentOf(
  call: RootCall,
  way: readonly Step[],
  fields: readonly GraphQLField<unknown, unknown>[],
  clothes: Clothes,
): string {
  const [root, fragment] = rootOf({ call, way, fields, clothes }, 'Wanted');
  return `query Walk { ${clothes === 'aliases' ? 'a_root: ' : ''}${root} }${fragment}`;
}

/** A whole document of several parts, which are answered as `r0`, `r1` and so on. */
export function documentOfAll(parts: readonly Part[]): string {
  const written = parts.map((part, at) => rootOf(part, `Wanted${at}`));
  const roots = written.map(([root], at) => `r${at}: ${root}`);
  return `query Walk { ${roots.join(' ')} }${written.map(([, fragment]) => fragment).join('')}`;
}

/** A part without its alias, and the fragment that goes with it. */
function rootOf({ call, way, fields, clothes }: Part, name: string): readonly [string, string] {
  const root = objectOf(call.field)!;
  const row = rowTypeOf(root);
  const target = way.at(-1) ? objectOf(way.at(-1)!.field)! : row;
  const aliased = clothes === 'aliases';
  let body = selection(fields, aliased);
  let fragment = '';
  if (clothes === 'fragments') {
    fragment = ` fragment ${name} on ${target.name} { ${body} }`;
    body = `...${name}`;
  } else if (clothes === 'inline') {
    body = `... on ${target.name} @include(if: true) { ${body} }`;
  }
  for (const step of [...way].reverse()) body = selected(step.field, aliased, `{ ${body} }`, 3);
  const rows =
    row === root
      ? body
      : clothes === 'edges'
        ? `totalCount nodes { __typename } edges { cursor node { ${body} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`
        : `${aliased ? 'a_nodes: ' : ''}nodes { ${body} }`;
  return [`${call.field.name}${call.args} { ${rows} }`, fragment];
}

/** A selection on a type: for each way from it, by names of their own (`w0_…`, `w1_…`), every field that the role may select. */
export function selectionOf(ways: Iterable<readonly [Fielded, readonly Step[]]>, may: May): string {
  return [...ways]
    .map(([type, way], at) => {
      const { leaves, relations } = split(type, may);
      let body = selection([...leaves, ...relations], false);
      for (const [depth, { field }] of [...way.entries()].reverse())
        body = `${depth === 0 ? `w${at}_${field.name}: ` : ''}${field.name} { ${body} }`;
      return body;
    })
    .join(' ');
}

/** A literal that fits an input type. `null` for input objects, which are built field by field. */
export function literalFor(type: GraphQLInputType, idOf: string): string {
  if (isNonNullType(type)) return literalFor(type.ofType, idOf);
  if (isListType(type)) return `[${literalFor(type.ofType, idOf)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  switch ((type as { name: string }).name) {
    case 'Int':
      return '1';
    case 'Boolean':
      return 'true';
    case 'Date':
      return '"2026-01-01"';
    case 'DateTime':
      return '"2026-03-01T00:00:00.000Z"';
    case 'UUID':
      return `"${idOf}"`;
    default:
      return '"9990000000"';
  }
}

/** A filter that a schema offers: the literal, and the steps `Input.field` that it takes. */
export interface FilterUse {
  readonly literal: string;
  readonly steps: readonly string[];
  /** Within `and`, `or` or `not`: numbers that go round in threes from one condition and word to the next. Null: in none. */
  readonly combined: number | null;
}

/** Every field of a filter input: alone, within `and`, `or` and `not`, and one input deeper. */
export function filterUses(type: GraphQLInputType, idOf: string, depth = 0): FilterUse[] {
  const input = getNamedType(type);
  if (!isInputObjectType(input)) return [];
  const uses: FilterUse[] = [];
  const fields = Object.values(input.getFields());
  for (const field of fields) {
    if (['and', 'or', 'not'].includes(field.name)) continue;
    const inner = getNamedType(field.type);
    if (isInputObjectType(inner)) {
      for (const use of filterUses(inner, idOf, depth + 1)) {
        uses.push({
          literal: `{ ${field.name}: ${use.literal} }`,
          steps: [`${input.name}.${field.name}`, ...use.steps],
          combined: use.combined,
        });
      }
    } else {
      uses.push({
        literal: `{ ${field.name}: ${literalFor(field.type, idOf)} }`,
        steps: [`${input.name}.${field.name}`],
        combined: null,
      });
    }
  }
  const words = ['and', 'or', 'not'].filter((word) => fields.some((field) => field.name === word));
  const plain = [...uses];
  for (const [at, { literal, steps }] of (depth === 0 ? plain : plain.slice(0, 1)).entries()) {
    for (const [turn, name] of words.entries()) {
      const wrapped = name === 'not' ? `{ not: ${literal} }` : `{ ${name}: [${literal}] }`;
      uses.push({ literal: wrapped, steps, combined: (at + turn) % 3 });
    }
  }
  return uses;
}

/** Root fields of `Query` that answer rows; one that answers a success or a refusal has tests of its own. */
export function queryRoots(schema: GraphQLSchema): GraphQLField<unknown, unknown>[] {
  return fieldsOf(schema.getQueryType()!).filter((field) => objectOf(field) !== null);
}

/** Every `Type.field` of the object types of a schema, root types and introspection left out. */
export function everyField(schema: GraphQLSchema): string[] {
  const roots: unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap())
    .filter(
      (type) =>
        (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__') && !roots.includes(type),
    )
    .flatMap((type) => fieldsOf(type as Fielded).map((field) => `${type.name}.${field.name}`));
}

/** Puts every non-null field of an answer on the list `seen` as `Type.field`, by `__typename` and the schema. */
export function noteSeen(schema: GraphQLSchema, value: unknown, type: Fielded, seen: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) noteSeen(schema, item, type, seen);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  for (const [key, inner] of Object.entries(value)) {
    const field = type.getFields()[key.replace(/^a_/, '')];
    if (!field || inner === null) continue;
    if (!Array.isArray(inner) || inner.length > 0) seen.add(`${type.name}.${field.name}`);
    const named = getNamedType(field.type);
    if (isLeafType(named)) continue;
    const next =
      isInterfaceType(named) || isObjectType(named)
        ? named
        : schema.getType((inner as { __typename: string }).__typename);
    if (isObjectType(next) || isInterfaceType(next)) noteSeen(schema, inner, next, seen);
  }
}
