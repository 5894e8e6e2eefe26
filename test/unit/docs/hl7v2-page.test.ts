/** The page for engines that speak HL7 v2 says what the adapter's manifest, rules and tools say. */
import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { z } from 'zod';
import { CONDITIONS } from '../../../adapters/hl7v2/acknowledgement/condition.rules.js';
import { OF_FRAMES } from '../../../adapters/hl7v2/batch/refusal.js';
import { patienceOf } from '../../../adapters/hl7v2/feed-settings.js';
import { hl7v2 } from '../../../adapters/hl7v2/index.js';
import { refusalOf } from '../../../adapters/hl7v2/listening/admission.rules.js';
import { arrivalOf } from '../../../adapters/hl7v2/listening/arrival.rules.js';
import { listeningFields } from '../../../adapters/hl7v2/listening/listening-settings.js';
import { EVENTS } from '../../../adapters/hl7v2/meaning/events.js';
import { MISHAPS } from '../../../adapters/hl7v2/mllp/tally.js';
import { ListFault } from '../../../adapters/hl7v2/query/incomplete.js';
import type { Hl7v2Settings } from '../../../adapters/hl7v2/settings.js';
import { buildGraph } from '../../../schema/build-graph.js';
import { DEMONSTRATION_DIRECTORY, demonstrationSite } from '../../../seeds/demonstration/hub-world.js';
import { DEMONSTRATION_STAFF } from '../../../seeds/demonstration/staff.js';
import { ERROR_CODES } from '../../../src/core/error-codes.js';
import { isHubError } from '../../../src/core/errors.js';
import type { SiteProfile } from '../../../src/platform/settings/site-profiles.js';
import { fieldsRefused } from '../../support/fields-refused.js';
import { settingsTable, tableRow, writtenPart } from '../../support/settings-table.js';

const PAGE = new URL('../../../docs/hl7v2.md', import.meta.url);
const page = readFileSync(PAGE, 'utf8');

test('the settings table is the manifest’s (HUB_WRITE_DOCS=1 writes it)', () => {
  expect(writtenPart(PAGE, 'settings', settingsTable(hl7v2.manifest))).toBe(settingsTable(hl7v2.manifest));
});

test('every setting that takes no relative path says so', () => {
  const faultsOf = (key: string): readonly string[] => {
    try {
      hl7v2.parseSettings({ listenPort: 0, [key]: 'relative/path' });
      return [];
    } catch (error) {
      return isHubError(error) ? (error.details.faults as readonly string[]) : [];
    }
  };
  const paths = hl7v2.manifest.settings.filter(({ key }) =>
    faultsOf(key).includes(`${key}: must be an absolute path`),
  );
  expect(paths).toHaveLength(7);
  for (const { key, help } of paths)
    expect([key, help]).toEqual([key, expect.stringMatching(/^Absolute path/)]);
});

const MESSAGE = 'MSH|^~\\&|PAS|RXX|HUB|RYY|20260304100000||ADT^A01|1|P|2.4\rPID|1\r';
/** What is told of a message, as it is spoilt. */
const SPOILT: readonly (readonly [what: string, message: string, settings?: Record<string, unknown>])[] = [
  ['as it should be', MESSAGE],
  ['from a sender that is not listed', MESSAGE, { allowedSenders: 'OTHER|RXX' }],
  ['without a type', MESSAGE.replace('ADT^A01', '')],
  ['without a number', MESSAGE.replace('|1|P|', '||P|')],
  ['of another environment', MESSAGE.replace('|P|', '|T|')],
  ['of a version that is not listed', MESSAGE, { versions: '2.5' }],
  ['of a type that is not taken', MESSAGE, { messageTypes: 'MDM' }],
  ['of an event that is not taken', MESSAGE, { messageTypes: 'ADT^A08' }],
  ['with a character set that there is not', MESSAGE.replace('|2.4', '|2.4||||||EBCDIC')],
  ['with bytes that are no characters of its set', MESSAGE.replace('PID|1', 'PID|\xff')],
  ['with a line that is no segment', MESSAGE.replace('PID|1', 'well then')],
  ['two messages in one frame', MESSAGE + MESSAGE],
  ['with more segments than are taken', MESSAGE, { maxSegments: 1 }],
];
const CODES = { ACCEPT: 'AA', ERROR: 'AE', REJECT: 'AR' } as const;

