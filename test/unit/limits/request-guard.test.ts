/** Limits: every hostile request is refused by the limit meant for it, every ordinary one passes, and the work is bounded. */

import fc from 'fast-check';
import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { RequestGuard } from '../../../schema/limits/request-guard.js';
import { DEFAULT_LIMITS } from '../../../schema/limits/request-limits.js';
import { isHubError } from '../../../src/core/errors.js';
import { aGuard, deepJson, HOSTILE, nest, refusalOf, schema } from './limits-schema.js';

describe('hostile requests', () => {
  it('are at least forty', () => expect(HOSTILE.length).toBeGreaterThanOrEqual(40));

  it.each(HOSTILE.filter(([, , limit]) => limit !== null))('%s', (_name, body, limit) => {
    expect(limit!.split(',')).toContain(refusalOf(aGuard(), body));
  });

  it.each(HOSTILE.filter(([, , limit]) => limit === null))(
    '%s: ends, and validation refuses it',
    (_name, body) => {
      expect(refusalOf(aGuard(), body)).toBe('ok');
      expect(validate(schema, parse((body as { query: string }).query))).not.toHaveLength(0);
    },
  );

  it('are refused again the second time', () => {
    const guard = aGuard();
    for (const [, body, limit] of [...HOSTILE, ...HOSTILE]) {
      if (limit !== null) expect(limit.split(',')).toContain(refusalOf(guard, body));
    }
  });

  it('name the limit, the value and the maximum', () => {
    const error = thrownBy(() => aGuard().check({ query: '{ people(first: 100000) { nodes { id } } }' }));
    expect(error).toMatchObject({
      code: 'HUB_INPUT_LIMIT',
      details: { limit: 'cost', value: 200_002, maximum: 50_000 },
    });
    expect((error as Error).message).toBe('The request passes the limit on cost: 200002, at most 50000.');
  });

  it('never repeat a value of the caller', () => {
    const variables = { a: JSON.parse('{"__proto__": "Ada 9990000018"}'), '9990000018\0': 1 };
    const error = thrownBy(() => aGuard().check({ query: '{ me { id } }', variables }));
    if (!isHubError(error)) throw error;
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/Ada|999/);
  });

  it.each(HOSTILE)('%s: costs little', (_name, body) => {
    // One turn of five has to stay within it: the first of any is slow, and so is one beside other heavy processes.
    expect(Array(5).fill(body).some(isCheap)).toBe(true);
  });
});

describe('ordinary requests', () => {
  it.each<[string, unknown]>([
    ['a field', { query: '{ me { id } }' }],
    ['the smallest', { query: '{__typename}' }],
    ['12 levels', { query: `{ me { ${nest(10, 'parent', 'id')} } }` }],
    ['30 aliases', { query: `{ me { ${Array.from({ length: 30 }, (_, i) => `a${i}: id`).join(' ')} } }` }],
    ['10 root fields', { query: `{ ${'__typename '.repeat(10)} }` }],
    ['10 directives', { query: `{ me { ${'id @skip(if: false) '.repeat(10)} } }` }],
    [
      'a page of 250 with pages of 10',
      { query: '{ people(first: 250) { nodes { id friends(first: 10) { nodes { id } } } } }' },
    ],
    [
      'the introspection query',
      { query: getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }) },
    ],
    ['variables 20 deep', { query: '{ me { id } }', variables: deepJson(20) }],
    [
      'words that look like keys',
      { query: '{ me { id } }', variables: { a: '__proto__', b: 'constructor' } },
    ],
    ['no body', undefined],
    ['no query', { variables: {} }],
    ['a query that is no text', { query: 7 }],
    ['text that is no GraphQL', { query: 'qwerty cop { abc }' }],
    ['variables that are null', { query: '{ me { id } }', variables: null }],
  ])('%s', (_name, body) => expect(refusalOf(aGuard(), body)).toBe('ok'));
});

