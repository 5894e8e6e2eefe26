/** What `npm start` runs on a fresh clone: builds if needed, then hands over to the command line with the same arguments. */
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build, isStale, ROOT } from './build.mjs';

const code = isStale() ? build() : 0;
if (code === 0) {
  const program = join(ROOT, 'dist', 'src', 'cli', 'bin.js');
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
} else {
  process.stderr.write('The hub could not be built.\n');
  process.exitCode = code;
}
