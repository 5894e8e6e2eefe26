/** A graph and field maps that disagree do not start; every kind of disagreement is named. */
import { buildSchema, type GraphQLEnumType } from 'graphql';
import { applyFieldMaps, type GraphPolicy } from '../../../schema/apply-field-maps.js';
import { fieldMapFaults } from '../../../schema/check-field-maps.js';
import { addRelations, type TypeMap, typeMap } from '../../../src/platform/database/select/field-map.js';
import {
  asc,
  bool,
  edge,
  equals,
  int,
  latest,
  many,
  one,
  order,
  text,
  textArray,
  uuid,
} from '../../../src/platform/database/select/map-words.js';
import { LIBRARY_POLICY } from '../../integration/select/library-maps.js';
import { librarySchema, SDL } from '../../integration/select/library-schema.js';

const ALL = ['ANALYST'] as const;

function things(more: Partial<TypeMap> = {}, columns: TypeMap['columns'] = {}): TypeMap {
  const map: TypeMap = typeMap({
    type: 'Thing',
    table: 'things',
    columns: { id: uuid('id', ALL), name: text('name', ALL, { nullable: true }), ...columns },
    orders: { NAME: order(ALL, asc('name', 'text', "''"), asc('id', 'uuid')) },
    ...more,
  });
  return map;
}

function faults(
  fields: string,
  map: TypeMap,
  more: Partial<GraphPolicy> = {},
  query = 'thing(id: ID!): Thing',
  rest = '',
): string[] {
  const schema = buildSchema(`type Query { ${query} } type Thing { id: ID! name: String ${fields} } ${rest}`);
  return fieldMapFaults(schema, {
    maps: [map],
    roots: { thing: { kind: 'single', map, allow: ALL } },
    hand: {},
    plain: {},
    ...more,
  });
}

test('the library agrees', () => {
  expect(fieldMapFaults(librarySchema(), LIBRARY_POLICY)).toEqual([]);
  expect(faults('', things())).toEqual([]);
});

test('a field without a policy, anywhere', () => {
  expect(faults('shoeSize: Int', things())).toEqual(['Thing.shoeSize has no policy']);
  expect(faults('', things(), {}, 'thing(id: ID!): Thing other: Int')).toEqual(['Query.other has no policy']);
  const mutation = 'type Mutation { act: Result! } union Result = Done | Thing type Done { at: String }';
  expect(faults('', things(), {}, undefined, mutation)).toEqual([
    'Mutation.act has no policy',
    'Done.at has no policy',
  ]);
  const stated = { hand: { 'Mutation.act': ALL }, plain: { Done: { at: ALL } } };
  expect(faults('', things(), stated, undefined, mutation)).toEqual([]);
});

test('the schema is not built, and all faults are named at once', () => {
  const schema = buildSchema(SDL.replace('type Refused {', 'type Refused { a: Int, b: Int,'));
  const policy = { ...LIBRARY_POLICY, plain: { Refused: { reason: ALL } } };
  expect(() => applyFieldMaps(schema, policy, { contextOf: () => null })).toThrow(
    /Refused\.a has no policy\nRefused\.b has no policy/,
  );
});

test('what the schema does not have', () => {
  expect(faults('', things({}, { age: int('age', ALL) }))).toEqual(['Thing.age is not in the schema']);
  expect(faults('', things(), { plain: { Gone: ALL }, hand: { 'Query.gone': ALL } })).toEqual([
    'Query.gone is not in the schema',
    'Gone is not in the schema',
  ]);
  expect(faults('', things(), { maps: [things(), things({ type: 'Lost' })] })).toContain(
    'Lost is not in the schema',
  );
  const map = things();
  const roots = {
    thing: { kind: 'single', map, allow: ALL },
    lost: { kind: 'single', map, allow: ALL },
  } as const;
  expect(faults('', map, { roots })).toEqual(['Query.lost is not in the schema']);
});

