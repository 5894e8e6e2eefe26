/** Files of messages with everybody on the caseloads: taken whole, or refused with the reason. */
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createBatchCount } from '../../../../../adapters/hl7v2/batch/batch-count.js';
import { batchFields } from '../../../../../adapters/hl7v2/batch/batch-settings.js';
import type { CaseloadCapability, CaseloadPage } from '../../../../../src/clinical/clinical-record.port.js';
import { FixedClock } from '../../../../../src/core/clock.js';
import { isHubError } from '../../../../../src/core/errors.js';
import { silentLogger } from '../../../../../src/core/logger.js';
import { siteRules } from '../../../../support/hl7-adt.js';

const NOW = new Date('2026-03-04T06:00:00Z');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-batch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const person = (id: string, team = 'N-CMHT', event = 'A08'): string =>
  `MSH|^~\\&|PAS|RXX|HUB|RYY|20260304010000||ADT^${event}|${id}|P|2.4\rEVN|${event}|20260304010000\r` +
  `PID|1||${id}^^^RXX^MR||ASHGROVE^Elowen\rPV1|1|O|${team}${'|'.repeat(16)}v${id}${'|'.repeat(25)}20260102\r`;
const FILE = 'FHS|^~\\&|PAS|RXX|HUB|RYY|20260304020000\r';
const BATCH = 'BHS|^~\\&|PAS|RXX|HUB|RYY|20260304013000\r';
const whole = (...people: readonly string[]): string =>
  `${FILE}${BATCH}${people.join('')}BTS|${people.length}\rFTS|1\r`;

/** Drops a file that was written some seconds before now. */
function drop(text: string, name = 'caseload-20260304.hl7', secondsAgo = 600): void {
  writeFileSync(join(folder, name), text, 'latin1');
  const at = new Date(NOW.getTime() - secondsAgo * 1_000);
  utimesSync(join(folder, name), at, at);
}

function count(raw: Record<string, unknown> = {}, rules: Record<string, unknown> = {}): CaseloadCapability {
  return createBatchCount({
    system: 'pas',
    clock: new FixedClock(NOW),
    logger: silentLogger,
    folder,
    settings: z.strictObject(batchFields).parse({ batchFolder: folder, ...raw }),
    reading: {
      rules: siteRules(rules),
      characterSet: 'ASCII',
      maxMessageBytes: 65_536,
      maxSegments: 100,
    },
  });
}

const never = new AbortController().signal;
async function pages(counting: CaseloadCapability, teamReference = 'N-CMHT') {
  const all: CaseloadPage[] = [];
  for await (const page of counting.pull({ teamReference, since: null }, never)) all.push(page);
  return all;
}
const members = async (counting: CaseloadCapability, team?: string): Promise<readonly string[]> =>
  (await pages(counting, team)).flatMap(({ items }) => items.map(({ value }) => value.patient.localId));
async function failure(counting: CaseloadCapability, team?: string): Promise<string> {
  try {
    await pages(counting, team);
  } catch (error) {
    if (!isHubError(error)) throw error;
    const { fault, reason, line, place } = error.details;
    return [error.code.replace('HUB_CASELOAD_', ''), fault ?? reason, line, place]
      .filter((part) => part !== undefined)
      .join(' ');
  }
  return 'WHOLE';
}
/** What stands in the folder for refused files. */
function refused(): readonly Record<string, unknown>[] {
  const aside = join(folder, 'refused');
  return readdirSync(aside)
    .filter((name) => name.endsWith('.report.json'))
    .map((name) => JSON.parse(readFileSync(join(aside, name), 'utf8')) as Record<string, unknown>);
}

