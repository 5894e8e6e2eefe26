/** The embedded server's files: where its cluster lies, its superuser's password, how it is made, what `postmaster.pid` says. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HubError } from '../../core/errors.js';
import type { Binaries } from './embedded-binaries.js';
import { canEnter, type ServerUser } from './embedded-user.js';

/** Major version of the programs that npm installs; a cluster of another version cannot be opened by them. */
export const EMBEDDED_MAJOR = '18';

/** Paths of one embedded server. */
export interface ServerFiles {
  /** PostgreSQL's data directory. */
  readonly cluster: string;
  /** The superuser's password, mode 0600. */
  readonly passwordFile: string;
  /** What the server writes. */
  readonly log: string;
  /** Held while a process prepares or starts the server. */
  readonly lock: string;
}

const REFUGE = '/var/lib/ips-hub';

const refugeFor = (home: string, refuge: string): string =>
  join(refuge, createHash('sha256').update(home).digest('hex').slice(0, 12));

const filesIn = (parent: string): ServerFiles => ({
  cluster: join(parent, 'postgres'),
  passwordFile: join(parent, 'postgres.password'),
  log: join(parent, 'postgres.log'),
  lock: join(parent, 'postgres.lock'),
});

/** The paths for a data directory as `serverFiles` would answer them, without making anything; undefined when it does not exist. */
export function findServerFiles(
  dataDir: string,
  user: ServerUser | undefined,
  refuge = REFUGE,
): ServerFiles | undefined {
  const home = resolve(dataDir);
  if (!existsSync(home)) return undefined;
  return filesIn(canEnter(home, user) ? home : refugeFor(home, refuge));
}

/**
 * The paths for a data directory, which is made when absent. When the server's user cannot enter it (a project in root's
 * home), the cluster lies under `/var/lib/ips-hub` in a folder of its own for this data directory.
 */
export function serverFiles(dataDir: string, user: ServerUser | undefined, refuge = REFUGE): ServerFiles {
  const home = resolve(dataDir);
  mkdirSync(home, { recursive: true });
  let parent = home;
  if (!canEnter(home, user)) {
    parent = refugeFor(home, refuge);
    mkdirSync(parent, { recursive: true, mode: 0o755 });
    if (!canEnter(parent, user)) {
      throw new HubError('HUB_DATABASE_EMBEDDED', {
        message: `the user who runs PostgreSQL can enter neither ${home} nor ${parent}; set HUB_DATA_DIR to a folder it can enter`,
      });
    }
  }
  return filesIn(parent);
}

/** The superuser's password of a cluster that exists; `HUB_DATABASE_EMBEDDED` when its file is gone. */
export function readPassword(files: ServerFiles): string {
  try {
    return readFileSync(files.passwordFile, 'utf8').trim();
  } catch (cause) {
    throw new HubError('HUB_DATABASE_EMBEDDED', {
      message: `${files.passwordFile} cannot be read, so the database beside it cannot be opened; restore the file, or remove ${files.cluster} to begin anew`,
      cause,
    });
  }
}

/** True when there is a finished cluster; `HUB_DATABASE_EMBEDDED` when it is of another major version. */
export function clusterExists(files: ServerFiles): boolean {
  const versionFile = join(files.cluster, 'PG_VERSION');
  if (!existsSync(versionFile)) return false;
  const version = readFileSync(versionFile, 'utf8').trim();
  if (version === EMBEDDED_MAJOR) return true;
  throw new HubError('HUB_DATABASE_EMBEDDED', {
    message: `${files.cluster} was written by PostgreSQL ${version}; this version of the hub runs PostgreSQL ${EMBEDDED_MAJOR}. Use the version of the hub that wrote it to take the data out, or set HUB_DATA_DIR to another folder`,
  });
}

function run(program: string, args: readonly string[], user: ServerUser | undefined): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      ...user,
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
    child.once('error', fail);
    child.once('close', (status) =>
      status === 0 ? done() : fail(new Error(`initdb ended with ${status}: ${said.trim()}`)),
    );
  });
}

/**
 * Makes the cluster: scram passwords, UTF-8, C collation, superuser `postgres` with a new random password. It is made beside
 * its place and moved there when complete, so that an interrupted attempt leaves nothing half made. `sync` false skips the
 * flush to disk (tests).
 */
export async function createCluster(
  files: ServerFiles,
  binaries: Binaries,
  user: ServerUser | undefined,
  sync: boolean,
): Promise<void> {
  const making = `${files.cluster}.new`;
  const passwordForInitdb = `${making}.password`;
  const password = randomBytes(24).toString('base64url');
  try {
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making, { mode: 0o700 });
    writeFileSync(passwordForInitdb, password, { mode: 0o600 });
    if (user) for (const path of [making, passwordForInitdb]) chownSync(path, user.uid, user.gid);
    const options = [
      '--no-locale',
      '-E',
      'UTF8',
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--no-instructions',
      ...(sync ? [] : ['--no-sync']),
    ];
    await run(binaries.initdb, ['-D', making, `--pwfile=${passwordForInitdb}`, ...options], user);
    rmSync(files.passwordFile, { force: true });
    writeFileSync(files.passwordFile, password, { mode: 0o600 });
    renameSync(making, files.cluster);
  } catch (cause) {
    throw new HubError('HUB_DATABASE_EMBEDDED', {
      message: `the database could not be made in ${files.cluster}: ${cause instanceof Error ? cause.message : 'unknown cause'}`,
      cause,
    });
  } finally {
    rmSync(passwordForInitdb, { force: true });
  }
}

/** What a running server says of itself in `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** True from the moment that it accepts connections. */
  readonly ready: boolean;
}

/** `postmaster.pid` of the cluster, or undefined when absent or not yet complete. */
export function readPostmasterFile(files: ServerFiles): PostmasterFile | undefined {
  try {
    const lines = readFileSync(join(files.cluster, 'postmaster.pid'), 'utf8').split('\n');
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    return pid > 0 ? { pid, port, ready: port > 0 && lines[7]?.trim() === 'ready' } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
