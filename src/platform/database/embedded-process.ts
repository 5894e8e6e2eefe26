/** Runs the embedded server so that it never outlives the hub, and recognises one that is already running. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { ServerFiles } from './embedded-data-directory.js';
import type { ServerUser } from './embedded-user.js';

const LOG_LIMIT_BYTES = 10_000_000;

/**
 * Starts the program given as arguments and asks it for a fast shutdown (SIGINT) when file descriptor 3 comes to its end.
 * The hub holds the other end, so the kernel closes it however the hub dies, kill -9 included.
 */
const WATCHDOG = `
"$0" "$@" <&- 3<&- & P=$!
(read end; kill -INT $P) <&3 & W=$!
trap 'kill -INT $P' TERM INT
while kill -0 $P 2>&-; do wait $P; S=$?; done
kill $W 2>&-
exit $S`;

/** A server that this process started. */
export interface ServerProcess {
  /** Settles when the server has ended, with its exit status. */
  readonly ended: Promise<number | null>;
  /** Asks for a fast shutdown: sessions are ended, committed data are on disk. Returns at once. */
  stop(): void;
}

/** Starts `postgres`. It runs in a session of its own, so that Ctrl-C in the terminal reaches the hub alone and the hub ends it last. */
export function startProcess(
  program: string,
  args: readonly string[],
  files: ServerFiles,
  user: ServerUser | undefined,
): ServerProcess {
  const large = (statSync(files.log, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES;
  const log = openSync(files.log, large ? 'w' : 'a', 0o600);
  const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  let child: ChildProcess;
  try {
    child =
      process.platform === 'win32'
        ? spawn(program, args, { stdio: ['ignore', log, log], windowsHide: true })
        : spawn('/bin/sh', ['-c', WATCHDOG, program, ...args], {
            cwd: '/',
            env: environment,
            stdio: ['ignore', log, log, 'pipe'],
            detached: true,
            ...user,
          });
  } finally {
    closeSync(log);
  }
  const lifeline = child.stdio[3] as (Writable & { unref?(): void }) | undefined;
  lifeline?.on('error', () => {});
  lifeline?.unref?.();
  child.unref();
  const ended = new Promise<number | null>((done) => {
    child.once('exit', done);
    child.once('error', () => done(null));
  });
  const stop = (): void => {
    // While it stops somebody waits for it, so it may hold the event loop again.
    child.ref();
    if (lifeline) lifeline.destroy();
    else child.kill('SIGINT');
  };
  return { ended, stop };
}

/** True when a process with this number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * True when `pid` is a living PostgreSQL of this cluster. A number alone proves nothing: after a crash another program may
 * have been given it. On Linux the process's working directory decides (PostgreSQL works in its cluster); elsewhere its command.
 */
export function isPostmasterOf(files: ServerFiles, pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(files.cluster);
    } catch {
      return false;
    }
  }
  if (process.platform === 'win32') return true;
  const { stdout } = spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  return stdout.includes('postgres') && stdout.includes(files.cluster);
}
