/** The embedded server survives what kills the hub, joins what already runs, and says in words why it cannot start. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { hydrateSymlinks, locateBinaries } from '../../../src/platform/database/embedded-binaries.js';
import { readPostmasterFile, serverFiles } from '../../../src/platform/database/embedded-data-directory.js';
import { isAlive, isPostmasterOf } from '../../../src/platform/database/embedded-process.js';
import { type EmbeddedServer, startEmbeddedServer } from '../../../src/platform/database/embedded-server.js';
import { findUser, serverUser } from '../../../src/platform/database/embedded-user.js';
import { eventually } from '../../support/eventually.js';
import { scratchFolder } from '../../support/scratch-folder.js';

const LOADER = './test/support/typescript-loader.js';
const SCRIPT = 'test/support/server-owner.ts';
const root = scratchFolder('hub-embedded-');
// The server’s user must be able to enter.
chmodSync(root, 0o755);
const dataDir = join(root, 'data');
const files = () => serverFiles(dataDir, serverUser());

async function query(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/** Starts a process of its own that owns the server; resolves with what it prints once the server runs. */
async function spawnOwner(): Promise<{ child: ChildProcess; url: string; attached: boolean }> {
  const child = spawn(process.execPath, ['--import', LOADER, SCRIPT, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return { child, ...(JSON.parse(line) as { url: string; attached: boolean }) };
}

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('startEmbeddedServer', () => {
  let server: EmbeddedServer | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('makes a cluster for loopback with a password, owned by no superuser, and stops when told', async () => {
    server = await startEmbeddedServer({ dataDir });
    expect(server.attached).toBe(false);
    const [owner] = await query(
      server.url,
      `select current_user as name, rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user`,
    );
    expect(owner).toEqual({ name: 'hub_owner', rolsuper: false, rolcreaterole: true, rolbypassrls: false });
    const settings = await query(
      server.url,
      `select name, setting from pg_settings where name in ('random_page_cost', 'TimeZone', 'listen_addresses', 'fsync', 'password_encryption', 'server_encoding') order by name`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      listen_addresses: '127.0.0.1',
      password_encryption: 'scram-sha-256',
      random_page_cost: '1.1',
      server_encoding: 'UTF8',
      TimeZone: 'UTC',
    });
    expect(statSync(files().passwordFile).mode & 0o777).toBe(0o600);
    expect(statSync(files().cluster).mode & 0o077).toBe(0);
    const wrong = server.url.replace(/:[^:@]+@/, ':wrong@');
    await expect(query(wrong, 'select 1')).rejects.toThrow('password authentication failed');
    const pid = readPostmasterFile(files())?.pid ?? 0;
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(files().cluster, 'postmaster.pid'))).toBe(false);
  });

  it('is joined by a second start, which leaves it running', async () => {
    server = await startEmbeddedServer({ dataDir });
    const second = await startEmbeddedServer({ dataDir });
    expect(second).toMatchObject({ attached: true, port: server.port, url: server.url });
    await second.stop();
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('starts once when two start at the same moment', async () => {
    const both = await Promise.all([startEmbeddedServer({ dataDir }), startEmbeddedServer({ dataDir })]);
    expect(both.filter((one) => one.attached)).toHaveLength(1);
    server = both.find((one) => !one.attached);
  });

  it('shuts down cleanly when its process is killed, and every committed row is there afterwards', async () => {
    const owner = await spawnOwner();
    await query(owner.url, 'create table if not exists kept (n integer)');
    await query(owner.url, 'insert into kept select generate_series(1, 1000)');
    const pid = readPostmasterFile(files())?.pid ?? 0;
    expect(isPostmasterOf(files(), pid)).toBe(true);
    owner.child.kill('SIGKILL');
    await eventually(() => !isAlive(pid));
    expect(readFileSync(files().log, 'utf8').trimEnd()).toMatch(/database system is shut down$/);
    server = await startEmbeddedServer({ dataDir });
    expect(server.attached).toBe(false);
    expect(await query(server.url, 'select count(*)::integer as kept from kept')).toEqual([{ kept: 1000 }]);
    expect(readFileSync(files().log, 'utf8')).not.toContain('automatic recovery in progress');
  });

  it('can be joined while another process owns it, and dies with that process', async () => {
    const owner = await spawnOwner();
    const joined = await startEmbeddedServer({ dataDir });
    expect(joined).toMatchObject({ attached: true, url: owner.url });
    const pid = readPostmasterFile(files())?.pid ?? 0;
    owner.child.kill('SIGKILL');
    await eventually(() => !isAlive(pid));
    await joined.stop();
  });

  it('recovers when the server itself was killed, and takes no notice of its stale file', async () => {
    const first = await startEmbeddedServer({ dataDir });
    await query(first.url, 'insert into kept select generate_series(1, 500)');
    const pid = readPostmasterFile(files())?.pid ?? 0;
    process.kill(pid, 'SIGKILL');
    await first.stop();
    expect(existsSync(join(files().cluster, 'postmaster.pid'))).toBe(true);
    server = await startEmbeddedServer({ dataDir });
    expect(await query(server.url, 'select count(*)::integer as kept from kept')).toEqual([{ kept: 1500 }]);
  });

  it('waits for processes of a killed server that are slow to end', async () => {
    const first = await startEmbeddedServer({ dataDir });
    const [slow] = (await query(
      first.superuserUrl,
      `select pid from pg_stat_activity where backend_type = 'checkpointer'`,
    )) as [{ pid: number }];
    process.kill(slow.pid, 'SIGSTOP');
    try {
      process.kill(readPostmasterFile(files())!.pid, 'SIGKILL');
      await first.stop();
      const starting = startEmbeddedServer({ dataDir });
      await eventually(() => readFileSync(files().log, 'utf8').includes('pre-existing shared memory block'));
      process.kill(slow.pid, 'SIGCONT');
      server = await starting;
      expect(server.attached).toBe(false);
    } finally {
      if (isAlive(slow.pid)) process.kill(slow.pid, 'SIGKILL');
    }
  });

  it('is not fooled by a stale file whose number belongs to another program now', async () => {
    writeFileSync(
      join(files().cluster, 'postmaster.pid'),
      `${process.pid}\n${files().cluster}\n1\n1\n\n127.0.0.1\n\nready   \n`,
    );
    server = await startEmbeddedServer({ dataDir });
    expect(server.attached).toBe(false);
  });

  it('breaks a lock whose holder is gone', async () => {
    const gone = spawn('/bin/true');
    await once(gone, 'exit');
    writeFileSync(files().lock, String(gone.pid));
    server = await startEmbeddedServer({ dataDir });
    expect(existsSync(files().lock)).toBe(false);
  });
});

describe('what stops it from starting is said in words', () => {
  const failing = async (folder: string): Promise<string> => {
    const error = (await startEmbeddedServer({ dataDir: folder }).catch(
      (caught: unknown) => caught,
    )) as Error & { code: string };
    expect(error.code).toBe('HUB_DATABASE_EMBEDDED');
    return error.message;
  };

  it('a lost password file', async () => {
    const folder = join(root, 'lost');
    mkdirSync(join(folder, 'postgres'), { recursive: true });
    writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '18\n');
    expect(await failing(folder)).toMatch(/postgres\.password cannot be read/);
  });

  it('a cluster of another version', async () => {
    const folder = join(root, 'old');
    mkdirSync(join(folder, 'postgres'), { recursive: true });
    writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '16\n');
    expect(await failing(folder)).toMatch(/written by PostgreSQL 16/);
  });

  it('a port that is taken, with the server’s own words', async () => {
    const server = await startEmbeddedServer({ dataDir });
    const other = join(root, 'other');
    const error = await startEmbeddedServer({ dataDir: other, port: server.port, durable: false }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({
      code: 'HUB_DATABASE_EMBEDDED',
      message: expect.stringMatching(/could not create any TCP\/IP sockets|could not bind/),
    });
    await server.stop();
  });
});

