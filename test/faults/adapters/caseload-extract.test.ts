/** The life of dropped files: taken or refused whole, archived, reported, never lost, whoever looks and whatever dies. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import type { Logger } from '../../../src/core/logger.js';
import { everythingIn, failureOf, never } from '../../contract/contract-case.js';
import { memberships } from '../../contract/contract-memberships.js';
import { FILE_FAULT_KINDS, type FileFaultKind } from '../../contract/file-far-end.js';
import { DropFolderWorld } from '../../support/drop-folder.js';
import { FILE_CANARY, fileOf, rowOf, teamRow } from '../../support/dropped-files.js';

const TEAM = 'Team-one';
const DAY_MS = 86_400_000;
const ROWS = memberships(40).map((one) => rowOf(TEAM, one));

let world: DropFolderWorld;
let adapter: ClinicalRecordAdapter;
/** Hashes of everything that was ever dropped. */
let dropped: Set<string>;

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

beforeEach(() => {
  world = new DropFolderWorld();
  adapter = world.adapter();
  dropped = new Set();
});
afterEach(async () => {
  expectNothingLost();
  await adapter.close();
  world.close();
});

function drop(bytes: Buffer, options: { name?: string; writtenAgoMs?: number } = {}): string {
  dropped.add(hashOf(bytes));
  return world.drop(bytes, options);
}

/** Whatever was dropped lies somewhere in the folder, byte for byte. */
function expectNothingLost(): void {
  const held = new Set<string>();
  for (const part of ['.', 'archive', 'refused'])
    for (const entry of readdirSync(world.folder, { withFileTypes: true }).length === 0 ? [] : filesOf(part))
      held.add(hashOf(readFileSync(join(world.folder, part, entry))));
  for (const hash of dropped) expect(held).toContain(hash);
}

