/** Plans are shared exactly by what is part of the SQL. */
import { buildSchema, getOperationAST, getVariableValues, parse } from 'graphql';
import { fetchSize, PAGE_SIZES, pageSize } from '../../../src/platform/database/select/compilation.js';
import { PlanCache, variablesShape } from '../../../src/platform/database/select/plans.js';

const schema = buildSchema(`
  enum E { A B }
  scalar Instant
  input F { t: String, i: Int, e: E, b: Boolean, l: [String], at: Instant, or: [F!], not: F }
  type Query { q(f: F, i: Int, e: E, b: Boolean, es: [E!], t: String): Int }
`);
const operation = getOperationAST(
  parse(
    'query($f: F, $i: Int, $e: E, $b: Boolean, $es: [E!], $t: String) { q(f: $f, i: $i, e: $e, b: $b, es: $es, t: $t) }',
  ),
)!;
const shape = (variables: Record<string, unknown>): string => {
  const { coerced } = getVariableValues(schema, operation.variableDefinitions!, variables);
  return variablesShape(schema, operation, coerced!);
};

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['text', { t: 'a' }, { t: "b'" }],
  ['text in a filter', { f: { t: 'a' } }, { f: { t: 'b' } }],
  ['numbers and enumerations in a filter', { f: { i: 1, e: 'A' } }, { f: { i: 999, e: 'B' } }],
  ['order of keys', { f: { i: 1, t: 'x' } }, { f: { t: 'y', i: 2 } }],
  ['lists of values', { f: { l: ['a'] }, es: ['A'] }, { f: { l: ['b', null] }, es: ['B', 'A'] }],
  ['sizes of one step', { i: 26 }, { i: 50 }],
  ['sizes past the last step', { i: 1001 }, { i: 2 ** 31 - 1 }],
  ['members of equal shape', { f: { or: [{ t: 'a' }] } }, { f: { or: [{ t: 'b' }] } }],
])('shared: %s', (_name, left, right) => {
  expect(shape(left)).toBe(shape(right));
});

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['absent and null', {}, { t: null }],
  ['null and a value', { t: null }, { t: '' }],
  ['null in a filter', { f: { t: null } }, { f: { t: 'x' } }],
  ['which fields', { f: { t: 'x' } }, { f: { e: 'A' } }],
  ['booleans', { b: true }, { b: false }],
  ['booleans in a filter', { f: { or: [{ b: true }] } }, { f: { or: [{ b: false }] } }],
  ['enumerations', { e: 'A' }, { e: 'B' }],
  ['sizes of two steps', { i: 25 }, { i: 26 }],
  ['negative sizes', { i: -1 }, { i: 0 }],
  ['lengths of lists of objects', { f: { or: [{}] } }, { f: { or: [{}, {}] } }],
  ['nesting', { f: { not: { not: {} } } }, { f: { not: {} } }],
  ['neighbours', { f: { or: [{ t: 'a' }, {}] } }, { f: { or: [{}, { t: 'a' }] } }],
])('apart: %s', (_name, left, right) => {
  expect(shape(left)).not.toBe(shape(right));
});

test('the least recently used plan is forgotten', () => {
  const cache = new PlanCache<string>(2);
  const made: string[] = [];
  const get = (key: string): string =>
    cache.get(key, () => {
      made.push(key);
      return key;
    });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) get(key);
  expect(made).toEqual(['a', 'b', 'c', 'b']);
  expect(cache.size).toBe(2);
});

test('what throws, and what has a huge key, is not remembered; null is', () => {
  const cache = new PlanCache<null>();
  expect(() =>
    cache.get('a', () => {
      throw new Error('no');
    }),
  ).toThrow('no');
  cache.get('x'.repeat(5_000), () => null);
  expect(cache.size).toBe(0);
  cache.get('a', () => null);
  expect(cache.get('a', () => Promise.reject(new Error('made twice')) as never)).toBeNull();
});

test('the size fetched is the next step, and sizes have bounds', () => {
  expect([0, 1, 4, 26, 1000].map(fetchSize)).toEqual([1, 1, 5, 50, 1000]);
  expect([...PAGE_SIZES]).toEqual([...PAGE_SIZES].sort((a, b) => a - b));
  const page = { size: 10, max: 50 };
  expect(pageSize(null, 'first', page)).toBe(10);
  expect(pageSize(0, 'first', page)).toBe(0);
  expect(() => pageSize(51, 'first', page)).toThrow(expect.objectContaining({ code: 'HUB_INPUT_LIMIT' }));
  expect(() => pageSize(-1, 'first', page)).toThrow(expect.objectContaining({ code: 'HUB_INPUT_INVALID' }));
});
