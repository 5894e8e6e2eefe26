/** Every sentence by which a graph and its maps disagree about lists, arguments, filters, orders and root fields. */
import { buildSchema } from 'graphql';
import type { GraphPolicy } from '../../../schema/apply-field-maps.js';
import { connectionTypes, fieldMapFaults } from '../../../schema/check-field-maps.js';
import { mappedPolicy, plainPolicy } from '../../../schema/field-policy.js';
import { type TypeMap, typeMap } from '../../../src/platform/database/select/field-map.js';
import {
  among,
  asc,
  equals,
  flag,
  freeArg,
  hand,
  having,
  int,
  json,
  many,
  one,
  order,
  text,
  through,
  uuid,
} from '../../../src/platform/database/select/map-words.js';
import type { RootField } from '../../../src/platform/database/select/root-field.js';

const ALL = ['ANALYST'] as const;

const PARTS = `
  enum O { NAME }
  type C { edges: [E!]! nodes: [Thing!]! pageInfo: P! totalCount: Int! }
  type E { cursor: String! node: Thing! }
  type P { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;
/** A map that agrees with `type Thing { id: ID! name: String }`. */
const things = (more: Partial<TypeMap> = {}): TypeMap =>
  typeMap({
    type: 'Thing',
    table: 'things',
    columns: { id: uuid('id', ALL), name: text('name', ALL, { nullable: true }) },
    orders: { NAME: order(ALL, asc('name', 'text', "''"), asc('id', 'uuid')) },
    ...more,
  });

interface Case {
  /** Fields of `Query`; what follows `things` is the list under test. */
  readonly query?: string;
  /** Fields of `Thing` beside id and name. */
  readonly fields?: string;
  readonly rest?: string;
  readonly map?: TypeMap;
  readonly root?: Partial<RootField>;
  readonly policy?: Partial<GraphPolicy>;
}

function faultsOf({
  query = 'things(first: Int): C!',
  fields = '',
  rest = '',
  map = things(),
  root = {},
  policy = {},
}: Case): string[] {
  const schema = buildSchema(
    `type Query { ${query} } type Thing { id: ID! name: String ${fields} } ${PARTS} ${rest}`,
  );
  const things = { kind: 'connection', map, allow: ALL, ...root } as RootField;
  return fieldMapFaults(schema, { maps: [map], roots: { things }, hand: {}, plain: {}, ...policy });
}

test('what agrees has no fault', () => {
  expect(faultsOf({})).toEqual([]);
});

test.each<[string, Case, string[]]>([
  [
    'a list that is no connection',
    { query: 'things: Thing', policy: { plain: { C: ALL, E: ALL, P: ALL } } },
    ['Query.things is not a connection'],
  ],
  [
    'a connection of something else',
    {
      query: 'things: D!',
      rest: 'type D { edges: [G!]! pageInfo: P! } type G { node: Other! cursor: String! } type Other { id: ID! }',
      policy: { plain: { Other: ALL, C: ALL, E: ALL } },
    },
    ['Query.things is a connection of Other over Thing'],
  ],
  [
    'a map that is not given',
    { policy: { maps: [], plain: { Thing: ALL } } },
    ['Query.things leads to a map of Thing that is not given'],
  ],
  [
    'a map without an order',
    { map: things({ orders: {} }) },
    ['Query.things has no order in the map of Thing'],
  ],
  [
    'a page larger than its most',
    { root: { page: { size: 60, max: 50 } } },
    ['Query.things has a page of 60 and at most 50; at most 1000 is possible'],
  ],
  [
    'a map’s page past what is possible',
    { map: things({ page: { size: 10, max: 1_001 } }) },
    ['Thing has a page of 10 and at most 1001; at most 1000 is possible'],
  ],
  [
    'an argument that nobody reads',
    { query: 'things(colour: String): C!' },
    ['Query.things(colour) is not an argument of its map'],
  ],
  [
    'a filter that is no object',
    { query: 'things(filter: String): C!' },
    ['Query.things(filter) is not a filter object'],
  ],
  [
    'an order that is text',
    { query: 'things(orderBy: String): C!' },
    ['Query.things(orderBy) is not an enumeration of orders'],
  ],
  [
    'orders by the list',
    { query: 'things(orderBy: [O!]): C!' },
    ['Query.things(orderBy) is not an enumeration of orders'],
  ],
  [
    'an order that the map does not have',
    { query: 'things(orderBy: O2): C!', rest: 'enum O2 { NAME AGE }' },
    ['Query.things(orderBy) has AGE, which is no order of Thing'],
  ],
  [
    'a filter under another name than the usual',
    {
      query: 'things(filter: F, where: F): C!',
      rest: 'input F { name: String }',
      map: things({ filters: { name: equals('name', 'text', ALL) } }),
      root: { filterArg: 'where' },
    },
    ['Query.things(filter) is not an argument of its map'],
  ],
])('lists: %s', (_what, given, expected) => {
  expect(faultsOf(given)).toEqual(expected);
});

describe('filters', () => {
  const filters = (input: string, map: TypeMap, more = ''): string[] =>
    faultsOf({ query: 'things(filter: F): C!', rest: `input F { ${input} } ${more}`, map });
  const named = things({
    filters: {
      name: equals('name', 'text', ALL),
      kindIn: among('kind', 'text[]', ALL),
      old: flag(ALL, '{t}.old'),
    },
  });

  test.each<[string, string, string[]]>([
    ['all that are there', 'name: String, kindIn: [String!], old: Boolean, and: [F!], or: [F!], not: F', []],
    ['fewer than are there', 'name: String', []],
    ['a name that the map does not have', 'colour: String', ['F.colour is not a filter of Thing']],
    ['a name of every object', 'constructor: String', ['F.constructor is not a filter of Thing']],
    ['a list where there is one value', 'name: [String!]', ['F.name is a list, its filter is not one']],
    ['one value where there is a list', 'kindIn: String', ['F.kindIn is not a list, its filter is one']],
    ['a list of flags', 'old: [Boolean!]', ['F.old is a list, its filter is not one']],
    ['and that is no list', 'and: F', ['F.and is not a list of F']],
    ['or of something else', 'or: [G!]', ['F.or is not a list of F']],
    ['not that is a list', 'not: [F!]', ['F.not is not F']],
  ])('%s', (_what, input, expected) => {
    expect(filters(input, named, 'input G { name: String }')).toEqual(expected);
  });

  test('over related rows are followed, each pair of input and map once', () => {
    const inner = things({ filters: { name: equals('name', 'text', ALL) } });
    const outer: TypeMap = things({
      filters: {
        parent: through(() => inner, 'parent_id', ALL),
        child: having(() => outer, 'parent_id', ALL),
      },
    });
    expect(filters('parent: G, child: F', outer, 'input G { name: String, colour: Int }')).toEqual([
      'G.colour is not a filter of Thing',
    ]);
    expect(filters('parent: String', outer)).toEqual(['F.parent is not a filter object']);
  });
});

test.each<[string, Case, string[]]>([
  ['by its id', { query: 'things(id: ID!): Thing' }, []],
  [
    'by a key that may be left out',
    { query: 'things(id: ID): Thing' },
    ['Query.things has no non-null argument id'],
  ],
  ['without its key', { query: 'things: Thing' }, ['Query.things has no non-null argument id']],
  [
    'that is promised',
    { query: 'things(id: ID!): Thing!' },
    ['Query.things is non-null, but its row may not be there'],
  ],
  [
    'by a column that is none',
    { query: 'things(id: ID!): Thing', root: { field: 'code' } as never },
    ['Query.things has no column code in the map'],
  ],
  [
    'by another argument',
    { query: 'things(code: ID!): Thing', root: { arg: 'code', field: 'id' } as never },
    [],
  ],
  [
    'with an argument more',
    { query: 'things(id: ID!, asOf: String): Thing' },
    ['Query.things(asOf) is not an argument of its map'],
  ],
  [
    'of another type',
    { query: 'things(id: ID!): E', policy: { plain: { E: ALL } } },
    ['Query.things is E over a relation to Thing'],
  ],
])('a row %s', (_what, given, expected) => {
  const schemaOnly = { plain: { C: ALL, E: ALL, P: ALL, ...given.policy?.plain } };
  expect(
    faultsOf({
      ...given,
      root: { kind: 'single', ...given.root } as never,
      policy: { ...given.policy, ...schemaOnly },
    }),
  ).toEqual(expected);
});

describe('children', () => {
  const self = (part: (map: () => TypeMap) => Partial<TypeMap>): TypeMap => {
    const map: TypeMap = things(part(() => map));
    return map;
  };
  test.each<[string, string, TypeMap, string[]]>([
    [
      'with free arguments',
      'kids(asOf: String, first: Int): [Thing!]!',
      self((map) => ({
        many: { kids: many(map, 'p', ALL, { page: { size: 2, max: 4 } }) },
        args: { asOf: freeArg('date', () => 'true') },
      })),
      [],
    ],
    [
      'with an argument that is not free',
      'kids(knownAt: String): [Thing!]!',
      self((map) => ({ many: { kids: many(map, 'p', ALL) } })),
      ['Thing.kids(knownAt) is not an argument of its map'],
    ],
    [
      'with an order argument',
      'kids(sort: O): [Thing!]!',
      self((map) => ({ many: { kids: many(map, 'p', ALL, { orderArg: 'sort' }) } })),
      [],
    ],
    [
      'with an order argument that is not stated',
      'kids(sort: O): [Thing!]!',
      self((map) => ({ many: { kids: many(map, 'p', ALL) } })),
      ['Thing.kids(sort) is not an argument of its map'],
    ],
    [
      'one of a map that is not given',
      'parent: Thing',
      self(() => ({ one: { parent: one(() => things(), 'p', ALL) } })),
      ['Thing.parent leads to a map of Thing that is not given'],
    ],
    [
      'one with an argument',
      'parent(asOf: String): Thing',
      self((map) => ({ one: { parent: one(map, 'p', ALL) }, args: { asOf: freeArg('date', () => 'true') } })),
      ['Thing.parent(asOf) is not an argument of its map'],
    ],
    [
      'JSON of any type',
      'extra: String',
      self(() => ({ columns: { ...things().columns, extra: json('extra', ALL) } })),
      [],
    ],
    [
      'a hand-written field that is gone',
      '',
      self(() => ({ hand: { mood: hand(ALL) } })),
      ['Thing.mood is not in the schema'],
    ],
    [
      'a field mapped and hand-written',
      '',
      self(() => ({ hand: { name: hand(ALL) } })),
      ['Thing.name is in its map twice'],
    ],
    [
      'an object over a column',
      'place: P',
      self(() => ({ columns: { ...things().columns, place: text('place', ALL) } })),
      ['Thing.place is P over a column of kind text'],
    ],
    [
      'a number over text in a list',
      'ages: [Int!]',
      self(() => ({ columns: { ...things().columns, ages: int('ages', ALL) } })),
      ['Thing.ages is a list over a column of kind int'],
    ],
  ])('%s', (_what, fields, map, expected) => {
    expect(faultsOf({ fields, map })).toEqual(expected);
  });
});

describe('policies', () => {
  test('of a type without a map are stated for all its fields, or for each', () => {
    const policy: GraphPolicy = { maps: [], roots: {}, hand: {}, plain: { Whole: ALL, Each: { a: ALL } } };
    expect(plainPolicy(policy, 'Whole', 'anything')).toBe(ALL);
    expect(plainPolicy(policy, 'Each', 'a')).toBe(ALL);
    expect(plainPolicy(policy, 'Each', 'b')).toBeUndefined();
    expect(plainPolicy(policy, 'constructor', 'name')).toBeUndefined();
  });

  test('of a mapped field are the map’s, and names of every object are no fields', () => {
    const map = things({ hand: { mood: hand(['ADMINISTRATOR']) } });
    expect(mappedPolicy(map, 'mood')).toEqual(['ADMINISTRATOR']);
    expect(mappedPolicy(map, 'name')).toEqual(ALL);
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(mappedPolicy(map, name)).toBeUndefined();
  });

  test('the types of a connection are found from its root field, and no others', () => {
    const schema = buildSchema(`type Query { things: C! other: Thing } type Thing { id: ID! } ${PARTS}`);
    const map = things();
    const roots = {
      things: { kind: 'connection', map, allow: ALL },
      other: { kind: 'single', map, allow: ALL },
      gone: { kind: 'connection', map, allow: ALL },
    } as const;
    expect([...connectionTypes(schema, roots)].sort()).toEqual(['C', 'E', 'P']);
  });
});
