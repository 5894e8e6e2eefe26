/** A nightly file from the folder to the memberships of the hub, by the command line: taken, not changed, refused. */
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { documentOf, hub } from '../../support/command-line.js';
import { DoctorWorld } from '../../support/doctor-world.js';
import { FILE_SETTINGS } from '../../support/dropped-files.js';
import { scratchFolder } from '../../support/scratch-folder.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const world = new DoctorWorld();
const folder = scratchFolder('hub-extract-refresh-');
beforeAll(() => world.build());
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});

const ROWS = ['North,p1,2026-01-05,,open,9990000018,01,1980-02-29', 'North,p2,2026-02-09,,open,,,1991-07-01'];
const HEAD = 'Team,Patient,From,To,State,NHS number,NHS number status,Born';

/** Drops a file that was written some time ago and is dated then. */
function drop(rows: readonly string[], agoMs: number): void {
  const at = new Date(Date.now() - agoMs);
  const stamp = at.toISOString().replace(/\D/g, '').slice(0, 12);
  const path = join(folder, `caseload_${stamp}_n.csv`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, [HEAD, ...rows, ''].join('\n'));
  utimesSync(path, at, at);
}

function env() {
  const columns = FILE_SETTINGS.columns.filter((one) => HEAD.split(',').includes(one.split('=')[1]!));
  const settings = { ...FILE_SETTINGS, columns, folder, completeness: 'NONE' };
  const site = { code: 'file', name: 'File', organisation: 'RAA', adapter: 'caseload-extract', settings };
  return world.env([{ ...site, teams: [{ reference: 'North', team: null }] } as never]);
}

const refresh = (...more: string[]) => hub(['caseload', 'refresh', '--kind', 'sweep', ...more], env());
async function known(): Promise<string[]> {
  const client = new pg.Client(world.urls.superuserUrl);
  await client.connect();
  const { rows } = await client.query<{ local_id: string }>(
    'select local_id from caseload_memberships where observed_to is null order by local_id',
  );
  await client.end();
  return rows.map((row) => row.local_id);
}

test('what the file says is known, and last night’s file once more under tonight’s date changes nothing', async () => {
  drop(ROWS, DAY_MS);
  const first = await refresh('--json');
  expect(first.code === 0 ? '' : `${first.out}${first.err}`).toBe('');
  expect(documentOf(first)).toMatchObject([{ system: 'file', state: 'COMPLETE', received: 2, changed: 2 }]);
  drop(ROWS, 60 * MINUTE_MS);
  expect(documentOf(await refresh('--json'))).toMatchObject([{ state: 'COMPLETE', changed: 0 }]);
  expect(existsSync(join(folder, 'refused'))).toBe(false);
  expect(await known()).toEqual(['p1', 'p2']);
});

test('a file that is refused is told of, with the exit code of a fault, and what was known stays', async () => {
  drop([ROWS[0]!.replace('open', 'Dischargd'), ROWS[1]!], 30 * MINUTE_MS);
  const said = await refresh();
  expect(said.code).toBe(1);
  expect(said.out).toMatch(/file +North +SWEEP +COMPLETE +2 +0/);
  expect(said.err).toMatch(/^file: HUB_CASELOAD_FILE_\w+: .+\n {2}.+$/m);
  expect(await known()).toEqual(['p1', 'p2']);
});