test.each<[string, string, TypeMap['columns'], string]>([
  [
    'null',
    'a: String!',
    { a: text('a', ALL, { nullable: true }) },
    'Thing.a is non-null over a nullable column',
  ],
  ['number as text', 'a: String', { a: int('a', ALL) }, 'Thing.a is String over a column of kind int'],
  ['text as number', 'a: Int', { a: text('a', ALL) }, 'Thing.a is Int over a column of kind text'],
  ['boolean as text', 'a: String', { a: bool('a', ALL) }, 'Thing.a is String over a column of kind bool'],
  ['text as list', 'a: [String!]', { a: text('a', ALL) }, 'Thing.a is a list over a column of kind text'],
  [
    'list as text',
    'a: String',
    { a: textArray('a', ALL) },
    'Thing.a is not a list over a column of kind textArray',
  ],
  [
    'ignored argument',
    'a(b: Int): String',
    { a: text('a', ALL) },
    'Thing.a(b) is not an argument of its map',
  ],
])('columns: %s', (_name, field, columns, fault) => {
  expect(faults(field, things({}, columns))).toEqual([fault]);
});

test.each<[string, string, (map: () => TypeMap) => Partial<TypeMap>, string]>([
  [
    'promised',
    'a: Thing!',
    (map) => ({ one: { a: one(map, 'a_id', ALL) } }),
    'Thing.a is non-null over a relation that may be null',
  ],
  [
    'promised latest',
    'a: Thing!',
    (map) => ({ one: { a: latest(map, 'a_id', ALL) } }),
    'Thing.a is non-null over a relation that may be null',
  ],
  [
    'one as list',
    'a: [Thing!]',
    (map) => ({ one: { a: one(map, 'a_id', ALL) } }),
    'Thing.a is a list over a relation to one',
  ],
  [
    'list as one',
    'a: Thing',
    (map) => ({ many: { a: many(map, 'a_id', ALL) } }),
    'Thing.a is not a list over a relation to many',
  ],
  [
    'another type',
    'a: Query',
    (map) => ({ one: { a: one(map, 'a_id', ALL) } }),
    'Thing.a is Query over a relation to Thing',
  ],
  [
    'page without rule',
    'a(first: Int): [Thing!]!',
    (map) => ({ many: { a: many(map, 'a_id', ALL) } }),
    'Thing.a(first) is not an argument of its map',
  ],
  [
    'unknown order',
    'a: [Thing!]!',
    (map) => ({ many: { a: many(map, 'a_id', ALL, { order: 'AGE' }) } }),
    'Thing.a has no order in the map of Thing',
  ],
  [
    'page too large',
    'a(first: Int): [Thing!]!',
    (map) => ({ many: { a: many(map, 'a_id', ALL, { page: { size: 5, max: 5000 } }) } }),
    'Thing.a has a page of 5 and at most 5000; at most 1000 is possible',
  ],
])('relations: %s', (_name, field, relations, fault) => {
  const map: TypeMap = things(relations(() => map));
  expect(faults(field, map)).toEqual([fault]);
});

