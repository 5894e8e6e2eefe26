/** Reads the values that a check constraint of a migration allows, so that tests can hold enumerations to them. */
import { readFileSync } from 'node:fs';

/** Values of `column in (…)` in the named constraint; `path` is below src. Constants of the file are followed. Empty when there is none. */
export function checkedValues(path: string, constraint: string): readonly string[] {
  const text = readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');
  const [, list = ''] =
    new RegExp(`${constraint} check \\(\\w+ in (\\([^)]*\\)|\\$\\{\\w+\\})`).exec(text) ?? [];
  const [, constant] = /\$\{(\w+)\}/.exec(list) ?? [];
  const written = constant ? (new RegExp(`const ${constant} = \`([^\`]*)\``).exec(text)?.[1] ?? '') : list;
  return [...written.matchAll(/'(\w+)'/g)].map(([, value]) => value!);
}