function filesOf(part: string): string[] {
  try {
    return readdirSync(join(world.folder, part), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

async function pulled(one = adapter, teamReference = TEAM): Promise<string[]> {
  const ids: string[] = [];
  for await (const { items } of one.caseload!.pull({ teamReference, since: null }, never()))
    ids.push(...items.map(({ value }) => value.patient.localId));
  return ids.sort();
}
const peopleOf = (rows: readonly Readonly<Record<string, string>>[]): string[] =>
  rows.map((row) => row.Patient!).sort();
const health = () => adapter.health(never());

describe('a file that is good', () => {
  test('is archived under its hash, with what it said of itself, and is not there any more', async () => {
    const bytes = fileOf(ROWS);
    const name = drop(bytes);
    expect(await pulled()).toEqual(peopleOf(ROWS));
    expect(world.waiting()).toEqual([]);
    const archived = `${name.replace('.csv', '')}.${hashOf(bytes).slice(0, 16)}.csv`;
    expect(world.in('archive')).toEqual([archived, `${archived}.json`]);
    expect(JSON.parse(world.read('archive', `${archived}.json`))).toEqual({
      file: name,
      sha256: hashOf(bytes),
      asOf: '2026-03-01T02:01:00.000Z',
      takenAt: '2026-03-01T09:00:01.000Z',
      rows: 40,
      encoding: 'UTF-8',
      leftOut: {},
    });
    expect(await health()).toMatchObject({ state: 'UP', product: 'extract 6 h old' });
  });

  test('every item and team tells the date of the extract', async () => {
    drop(fileOf(ROWS));
    const [team] = await adapter.caseload!.teams(never());
    expect(team).toMatchObject({ asOf: '2026-03-01T02:01:00.000Z', value: { teamReference: TEAM } });
    for await (const { items } of adapter.caseload!.pull({ teamReference: TEAM, since: null }, never()))
      for (const item of items) expect(item.asOf).toBe('2026-03-01T02:01:00.000Z');
  });

  test('gives way to the next one, and a backlog is taken in its order', async () => {
    drop(fileOf(ROWS.slice(0, 38)), { writtenAgoMs: 9_000_000 });
    drop(fileOf(ROWS.slice(0, 39)), { writtenAgoMs: 8_000_000 });
    drop(fileOf(ROWS), { writtenAgoMs: 7_000_000 });
    expect(await pulled()).toEqual(peopleOf(ROWS));
    expect(world.settled()).toHaveLength(3);
    expect(world.in('refused')).toEqual([]);
    expect(world.in('working')).toHaveLength(2);
  });

  test('of the same date corrects the one before', async () => {
    const [first, second] = ['caseload_202603010300_a.csv', 'caseload_202603010300_b.csv'];
    drop(fileOf(ROWS), { name: first });
    await pulled();
    world.clock.advance(1_000);
    drop(fileOf(ROWS.slice(1)), { name: second });
    expect(await pulled()).toEqual(peopleOf(ROWS.slice(1)));
  });

  test('whose note or rows have gone is read once more from the archive', async () => {
    drop(fileOf(ROWS));
    await pulled();
    rmSync(join(world.folder, 'working'), { recursive: true });
    expect(await pulled()).toEqual(peopleOf(ROWS));
    for (const part of ['.rows', '.teams.json']) {
      const name = world.in('working').find((one) => one.endsWith(part))!;
      writeFileSync(join(world.folder, 'working', name), '');
      expect(await pulled()).toEqual(peopleOf(ROWS));
      expect(await pulled(world.adapter())).toEqual(peopleOf(ROWS));
    }
  });

  test('is read again when the header map has changed, and told when it no longer fits', async () => {
    drop(fileOf(ROWS));
    await pulled();
    const columns = ['team=Team', 'localId=Patient'];
    expect(await pulled(world.adapter({ columns }))).toEqual(peopleOf(ROWS));
    const other = world.adapter({ columns: ['team=Ward', 'localId=Patient'] });
    expect(await failureOf(pulled(other))).toMatchObject({ code: 'HUB_CASELOAD_FILE_HEADER' });
    expect(world.in('archive')).toHaveLength(2);
  });

  test('whose archive an operator has emptied is asked for again', async () => {
    drop(fileOf(ROWS));
    await pulled();
    dropped.clear();
    rmSync(join(world.folder, 'archive'), { recursive: true });
    expect(await failureOf(pulled())).toMatchObject({ code: 'HUB_CASELOAD_FILE_MISSING' });
  });
});

describe('a file that is refused', () => {
  const refusedKinds = FILE_FAULT_KINDS.filter((kind) =>
    /^(NO_|CUT|COUNT|QUOTE_|OTHER_H|OTHER_D|HEADING|UNDEC|CELL|AFTER|ROW_|UNKNOWN)/.test(kind),
  );

  test.each(refusedKinds)('%s: lies in refused with a report that holds no value of it', async (kind) => {
    const bytes = fileOf(ROWS, kind);
    const name = drop(bytes);
    const error = await failureOf(pulled());
    const [report] = world.reports();
    expect(report).toMatchObject({
      file: name,
      sha256: hashOf(bytes),
      code: (error as { code: string }).code,
      fault: expect.stringMatching(/^[A-Z_]+$/) as string,
      solve: expect.any(String) as string,
    });
    for (const text of [JSON.stringify(report), everythingIn(error)])
      for (const secret of [FILE_CANARY, 'person-', ROWS[0]!['NHS number']!])
        expect(text).not.toContain(secret);
    expect(world.in('working')).toEqual([]);
    expect(await health()).toMatchObject({ state: 'DOWN', code: report!.code });
  });

  test('leaves the one before in force, and is told by health and log', async () => {
    const lines: unknown[] = [];
    const logger: Logger = {
      error: (...line) => lines.push(line),
      warn: (...line) => lines.push(line),
      info: (...line) => lines.push(line),
      debug: () => {},
    };
    adapter = world.adapter({}, logger);
    drop(fileOf(ROWS));
    await pulled();
    world.clock.advance(60_000);
    drop(fileOf(ROWS, 'NO_TRAILER'));
    expect(await pulled()).toEqual(peopleOf(ROWS));
    expect(await health()).toMatchObject({ state: 'DOWN', code: 'HUB_CASELOAD_FILE_PARTIAL' });
    expect(lines).toEqual([
      ['caseload extract taken', { system: 'EXTRACT', count: 40 }],
      ['caseload extract refused', { system: 'EXTRACT', code: 'HUB_CASELOAD_FILE_PARTIAL' }],
    ]);
    world.clock.advance(60_000);
    drop(fileOf(ROWS.slice(1)));
    await pulled();
    expect(await health()).toMatchObject({ state: 'UP' });
  });

  test('as a second copy does not trouble health', async () => {
    const name = drop(fileOf(ROWS));
    await pulled();
    world.clock.advance(60_000);
    drop(fileOf(ROWS), { name });
    expect(await pulled()).toEqual(peopleOf(ROWS));
    expect(world.reports()).toMatchObject([{ code: 'HUB_CASELOAD_FILE_DUPLICATE', fault: 'SAME_BYTES' }]);
    expect(await health()).toMatchObject({ state: 'UP' });
  });

  test('is not done to a caseload that did not change: the same bytes under the date of the next night are taken', async () => {
    drop(fileOf(ROWS), { name: world.nextName('20260228') });
    await pulled();
    drop(fileOf(ROWS), { name: world.nextName('20260301') });
    expect(await pulled()).toEqual(peopleOf(ROWS));
    expect(world.reports()).toEqual([]);
    expect(world.in('archive').filter((one) => one.endsWith('.csv'))).toHaveLength(2);
    expect(await health()).toMatchObject({ state: 'UP' });
  });

  test('as shrunken is taken when the site allows it and the file is put back', async () => {
    drop(fileOf(ROWS));
    await pulled();
    const name = drop(fileOf(ROWS.slice(0, 31)));
    expect(await pulled()).toEqual(peopleOf(ROWS));
    expect(world.reports()).toMatchObject([
      { code: 'HUB_CASELOAD_FILE_SHRUNKEN', rows: 31, before: 40, maxShrinkPercent: 20 },
    ]);
    const refused = world.in('refused').find((one) => one.endsWith('.csv'))!;
    renameSync(join(world.folder, 'refused', refused), join(world.folder, name));
    const at = new Date(world.clock.now().getTime() - DAY_MS);
    utimesSync(join(world.folder, name), at, at);
    expect(await pulled(world.adapter({ maxShrinkPercent: 25 }))).toEqual(peopleOf(ROWS.slice(0, 31)));
  });

  test('as older than the one in force leaves that in force', async () => {
    drop(fileOf(ROWS));
    await pulled();
    drop(fileOf(ROWS.slice(1)), { name: world.nextName('20260228') });
    expect(await pulled()).toEqual(peopleOf(ROWS));
    expect(world.reports()).toMatchObject([
      { code: 'HUB_CASELOAD_FILE_DATE', fault: 'BEFORE_THE_ONE_IN_FORCE' },
    ]);
  });

  test('with many faults tells twenty places', async () => {
    drop(fileOf(ROWS.map((row) => ({ ...row, State: FILE_CANARY }))));
    await failureOf(pulled());
    const [{ places }] = world.reports() as [{ places: string[] }];
    expect(places).toHaveLength(20);
    expect(places[0]).toBe('line 2, state (State): UNKNOWN_STATE');
  });
});

describe('a file that is not finished', () => {
  test('is left where it is until it rests', async () => {
    drop(fileOf(ROWS), { writtenAgoMs: 30_000 });
    expect(await failureOf(pulled())).toMatchObject({ code: 'HUB_CASELOAD_FILE_WAITING' });
    expect(world.waiting()).toHaveLength(1);
    expect(await health()).toMatchObject({ state: 'DOWN', code: 'HUB_CASELOAD_FILE_WAITING' });
    world.clock.advance(30_000);
    expect(await pulled()).toEqual(peopleOf(ROWS));
  });

  test('is neither taken nor refused when it is written to while it is read', async () => {
    const many = Array.from({ length: 4_000 }, (_, n) => ({ ...ROWS[1]!, Patient: `many-${n}` }));
    const whole = fileOf(many);
    const name = world.drop(whole.subarray(0, -40));
    const path = join(world.folder, name);
    const failing = failureOf(pulled());
    await new Promise((resolve) => setTimeout(resolve, 5));
    appendFileSync(path, whole.subarray(-40));
    expect(await failing).toMatchObject({ code: 'HUB_CASELOAD_FILE_WAITING' });
    expect(world.settled()).toEqual([]);
    const at = new Date(world.clock.now().getTime() - 3_600_000);
    utimesSync(path, at, at);
    dropped.add(hashOf(whole));
    expect(await pulled()).toEqual(peopleOf(many));
  });

  test('waits an hour for its control file, and goes with it', async () => {
    adapter = world.adapter({ completeness: 'CONTROL_FILE' });
    const bytes = fileOf(ROWS, 'NO_TRAILER');
    const name = drop(bytes, { writtenAgoMs: 3_000_000 });
    expect(await failureOf(pulled())).toMatchObject({ code: 'HUB_CASELOAD_FILE_WAITING' });
    writeFileSync(join(world.folder, `${name}.ctl`), 'rows = 40\r\n');
    expect(await pulled()).toEqual(peopleOf(ROWS));
    expect(world.waiting()).toEqual([]);
    expect(world.in('archive').filter((one) => one.endsWith('.ctl'))).toHaveLength(1);
  });

  test.each<[string, string | null, string]>([
    ['another count', '41', 'COUNT_DIFFERS'],
    ['no count', 'done', 'NO_COUNT'],
    ['no control file after an hour', null, 'NO_COUNT'],
  ])('%s: refused', async (_name, control, fault) => {
    adapter = world.adapter({ completeness: 'CONTROL_FILE' });
    const name = drop(fileOf(ROWS, 'NO_TRAILER'));
    if (control !== null) writeFileSync(join(world.folder, `${name}.ctl`), control);
    expect(await failureOf(pulled())).toMatchObject({ code: 'HUB_CASELOAD_FILE_PARTIAL' });
    expect(world.reports()).toMatchObject([{ fault }]);
  });
});

describe('the date of the extract', () => {
  const dated = (asOf: (n: number) => string) => ROWS.map((row, n) => ({ ...row, Remark: asOf(n) }));
  const column = {
    filePattern: 'caseload_*.csv',
    asOfFrom: 'COLUMN',
    asOfFormat: 'dd/MM/yyyy HH:mm',
    columns: ['team=Team', 'localId=Patient', 'asOf=Remark'],
  };

  test('from a column, the same in each row', async () => {
    adapter = world.adapter(column);
    drop(fileOf(dated(() => '28/02/2026 23:30')));
    const [team] = await adapter.caseload!.teams(never());
    expect(team!.asOf).toBe('2026-02-28T23:30:00.000Z');
  });

  test.each<[string, (n: number) => string, object]>([
    ['differs', (n) => (n === 3 ? '27/02/2026 23:30' : '28/02/2026 23:30'), { fault: 'DIFFERS', line: 5 }],
    ['is missing', (n) => (n === 2 ? '' : '28/02/2026 23:30'), { fault: 'EMPTY', line: 4 }],
    ['is no date', () => '2026-02-28', { fault: 'NOT_A_DATE' }],
  ])('from a column, where it %s', async (_name, asOf, report) => {
    adapter = world.adapter(column);
    drop(fileOf(dated(asOf)));
    expect(await failureOf(pulled())).toMatchObject({ code: 'HUB_CASELOAD_FILE_DATE' });
    expect(world.reports()).toMatchObject([report]);
  });

  test('from the trailer', async () => {
    adapter = world.adapter({
      filePattern: 'caseload_*.csv',
      asOfFrom: 'TRAILER',
      asOfFormat: 'yyyyMMdd',
    });
    const bytes = Buffer.from(fileOf(ROWS).toString().replace('TRAILER,40', 'TRAILER,40,20260228'));
    drop(bytes);
    const [team] = await adapter.caseload!.teams(never());
    expect(team!.asOf).toBe('2026-02-28T00:00:00.000Z');
  });

  test('ages: what was good is refused as stale, until a newer one comes', async () => {
    drop(fileOf(ROWS));
    await pulled();
    world.clock.advance(29 * 3_600_000);
    expect(await pulled()).toEqual(peopleOf(ROWS));
    expect(await health()).toMatchObject({ state: 'UP', product: 'extract 35 h old' });
    world.clock.advance(3_600_000);
    expect(await failureOf(pulled())).toMatchObject({ code: 'HUB_CASELOAD_FILE_STALE' });
    expect(await failureOf(adapter.caseload!.teams(never()))).toMatchObject({
      code: 'HUB_CASELOAD_FILE_STALE',
    });
    expect(await health()).toMatchObject({ state: 'DOWN', code: 'HUB_CASELOAD_FILE_STALE' });
    drop(fileOf(ROWS.slice(1)), { name: world.nextName('20260302') });
    expect(await pulled()).toEqual(peopleOf(ROWS.slice(1)));
  });
});

describe('a team that is not in the file', () => {
  test('is incomplete, unless the extract lists every team', async () => {
    drop(fileOf(ROWS));
    expect(await failureOf(pulled(adapter, 'Team-none'))).toMatchObject({
      code: 'HUB_CASELOAD_INCOMPLETE',
      details: { reason: 'TEAM_NOT_IN_FILE' },
    });
    expect(await pulled(world.adapter({ listsEveryTeam: true }), 'Team-none')).toEqual([]);
  });

  test('and one that is listed with nobody is empty', async () => {
    drop(fileOf([...ROWS, teamRow('Team-empty', 'Empty', null)]));
    expect(await pulled(adapter, 'Team-empty')).toEqual([]);
  });
});

describe('whatever else is in the folder', () => {
  test('links, folders and other names are left alone', async () => {
    const outside = join(world.folder, 'outside.txt');
    writeFileSync(outside, fileOf(ROWS));
    symlinkSync(outside, join(world.folder, 'caseload_202603010301_link.csv'));
    mkdirSync(join(world.folder, 'caseload_202603010301_folder.csv'));
    writeFileSync(join(world.folder, 'caseload_202603010301.csv.part'), 'x');
    const before = world.waiting();
    expect(await failureOf(pulled())).toMatchObject({ code: 'HUB_CASELOAD_FILE_MISSING' });
    expect(world.waiting()).toEqual(before);
  });

  test('notes that are none are passed over', async () => {
    for (const part of ['archive', 'refused'])
      for (const [name, text] of [
        ['a.csv', 'x'],
        ['a.csv.json', '{'],
        ['a.csv.report.json', '[]'],
        ['b.csv.json', '{"asOf":"never"}'],
        ['b.csv', 'x'],
      ]) {
        mkdirSync(join(world.folder, part), { recursive: true });
        writeFileSync(join(world.folder, part, name!), text!);
      }
    expect(await health()).toMatchObject({ code: 'HUB_CASELOAD_FILE_MISSING' });
    drop(fileOf(ROWS));
    expect(await pulled()).toEqual(peopleOf(ROWS));
  });
});

test('many processes may look at once: each file is taken once, and everybody sees the same', async () => {
  const others = Array.from({ length: 5 }, () => world.adapter());
  drop(fileOf(ROWS));
  drop(fileOf(ROWS, 'NO_TRAILER'));
  const all = await Promise.all(others.flatMap((one) => [pulled(one), pulled(one)]));
  for (const ids of all) expect(ids).toEqual(peopleOf(ROWS));
  expect(world.settled()).toHaveLength(2);
  expect(world.in('archive')).toHaveLength(2);
  expect(world.reports()).toHaveLength(1);
  expect(world.in('working').filter((name) => name.includes('draft'))).toEqual([]);
});

test('a process that died anywhere on the way leaves nothing that the next one cannot use', async () => {
  const bytes = fileOf(ROWS);
  const name = drop(bytes);
  // Notes were written, but the file was not moved yet; drafts lie about.
  const hash = hashOf(bytes);
  mkdirSync(join(world.folder, 'archive'));
  mkdirSync(join(world.folder, 'working'));
  writeFileSync(
    join(world.folder, 'archive', `${name.replace('.csv', '')}.${hash.slice(0, 16)}.csv.json`),
    JSON.stringify({
      file: name,
      sha256: hash,
      asOf: '2026-03-01T00:00:00Z',
      takenAt: '2026-03-01T00:00:00Z',
      rows: 1,
    }),
  );
  const left = join(world.folder, 'working', 'x.draft');
  writeFileSync(left, 'half');
  const old = new Date(world.clock.now().getTime() - 2 * DAY_MS);
  utimesSync(left, old, old);
  expect(await pulled()).toEqual(peopleOf(ROWS));
  expect(world.in('working')).toHaveLength(2);
});

test('a reader who turns away leaves no file open', async () => {
  drop(fileOf(ROWS));
  const open = () => readdirSync('/proc/self/fd').length;
  await pulled();
  const before = open();
  for (let n = 0; n < 20; n++)
    for await (const _ of world
      .adapter({ pageSize: 5 })
      .caseload!.pull({ teamReference: TEAM, since: null }, never()))
      break;
  drop(fileOf(ROWS, 'NO_TRAILER' satisfies FileFaultKind));
  await pulled();
  expect(open()).toBeLessThanOrEqual(before + 1);
});
