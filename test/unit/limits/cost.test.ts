/** The algebra of cost: folding never changes a value, and variables count exactly where a size hangs on them. */
import fc from 'fast-check';
import {
  type Cost,
  costWith,
  fixedCost,
  type ListSize,
  NO_COST,
  plus,
  times,
} from '../../../schema/limits/cost.js';

type Tree =
  | { readonly kind: 'fixed'; readonly value: number }
  | { readonly kind: 'plus'; readonly a: Tree; readonly b: Tree }
  | { readonly kind: 'times'; readonly size: number | string; readonly of: Tree };

const NAMES = ['n', 'm'];
const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.record({ kind: fc.constant('fixed' as const), value: fc.nat(9) }),
    fc.record({ kind: fc.constant('plus' as const), a: tie('tree'), b: tie('tree') }),
    fc.record({
      kind: fc.constant('times' as const),
      size: fc.oneof(fc.nat(9), fc.constantFrom(...NAMES)),
      of: tie('tree'),
    }),
  ),
})).tree;

const sizeOf = (size: number | string): ListSize =>
  typeof size === 'number' ? size : (variables) => Number(variables[size] ?? 0);

function built(node: Tree): Cost {
  if (node.kind === 'fixed') return fixedCost(node.value);
  return node.kind === 'plus' ? plus(built(node.a), built(node.b)) : times(sizeOf(node.size), built(node.of));
}

/** The value by the definition, with nothing folded. */
function plain(node: Tree, variables: Record<string, number>): number {
  if (node.kind === 'fixed') return node.value;
  if (node.kind === 'plus') return plain(node.a, variables) + plain(node.b, variables);
  const size = typeof node.size === 'number' ? node.size : variables[node.size]!;
  return size * plain(node.of, variables);
}

it('equals the plain value, for any tree and any variables', () => {
  fc.assert(
    fc.property(tree, fc.nat(9), fc.nat(9), (node, n, m) => {
      expect(costWith(built(node), { n, m })).toBe(plain(node, { n, m }));
    }),
  );
});

it('is folded to one number where no variable is involved', () => {
  expect(times(3, plus(fixedCost(2), times(4, fixedCost(5))))).toEqual(fixedCost(66));
  expect(plus(NO_COST, NO_COST)).toEqual(NO_COST);
});

it('is evaluated anew with each set of variables', () => {
  const cost = times((variables) => Number(variables.n), fixedCost(2));
  expect([costWith(cost, { n: 1 }), costWith(cost, { n: 50 })]).toEqual([2, 100]);
});

it('a negative size takes nothing off', () => {
  expect(
    costWith(
      plus(
        fixedCost(5),
        times(() => -100, fixedCost(2)),
      ),
      {},
    ),
  ).toBe(5);
});
