/** The demonstration record system under a running hub: stopped and started by hand, started again when it died, on the same port. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isHubError } from '../../../src/core/errors.js';
import { setRecordSystemStopped } from '../../../src/main/record-system.js';
import { eventually } from '../../support/eventually.js';
import {
  endWith,
  type RunningHubProcess,
  seededFolder,
  startHubProcess,
  untilNoneLeft,
} from '../../support/running-hub.js';

let folder: Awaited<ReturnType<typeof seededFolder>>;
let hub: RunningHubProcess;
let base: string;

const answers = async (): Promise<boolean> =>
  fetch(`${base}/metadata`).then(
    (answer) => answer.ok,
    () => false,
  );
const pid = (): number =>
  (JSON.parse(readFileSync(join(folder.dataDir, 'record-system.json'), 'utf8')) as { pid: number }).pid;

beforeAll(async () => {
  folder = await seededFolder();
  hub = await startHubProcess(folder);
  base = /Records\s+(\S+)/.exec(hub.banner)![1]!;
}, 200_000);

afterAll(async () => {
  if (hub.child.exitCode === null && hub.child.signalCode === null) await endWith(hub, 'SIGKILL');
  await untilNoneLeft(folder);
  await folder.remove();
});

test('killed, it is there again on the same port', async () => {
  const before = pid();
  process.kill(before, 'SIGKILL');
  await eventually(async () => pid() !== before && (await answers()));
});

test('stopped by hand it stays stopped, and started it answers where it was', async () => {
  await setRecordSystemStopped(folder.dataDir, true);
  expect(await answers()).toBe(false);
  await sleep(1_000);
  expect(await answers()).toBe(false);
  await setRecordSystemStopped(folder.dataDir, false);
  expect(await answers()).toBe(true);
});

test('with no hub to act on it the wish times out, and the next start leaves the record system stopped', async () => {
  expect(await endWith(hub, 'SIGINT')).toBe(0);
  expect(await untilNoneLeft(folder)).toEqual([]);
  const refused = await setRecordSystemStopped(folder.dataDir, false, 600).catch((error: unknown) => error);
  expect(isHubError(refused) && refused.code).toBe('HUB_STATE_CONFLICT');
  await setRecordSystemStopped(folder.dataDir, true);
  hub = await startHubProcess(folder);
  expect(await answers()).toBe(false);
  await setRecordSystemStopped(folder.dataDir, false);
  expect(await answers()).toBe(true);
}, 120_000);
