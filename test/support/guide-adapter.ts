/** The adapter that the author's guide builds: its blocks as files in a folder of their own, as if they stood where they say. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Files of the page by the path that each begins with. */
export function filesOfGuide(): ReadonlyMap<string, string> {
  const page = readFileSync(join(ROOT, 'docs/adapter-author.md'), 'utf8');
  const blocks = page.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, path, text]) => [path!, text!]));
}

/** The text with what it imports from outside the guide found from where it really is. */
function atHome(path: string, text: string, folder: string, files: ReadonlyMap<string, string>): string {
  return text.replace(
    /((?:from|import) ')(\.[^']+)(')/g,
    (whole, before: string, target: string, after: string) => {
      const meant = join(dirname(path), target);
      if (files.has(meant.replace(/\.js$/, '.ts'))) return whole;
      const real = relative(join(folder, dirname(path)), join(ROOT, meant));
      return before + real + after;
    },
  );
}

/** Writes the files into a new folder of the source tree, with a project to check their types; whoever asks removes it. */
export function assembleGuide(): { readonly folder: string; remove(): void } {
  // A name with a dot: neither the type check nor the tests of the house look into it.
  const folder = mkdtempSync(join(ROOT, 'test/.guide-'));
  const files = filesOfGuide();
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), atHome(path, text, folder, files));
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: { rootDir: '../..' },
      include: [],
      files: [...files.keys()],
    }),
  );
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
