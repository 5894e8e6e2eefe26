#!/usr/bin/env node
/** What `npm start` runs on a fresh clone: builds if needed, then hands over to the command line with the same arguments. */
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build, isStale, ROOT } from './build.mjs';

const compiled = (...path) => pathToFileURL(join(ROOT, 'dist', 'src', ...path)).href;

const code = isStale() ? build() : 0;
if (code === 0) {
  const program = compiled('cli', 'bin.js');
  const { runningOnSupportedNode } = await import(compiled('runtime', 'supported-node.js'));
  if (await runningOnSupportedNode(program)) await import(program);
} else {
  process.stderr.write('The hub could not be built.\n');
  process.exitCode = code;
}
