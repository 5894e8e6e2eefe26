/** Answers that the database does not take: put to it again soon, and at once when the worker ends. */
import { NO_SCOPE } from '../../../../src/core/caller.js';
import { silentLogger } from '../../../../src/core/logger.js';
import type { Head } from '../../../../src/delivery/claim.service.js';
import { LANE_STATEMENTS } from '../../../../src/delivery/lane-statements.js';
import { withoutAttempt } from '../../../../src/delivery/settlement.js';
import { HeldLanes } from '../../../../src/delivery/worker/held-lanes.js';
import { DEFAULT_WORKER_SETTINGS } from '../../../../src/delivery/worker/settings.js';
import { type Answer, SettleQueue } from '../../../../src/delivery/worker/settle-queue.js';
import { FailingDatabase } from '../../../support/failing-database.js';

const HOUR = 3_600_000;
const { settle } = LANE_STATEMENTS;

let failing: FailingDatabase;
let settled: Answer[];
beforeEach(() => {
  failing = new FailingDatabase();
  settled = [];
});

function queueOf(againMs: number): SettleQueue {
  const settings = { ...DEFAULT_WORKER_SETTINGS, pollMs: HOUR, againMs };
  return new SettleQueue({
    database: failing.database,
    context: { systemId: 's', scope: NO_SCOPE, ...settings },
    settings,
    logger: silentLogger,
    systemCode: 'S',
    onSettled: (answers) => settled.push(...answers),
  });
}

function answer(laneId: string): Answer {
  const head = { laneId, ours: 'CANCELLED' } as Head;
  const held = new HeldLanes().add(head, { sendTimeoutMs: 1, probing: false }, 0);
  return { held, settlement: withoutAttempt(head, 0) };
}

const lanes = (): string[] => settled.map(({ settlement }) => settlement.laneId);

it('are put to it again soon, after twice as long each time, with those that came meanwhile', async () => {
  failing.fail(settle, 4);
  const queue = queueOf(10);
  queue.add(answer('a'));
  await failing.until(settle, 1);
  queue.add(answer('b'));
  await failing.until(settle, 5);
  for (const [index, gap] of failing.gaps(settle).entries()) expect(gap).toBeGreaterThan(5 * 2 ** index - 2);
  await queue.drained();
  expect(lanes()).toEqual(['a', 'b']);
});

it('begin anew after one that was taken', async () => {
  const queue = queueOf(4);
  failing.fail(settle, 8);
  queue.add(answer('a'));
  await failing.until(settle, 9);
  const afterwards: number[] = [];
  for (let round = 0; round < 3; round++) {
    failing.fail(settle, 1);
    queue.add(answer(`b${round}`));
    await failing.until(settle, 11 + 2 * round);
    afterwards.push(failing.gaps(settle).at(-1)!);
  }
  // A busy machine makes one late, hardly all.
  expect(Math.min(...afterwards)).toBeLessThan(2 * 2 ** 8);
});

it('do not keep the end waiting', async () => {
  failing.fail(settle, 1);
  const queue = queueOf(HOUR);
  queue.add(answer('a'));
  await failing.until(settle, 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(failing.count(settle)).toBe(1);
  await queue.drained();
  expect(lanes()).toEqual(['a']);
});
