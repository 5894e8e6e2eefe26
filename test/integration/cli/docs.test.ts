/** The operator's page: every command on it is run, every command there is stands on it, its table of checks is the doctor's. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { runProgram } from '../../../src/cli/program.js';
import { CHECKS } from '../../../src/main/doctor/examine.js';
import type { Finding } from '../../../src/main/doctor/verdict.js';
import { documentOf, hub } from '../../support/command-line.js';
import { type DemonstrationStore, demonstrationStore } from '../../support/demonstration-store.js';
import { putMessage } from '../../support/graph-messages.js';

const page = readFileSync(new URL('../../../docs/operator.md', import.meta.url), 'utf8');
/** Where the tools of an adapter stand, which are of no running hub; its own test holds it against them. */
const toolsPage = readFileSync(new URL('../../../docs/hl7v2.md', import.meta.url), 'utf8');
const blocks = (language: string, text: string = page): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]!);

/** Command lines of the page, without what a comment says. */
const LINES = blocks('sh').flatMap((block) =>
  block
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '')),
);
/** Run in the order of the page, but for the directory of a trust, which a demonstration should not hold. */
const LAST = LINES.find((line) => line.startsWith('hub directory load'))!;
const APART = [LAST, 'hub start', 'hub records stop', 'hub records start'];

let store: DemonstrationStore;
let referral = '';
let delivery = { id: '', note: '' };
let message = '';

beforeAll(async () => {
  store = await demonstrationStore();
  writeFileSync(join(store.dataDir, 'directory.json'), blocks('json')[0]!);
  const client = new pg.Client({ connectionString: store.urls.superuserUrl });
  await client.connect();
  referral = (await client.query<{ id: string }>('select id from referrals order by id limit 1')).rows[0]!.id;
  delivery = (
    await client.query<{ id: string; note: string }>(
      'select id, document_id as note from deliveries order by seq desc, id limit 1',
    )
  ).rows[0]!;
  // The demonstration's record system sends nothing by itself.
  const sql = async (text: string, values: unknown[]) => (await client.query(text, values)).rows;
  const [system] = await sql(
    `select id as "systemId", organisation_id as "organisationId" from clinical_record_systems where code = 'demo-a'`,
    [],
  );
  const sent = { controlId: '1', receivedAt: new Date() };
  message = await putMessage({ sql: sql as never }, { ...system, ...sent });
  await client.end();
}, 120_000);
afterAll(() => store.close());

function argvOf(line: string): string[] {
  const [program, ...argv] = line.split(' ');
  if (program !== 'hub') throw new Error(`not a command of the hub: ${line}`);
  return argv.map((word) =>
    word
      .replace('$REFERRAL', referral)
      .replace('$NOTE', delivery.note)
      .replace('$DELIVERY', delivery.id)
      .replace('$MESSAGE', message)
      .replace(/^directory\.json$/, join(store.dataDir, 'directory.json')),
  );
}

test('there are commands to run', () => {
  expect(LINES.length).toBeGreaterThan(12);
});

test.each(LINES.filter((line) => !APART.includes(line)))('%s', async (line) => {
  const said = await hub(argvOf(line), store.env);
  expect(said.code === 0 ? '' : `${said.code}: ${said.out}${said.err}`).toBe('');
  expect(said.out).not.toBe('');
});

test('hub start serves until it is told to end', async () => {
  const out: string[] = [];
  const streams = { out: { write: (text: string) => out.push(text) }, err: { write: () => {} } };
  const env = { ...store.env, HUB_PORT: '0', HUB_LOG_LEVEL: 'error' };
  const before = process.listeners('SIGTERM');
  const started = Promise.withResolvers<void>();
  const ended = runProgram(
    ['start', '--quiet'],
    {
      ...streams,
      out: {
        write: (text) => {
          out.push(text);
          started.resolve();
        },
      },
    },
    env,
  );
  await Promise.race([started.promise, ended]);
  const url = /GraphQL {5}(\S+)\/graphql/.exec(out.join(''))![1]!;
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  process.emit('SIGTERM');
  expect(await ended).toBe(0);
  await expect(fetch(`${url}/health/ready`)).rejects.toThrow();
  expect(process.listeners('SIGTERM')).toEqual(before);
});

test('the directory of the page is loaded; beside a demonstration the doctor says that it does not belong there', async () => {
  expect(await hub(argvOf(LAST), store.env)).toMatchObject({
    code: 0,
    out: '1 organisations, 1 teams, 1 staff\n',
  });
  const said = await hub(['doctor', '--json'], store.env);
  expect(said.code).toBe(1);
  expect(documentOf<Finding[]>(said).filter(({ state }) => state === 'FAULT')).toMatchObject([
    { check: 'demonstration', mend: 'HUB_DEMONSTRATION=off' },
  ]);
});

test('every command there is stands on the page', async () => {
  const commandsIn = (help: string): string[] =>
    [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([\w-]+)/gm)]
      .map((match) => match[1]!)
      .filter((name) => name !== 'help');
  const nouns = commandsIn((await hub(['--help'], {})).out);
  const commands: string[] = [];
  for (const noun of nouns) {
    const { out } = await hub([noun, '--help'], {});
    if (out.includes('Commands:')) commands.push(...commandsIn(out).map((verb) => `hub ${noun} ${verb}`));
    else commands.push(`hub ${noun}`);
  }
  expect(commands.length).toBeGreaterThan(12);
  const lines = [...LINES, ...blocks('sh', toolsPage).flatMap((block) => block.split('\n'))];
  expect(
    commands.filter((command) => !lines.some((line) => line === command || line.startsWith(`${command} `))),
  ).toEqual([]);
});

test('the table of checks is the doctor’s', () => {
  const rows = page.slice(page.indexOf('| check | what it examines |')).trimEnd().split('\n').slice(2);
  expect(rows).toEqual(CHECKS.map(({ name, examines }) => `| \`${name}\` | ${examines} |`));
});
