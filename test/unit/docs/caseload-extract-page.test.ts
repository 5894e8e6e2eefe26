/** The page for trusts that start with a nightly file: its examples are read by the adapter, its tables are the code's. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIELDS } from '../../../adapters/caseload-extract/fields.js';
import {
  CLOCK_TOLERANCE_MS,
  CONTROL_WAIT_MS,
} from '../../../adapters/caseload-extract/folder/arrival.rules.js';
import { caseloadExtract } from '../../../adapters/caseload-extract/index.js';
import { DEFAULTS, manifest } from '../../../adapters/caseload-extract/manifest.js';
import { MOST_ROW_CHARACTERS } from '../../../adapters/caseload-extract/reading/row-source.js';
import { REFUSALS } from '../../../adapters/caseload-extract/refusal.js';
import type { CaseloadItem } from '../../../src/clinical/clinical-record.port.js';
import { ERROR_CODES } from '../../../src/core/error-codes.js';
import { silentLogger } from '../../../src/core/logger.js';
import { parseSiteProfiles } from '../../../src/platform/settings/site-profiles.js';
import { failureOf, never } from '../../contract/contract-case.js';
import { DropFolderWorld } from '../../support/drop-folder.js';
import { settingsTable, tableRow, writtenPart } from '../../support/settings-table.js';

const ROOT = join(import.meta.dirname, '../../..');
const PAGE = new URL('../../../docs/caseload-extract.md', import.meta.url);
const page = readFileSync(PAGE, 'utf8');

function block(language: string, nth = 0): string {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))][nth]![1]!;
}
const PATHS = block('text').trim().split('\n');
const NAME = PATHS[0]!.slice(PATHS[0]!.lastIndexOf('/') + 1);
const [profile] = parseSiteProfiles(block('json'), {});

let world: DropFolderWorld;
beforeEach(() => {
  world = new DropFolderWorld();
});
afterEach(() => world.close());

/** The adapter of the page's profile, in a folder of the test's own. */
function adapter(change: object = {}) {
  const settings = caseloadExtract.parseSettings({ ...profile!.settings, folder: world.folder, ...change });
  return caseloadExtract.create(settings, {
    system: profile!.code,
    clock: world.clock,
    logger: silentLogger,
  });
}

async function itemsOf(change: object = {}): Promise<CaseloadItem[]> {
  const one = adapter(change);
  const items: CaseloadItem[] = [];
  for (const { reference } of profile!.teams)
    for await (const pulled of one.caseload!.pull({ teamReference: reference, since: null }, never()))
      items.push(...pulled.items.map(({ value }) => value));
  return items;
}

/** What was read, as the page shows it. */
function readTable(items: readonly CaseloadItem[]): string {
  const rows = items.map(({ teamReference, state, validFrom, validTo, patient, careCoordinator }) =>
    tableRow([
      teamReference,
      patient.localId,
      state,
      validFrom ?? '',
      validTo ?? '',
      careCoordinator === null ? '' : `${careCoordinator.reference} ${careCoordinator.name}`,
      [patient.nhsNumber, patient.nhsNumberStatus].filter((part) => part !== null).join(', status '),
      patient.dateOfBirth ?? '',
      patient.restricted ? 'restricted' : '',
    ]),
  );
  const head =
    '| team | person | state | from | to | coordinator | NHS number | born | |\n|---|---|---|---|---|---|---|---|---|';
  return `\n${head}\n${rows.join('\n')}\n\n`;
}

test('the example is read as the page shows (HUB_WRITE_DOCS=1 writes it)', async () => {
  world.drop(block('csv'), { name: NAME });
  const items = await itemsOf();
  expect(items).toHaveLength(4);
  expect(writtenPart(PAGE, 'read', readTable(items))).toBe(readTable(items));
});

test('the example in ndjson holds the same, and either is taken with a control file', async () => {
  world.drop(block('csv'), { name: NAME });
  const items = await itemsOf();
  world.close();
  world = new DropFolderWorld();
  world.drop(block('ndjson'), { name: NAME });
  expect(await itemsOf({ format: 'NDJSON' })).toEqual(items);
  for (const control of ['5', 'rows=5']) {
    world.close();
    world = new DropFolderWorld();
    world.drop(block('csv').replace(/^TRAILER.*\n/m, ''), { name: NAME });
    world.drop(control, { name: PATHS[1]!.slice(PATHS[1]!.lastIndexOf('/') + 1) });
    expect(await itemsOf({ completeness: 'CONTROL_FILE' })).toEqual(items);
  }
});

