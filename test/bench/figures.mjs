/** Medians, spreads, and the line that ends a benchmark. */

/** The middle of a list of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value below which so many per cent of the list lie (nearest rank). */
export function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** `median (least–most)`. */
export function spread(values, digits = 2) {
  const show = (value) => value.toFixed(digits);
  return `${show(median(values))} (${show(Math.min(...values))}–${show(Math.max(...values))})`;
}

/** Prints one bar as a line of JSON and answers whether it is met. */
export function bar(name, title, value, target, better) {
  const rounded = Math.round(value * 1000) / 1000;
  const met = better === 'higher' ? rounded >= target : rounded <= target;
  console.log(JSON.stringify({ bar: name, name: title, value: rounded, target, better, met }));
  return met;
}