describe('cost', () => {
  const costOf = (query: string, variables?: unknown, model = {}): number =>
    new RequestGuard(schema, DEFAULT_LIMITS, model).check({ query, variables }).cost;

  it.each<[query: string, variables: unknown, cost: number]>([
    ['{ __typename }', {}, 1],
    ['{ me { id name } }', {}, 3],
    ['{ people(first: 2) { totalCount nodes { id } } }', {}, 2 + 1 + 2 * 2],
    ['{ people { nodes { id } } }', {}, 2 + 50 * 2],
    ['{ people(first: null) { nodes { id } } }', {}, 2 + 50 * 2],
    ['{ people(first: 3) { edges { node { id } } } }', {}, 2 + 3 * 3],
    ['query ($n: Int) { people(first: $n) { nodes { id } } }', { n: 4 }, 2 + 4 * 2],
    ['query ($n: Int) { people(first: $n) { nodes { id } } }', {}, 2 + 50 * 2],
    ['query ($n: Int = 7) { people(first: $n) { nodes { id } } }', {}, 2 + 7 * 2],
    ['query ($n: Int) { tens(first: $n) { id } }', {}, 1 + 10 * 2],
    ['{ tens { id } }', {}, 1 + 10 * 2],
    ['{ tens(first: 0) { id } }', {}, 1],
    ['{ tens(first: -5) { id } }', {}, 1],
    ['{ me { team { members { id } } } }', {}, 3 + 10 * 2],
    [
      'query ($n: Int) { people(first: $n) { nodes { friends(first: $n) { nodes { id } } } } }',
      { n: 3 },
      2 + 3 * (1 + 2 + 3 * 2),
    ],
    ['{ people(first: 2) { ...F } } fragment F on PersonConnection { nodes { id } }', {}, 2 + 2 * 2],
    ['{ nothing { that { exists } } }', {}, 3],
  ])('%s with %j', (query, variables, cost) => expect(costOf(query, variables)).toBe(cost));

  it.each<[query: string, variables: unknown, cost: number]>([
    ['{ ask(input: { questions: [{ id: 1 }, { id: 2 }] }) { id } }', {}, 5 + 2 * 6],
    ['query ($i: AskInput!) { ask(input: $i) { id } }', { i: { questions: [1, 2, 3] } }, 5 + 3 * 6],
    ['query ($q: [Question!]!) { ask(input: { questions: $q }) { id } }', { q: [1, 2, 3, 4] }, 5 + 4 * 6],
    ['query ($i: AskInput!) { ask(input: $i) { id } }', {}, 5],
    ['{ ask { id } }', {}, 5],
  ])('of a list that answers a list argument: %s with %j', (query, variables, cost) => {
    const model = { sizes: { 'Query.ask': 'input.questions' }, weights: { 'Query.ask': 5 } };
    expect(costOf(query, variables, model)).toBe(cost);
  });

  it('is that of the operation named, when one is', () => {
    const query = 'query a { me { id } } query b { people(first: 100000) { nodes { id } } }';
    expect(refusalOf(aGuard(), { query, operationName: 'a' })).toBe('ok');
    expect(refusalOf(aGuard(), { query, operationName: 'b' })).toBe('cost');
  });

  it('grows with the page, whatever the page is given as', () => {
    const query =
      'query ($n: Int) { people(first: $n) { nodes { id friends(first: $n) { nodes { id } } } } }';
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const literal = query.replaceAll('$n: Int', '$unused: Int').replaceAll('$n', String(less));
        return (
          costOf(query, { n: less }) <= costOf(query, { n: more }) &&
          costOf(literal, {}) === costOf(query, { n: less })
        );
      }),
    );
  });
});

describe('weights', () => {
  const model = { weights: { 'Person.name': 100, 'Node.id': 7 } };
  const costOf = (query: string): number =>
    new RequestGuard(schema, DEFAULT_LIMITS, model).check({ query }).cost;

  it.each<[string, string, number]>([
    ['a field of its type', '{ me { name } }', 1 + 100],
    ['once for each alias', '{ me { a: name b: name c: name } }', 1 + 300],
    ['once for each time that it is written', '{ me { name name } }', 1 + 200],
    ['once for each item', '{ people(first: 4) { nodes { name } } }', 2 + 4 * 101],
    ['in a fragment', '{ me { ...F } } fragment F on Person { name }', 1 + 100],
    ['in a union', '{ search(text: "x") { ... on Person { name } } }', 1 + 100],
    ['through the interface', '{ node(id: 1) { id } }', 1 + 7],
    ['of the interface, through one of its members', '{ me { id } }', 1 + 7],
    ['in a member’s fragment of the interface', '{ node(id: 1) { ... on Person { name } } }', 1 + 100],
    ['of no other field', '{ me { tags team { __typename } } }', 1 + 1 + 1 + 1],
  ])('%s', (_what, query, cost) => expect(costOf(query)).toBe(cost));

  it('sizes are found alike: the type’s own first, then its interface’s, and the largest of its members’', () => {
    const graph = buildSchema(
      'type Query { node: Node a: A b: B } interface Node { kin: [A!] } type A implements Node { kin: [A!] text: String } type B implements Node { kin: [A!] }',
    );
    const guard = new RequestGuard(graph, DEFAULT_LIMITS, { sizes: { 'Node.kin': 3, 'B.kin': 2 } });
    const of = (field: string) => guard.check({ query: `{ ${field} { kin { text } } }` }).cost;
    expect([of('node'), of('a'), of('b')]).toEqual([2 + 3 * 2, 2 + 3 * 2, 2 + 2 * 2]);
    const members = new RequestGuard(graph, DEFAULT_LIMITS, { sizes: { 'A.kin': 4, 'B.kin': 5 } });
    expect(members.check({ query: '{ node { kin { text } } }' }).cost).toBe(2 + 5 * 2);
  });
});