test('the report is the one that the page shows', async () => {
  const changed = block('csv').replace('Discharged', 'Dischargd');
  expect(changed).not.toBe(block('csv'));
  world.drop(changed, { name: NAME });
  expect(await failureOf(itemsOf())).toMatchObject({ code: 'HUB_CASELOAD_FILE_VALUES' });
  const [report] = world.reports();
  expect({ ...report, sha256: '…' }).toEqual(JSON.parse(block('json', 1)));
});

test('the profile is of the folder, the file and the teams of the example', () => {
  expect(profile!.settings.folder).toBe(PATHS[0]!.slice(0, PATHS[0]!.lastIndexOf('/')));
  expect(page).toContain(`\`${PATHS[0]}\`, written at`);
  expect(PATHS[1]).toBe(PATHS[0] + DEFAULTS.controlSuffix);
  const named = new Set(
    block('csv')
      .split('\n')
      .slice(1, -2)
      .map((line) => line.split(',')[0]),
  );
  expect(profile!.teams.map(({ reference }) => reference)).toEqual([...named]);
});

/** First column of the rows below a heading row, in order. */
function firstCells(heading: string): string[] {
  const from = page.indexOf(heading);
  expect(from).toBeGreaterThan(0);
  const table = page.slice(from).split('\n\n')[0]!.split('\n').slice(2);
  return table.map((row) => /^\| `?([A-Za-z_]*)`? ?\|/.exec(row)![1]!);
}

test('the tables name each field, each refusal and each settings value that there is', () => {
  expect(firstCells('| field | holds |')).toEqual([...FIELDS]);
  const refused = firstCells('| code | `fault` |').filter((code) => code !== '');
  expect(refused.sort()).toEqual([...REFUSALS].sort());
  const others = Object.keys(ERROR_CODES).filter(
    (code) => code.startsWith('HUB_CASELOAD_FILE_') && !REFUSALS.has(code as never),
  );
  expect(firstCells('| code | what | who acts |').sort()).toEqual(others.sort());
  const proofs = manifest.settings.find(({ key }) => key === 'completeness')!.choices!;
  expect(firstCells('| `completeness` | you write |')).toEqual([...proofs]);
});

/** Words in capitals of the adapter that say what is wrong with a file. */
function faultsInCode(): Set<string> {
  const folder = join(ROOT, 'adapters/caseload-extract');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/manifest|settings|refusal|windows|conformance/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const words = sources.flatMap((text) =>
    [...text.matchAll(/'([A-Z]{2,}(?:_[A-Z]+)*)'/g)].map(([, word]) => word!),
  );
  const others =
    /^(HUB_|UTF|WINDOWS|E[A-Z]+ENT$|UP$|DOWN$|YES$|NO$|TRUE$|FALSE$|NULL$|ROW$|TRAILER$|COLUMN$|FILE_NAME$|CSV|NONE$|CONTROL_FILE$|DETECT$|TAKEN$|REFUSED$|WAITING$|TEAM_NOT|ROWS_MISSING)/;
  return new Set(words.filter((word) => !others.test(word)));
}

test('every fault that a report can hold is on the page', () => {
  const faults = faultsInCode();
  expect(faults.size).toBeGreaterThan(25);
  expect([...faults].filter((fault) => !page.includes(`\`${fault}\``))).toEqual([]);
});

test('its figures are those of the code', () => {
  expect(page).toContain(`up to ${MOST_ROW_CHARACTERS.toLocaleString('en-GB')} characters`);
  expect([CONTROL_WAIT_MS, CLOCK_TOLERANCE_MS]).toEqual([3_600_000, 3_600_000]);
  expect(page).toContain(`${DEFAULTS.ageLimitHours} by default`);
  // The default of absenceBudgetHours is the database's.
  expect(page).toContain(`together: ${DEFAULTS.ageLimitHours + 26} hours`);
});

test('the settings table is the manifest’s (HUB_WRITE_DOCS=1 writes it)', () => {
  expect(writtenPart(PAGE, 'settings', settingsTable(manifest))).toBe(settingsTable(manifest));
});

test('its commands stand on the operator’s page, where they are run', () => {
  const operator = readFileSync(join(ROOT, 'docs/operator.md'), 'utf8').replaceAll(
    'describe fhir-r4',
    'describe caseload-extract',
  );
  const commands = block('sh')
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''));
  for (const command of commands) expect(operator).toContain(`\n${command} `);
});

test('every setting and field that the page names is one', () => {
  const named = [...page.matchAll(/`([a-z]+(?:[A-Z][a-z]+)+)`/g)].map(([, name]) => name!);
  const known = [...manifest.settings.map(({ key }) => key), ...FIELDS, 'absenceBudgetHours'];
  expect([...new Set(named)].filter((name) => !known.includes(name as never))).toEqual([]);
});