test('who is in the file is on the caseloads, as old as the file says that it is', async () => {
  drop(whole(person('7'), person('8', 'N-EIP', 'A28'), person('9', 'N-CMHT', 'A01')));
  const counting = count();
  const [page] = await pages(counting);
  expect(page).toMatchObject({ page: 1, last: true, total: 2, watermark: null });
  expect(page!.items[0]).toEqual({
    value: {
      teamReference: 'N-CMHT',
      state: 'OPEN',
      validFrom: '2026-01-02',
      validTo: null,
      patient: {
        localId: '7',
        nhsNumber: null,
        nhsNumberStatus: null,
        dateOfBirth: null,
        deceasedOn: null,
        active: true,
        replacedByLocalId: null,
        restricted: false,
      },
      careCoordinator: null,
    },
    source: { system: 'pas', reference: 'Visit/v7', version: null },
    asOf: '2026-03-04T02:00:00.000Z',
    fetchedAt: NOW.toISOString(),
    complete: true,
  });
  expect(await members(counting, 'N-EIP')).toEqual(['8']);
  const teams = await counting.teams(never);
  expect(teams.map(({ value, asOf }) => [value.teamReference, asOf])).toEqual([
    ['N-CMHT', '2026-03-04T02:00:00.000Z'],
    ['N-EIP', '2026-03-04T02:00:00.000Z'],
  ]);
});

test('a team that is not in it has nobody only where the file lists every team', async () => {
  drop(whole(person('7')));
  expect(await failure(count(), 'N-REHAB')).toBe('INCOMPLETE TEAM_NOT_IN_FILE');
  expect(await pages(count({ batchListsEveryTeam: true }), 'N-REHAB')).toMatchObject([
    { page: 1, last: true, total: 0, items: [] },
  ]);
});

test('a caseload of a thousand comes in pages', async () => {
  drop(whole(...Array.from({ length: 1_001 }, (_, index) => person(`p${index}`))));
  const all = await pages(count());
  expect(all.map(({ page, last, items }) => [page, last, items.length])).toEqual([
    [1, false, 500],
    [2, false, 500],
    [3, true, 1],
  ]);
});

test('batches without a file header count too, as old as the oldest of them', async () => {
  const batch = (at: string, ...people: readonly string[]): string =>
    `${BATCH.replace('20260304013000', at)}${people.join('')}BTS|${people.length}\r`;
  drop(batch('20260304013000', person('7')) + batch('20260303233000', person('8')));
  const [page] = await pages(count());
  expect(page!.items.map(({ asOf }) => asOf)).toEqual(Array(2).fill('2026-03-03T23:30:00.000Z'));
});

test.each<[string, string, string]>([
  [
    'shorter than it says',
    whole(person('7'), person('8')).replace('BTS|2', 'BTS|3'),
    'FILE_PARTIAL BATCH_COUNT 11',
  ],
  [
    'longer than it says',
    whole(person('7'), person('8')).replace('BTS|2', 'BTS|1'),
    'FILE_PARTIAL BATCH_COUNT 11',
  ],
  ['another number of batches', whole(person('7')).replace('FTS|1', 'FTS|2'), 'FILE_PARTIAL FILE_COUNT 8'],
  ['cut within a message', whole(person('7'), person('8')).slice(0, -60), 'FILE_PARTIAL UNFINISHED 10'],
  ['cut between two messages', `${FILE}${BATCH}${person('7')}`, 'FILE_PARTIAL UNFINISHED 6'],
  ['cut before its last line', whole(person('7')).replace('FTS|1\r', ''), 'FILE_PARTIAL UNFINISHED 7'],
  ['nobody counted the messages', whole(person('7')).replace('BTS|1', 'BTS'), 'FILE_PARTIAL NOT_COUNTED'],
  ['messages alone', person('7') + person('8'), 'FILE_PARTIAL NOT_COUNTED'],
  ['nothing', '', 'FILE_PARTIAL EMPTY 1'],
  ['no messages of HL7', 'Team,Patient\rN-CMHT,7\r', 'FILE_FORMAT OUTSIDE 1'],
  ['a count that is none', whole(person('7')).replace('BTS|1', 'BTS|one'), 'FILE_FORMAT COUNT 7'],
  ['a broken segment', whole(person('7')).replace('PV1|1', 'well\rPV1|1'), 'FILE_FORMAT SEGMENT_NAME 6'],
  [
    'bytes that are no characters',
    whole(person('7').replace('Elowen', 'El\xf6wen')),
    'FILE_ENCODING BYTES 3',
  ],
  ['no time', whole(person('7')).replace('20260304020000', ''), 'FILE_DATE NOT_STATED 1 FHS-7'],
  [
    'a time to the day',
    whole(person('7')).replace('20260304020000', '20260304'),
    'FILE_DATE NOT_STATED 1 FHS-7',
  ],
  [
    'a time to come',
    whole(person('7')).replace('20260304020000', '20260304080000'),
    'FILE_DATE FUTURE 1 FHS-7',
  ],
  [
    'somebody without an id',
    whole(person('7').replace('7^^^RXX^MR', '')),
    'FILE_VALUES NOT_UNDERSTOOD 3 PID-3',
  ],
  ['somebody without a team', whole(person('7', '')), 'FILE_VALUES NOT_UNDERSTOOD 3 PV1-3.1'],
  ['somebody twice', whole(person('7'), person('7')), 'FILE_VALUES TWICE 7'],
  ['a discharge', whole(person('7', 'N-CMHT', 'A03')), 'FILE_VALUES EVENT 3 MSH-9'],
  ['a merge', whole(person('7', 'N-CMHT', 'A40')), 'FILE_VALUES EVENT 3 MSH-9'],
  ['a result', whole(person('7').replace('ADT^A08', 'ORU^R01')), 'FILE_VALUES EVENT 3 MSH-9'],
])('%s: refused, moved aside and said why', async (_what, text, said) => {
  drop(text);
  const counting = count();
  expect(await failure(counting)).toBe(said);
  expect(refused()).toMatchObject([
    { file: 'caseload-20260304.hl7', code: `HUB_CASELOAD_${said.split(' ')[0]}`, fault: said.split(' ')[1] },
  ]);
  expect(JSON.stringify(refused())).not.toContain('ASHGROVE');
  const kept = readdirSync(join(folder, 'refused')).find((name) => !name.endsWith('.report.json'))!;
  expect(readFileSync(join(folder, 'refused', kept), 'latin1')).toBe(text);
  expect(await failure(counting)).toBe('FILE_MISSING');
});