describe('an interface or a union', () => {
  const REST =
    'interface Sort { id: ID! name: String } type A implements Sort { id: ID! name: String only: Int } type B implements Sort { id: ID! name: String own: String! }';
  const sorts = (more: Partial<TypeMap> = {}, columns: TypeMap['columns'] = {}): TypeMap =>
    things({
      type: 'Sort',
      variants: { by: 'sort', types: ['A', 'B'] },
      columns: {
        id: uuid('id', ALL),
        name: text('name', ALL, { nullable: true }),
        only: int('only', ALL, { nullable: true }),
        own: text('own', ALL),
        ...columns,
      },
      ...more,
    });
  const sorted = (
    map: TypeMap,
    rest = REST,
    more: readonly TypeMap[] = [],
    field = 'thing: Sort',
  ): string[] =>
    fieldMapFaults(
      buildSchema(`type Query { one(id: ID!): Sort } type Thing { id: ID! name: String ${field} } ${rest}`),
      {
        maps: [map, things({ one: { thing: one(() => map, 'a_id', ALL) } }), ...more],
        roots: { one: { kind: 'single', map, allow: ALL } },
        hand: {},
        plain: {},
      },
    );

  test('agrees when each field of a member is in the map, and each of the map in a member', () => {
    expect(sorted(sorts())).toEqual([]);
    const union = REST.replace('interface Sort { id: ID! name: String }', 'union Sort = A | B').replaceAll(
      ' implements Sort',
      '',
    );
    expect(sorted(sorts(), union)).toEqual([]);
  });

  test.each<[string, TypeMap, string, string[]]>([
    [
      'a field of one member without a policy',
      sorts(),
      REST.replace('only: Int', 'only: Int more: Int'),
      ['A.more has no policy'],
    ],
    [
      'a field that no member has',
      sorts({}, { gone: int('gone', ALL) }),
      REST,
      ['Sort.gone is not in the schema'],
    ],
    [
      'null in one member',
      sorts({}, { own: text('own', ALL, { nullable: true }) }),
      REST,
      ['B.own is non-null over a nullable column'],
    ],
    [
      'null that the interface allows and a member does not',
      sorts(),
      REST.replace('only: Int', 'only: Int').replace(
        'type B implements Sort { id: ID! name: String',
        'type B implements Sort { id: ID! name: String!',
      ),
      ['B.name is non-null over a nullable column'],
    ],
    [
      'another kind in one member',
      sorts({}, { only: text('only', ALL, { nullable: true }) }),
      REST,
      ['A.only is Int over a column of kind text'],
    ],
    [
      'a member too few',
      sorts({ variants: { by: 'sort', types: ['A'] } }),
      REST,
      [
        'Sort may be A,B, its map says A',
        'B.id has no policy',
        'B.name has no policy',
        'B.own has no policy',
      ],
    ],
    [
      'a member too many',
      sorts({ variants: { by: 'sort', types: ['A', 'B', 'Thing'] } }),
      REST,
      ['Sort may be A,B, its map says A,B,Thing', 'Thing is in two maps'],
    ],
  ])('disagrees: %s', (_name, map, rest, expected) => {
    expect(sorted(map, rest)).toEqual(expected);
  });

  test('disagrees: variants over no interface, an interface without variants, relations to another type', () => {
    const { variants: _none, ...rest } = sorts();
    expect(sorted(typeMap(rest), REST)).toContain('Sort is abstract over one type');
    expect(faults('', things({ variants: { by: 'sort', types: ['Thing'] } }))).toContain(
      'Thing is not abstract over variants',
    );
    expect(faults('', things({ type: 'Gone', variants: { by: 'sort', types: [] } }))).toContain(
      'Gone is not in the schema',
    );
    expect(sorted(sorts(), REST, [], 'thing: A')).toEqual(['Thing.thing is A over a relation to Sort']);
  });
});

