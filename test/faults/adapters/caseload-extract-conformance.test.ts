/** What a drop folder and its last file show of the settings of the site, and what of a file was left out. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import { never } from '../../contract/contract-case.js';
import { memberships } from '../../contract/contract-memberships.js';
import { DropFolderWorld } from '../../support/drop-folder.js';
import { FILE_CANARY, fileOf, rowOf } from '../../support/dropped-files.js';

const TEAM = 'Team-one';
const ROWS = memberships(40).map((one) => rowOf(TEAM, one));
let world: DropFolderWorld;
let adapter: ClinicalRecordAdapter;

beforeEach(() => {
  world = new DropFolderWorld();
  adapter = world.adapter();
});
afterEach(async () => {
  await adapter.close();
  world.close();
});

/** States by code. */
async function states(one = adapter): Promise<Record<string, string>> {
  const { failure, findings } = await one.conformance!(never());
  expect(failure).toBeNull();
  expect(JSON.stringify(findings)).not.toContain(FILE_CANARY);
  for (const { consequence, setting } of findings) {
    expect(consequence).toMatch(/^[A-Z].*\.$/);
    expect(setting).toMatch(/^[a-zA-Z]+( and |, |:)/);
  }
  return Object.fromEntries(findings.map(({ code, state }) => [code, state]));
}

/** Drops a file and reads the folder. */
async function dropAndRead(bytes: Buffer | string, one = adapter): Promise<void> {
  world.drop(bytes);
  await one.caseload!.teams(never()).catch(() => undefined);
  world.clock.advance(1_000);
}

const OF_FILES = ['ENCODING', 'FORMAT', 'HEADINGS', 'COMPLETENESS', 'DATE', 'VALUES'];
const all = (state: string) => Object.fromEntries(OF_FILES.map((code) => [code, state]));

test('an empty folder is there, and tells nothing else', async () => {
  mkdirSync(world.folder, { recursive: true });
  expect(await states()).toEqual({ FOLDER: 'PRESENT', FILES: 'NOT_STATED', ...all('NOT_STATED') });
});

test('no folder', async () => {
  rmSync(world.folder, { recursive: true, force: true });
  expect(await states()).toEqual({ FOLDER: 'MISSING' });
});

test('files of another name', async () => {
  mkdirSync(world.folder, { recursive: true });
  writeFileSync(join(world.folder, 'teams.csv'), 'x');
  expect(await states()).toMatchObject({ FOLDER: 'PRESENT', FILES: 'MISSING', HEADINGS: 'NOT_STATED' });
});

test('a file that waits tells its name alone; once it is taken, everything', async () => {
  world.drop(fileOf(ROWS));
  expect(await states()).toEqual({ FOLDER: 'PRESENT', FILES: 'PRESENT', ...all('NOT_STATED') });
  expect(world.waiting()).toHaveLength(1);
  await adapter.caseload!.teams(never());
  expect(await states()).toEqual({ FOLDER: 'PRESENT', FILES: 'PRESENT', ...all('PRESENT') });
});

const text = (): string => fileOf(ROWS).toString('utf8');
test.each<[string, string, () => Buffer | string]>([
  ['HEADINGS', 'another heading', () => text().replace('Patient', 'Person')],
  ['COMPLETENESS', 'no trailer', () => text().split('\n').slice(0, -2).join('\n')],
  ['FORMAT', 'a row with a cell more', () => text().replace('\n', '\na,b\n')],
  ['VALUES', 'no day in a column of days', () => text().replace(/\d{4}-\d{2}-\d{2}/g, 'soon')],
])(
  'a file refused for its %s (%s) says so, before any was good and after; the next good one mends it',
  async (code, _why, made) => {
    await dropAndRead(made());
    expect(await states()).toMatchObject({ ...all('NOT_STATED'), [code]: 'MISSING' });
    await dropAndRead(fileOf(ROWS));
    expect(await states()).toMatchObject(all('PRESENT'));
    await dropAndRead(`${made()}\n`);
    expect(await states()).toMatchObject({ ...all('PRESENT'), [code]: 'MISSING' });
  },
);

test('an encoding that the file is not in', async () => {
  const strict = world.adapter({ encoding: 'UTF-8' });
  await dropAndRead(Buffer.from(text(), 'latin1'), strict);
  expect(await states(strict)).toMatchObject({ ENCODING: 'MISSING' });
  await strict.close();
});

test('a closed adapter could not be asked', async () => {
  await adapter.close();
  expect(await adapter.conformance!(never())).toEqual({ failure: 'HUB_UPSTREAM_STOPPED', findings: [] });
});

test('values left out of a file that was taken are counted by field', async () => {
  const rows = ROWS.map((row, index) => (index === 3 || index === 5 ? { ...row, Born: 'unknown' } : row));
  expect([...adapter.unmapped!]).toEqual([]);
  await dropAndRead(fileOf(rows));
  expect([...adapter.unmapped!]).toEqual([['row.dateOfBirth', 2]]);
  await dropAndRead(fileOf(rows.slice(0, 38)));
  expect([...adapter.unmapped!]).toEqual([['row.dateOfBirth', 4]]);
});