describe('a subscription whose root field hangs on a condition', () => {
  const graph = buildSchema('type Query { a: Int } type Tick { n: Int } type Subscription { ticks: Tick }');
  const guard = new RequestGuard(graph);

  it.each([
    ['subscription { ticks @include(if: false) { n } }'],
    ['subscription { ticks @skip(if: true) { n } }'],
    ['subscription ($x: Boolean!) { ticks @include(if: $x) { n } }'],
    ['subscription ($x: Boolean! = true) { ticks @skip(if: $x) { n } }'],
    ['subscription ($x: Boolean!) { ... @include(if: $x) { ticks { n } } }'],
    ['subscription ($x: Boolean!) { ...F @skip(if: $x) } fragment F on Subscription { ticks { n } }'],
    ['subscription ($x: Boolean!) { ...F } fragment F on Subscription { ticks @include(if: $x) { n } }'],
    ['query q { a } subscription s($x: Boolean!) { ticks @include(if: $x) { n } }'],
  ])('%s', (query) => {
    expect(refusalOf(guard, { query })).toBe('HUB_INPUT_INVALID');
    expect(refusalOf(guard, { query, variables: { x: true } })).toBe('HUB_INPUT_INVALID');
  });

  it.each([
    ['subscription ($x: Boolean!) { ticks { n @include(if: $x) } }'],
    ['query ($x: Boolean!) { a @include(if: $x) }'],
    ['query { ...F @include(if: true) } fragment F on Query { a }'],
  ])('below the root, and in queries, a condition is nobody’s business: %s', (query) => {
    expect(refusalOf(guard, { query })).toBe('ok');
  });
});

describe('introspection', () => {
  it.each<[string, boolean]>([
    ['{ __schema { types { name } } }', true],
    ['{ __type(name: "Person") { name } }', true],
    ['{ x: __schema { types { name } } }', true],
    ['{ ...F } fragment F on Query { __schema { types { name } } }', true],
    ['{ ... { ... on Query { __type(name: "P") { name } } } }', true],
    ['query __schema { me { id } }', false],
    ['{ __schema: me { id } }', false],
    ['{ __typename me { __typename } }', false],
  ])('is seen in %s: %s', (query, introspects) => {
    expect(aGuard().check({ query }).introspects).toBe(introspects);
  });

  it('circles are refused by depth', () => {
    const query = `{ __schema { types { ${nest(8, 'fields { type', 'name').replaceAll(' }', ' } }')} } } }`;
    expect(refusalOf(aGuard(), { query })).toBe('introspectionDepth');
  });
});

it('no text makes the guard fail in another way', () => {
  const pieces = [
    '{',
    '}',
    '(',
    ')',
    'me',
    'people',
    '...',
    'fragment',
    'F',
    'on',
    'Person',
    '$n',
    ':',
    'first',
    '1',
    '@skip',
    '"x"',
    '[',
    ']',
    'query',
  ];
  const guard = aGuard();
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), fc.json(), (words, json) => {
      const refusal = refusalOf(guard, { query: words.join(' '), variables: JSON.parse(json) });
      return typeof refusal === 'string';
    }),
    { numRuns: 3_000 },
  );
});

/** What a request takes of the processor, in microseconds: the clock would count what other processes take as well. */
function workOf(action: () => unknown): number {
  const before = process.cpuUsage();
  action();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** At most a hundred times the introspection query, which every explorer sends, and ten times the reading of its own JSON. */
function isCheap(body: unknown): boolean {
  const explore = () => refusalOf(aGuard(), { query: getIntrospectionQuery() });
  for (let n = 0; n < 20; n++) explore();
  const introspection = workOf(explore);
  const json = JSON.stringify(body);
  const reading = workOf(() => JSON.parse(json));
  return workOf(() => refusalOf(aGuard(), body)) < 100 * introspection + 10 * reading;
}

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
