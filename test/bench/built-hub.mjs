/** Where the built hub lies, and its modules. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Folder of the benchmarks. */
export const BENCH = dirname(fileURLToPath(import.meta.url));
/** Folder of the project. */
export const ROOT = resolve(BENCH, '../..');
/** The built code; `BENCH_DIST` names another build, to compare two. */
export const DIST = resolve(ROOT, process.env.BENCH_DIST ?? 'dist');

/** A module of the built hub, as `src/core/clock.js`. */
export function hubModule(path) {
  return import(pathToFileURL(join(DIST, path)).href);
}
