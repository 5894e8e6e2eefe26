/** The PostgreSQL server that the hub runs by itself when no `DATABASE_URL` is given: for demonstration and tests, on loopback only. */
import { createHmac } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { HubError } from '../../core/errors.js';
import { locateBinaries } from './embedded-binaries.js';
import {
  clusterExists,
  createCluster,
  findServerFiles,
  type PostmasterFile,
  readPassword,
  readPostmasterFile,
  type ServerFiles,
  serverFiles,
} from './embedded-data-directory.js';
import { isAlive, isPostmasterOf, type ServerProcess, startProcess } from './embedded-process.js';
import { serverUser } from './embedded-user.js';
import { DatabaseRole } from './policy.js';

const DATABASE = 'hub';
const WAIT_MS = 60_000;
const LOCK_STALE_MS = 120_000;

/** Where and how the embedded server runs. */
export interface EmbeddedServerOptions {
  /** Folder for everything that the server keeps; made when absent. */
  readonly dataDir: string;
  /** Port on 127.0.0.1; default: a free one. Ignored when a server is already running. */
  readonly port?: number;
  /** False: committed data may be lost with the machine. Default true; only tests switch it off. */
  readonly durable?: boolean;
  /** Further server settings, as `name: value`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** A running server that this process started or joined. */
export interface EmbeddedServer {
  /** URL of the database `hub` as its owner: may create roles, is no superuser, is bound by row-level security. */
  readonly url: string;
  /** URL as superuser. The hub never uses it; tests arrange rows with it. */
  readonly superuserUrl: string;
  readonly port: number;
  /** True when another process runs the server and this one only joined it. */
  readonly attached: boolean;
  /** Stops the server and waits until it has ended. A server that was joined is left running. */
  stop(): Promise<void>;
}

const failure = (message: string, cause?: unknown): HubError =>
  new HubError('HUB_DATABASE_EMBEDDED', { message, cause });

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

const urlOf = (user: string, password: string, port: number, database: string): string =>
  `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

/** Takes the lock file, waiting for its holder; a lock whose process is gone, or which is older than two minutes, is broken. */
async function withLock<T>(files: ServerFiles, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      const handle = openSync(files.lock, 'wx', 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const stat = statSync(files.lock, { throwIfNoEntry: false });
    if (!stat) continue;
    const ageMs = Date.now() - stat.mtimeMs;
    const holder = Number(readFileSync(files.lock, 'utf8') || 0);
    // An empty file younger than a second is one whose holder has not yet written its number.
    if (ageMs > LOCK_STALE_MS || (holder > 0 ? !isAlive(holder) : ageMs > 1000))
      rmSync(files.lock, { force: true });
    else if (Date.now() > deadline)
      throw failure(
        `another process (${holder}) has been starting the database for a minute; end it and remove ${files.lock}`,
      );
    else await pause(25);
  }
  try {
    return await work();
  } finally {
    rmSync(files.lock, { force: true });
  }
}

/** The server that already runs on this cluster, once it accepts connections; undefined when there is none. Stale `postmaster.pid` files are removed. */
async function findRunning(files: ServerFiles): Promise<PostmasterFile | undefined> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const found = readPostmasterFile(files);
    if (!found) return undefined;
    if (!isPostmasterOf(files, found.pid)) {
      rmSync(join(files.cluster, 'postmaster.pid'), { force: true });
      return undefined;
    }
    if (found.ready) return found;
    if (Date.now() > deadline)
      throw failure(
        `PostgreSQL (process ${found.pid}) neither accepts connections nor ends; see ${files.log}`,
      );
    await pause(20);
  }
}

const lastLines = (files: ServerFiles): string => {
  const lines = readFileSync(files.log, 'utf8').trimEnd().split('\n');
  return (
    lines
      .filter((line) => /FATAL|PANIC|error while loading/.test(line))
      .slice(-2)
      .join(' | ') || lines.slice(-2).join(' | ')
  );
};

async function waitUntilReady(files: ServerFiles, started: ServerProcess): Promise<PostmasterFile> {
  let ended = false;
  void started.ended.then(() => {
    ended = true;
  });
  const deadline = Date.now() + WAIT_MS;
  while (!ended && Date.now() < deadline) {
    const file = readPostmasterFile(files);
    if (file?.ready && isPostmasterOf(files, file.pid)) return file;
    await pause(10);
  }
  if (!ended) started.stop();
  throw failure(`PostgreSQL did not start: ${lastLines(files)} (whole log: ${files.log})`);
}

/** Whether the last start failed because processes of a server that was killed still hold its memory. */
const isOutlived = (files: ServerFiles): boolean =>
  /pre-existing shared memory block [^|]*$/.test(lastLines(files));

/** Starts it and waits until it is ready; as long as processes of a killed server are about to end, again. */
async function startReady(files: ServerFiles, start: () => ServerProcess): Promise<ServerProcess> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const started = start();
    try {
      await waitUntilReady(files, started);
      return started;
    } catch (error) {
      if (!isOutlived(files) || Date.now() > deadline) throw error;
      await pause(100);
    }
  }
}

/** Makes the owner's role and the database when they are not there. */
async function ensureOwner(superuserUrl: string, ownerPassword: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const owner = DatabaseRole.OWNER;
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      'select exists (select from pg_roles where rolname = $1) as role, exists (select from pg_database where datname = $2) as database',
      [owner, DATABASE],
    );
    if (!rows[0]?.role)
      await client.query(
        `create role ${owner} login createrole password ${client.escapeLiteral(ownerPassword)}`,
      );
    if (!rows[0]?.database) await client.query(`create database ${DATABASE} owner ${owner}`);
  } finally {
    await client.end();
  }
}

const ownerPasswordFrom = (superuserPassword: string): string =>
  createHmac('sha256', superuserPassword).update(DatabaseRole.OWNER).digest('base64url');

/** What there is of an embedded server in a data directory. */
export interface FoundServer {
  /** Whether a finished cluster lies there. */
  readonly cluster: boolean;
  /** URL as its owner when it runs and accepts connections; else null. */
  readonly url: string | null;
}

/** Looks for an embedded server, without starting, making or removing anything. @throws HUB_DATABASE_EMBEDDED for a cluster of another version or without its password. */
export function findEmbeddedServer(dataDir: string): FoundServer {
  const files = findServerFiles(dataDir, serverUser());
  if (!files || !clusterExists(files)) return { cluster: false, url: null };
  const password = readPassword(files);
  const found = readPostmasterFile(files);
  if (!found?.ready || !isPostmasterOf(files, found.pid)) return { cluster: true, url: null };
  return {
    cluster: true,
    url: urlOf(DatabaseRole.OWNER, ownerPasswordFrom(password), found.port, DATABASE),
  };
}

/**
 * Starts the server, or joins it when it already runs on this data directory. Settings: `random_page_cost` 1.1 (the data fit
 * in memory), UTC, 127.0.0.1 only. When the hub's process dies in whatever way, the server shuts down cleanly. Every
 * failure is `HUB_DATABASE_EMBEDDED` with the cause in words.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const user = serverUser();
  const binaries = locateBinaries(user);
  const files = serverFiles(options.dataDir, user);
  const durable = options.durable ?? true;
  return withLock(files, async () => {
    if (!clusterExists(files)) await createCluster(files, binaries, user, durable);
    const password = readPassword(files);
    const running = await findRunning(files);
    let started: ServerProcess | undefined;
    let port = running?.port;
    if (port === undefined) {
      port = options.port ?? (await freePort());
      const settings: Record<string, string | number> = {
        listen_addresses: '127.0.0.1',
        port,
        unix_socket_directories: '',
        random_page_cost: 1.1,
        TimeZone: 'UTC',
        log_timezone: 'UTC',
        // Statements and their parameters may hold personal data; the log gets neither.
        log_min_error_statement: 'panic',
        log_error_verbosity: 'terse',
        ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
        ...options.settings,
      };
      const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      started = await startReady(files, () =>
        startProcess(binaries.postgres, ['-D', files.cluster, ...args], files, user),
      );
    }
    const superuserUrl = urlOf('postgres', password, port, DATABASE);
    const ownerPassword = ownerPasswordFrom(password);
    try {
      await ensureOwner(urlOf('postgres', password, port, 'postgres'), ownerPassword);
    } catch (cause) {
      started?.stop();
      throw failure(
        `PostgreSQL runs on port ${port} but its superuser cannot sign in with ${files.passwordFile}`,
        cause,
      );
    }
    return {
      url: urlOf(DatabaseRole.OWNER, ownerPassword, port, DATABASE),
      superuserUrl,
      port,
      attached: started === undefined,
      async stop() {
        started?.stop();
        await started?.ended;
      },
    };
  });
}
