/** What the README promises, done as a user does it: start, the trip by hand, stop, start again, die. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EXPLORER_EXAMPLES } from '../../schema/explorer/examples.js';
import { DEMONSTRATION_STAFF } from '../../seeds/demonstration/staff.js';
import { DemonstrationIssuer } from '../../src/access/tokens/demonstration-issuer.js';
import { systemClock } from '../../src/core/clock.js';
import { DEMONSTRATION_AUDIENCE } from '../../src/main/token-keys.js';
import {
  endWith,
  type HubFolder,
  hubFolder,
  ROOT,
  type RunningHubProcess,
  startHubProcess,
  untilNoneLeft,
} from '../support/running-hub.js';

const run = promisify(execFile);
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** What a start says that fills an empty database; how long each start takes is measured by `bench:start`. */
const FIRST_CASELOAD = /^caseload of .+ 100 %$/m;

let folder: HubFolder;
let hub: RunningHubProcess;

beforeAll(async () => {
  folder = await hubFolder();
  hub = await startHubProcess(folder);
}, 200_000);

afterAll(async () => {
  if (hub.child.exitCode === null && hub.child.signalCode === null) await endWith(hub, 'SIGKILL');
  await untilNoneLeft(folder);
  folder.remove();
});

/** A token as `hub token` prints it, signed with the key in the hub's folder; the trips by hand ask the command itself. */
async function tokenOf(role: string): Promise<string> {
  const { subject, roles, organisation } = DEMONSTRATION_STAFF.find(
    (person) => person.subject === `demo-${role}`,
  )!;
  const issuer = await DemonstrationIssuer.open(folder.dataDir, DEMONSTRATION_AUDIENCE, systemClock);
  return issuer.issue({ subject, roles, org: organisation });
}

async function ask(
  token: string | null,
  query: string,
  variables: object = {},
): Promise<{ status: number; body: { data?: Record<string, unknown>; errors?: unknown[] } }> {
  const answer = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: answer.status, body: (await answer.json()) as { data?: Record<string, unknown> } };
}

describe('the first start', () => {
  test('the banner names every address', () => {
    for (const word of ['GraphQL', 'Explorer', 'Health', 'Records', 'Sign in as', 'Try'])
      expect(hub.banner).toContain(word);
  });

  test('without a token the graph answers its own name and nothing else', async () => {
    expect(await ask(null, '{ __typename }')).toEqual({
      status: 200,
      body: { data: { __typename: 'Query' } },
    });
    const refused = await ask(null, '{ referrals { totalCount } }');
    expect(JSON.stringify(refused.body)).toContain('HUB_ACCESS_UNAUTHENTICATED');
  });

  test('health, explorer and record system answer where the banner says', async () => {
    const addresses = [...hub.banner.matchAll(/https?:\/\/\S+/g)].map(([address]) => address);
    const [, explorer, health, records] = addresses as [string, string, string, string];
    expect((await fetch(health)).status).toBe(200);
    expect((await fetch(`${records}/metadata`)).status).toBe(200);
    const page = await fetch(explorer);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

/** Code blocks of one kind, in order, each with the kind of the block after it. */
function blocks(): { kind: string; text: string }[] {
  return [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, kind, text]) => ({
    kind: kind!,
    text: text!,
  }));
}

test('the trips by hand: every snippet prints what the README says', async () => {
  const all = blocks();
  const script = all
    .filter(({ kind }) => kind === 'bash')
    .map(({ text }) => `${text}\necho '=== end of block'`)
    .join('\n')
    .replace('http://127.0.0.1:4000', `http://127.0.0.1:${folder.port}`);
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: ROOT,
    env: { ...folder.env, PATH: process.env.PATH },
  });
  const printed = stdout.split('=== end of block\n').map((text) => text.trim());
  const expected = all.flatMap(({ kind }, index) =>
    kind === 'bash' ? [all[index + 1]?.kind === 'text' ? all[index + 1]!.text.trim() : ''] : [],
  );
  expect(printed.slice(0, expected.length)).toEqual(expected);
  expect(expected.filter((text) => text !== '').length).toBeGreaterThanOrEqual(9);
}, 240_000);

test.each(EXPLORER_EXAMPLES.map((example) => [example.title, example] as const))(
  'the saved query "%s" answers its role without an error',
  async (_title, example) => {
    const token = await tokenOf(example.role);
    const { status, body } = await ask(token, example.query, example.variables);
    expect({ status, errors: body.errors }).toEqual({ status: 200, errors: undefined });
    expect(body.data).toBeTruthy();
  },
);

test('every query on the analyst’s page answers an analyst', async () => {
  const page = readFileSync(join(ROOT, 'docs/analyst.md'), 'utf8');
  const queries = [...page.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text]) => text!);
  expect(queries.length).toBeGreaterThanOrEqual(2);
  const token = await tokenOf('analyst');
  for (const query of queries) {
    const { status, body } = await ask(token, query);
    expect({ status, errors: body.errors }).toEqual({ status: 200, errors: undefined });
  }
});

test('the README names only files that are there', () => {
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
  expect(links.length).toBeGreaterThan(5);
  for (const link of links)
    expect(() =>
      readFileSync(
        join(
          ROOT,
          link.replace('docs/decisions', 'docs/decisions/0001-organisation-is-the-data-controller.md'),
        ),
      ),
    ).not.toThrow();
});

describe('ends and starts', () => {
  test('Ctrl-C ends it in good order and leaves no process', async () => {
    expect(await endWith(hub, 'SIGINT')).toBe(0);
    expect(await untilNoneLeft(folder)).toEqual([]);
  });

  test('the next start fills and pulls nothing again and finds what the first one wrote', async () => {
    expect(hub.said()).toMatch(FIRST_CASELOAD);
    hub = await startHubProcess(folder);
    expect(hub.said()).not.toMatch(FIRST_CASELOAD);
    const token = await tokenOf('specialist');
    const { body } = await ask(
      token,
      '{ referrals(filter: { person: { nhsNumber: "9991000038" } }) { totalCount } }',
    );
    expect((body.data as { referrals: { totalCount: number } }).referrals.totalCount).toBeGreaterThanOrEqual(
      2,
    );
  });

  test('kill -9 leaves no process either, and nothing is lost', async () => {
    await endWith(hub, 'SIGKILL');
    expect(await untilNoneLeft(folder)).toEqual([]);
    hub = await startHubProcess(folder);
    const token = await tokenOf('manager');
    const { body } = await ask(token, '{ referrals { totalCount } }');
    expect((body.data as { referrals: { totalCount: number } }).referrals.totalCount).toBeGreaterThan(100);
  });
});
