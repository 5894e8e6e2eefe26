/** Resources changed at random, at any depth: parts replaced, removed, doubled or cut. */
import fc from 'fast-check';

/** Any JSON. */
export type Value = null | boolean | number | string | Value[] | { [name: string]: Value };

/** Values of every shape, those that real servers send in error among them. */
export const junk: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(
    null,
    '',
    ' ',
    '2026',
    '2026-02',
    '2026-02-30',
    '999000',
    '1e3',
    [],
    {},
    [[]],
    [null],
    0,
    -1,
    true,
  ),
  fc.jsonValue() as fc.Arbitrary<Value>,
);

/** The resource with one part replaced, removed, doubled or cut, at any depth. */
function mutate(value: Value, path: readonly number[], kind: number, other: Value): Value {
  const [turn, ...rest] = path;
  if (turn === undefined || value === null || typeof value !== 'object') {
    if (kind === 1 && typeof value === 'string')
      return value.slice(0, Math.max(0, value.length - 1 - (path.length % 4)));
    return kind === 2 ? [value, value] : other;
  }
  if (Array.isArray(value))
    return value.map((one, at) => (at === turn % value.length ? mutate(one, rest, kind, other) : one));
  const names = Object.keys(value);
  const name = names[turn % names.length];
  if (name === undefined) return other;
  const { [name]: chosen, ...kept } = value;
  return kind === 0 && rest.length < 2 ? kept : { ...kept, [name]: mutate(chosen!, rest, kind, other) };
}

const mutations = fc.array(fc.tuple(fc.array(fc.nat(20), { maxLength: 7 }), fc.nat(3), junk), {
  minLength: 1,
  maxLength: 4,
});
/** A resource after one to four changes. */
export const changed = (resource: Value) =>
  mutations.map((steps) =>
    steps.reduce<Value>((value, [path, kind, other]) => mutate(value, path, kind, other), resource),
  );
/** The value as an object; an empty one for anything else. */
export const asJson = (value: Value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