test('the last by name counts; where it is refused, the one before it does', async () => {
  drop(whole(person('7')), 'caseload-20260303.hl7');
  drop(whole(person('8')));
  drop('notes', 'caseload-20260305.txt');
  const counting = count();
  expect(await members(counting)).toEqual(['8']);
  drop(whole(person('9')).replace('BTS|1', 'BTS|2'), 'caseload-20260305.hl7');
  expect(await members(counting)).toEqual(['8']);
  expect(refused()).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual([
    'caseload-20260303.hl7',
    'caseload-20260304.hl7',
    'caseload-20260305.txt',
    'refused',
  ]);
});

test('a file that is still being written is left alone', async () => {
  drop(whole(person('7')).slice(0, 200), undefined, 20);
  const counting = count();
  expect(await failure(counting)).toBe('FILE_WAITING');
  expect(readdirSync(folder)).toEqual(['caseload-20260304.hl7']);
  drop(whole(person('7')));
  expect(await members(counting)).toEqual(['7']);
  appendFileSync(join(folder, 'caseload-20260304.hl7'), 'more');
  utimesSync(
    join(folder, 'caseload-20260304.hl7'),
    new Date(NOW.getTime() - 90_000),
    new Date(NOW.getTime() - 90_000),
  );
  expect(await failure(counting)).toMatch(/^FILE_(FORMAT|PARTIAL)/);
});

test('none, one that is too old, a folder that is not there, and what is no file', async () => {
  expect(await failure(count())).toBe('FILE_MISSING');
  drop(whole(person('7')).replace('20260304020000', '20260302170000'));
  expect(await failure(count())).toBe('FILE_STALE');
  expect(await members(count({ batchAgeLimitHours: 38 }))).toEqual(['7']);
  symlinkSync(join(folder, 'caseload-20260304.hl7'), join(folder, 'caseload-20260309.hl7'));
  expect(await failure(count())).toBe('FILE_STALE');
  rmSync(folder, { recursive: true });
  expect(await failure(count())).toBe('HUB_UPSTREAM_UNREACHABLE');
  folder = mkdtempSync(join(tmpdir(), 'hub-batch-'));
});

test('events that mean something else at the site', async () => {
  drop(whole(person('7', 'N-CMHT', 'Z01'), person('8')));
  expect(await members(count({}, { eventMeanings: ['Z01=STANDS'] }))).toEqual(['7', '8']);
  drop(whole(person('7'), person('8')));
  expect(await failure(count({}, { eventMeanings: ['A08=NOTHING'] }))).toBe('FILE_VALUES EVENT 3 MSH-9');
});