describe('a live edge', () => {
  const LIVE =
    'type Live { pulse: Int visits: [Visit!] sources: [Source!]! } type Visit { place: String by: Source } type Source { state: State! } enum State { OK FAILED }';
  const OPEN = { Live: ALL, Visit: ALL, Source: ALL };
  const live = (more: object = {}): TypeMap => things({ edges: { live: { ...edge('live', ALL), ...more } } });
  const check = (field: string, rest = LIVE, plain: GraphPolicy['plain'] = OPEN, map = live()): string[] =>
    faults(field, map, { plain }, undefined, rest);

  test('agrees', () => {
    expect(check('live: Live')).toEqual([]);
  });

  test.each<[string, string[], string[]]>([
    ['promised', check('live: Live!'), ['Thing.live is non-null over a source that may fail']],
    ['a list', check('live: [Live!]'), ['Thing.live is not one object']],
    ['a leaf', check('live: String', '', {}), ['Thing.live is not one object']],
    ['with an argument', check('live(on: String): Live'), ['Thing.live(on) is not an argument of its map']],
    [
      'an argument within',
      check('live: Live', LIVE.replace('place:', 'place(n: Int):')),
      ['Visit.place(n) is not an argument of its map'],
    ],
    [
      'a field within that others may read',
      check('live: Live', LIVE, { ...OPEN, Visit: { place: ALL, by: ['TEAM_MANAGER'] } }),
      ['Visit.by is refused to roles that read live'],
    ],
    [
      'an interface within',
      check('live: Live', `${LIVE.replace('by: Source', 'by: Some')} union Some = Source`),
      ['Visit.by is Some, which no source answers'],
    ],
    [
      'a type within that the database answers',
      check('live: Live', LIVE.replace('by: Source', 'by: Thing')),
      [
        'Thing has a map and is answered by live',
        'Thing.id is refused to roles that read live',
        'Thing.name is refused to roles that read live',
        'Thing.live is refused to roles that read live',
      ],
    ],
    ['gone', check('', LIVE), ['Thing.live is not in the schema']],
  ])('disagrees: %s', (_name, found, expected) => {
    expect(found).toEqual(expected);
  });

  test('an enumeration within whose values are not their names', () => {
    const schema = librarySchema();
    (schema.getType('Genre') as GraphQLEnumType).getValues()[0]!.value = 'novel';
    const { maps: _maps, ...rest } = LIBRARY_POLICY;
    const people = LIBRARY_POLICY.maps.filter(({ type }) => type === 'Person');
    expect(fieldMapFaults(schema, { ...rest, maps: people, roots: {} })).toContain(
      'Genre has values other than their names',
    );
  });
});

test('a field twice in its map', () => {
  const map: TypeMap = things({ one: { name: one(() => map, 'a_id', ALL) } });
  expect(faults('', map)).toContain('Thing.name is in its map twice');
  expect(() => addRelations(map, { one: { name: one(() => map, 'b_id', ALL) } })).toThrow(
    'Thing.name is there already',
  );
});

describe('filters and orders', () => {
  const rest = (
    filter: string,
    orders = 'NAME',
  ) => `enum O { ${orders} } input F { ${filter} } type C { edges: [E!]! nodes: [Thing!]! pageInfo: P! totalCount: Int! }
    type E { cursor: String! node: Thing! } type P { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }`;
  const list = (filter: string, orders?: string, args = '') => {
    const map = things({ filters: { name: equals('name', 'text', ALL) } });
    const query = `things(first: Int, filter: F, orderBy: O ${args}): C!`;
    return faults(
      '',
      map,
      { roots: { things: { kind: 'connection', map, allow: ALL } } },
      query,
      rest(filter, orders),
    );
  };

  test('agree', () => {
    expect(list('name: String, and: [F!], or: [F!], not: F')).toEqual([]);
  });

  test('disagree', () => {
    expect(list('name: String, age: Int')).toEqual(['F.age is not a filter of Thing']);
    expect(list('name: [String!]')).toEqual(['F.name is a list, its filter is not one']);
    expect(list('not: [F!]')).toEqual(['F.not is not F']);
    expect(list('name: String', 'NAME AGE')).toEqual([
      'Query.things(orderBy) has AGE, which is no order of Thing',
    ]);
    expect(list('name: String', 'NAME', ', asOf: String')).toEqual([
      'Query.things(asOf) is not an argument of its map',
    ]);
  });

  test('an enumeration whose values are not their names', () => {
    const schema = librarySchema();
    (schema.getType('Genre') as GraphQLEnumType).getValues()[0]!.value = 'novel';
    expect(fieldMapFaults(schema, LIBRARY_POLICY)).toContain('Genre has values other than their names');
  });
});
