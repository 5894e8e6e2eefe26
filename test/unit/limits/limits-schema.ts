/** A small graph with everything that limits look at: connections, plain lists, unions, recursion, list inputs. */
import { buildSchema } from 'graphql';
import { RequestGuard } from '../../../schema/limits/request-guard.js';
import { type CostModel, DEFAULT_LIMITS, type RequestLimits } from '../../../schema/limits/request-limits.js';
import { isHubError } from '../../../src/core/errors.js';

export const schema = buildSchema(/* GraphQL */ `
  type Query {
    me: Person
    people(first: Int, after: String, last: Int): PersonConnection!
    tens(first: Int = 10): [Person!]!
    ask(input: AskInput!): [Answer!]!
    search(text: String!): Hit
    node(id: ID!): Node
  }
  type Mutation { rename(id: ID!, name: String!): Person }
  interface Node { id: ID! }
  type PersonConnection { edges: [PersonEdge!]! nodes: [Person!]! pageInfo: PageInfo! totalCount: Int! }
  type PersonEdge { cursor: String! node: Person! }
  type PageInfo { hasNextPage: Boolean! }
  type Person implements Node { id: ID! name: String! tags: [String!]! friends(first: Int): PersonConnection! team: Team parent: Person }
  type Team implements Node { id: ID! members: [Person!]! }
  union Hit = Person | Team
  type Answer { id: ID! text: String! }
  input AskInput { questions: [Question!]! or: [AskInput!] }
  input Question { id: ID! }
`);

/** A guard over the small graph, with some limits or sizes changed. */
export function aGuard(limits: Partial<RequestLimits> = {}, model: CostModel = {}): RequestGuard {
  return new RequestGuard(schema, { ...DEFAULT_LIMITS, ...limits }, model);
}

/** The limit that refuses a request, another code, or `ok`. */
export function refusalOf(guard: RequestGuard, request: unknown): string {
  try {
    guard.check(request);
    return 'ok';
  } catch (error) {
    if (!isHubError(error)) throw error;
    return error.code === 'HUB_INPUT_LIMIT' ? String(error.details.limit) : error.code;
  }
}

