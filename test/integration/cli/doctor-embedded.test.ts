/** `hub doctor` on the hub's own PostgreSQL: examined while it runs, left alone while it does not; roles spoilt on a server of their own. */

import { chmodSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrations } from '../../../ormconfig.js';
import { type Finding, fault, fine, skipped, together, warning } from '../../../src/main/doctor/verdict.js';
import { readPostmasterFile, serverFiles } from '../../../src/platform/database/embedded-data-directory.js';
import { type EmbeddedServer, startEmbeddedServer } from '../../../src/platform/database/embedded-server.js';
import { serverUser } from '../../../src/platform/database/embedded-user.js';
import { migrate } from '../../../src/platform/database/migrate.js';
import { documentOf, hub } from '../../support/command-line.js';
import { execute, GOOD_MACHINE } from '../../support/doctor-world.js';
import { scratchFolder } from '../../support/scratch-folder.js';

const dataDir = scratchFolder('hub-doctor-own-');
// The server’s user must be able to enter.
chmodSync(dataDir, 0o755);
const folder = join(dataDir, 'postgres');
const env = { HUB_DATA_DIR: dataDir };
let server: EmbeddedServer | undefined;

async function findings(): Promise<Map<string, Finding>> {
  const answer = await hub(['doctor', '--json'], env, GOOD_MACHINE);
  return new Map(documentOf<Finding[]>(answer).map((finding) => [finding.check, finding]));
}

async function start(): Promise<EmbeddedServer> {
  server ??= await startEmbeddedServer({ dataDir: folder, durable: false });
  await migrate({ ownerUrl: server.url, migrations });
  return server;
}

async function stop(): Promise<void> {
  await server?.stop();
  server = undefined;
}

afterAll(async () => {
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('a server that runs is asked, as its owner, and is in good order', async () => {
  await start();
  const found = await findings();
  expect([...found.values()].filter(({ state }) => state === 'FAULT')).toEqual([]);
  expect(found.get('database')).toMatchObject({
    state: 'OK',
    found: expect.stringMatching(/hub as hub_owner$/),
  });
  expect(found.get('database-roles')!.state).toBe('OK');
  expect(found.get('connections')!.state).toBe('OK');
  expect(found.get('data-folder')!.found).toMatch(/with a database$/);
  expect(found.get('embedded-programs')!.state).toBe('OK');
});

test.each([
  [
    'a password changed by hand',
    `alter role hub_decide password 'by hand'`,
    /hub_decide cannot sign in .*28P01/,
  ],
  ['a role that may not sign in', 'alter role hub_worker nologin', /hub_worker cannot sign in .*28000/],
  ['a role that escapes', 'alter role hub_read_staff bypassrls', /hub_read_staff escapes row-level security/],
  ['a role that is a superuser', 'alter role hub_write superuser', /hub_write escapes row-level security/],
])('%s', async (_what, sql, words) => {
  const { superuserUrl, url } = await start();
  await execute(superuserUrl, sql);
  const finding = (await findings()).get('database-roles')!;
  expect(finding).toMatchObject({ state: 'FAULT', found: expect.stringMatching(words) });
  if (finding.mend === 'hub migrate') {
    await execute(superuserUrl, 'alter role hub_worker login');
    await migrate({ ownerUrl: url, migrations });
  } else await execute(superuserUrl, finding.mend!);
  expect((await findings()).get('database-roles')!.state).toBe('OK');
});

test('a role that is gone', async () => {
  const { superuserUrl } = await start();
  await execute(superuserUrl, 'drop owned by hub_audit');
  await execute(superuserUrl, 'drop role hub_audit');
  const found = await findings();
  expect(found.get('database-roles')).toMatchObject({
    state: 'FAULT',
    found: 'hub_audit does not exist',
    mend: 'hub migrate',
  });
  expect(found.get('row-security')).toMatchObject({
    state: 'FAULT',
    mend: expect.stringMatching(/^create policy audit_events_hub_audit on audit_events/),
  });
});

test('a server that does not run is left so: its folder is examined, as it lies there', async () => {
  await stop();
  const before = readdirSync(folder, { recursive: true }).sort();
  const found = await findings();
  expect(found.get('database')).toMatchObject({
    state: 'SKIPPED',
    found: "the hub's own PostgreSQL is not running, so only its folder was examined: its data are there",
  });
  for (const check of ['database-roles', 'migrations', 'row-security', 'audit', 'caseloads'])
    expect(found.get(check)!.state).toBe('SKIPPED');
  expect([...found.values()].filter(({ state }) => state === 'FAULT')).toEqual([]);
  expect(readPostmasterFile(serverFiles(folder, serverUser()))).toBeUndefined();
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
});

test('a stale postmaster.pid is neither believed nor removed', async () => {
  await stop();
  const pidFile = join(serverFiles(folder, serverUser()).cluster, 'postmaster.pid');
  writeFileSync(pidFile, `${process.pid}\n\n\n5432\n\n\n\nready\n`);
  expect((await findings()).get('database')!.state).toBe('SKIPPED');
  expect(readdirSync(join(pidFile, '..'))).toContain('postmaster.pid');
  rmSync(pidFile);
});

test('a database whose password is gone cannot be opened, and the mend says so', async () => {
  await stop();
  const { passwordFile } = serverFiles(folder, serverUser());
  renameSync(passwordFile, `${passwordFile}.away`);
  const found = await findings();
  expect(found.get('data-folder')).toMatchObject({
    state: 'FAULT',
    found: expect.stringMatching(/HUB_DATABASE_EMBEDDED: .*restore the file/),
  });
  expect(found.get('database')!.state).toBe('SKIPPED');
  renameSync(`${passwordFile}.away`, passwordFile);
});

describe('several verdicts as one', () => {
  test('the worst state; whatever wants mending is told, what is in order is not', () => {
    expect(together([fine('a'), warning('b', 'mend b'), fault('c', 'mend c')], fine('none'))).toEqual({
      state: 'FAULT',
      found: 'b; c',
      mend: 'mend b\nmend c',
    });
  });

  test('the same mend is told once', () => {
    expect(together([fault('a', 'hub migrate'), fault('b', 'hub migrate')], fine(''))).toMatchObject({
      found: 'a; b',
      mend: 'hub migrate',
    });
  });

  test('all in order is told of each, and nothing at all in the words given', () => {
    expect(together([fine('a'), fine('b'), skipped('c')], fine('none'))).toEqual({
      state: 'OK',
      found: 'a; b',
      mend: null,
    });
    expect(together([], skipped('none'))).toEqual({ state: 'SKIPPED', found: 'none', mend: null });
  });
});
