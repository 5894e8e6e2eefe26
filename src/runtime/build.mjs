/** Builds the hub when its compiled form is missing or older than its sources. Plain JavaScript: it runs before anything is compiled. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, execPath, exit, kill, pid, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';

/** The package's folder. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const SOURCES = [
  'src',
  'adapters',
  'schema',
  'seeds',
  'ormconfig.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];
/** Written after a whole build and dated when it began, so that an edit during the build counts as newer. */
const STAMP = join('dist', '.built');

/** The newest change below a path in milliseconds since 1970; folders count, so that a removed file is seen. */
function newestChange(path) {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  const inside = found.isDirectory() ? readdirSync(path).map((name) => newestChange(join(path, name))) : [];
  return Math.max(found.mtimeMs, ...inside);
}

/** True when there is no whole build that is newer than every source. An installation without sources is never stale. */
export function isStale(root = ROOT) {
  if (!existsSync(join(root, 'tsconfig.json'))) return false;
  const stamp = join(root, STAMP);
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return SOURCES.some((source) => newestChange(join(root, source)) > built);
}

/** Compiles. Returns the exit code: 0, the compiler's, or 78 when there is no compiler (installed without development packages). */
export function build(root = ROOT) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(compiler)) {
    stderr.write('The hub is not built and the compiler is not installed: run npm ci, without --omit=dev.\n');
    return 78;
  }
  const lock = join(root, 'dist', '.building');
  takeLock(lock);
  try {
    // Another command may have built while this one waited.
    return isStale(root) ? compile(root, compiler) : 0;
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** True while the process that holds a lock lives. One that was killed leaves its lock behind. */
function isAlive(lock) {
  try {
    kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    // Gone in the meantime, or not ours to signal: not dead.
    return error.code !== 'ESRCH' && error.code !== 'EISDIR';
  }
}

/** Waits until no other process builds. */
function takeLock(lock) {
  mkdirSync(dirname(lock), { recursive: true });
  for (let waited = 0; ; waited++) {
    try {
      writeFileSync(lock, String(pid), { flag: 'wx' });
      return;
    } catch {
      if (!isAlive(lock)) rmSync(lock, { recursive: true, force: true });
      if (waited === 10) stderr.write('Waiting for another command that builds the hub …\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

function compile(root, compiler) {
  const began = new Date();
  const stamp = join(root, STAMP);
  rmSync(stamp, { force: true });
  stderr.write('Building the hub …\n');
  const { status } = spawnSync(execPath, [compiler, '-p', join(root, 'tsconfig.json')], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) return status ?? 1;
  writeFileSync(stamp, '');
  utimesSync(stamp, began, began);
  return 0;
}

if (argv[1] === fileURLToPath(import.meta.url)) exit(build());
