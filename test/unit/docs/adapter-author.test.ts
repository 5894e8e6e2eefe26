/** The author's guide, followed to the letter: its adapter is of the house's form and types, and passes the contract. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FAULT_KINDS } from '../../contract/misbehaving-peer.js';
import { assembleGuide, filesOfGuide } from '../../support/guide-adapter.js';

const ROOT = join(import.meta.dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/adapter-author.md'), 'utf8');
const files = filesOfGuide();
const { folder, remove } = assembleGuide();
afterAll(remove);

const program = (name: string, ...argv: readonly string[]): string => {
  try {
    return execFileSync(process.execPath, [join(ROOT, 'node_modules', name), ...argv], {
      cwd: ROOT,
      encoding: 'utf8',
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `failed\n${stdout}${stderr}`;
  }
};

test('its types are right', () => {
  // Of files that these import, others have the care.
  const own = new RegExp(`^(${relative(ROOT, folder)}|error)`);
  const faults = program('typescript/bin/tsc', '-p', folder).split('\n');
  expect(faults.filter((line) => own.test(line))).toEqual([]);
});

test('it is written as the house writes', () => {
  expect(files.size).toBe(8);
  // As they stand on the page: the ways of imports to the source are longer where the files have been put.
  for (const [path, text] of files) {
    const form = execFileSync(
      process.execPath,
      [join(ROOT, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--write', `--stdin-file-path=${path}`],
      { cwd: ROOT, encoding: 'utf8', input: text },
    );
    expect(form).toBe(text);
    expect(text).toMatch(/^\/\*\* [^\n]+ \*\/\n/);
  }
});

test('it sees what an adapter may see', () => {
  for (const [path, text] of files) {
    if (!path.startsWith('adapters/')) continue;
    for (const [, target] of text.matchAll(/(?:from|import) '(\.[^']+)'/g))
      expect(target).toMatch(/^(\.\/[a-z.-]+|\.\.\/\.\.\/src\/(core\/[a-z-]+|clinical\/[a-z-]+\.port))\.js$/);
  }
});

test('the cases of its table exist', () => {
  const table = page.slice(page.indexOf('| a red case |')).split('\n\n')[0]!;
  const named = [...table.matchAll(/[ `]([A-Z]{3,}(?:_[A-Z0-9]+)*)(?=[ `])/g)].map(([, kind]) => kind!);
  expect(named.length).toBeGreaterThan(15);
  for (const kind of named) expect(FAULT_KINDS).toContain(kind);
  const suite = readFileSync(join(ROOT, 'test/contract/clinical-record-contract.ts'), 'utf8');
  const titles = [...table.matchAll(/`([a-z][^`…]*?)(?: …)?`/g)].map(([, title]) => title!);
  expect(titles.length).toBeGreaterThan(8);
  for (const title of titles.filter(
    (one) => !['impossible', 'since', 'incremental: false', 'not.toContain'].includes(one),
  ))
    expect(suite.replaceAll(/\$\{[^}]+\}/g, '50')).toContain(title);
});

// The contract's own cases, declared here by the file of the guide.
await import(pathToFileURL(join(folder, 'test/contract/roster.contract.test.ts')).href);