function answerTo([what, message, raw = {}]: (typeof SPOILT)[number]): string {
  const settings = z.strictObject(listeningFields).parse({ listenPort: 0, ...raw });
  const arrival = arrivalOf(Buffer.from(message, 'latin1'), settings);
  if (arrival === null) throw new Error(`${what}: no header`);
  const refusal = refusalOf(arrival, settings);
  const { taken, fault, code } = refusal ?? { taken: 'ACCEPT', fault: null, code: null };
  const place = fault?.place ? `${fault.place.segment}-${fault.place.field}` : '';
  const condition = fault === null ? '' : `${fault.condition} ${CONDITIONS[fault.condition]}`;
  return tableRow([what, CODES[taken], condition, place, code === null ? '' : `\`${code}\``]);
}

test('what the hub answers is what it answers (HUB_WRITE_DOCS=1 writes it)', () => {
  const duplicate = tableRow([
    'with the number of another',
    'AE',
    `205 ${CONDITIONS[205]}`,
    'MSH-10',
    '`HUB_MESSAGE_DUPLICATE_ID`',
  ]);
  const rows = [...SPOILT.map(answerTo), duplicate];
  const table = `\n| a message | answer | ERR | place | kept as |\n|---|---|---|---|---|\n${rows.join('\n')}\n\n`;
  expect(new Set(rows.map((row) => row.split(' | ')[1]))).toEqual(new Set(['AA', 'AE', 'AR']));
  expect(writtenPart(PAGE, 'answers', table)).toBe(table);
});

test('every code, reason and setting that it names exists, and every reason is named', () => {
  for (const [code] of page.matchAll(/HUB_(?:MESSAGE|CASELOAD|FEED)_[A-Z_]+/g))
    expect(Object.keys(ERROR_CODES)).toContain(code);
  const list = page.slice(page.indexOf('`details.reason`'), page.indexOf('code of a file'));
  const named = [...list.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]!),
  );
  expect(named.sort()).toEqual(Object.keys(ListFault).sort());
  const prose = page.slice(0, page.indexOf('## Every setting'));
  const keys = hl7v2.manifest.settings.map(({ key }) => key);
  const others = ['others'];
  for (const [, name] of prose.matchAll(/`([a-z]+[A-Z][A-Za-z]*)`/g))
    expect([...keys, ...others]).toContain(name);
});

test('every mishap on the wire is told', () => {
  const table = page.slice(page.indexOf('| on the wire |'), page.indexOf('## What your answers mean'));
  const told = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]!),
  );
  expect(told.sort()).toEqual([...MISHAPS].sort());
});

test('whatever may be wrong with a file as a whole is explained', () => {
  const table = page.slice(page.indexOf('| a file is not whole |'), page.indexOf('## Rehearse'));
  const told = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]!),
  );
  expect(told.sort()).toEqual(Object.keys(OF_FRAMES).sort());
});

const rehearsal = (): SiteProfile =>
  (JSON.parse(/<!-- rehearsal:begin -->\s+```json\n([\s\S]*?)```/.exec(page)![1]!) as SiteProfile[])[0]!;

