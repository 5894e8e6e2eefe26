/** The house: floors, file length, no `any`, nothing left to do, documented members, tests at least as long as source. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** Floor of each room; a room imports only from floors below it, or from itself. First match wins. */
const FLOORS: readonly (readonly [RegExp, number, string])[] = [
  [/^src\/core\//, 0, 'src/core'],
  [/^src\/runtime\//, 0, 'src/runtime'],
  [/^src\/platform\//, 1, 'src/platform'],
  [/^src\/access\//, 2, 'src/access'],
  [/^src\/directory\//, 3, 'src/directory'],
  [/^src\/people\//, 3, 'src/people'],
  [/^src\/contracts\//, 4, 'src/contracts'],
  [/^src\/clinical\//, 4, 'src/clinical'],
  [/^src\/casework\//, 5, 'src/casework'],
  [/^src\/delivery\//, 5, 'src/delivery'],
  [/^src\/notes\//, 6, 'src/notes'],
  [/^src\/workforce\//, 6, 'src/workforce'],
  [/^src\/quality\//, 6, 'src/quality'],
  [/^src\/reporting\//, 7, 'src/reporting'],
  [/^src\/operations\//, 7, 'src/operations'],
  [/^schema\//, 8, 'schema'],
  [/^seeds\//, 8, 'seeds'],
  [/^adapters\/registry\.ts$/, 9, 'adapters/registry.ts'],
  [/^adapters\/([^/]+)\//, 8, 'adapters'],
  [/^src\/main(\.ts$|\/)/, 9.5, 'src/main.ts'],
  [/^ormconfig\.ts$/, 9, 'ormconfig.ts'],
  [/^src\/cli\//, 10, 'src/cli'],
];

/** What an adapter may see beside its own folder. */
const ADAPTER_SEES = /^(src\/core\/|src\/clinical\/[a-z-]+\.port\.ts$)/;

function filesUnder(root: string, folders: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (path: string): void => {
    for (const name of readdirSync(path)) {
      const full = join(path, name);
      if (statSync(full).isDirectory()) walk(full);
      else if (/\.(ts|mts|mjs)$/.test(name)) found.push(relative(root, full));
    }
  };
  for (const folder of folders) if (existsSync(join(root, folder))) walk(join(root, folder));
  if (existsSync(join(root, 'ormconfig.ts'))) found.push('ormconfig.ts');
  return found.sort();
}

const SOURCE_FOLDERS = ['src', 'adapters', 'schema', 'seeds'];

function importsOf(root: string, file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const targets = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map((match) => match[1]!);
  return targets.map((target) => relative(root, join(root, dirname(file), target)).replace(/\.js$/, '.ts'));
}

function floorOf(file: string): readonly [number, string] {
  const row = FLOORS.find(([pattern]) => pattern.test(file));
  if (!row) throw new Error(`${file} is in no room: add it to the table or move it`);
  const adapter = /^adapters\/([^/]+)\//.exec(file);
  return [row[1], adapter ? `adapters/${adapter[1]}` : row[2]];
}

/** Every import that goes up, sideways to another room, or out of an adapter's sight. */
function violations(root: string): string[] {
  const faults: string[] = [];
  for (const file of filesUnder(root, SOURCE_FOLDERS)) {
    const [floor, room] = floorOf(file);
    for (const target of importsOf(root, file)) {
      if (target.startsWith('test/')) {
        faults.push(`${file} imports ${target}: source may not see tests`);
        continue;
      }
      const [targetFloor, targetRoom] = floorOf(target);
      if (targetRoom === room) continue;
      const adapterBlind =
        room.startsWith('adapters/') && room !== 'adapters/registry.ts' && !ADAPTER_SEES.test(target);
      if (targetFloor >= floor || adapterBlind)
        faults.push(`${file} imports ${target}: floor ${floor} may not see floor ${targetFloor}`);
    }
  }
  return faults;
}

const sources = filesUnder(ROOT, SOURCE_FOLDERS);
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
/** Code without comments and text, so that prose about "any" is no finding. */
const codeOf = (file: string): string =>
  read(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/[^\n]*/g, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
const linesOf = (file: string): number => read(file).split('\n').length - 1;

describe('floors', () => {
  test('no import against the floors', () => {
    expect(violations(ROOT)).toEqual([]);
  });

  test('a planted violation is found: upwards, sideways, out of an adapter', () => {
    const root = mkdtempSync(join(tmpdir(), 'hub-floors-'));
    const plant = (file: string, text: string): void => {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    };
    plant('src/core/up.ts', "import { x } from '../platform/x.js';");
    plant('src/platform/x.ts', 'export const x = 1;');
    plant('src/people/side.ts', "import { y } from '../directory/y.js';");
    plant('src/directory/y.ts', "export const y = await import('../people/side.js');");
    plant(
      'adapters/a/index.ts',
      "import { x } from '../../src/platform/x.js';\nexport { z } from '../b/index.js';",
    );
    plant('adapters/b/index.ts', 'export const z = 1;');
    expect(violations(root)).toHaveLength(5);
    rmSync(root, { recursive: true });
  });
});

describe('files', () => {
  test('there is a house to test', () => {
    expect(sources.length).toBeGreaterThan(40);
  });

  test.each([['a file over 350 lines hides a concept', (file: string) => linesOf(file) > 350]])(
    '%s',
    (_name, bad) => {
      expect(sources.filter(bad)).toEqual([]);
    },
  );

  test('no any', () => {
    expect(sources.filter((file) => /(:\s*any\b|<any>|\bas any\b|\bany\[\])/.test(codeOf(file)))).toEqual([]);
  });

  test('nothing left to do and nothing commented out', () => {
    // Put together here, so that this line is no finding itself.
    const left = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`);
    expect(sources.filter((file) => left.test(read(file)))).toEqual([]);
  });

  test('every file opens with a sentence of purpose', () => {
    const opening = /^(#![^\n]*\n)?\/\*\*/;
    expect(sources.filter((file) => /\.ts$/.test(file) && !opening.test(read(file)))).toEqual([]);
  });

  test('the median file is short and one in ten at most is longer than 200 lines', () => {
    const lengths = sources.map(linesOf).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(120);
    expect(lengths[Math.floor(lengths.length * 0.9)]).toBeLessThanOrEqual(260);
  });

  test('tests are at least as long as the source', () => {
    const tests = filesUnder(ROOT, ['test']).filter(
      (file) => !file.startsWith('test/bench/') && file !== 'ormconfig.ts',
    );
    const total = (files: readonly string[]): number => files.reduce((sum, file) => sum + linesOf(file), 0);
    expect(total(tests)).toBeGreaterThanOrEqual(total(sources));
  });
});

/** Exported functions, classes, interfaces, constants and types without a doc comment just above them. */
function undocumented(text: string): string[] {
  const lines = text.split('\n');
  const missing: string[] = [];
  lines.forEach((line, index) => {
    const match =
      /^export (?:abstract |async |declare )*(?:class|interface|function|const|type|enum)\*? (\w+)/.exec(
        line,
      );
    if (!match) return;
    let above = index - 1;
    while (above >= 0 && /^(@|\)|\}\)| {2}|\})/.test(lines[above]!) && !/\*\/\s*$/.test(lines[above]!))
      above--;
    const sameName = lines
      .slice(0, index)
      .some((earlier) => new RegExp(`^export (?:const|type|interface) ${match[1]}\\b`).test(earlier));
    if (!/\*\/\s*$/.test(lines[above] ?? '') && !sameName) missing.push(match[1]!);
  });
  return missing;
}

describe('documentation of members', () => {
  const exempt = /\.(migration|entity|type|input|resolver)\.ts$/;

  test('every exported member of a room has a doc comment', () => {
    const missing = sources
      .filter((file) => file.endsWith('.ts') && !exempt.test(file))
      .flatMap((file) => undocumented(read(file)).map((name) => `${file}: ${name}`));
    expect(missing).toEqual([]);
  });

  test('a member without a comment is found', () => {
    expect(
      undocumented('/** a */\n\nexport const x = 1;\n/** b */\nexport function y() {}\nexport class Z {}'),
    ).toEqual(['x', 'Z']);
  });
});