/** `open` repeated around `inside`. */
export function nest(times: number, open: string, inside: string): string {
  return `${`${open} { `.repeat(times)}${inside}${' }'.repeat(times)}`;
}

const many = (count: number, item: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => item(i)).join(' ');

/** Nested JSON, `depth` objects deep. */
export function deepJson(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = { or: value };
  return value;
}

const doubling = many(30, (i) => `fragment F${i} on Person { ...F${i + 1} ...F${i + 1} }`);
const page = (first: number | string) => `people(first: ${first}) { nodes { id name } }`;

/** Hostile requests: what each is, its body, and the limit that must refuse it (null: GraphQL's own validation may). */
export const HOSTILE: readonly (readonly [name: string, body: unknown, limit: string | null])[] = [
  ['101 aliases of __typename', { query: `{ ${many(101, (i) => `a${i}: __typename`)} }` }, 'rootFields'],
  [
    '31 aliases of __typename below the root',
    { query: `{ me { ${many(31, (i) => `a${i}: __typename`)} } }` },
    'aliases',
  ],
  [
    '31 aliases through a fragment',
    { query: `{ me { ...F ...F } } fragment F on Person { ${many(16, (i) => `a${i}: id`)} }` },
    'aliases',
  ],
  ['500 times the same field', { query: `{ ${many(500, () => '__typename')} }` }, 'rootFields'],
  ['500 times the same field below the root', { query: `{ me { ${many(1001, () => 'id')} } }` }, 'nodes'],
  ['50,000 times the same field', { query: `{ me { ${many(20_000, () => 'id')} } }` }, 'characters,tokens'],
  [
    '100 logins',
    { query: `mutation { ${many(100, (i) => `a${i}: rename(id: 1, name: "x") { id }`)} }` },
    'rootFields',
  ],
  ['11 root fields', { query: `{ ${many(11, () => 'me { id }')} }` }, 'rootFields'],
  [
    '11 root fields through fragments',
    { query: `{ ...A ...A } fragment A on Query { ${many(6, () => 'me { id }')} }` },
    'rootFields',
  ],
  ['13 levels', { query: `{ ${nest(1, 'me', nest(11, 'parent', 'id'))} }` }, 'depth'],
  ['400 levels', { query: `{ ${nest(1, 'me', nest(400, 'parent', 'id'))} }` }, 'depth'],
  ['10,000 levels', { query: `{ ${nest(10_000, 'me', 'id')} }` }, 'characters,tokens'],
  [
    '13 levels in an operation named __schema',
    { query: `query __schema { ${nest(1, 'me', nest(11, 'parent', 'id'))} }` },
    'depth',
  ],
  [
    '13 levels in a fragment named __schema',
    { query: `{ me { ...__schema } } fragment __schema on Person { ${nest(11, 'parent', 'id')} }` },
    'depth',
  ],
  [
    'cost in a fragment named __type',
    { query: `{ ...__type } fragment __type on Query { ${page(100_000)} }` },
    'cost',
  ],
  [
    '13 levels under an alias __schema',
    { query: `{ __schema: me { ${nest(11, 'parent', 'id')} } }` },
    'depth',
  ],
  ['a page of 100,000', { query: `{ ${page(100_000)} }` }, 'cost'],
  ['a page of 100,000 from the end', { query: '{ people(last: 100000) { nodes { id } } }' }, 'cost'],
  [
    'a page of 100,000 by variable',
    { query: `query q($n: Int) { ${page('$n')} }`, variables: { n: 100_000 } },
    'cost',
  ],
  [
    'a page of 100,000 by default of the variable',
    { query: `query q($n: Int = 100000) { ${page('$n')} }` },
    'cost',
  ],
  [
    'a small first beside a large last',
    { query: '{ people(first: 1, last: 100000) { nodes { id } } }' },
    'cost',
  ],
  ['a page of the largest integer', { query: `{ ${page(2_147_483_647)} }` }, 'cost'],
  [
    'pages within pages',
    { query: `{ people { nodes { ${nest(4, 'friends { nodes', 'id').replaceAll(' }', ' } }')} } } }` },
    'cost',
  ],
  [
    'pages within pages, by edges',
    { query: '{ people(first: 250) { edges { node { friends(first: 250) { edges { node { id } } } } } } }' },
    'cost',
  ],
  [
    'lists without pages',
    {
      query:
        '{ me { team { members { team { members { team { members { friends(first: 100) { nodes { id } } } } } } } } } }',
    },
    'cost',
  ],
  [
    'a list within a union',
    { query: '{ search(text: "x") { ... on Team { members { friends(first: 10000) { nodes { id } } } } } }' },
    'cost',
  ],
  ['cost in one of two operations', { query: `query a { me { id } } query b { ${page(100_000)} }` }, 'cost'],
  ['11 operations', { query: many(11, (i) => `query q${i} { me { id } }`) }, 'operations'],
  ['doubling fragments', { query: `{ me { ...F0 } } ${doubling} fragment F30 on Person { id }` }, 'nodes'],
  ['doubling inline fragments', { query: `{ me { ${many(600, () => '... { id }')} } }` }, 'nodes,tokens'],
  ['600 inline fragments in one another', { query: `{ ${nest(600, '...', 'me { id }')} }` }, 'ok,nodes'],
  ['a fragment that spreads itself', { query: '{ me { ...F } } fragment F on Person { id ...F }' }, null],
  [
    'two fragments that spread each other',
    { query: '{ me { ...A } } fragment A on Person { ...B } fragment B on Person { ...A }' },
    null,
  ],
  [
    '11 directives on one field',
    { query: `{ me ${many(11, () => '@skip(if: false)')} { id } }` },
    'directivesPerNode',
  ],
  [
    '11 directives on 11 fields',
    { query: `{ me { ${many(11, () => 'id @skip(if: false)')} } }` },
    'directives',
  ],
  [
    '11 directives in a fragment never spread',
    { query: `{ me { id } } fragment F on Person { ${many(11, () => 'id @include(if: true)')} }` },
    'directives',
  ],
  ['100 unknown directives', { query: `{ __typename ${many(100, () => '@aa')} }` }, 'directivesPerNode'],
  ['2,001 tokens', { query: `{ me { ${many(1_999, () => 'id')} } }` }, 'tokens'],
  ['a document of 70 kB in comments', { query: `{ me { id } } # ${'x'.repeat(70_000)}` }, 'characters'],
  [
    'a literal list of 3,000',
    { query: `{ ask(input: { questions: [${many(3_000, () => '1')}] }) { id } }` },
    'tokens',
  ],
  [
    'variables 21 deep',
    { query: 'query q($i: AskInput!) { ask(input: $i) { id } }', variables: deepJson(21) },
    'variableDepth',
  ],
  [
    'variables 3,000 deep',
    { query: 'query q($i: AskInput!) { ask(input: $i) { id } }', variables: deepJson(3_000) },
    'variableDepth',
  ],
  [
    'lists 3,000 deep',
    { query: '{ me { id } }', variables: { a: JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`) } },
    'variableDepth',
  ],
  [
    '100,000 list items',
    { query: '{ me { id } }', variables: { a: Array(100_000).fill('x') } },
    'variableValues',
  ],
  [
    '100,000 keys',
    {
      query: '{ me { id } }',
      variables: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i])),
    },
    'variableValues',
  ],
  ['deep extensions', { query: '{ me { id } }', extensions: deepJson(30) }, 'variableDepth'],
  [
    'a __proto__ key',
    { query: '{ me { id } }', variables: JSON.parse('{"__proto__":{"admin":true}}') },
    'HUB_INPUT_INVALID',
  ],
  [
    'an escaped __proto__ key, deep',
    { query: '{ me { id } }', variables: JSON.parse('{"a":[{"\\u005f_proto__":1}]}') },
    'HUB_INPUT_INVALID',
  ],
  [
    'a constructor key',
    { query: '{ me { id } }', variables: { a: { constructor: { prototype: {} } } } },
    'HUB_INPUT_INVALID',
  ],
  ['a NUL in a variable', { query: '{ me { id } }', variables: { a: 'x\0y' } }, 'HUB_INPUT_INVALID'],
  ['a NUL in a literal', { query: '{ search(text: "x\\u0000y") { __typename } }' }, 'HUB_INPUT_INVALID'],
  ['a batch of ten', Array(10).fill({ query: '{ __typename }' }), 'batch'],
  ['an empty batch', [], 'batch'],
];
