/** Twenty kill -9 at any moment of the first start and after: the hub always comes up again, whole, and leaves no process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  endWith,
  type HubFolder,
  hubFolder,
  ROOT,
  type RunningHubProcess,
  startHubProcess,
  untilNoneLeft,
} from '../support/running-hub.js';

const ROUNDS = 20;

let folder: HubFolder;
let hub: RunningHubProcess | null = null;

beforeAll(async () => {
  folder = await hubFolder();
});
afterAll(async () => {
  hub?.child.kill('SIGKILL');
  await untilNoneLeft(folder);
  folder.remove();
}, 60_000);

function begin(): ChildProcess {
  return spawn(process.execPath, ['src/runtime/start.mjs', 'start'], {
    cwd: ROOT,
    env: folder.env,
    stdio: 'ignore',
  });
}

async function totals(url: string, token: string): Promise<unknown> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      query: '{ referrals { totalCount } memberships { totalCount } eligibilityDecisions { totalCount } }',
    }),
  });
  return ((await answer.json()) as { data: unknown }).data;
}

async function tokenOf(role: string, of: HubFolder = folder): Promise<string> {
  const child = spawn(process.execPath, ['src/runtime/start.mjs', 'token', role], {
    cwd: ROOT,
    env: of.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'exit');
  return text.trim();
}

/** What a hub shows whose first start nobody disturbed. */
async function undisturbed(): Promise<unknown> {
  const other = await hubFolder();
  const calm = await startHubProcess(other);
  try {
    return await totals(calm.url, await tokenOf('manager', other));
  } finally {
    await endWith(calm, 'SIGINT');
    await untilNoneLeft(other);
    other.remove();
  }
}

test(`${ROUNDS} kills, then everything is there once`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const child = begin();
    // Spread over the whole of a first start: programs, cluster, migrations, seeds, sweep, referrals, serving.
    await sleep(150 + Math.floor((round * 5_000) / ROUNDS));
    child.kill('SIGKILL');
    expect(await untilNoneLeft(folder)).toEqual([]);
  }
  hub = await startHubProcess(folder);
  const first = await totals(hub.url, await tokenOf('manager'));
  expect(first).toEqual(await undisturbed());
  const counted = first as Record<
    'memberships' | 'referrals' | 'eligibilityDecisions',
    { totalCount: number }
  >;
  expect(counted.memberships.totalCount).toBeGreaterThan(2_000);
  // Each referral decided once, but those under the specification that ended in 2021.
  expect(counted.eligibilityDecisions.totalCount).toBeGreaterThan(120);
  expect(counted.eligibilityDecisions.totalCount).toBeLessThanOrEqual(counted.referrals.totalCount);
  await endWith(hub, 'SIGINT');
  hub = await startHubProcess(folder);
  expect(await totals(hub.url, await tokenOf('manager'))).toEqual(first);
  await endWith(hub, 'SIGINT');
  expect(await untilNoneLeft(folder)).toEqual([]);
}, 900_000);
