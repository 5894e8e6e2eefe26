/** JSON from outside: the limits are exact, and the judge itself cannot be exhausted. */
import fc from 'fast-check';
import { checkJson } from '../../../schema/limits/variables.rules.js';
import { isHubError } from '../../../src/core/errors.js';
import { deepJson } from './limits-schema.js';

const limits = { variableDepth: 5, variableValues: 50 };

function verdictOn(value: unknown, most = limits): string {
  try {
    checkJson('variables', value, most);
    return 'ok';
  } catch (error) {
    if (!isHubError(error)) throw error;
    return String(error.details.limit ?? error.details.fault);
  }
}

/** Depth and count by the definition, recursively: only for values that a test made small. */
function measure(value: unknown): { depth: number; count: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, count: 1 };
  const children = Object.values(value).map(measure);
  return {
    depth: 1 + Math.max(0, ...children.map((child) => child.depth)),
    count: 1 + children.reduce((sum, child) => sum + child.count, 0),
  };
}

it('depth and count are those of the definition', () => {
  const key = fc.string({ maxLength: 3 }).filter((text) => !text.includes('\0') && text !== '__proto__');
  const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.constant('text'));
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 7, depthSize: 'large' },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  })).value;
  fc.assert(
    fc.property(json, (value) => {
      const { depth, count } = measure(value);
      const fits = depth <= limits.variableDepth && count <= limits.variableValues;
      expect(verdictOn(value) === 'ok').toBe(fits);
    }),
    { numRuns: 1_000 },
  );
});

it.each([
  [5, 'ok'],
  [6, 'variableDepth'],
  [100_000, 'variableDepth'],
])('%i objects in one another: %s', (depth, verdict) => expect(verdictOn(deepJson(depth))).toBe(verdict));

it.each([
  [49, 'ok'],
  [50, 'variableValues'],
  [200_000, 'variableValues'],
])('a list of %i: %s', (length, verdict) => expect(verdictOn(Array(length).fill(1))).toBe(verdict));

it.each(['__proto__', 'constructor', 'prototype'])('a key %s is refused at any depth', (key) => {
  const inside = JSON.parse(`{"${key}": 1}`) as unknown;
  for (const value of [inside, [inside], { a: [{ b: inside }] }])
    expect(verdictOn(value)).toBe(`has a key ${key}`);
});

it.each([['a\0b'], [{ 'a\0b': 1 }], [[['\0']]]])('NUL is refused: %j', (value) => {
  expect(verdictOn(value)).toBe('holds a NUL character');
});

it('an error names the field that it was told and nothing else', () => {
  const secret = { 'Ada 9990000018': 'x\0' };
  const error = (() => {
    try {
      checkJson('extensions', secret, limits);
      return null;
    } catch (caught) {
      return caught as Error;
    }
  })();
  expect(error?.message).toBe('extensions: holds a NUL character; accepted: text without NUL');
});