describe('programs and their user', () => {
  it('makes the links that an installation without scripts lacks', () => {
    const native = join(root, 'package', 'native');
    cpSync(
      join(dirname(locateBinaries(serverUser()).postgres), '..', 'pg-symlinks.json'),
      join(native, 'pg-symlinks.json'),
    );
    const rows = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
      source: string;
      target: string;
    }[];
    for (const row of rows) {
      mkdirSync(dirname(join(root, 'package', row.source)), { recursive: true });
      writeFileSync(join(root, 'package', row.source), 'library');
    }
    expect(hydrateSymlinks(native)).toBe(rows.length);
    for (const row of rows) expect(readFileSync(join(root, 'package', row.target), 'utf8')).toBe('library');
    unlinkSync(join(root, 'package', rows[0]!.target));
    expect(hydrateSymlinks(native)).toBe(1);
    expect(hydrateSymlinks(native)).toBe(0);
  });

  it('finds users by name and never root', () => {
    const passwd =
      'root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\nroot2:x:0:1::/:/bin/sh\n';
    expect(findUser(passwd, 'postgres')).toEqual({ uid: 101, gid: 104 });
    expect(findUser(passwd, 'nobody')).toEqual({ uid: 65534, gid: 65534 });
    expect(findUser(passwd, 'root2')).toBeUndefined();
    expect(findUser(passwd, 'hub')).toBeUndefined();
  });

  const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
  asRoot('as root', () => {
    it('says that neither user is there', () => {
      const passwd = join(root, 'passwd');
      writeFileSync(passwd, 'root:x:0:0:root:/root:/bin/sh\n');
      expect(() => serverUser(passwd)).toThrow('neither a user postgres nor a user nobody');
    });

    it('copies the programs out of a project that the user cannot enter, and takes the cluster elsewhere', () => {
      const closed = join(root, 'closed');
      mkdirSync(join(closed, 'native', 'bin'), { recursive: true, mode: 0o700 });
      writeFileSync(join(closed, 'native', 'bin', 'postgres'), '#!/bin/sh\n', { mode: 0o755 });
      const found = locateBinaries(serverUser(), join(closed, 'native'));
      expect(found.postgres.startsWith(closed)).toBe(false);
      expect(existsSync(found.postgres)).toBe(true);
      expect(locateBinaries(serverUser(), join(closed, 'native'))).toEqual(found);
      rmSync(dirname(dirname(dirname(found.postgres))), { recursive: true });
      const refuge = mkdtempSync(join('/var/tmp', 'hub-refuge-'));
      rmSync(refuge, { recursive: true });
      expect(serverFiles(join(closed, 'data'), serverUser(), refuge).cluster.startsWith(refuge)).toBe(true);
      rmSync(refuge, { recursive: true });
    });
  });
});