test('the rehearsal is a site of the demonstration that takes what is made up, in teams that no other site has', () => {
  const site = rehearsal();
  const mapped = site.teams.flatMap(({ team }) => (team === null ? [] : [team]));
  const { teams } = DEMONSTRATION_DIRECTORY;
  const own = teams.filter(({ organisation }) => organisation === site.organisation).map(({ code }) => code);
  expect(own).toEqual(expect.arrayContaining(mapped));
  expect(demonstrationSite('http://127.0.0.1/fhir').organisation).not.toBe(site.organisation);
  const generate = hl7v2.tools!.tools.find(({ verb }) => verb === 'generate')!;
  const usual = (name: string) => generate.options.find((option) => option.name === name)!.default;
  const { listening, meaning, feed } = hl7v2.parseSettings(site.settings) as Hl7v2Settings;
  expect(patienceOf(feed)?.toldAll).toBe(true);
  expect(listening.processingId).toBe(usual('processing'));
  expect(usual('sender')).toBe(`MADEUP|${meaning.idAuthority}`);
  expect(site.teams.map(({ reference }) => reference).join(',')).toBe(usual('teams'));
});

test('the queries of the rehearsal are valid, for people of its organisation, who may read all that they ask', async () => {
  const schema = await buildGraph();
  const rows = [...page.matchAll(/^\| `([\w-]+-b)` \| `(\{ .* \})` \|/gm)];
  expect(rows).toHaveLength(4);
  for (const [, token, query] of rows) {
    const person = DEMONSTRATION_STAFF.find(({ subject }) => subject === `demo-${token}`)!;
    expect([token, person.organisation]).toEqual([token, rehearsal().organisation]);
    expect(validate(schema, parse(query!))).toEqual([]);
    expect(fieldsRefused(schema, query!, person.roles)).toEqual([]);
  }
});

test('what an event means is what the rules have', () => {
  const table = page.slice(page.indexOf('| event |'), page.indexOf('| any other |'));
  const rows = table
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const meanings = (cell: string): Set<string> =>
    new Set([...cell.matchAll(/[AI]\d{2}/g)].map(([event]) => EVENTS.get(event) ?? 'NOTHING'));
  expect(rows.filter(([, cell]) => cell).map(([, cell]) => [...meanings(cell!)].sort())).toEqual([
    ['JOINED'],
    ['PLANNED', 'REFERRED'],
    ['MOVED'],
    ['LEFT'],
    ['UNDO_JOINED', 'UNDO_LEFT', 'UNDO_MOVED'],
    ['REFERRED', 'STANDS'],
    ['DETAILS'],
    ['MERGED', 'RENUMBERED', 'SEPARATED', 'VISIT_GIVEN', 'VISIT_MERGED'],
    ['LINKED'],
    ['AGAINST'],
  ]);
  const told = new Set([...table.matchAll(/[AI]\d{2}/g)].map(([event]) => event));
  const silent = [...EVENTS].filter(([event, meaning]) => meaning !== 'AGAINST' && !told.has(event));
  expect(silent).toEqual([]);
});

test('every tool is on the page, with arguments and options that it has', () => {
  const { noun, tools } = hl7v2.tools!;
  const lines = /```sh\n([\s\S]*?)```/.exec(page)![1]!.trimEnd().split('\n');
  const verbs = new Set<string>();
  for (const line of lines) {
    const [program, said, verb = '', ...rest] = line.replace(/\s+#.*$/, '').split(' ');
    expect([program, said]).toEqual(['hub', noun]);
    const tool = tools.find((one) => one.verb === verb)!;
    verbs.add(tool.verb);
    const options = new Map(tool.options.map((option) => [`--${option.name}`, option]));
    const args: string[] = [];
    for (let at = 0; at < rest.length; at++) {
      const word = rest[at]!;
      if (!word.startsWith('--')) args.push(word);
      else if (options.get(word) === undefined) throw new Error(`${verb} has no ${word}`);
      else if (options.get(word)!.value !== undefined) at++;
    }
    expect(args).toHaveLength(tool.args.length);
  }
  expect([...verbs].sort()).toEqual(tools.map(({ verb }) => verb).sort());
});
