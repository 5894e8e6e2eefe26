/** What the contributor's page says is there, is there: paths, commands, and tests that write pages. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/contributor.md');
/** What stands in code form on the page. */
const words = [...page.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);

test('every file and folder that it names is there', () => {
  const paths = words.filter((word) =>
    /^(src|adapters|schema|seeds|test|docs|ormconfig)\b[\w/.*<>-]*$/.test(word),
  );
  expect(paths.length).toBeGreaterThan(20);
  const known = ['src', 'adapters', 'schema', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  );
  for (const path of paths) {
    if (!/[*<]/.test(path)) {
      expect({ path, isThere: existsSync(join(ROOT, path)) }).toEqual({ path, isThere: true });
      continue;
    }
    const pattern = path
      .replace(/[.]/g, '\\.')
      .replaceAll('**', '.+')
      .replace(/(?<!\.)\*/g, '[^/]+')
      .replace(/<\w+>/g, '[^/]+');
    expect({ path, isThere: known.some((file) => new RegExp(`^${pattern}$`).test(file)) }).toEqual({
      path,
      isThere: true,
    });
  }
});

test('every command is one of package.json, and every script that a contributor runs daily is on the page', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = words.flatMap((word) => /npm (?:run )?([a-z:]+)/.exec(word)?.[1] ?? []);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
  const others = /^(start|hub|build|bench:.+)$/;
  expect(Object.keys(scripts).filter((name) => !named.includes(name) && !others.test(name))).toEqual([]);
});

test('the command that rewrites pages reaches every test that writes one', () => {
  const command = words.find((word) => word.startsWith('HUB_WRITE_DOCS=1'))!;
  const patterns = command.slice(command.indexOf('-- ') + 3).split(' ');
  const writers = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.startsWith('.'))
    .filter((path) => /HUB_(WRITE_DOCS|TEST_WRITE)\b|writtenPart\(/.test(read(`test/${path}`)))
    .filter((path) => !path.endsWith('contributor-page.test.ts'));
  expect(writers.length).toBeGreaterThan(5);
  expect(writers.filter((path) => !patterns.some((pattern) => `test/${path}`.includes(pattern)))).toEqual([]);
});

test('the floors and suffixes that it tells of are those that the house test keeps', () => {
  const people = JSON.parse(read('test/fixtures/eligibility/people.json')) as readonly unknown[];
  expect(page).toContain(`has ${people.length} people`);
  const house = read('test/architecture.test.ts');
  for (const room of ['src', 'adapters', 'schema', 'seeds']) expect(house).toContain(`'${room}'`);
  const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
  for (const link of links) expect(existsSync(join(ROOT, 'docs', link))).toBe(true);
});
