/** The cost of an operation as an expression: worked out once per document, evaluated per request with its variables. */

/** Variables of a request, as sent. */
export type Variables = Readonly<Record<string, unknown>>;

/** A list's size: known from the document, or to be had from the variables. */
export type ListSize = number | ((variables: Variables) => number);

/** `fixed + Σ size × of`; parts whose size is known are folded into `fixed`. */
export interface Cost {
  readonly fixed: number;
  readonly repeated: readonly { readonly size: ListSize; readonly of: Cost }[];
}

/** The cost of nothing. */
export const NO_COST: Cost = { fixed: 0, repeated: [] };

/** A cost known already. */
export function fixedCost(fixed: number): Cost {
  return { fixed, repeated: [] };
}

/** The sum of two costs. */
export function plus(a: Cost, b: Cost): Cost {
  const repeated = b.repeated.length === 0 ? a.repeated : [...a.repeated, ...b.repeated];
  return { fixed: a.fixed + b.fixed, repeated };
}

/** A cost once for each item of a list. */
export function times(size: ListSize, of: Cost): Cost {
  if (typeof size === 'number' && of.repeated.length === 0) return fixedCost(size * of.fixed);
  return { fixed: 0, repeated: [{ size, of }] };
}

/** The cost with these variables: a whole number of values, or Infinity. */
export function costWith(cost: Cost, variables: Variables): number {
  let sum = cost.fixed;
  for (const { size, of } of cost.repeated) {
    const count = typeof size === 'number' ? size : size(variables);
    if (count > 0) sum += count * costWith(of, variables);
  }
  return sum;
}
