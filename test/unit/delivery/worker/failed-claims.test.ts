/** Loops whose claim failed: made again soon, ever more rarely, at once when there is news, and never after the end. */
import { NO_SCOPE } from '../../../../src/core/caller.js';
import { silentLogger } from '../../../../src/core/logger.js';
import { LANE_STATEMENTS } from '../../../../src/delivery/lane-statements.js';
import { startMessageReaders } from '../../../../src/delivery/messages/message-reader.worker.js';
import { WATCH_STATEMENTS } from '../../../../src/delivery/watch-statements.js';
import { ReceiptWatch } from '../../../../src/delivery/worker/receipt-watch.js';
import { DEFAULT_WORKER_SETTINGS } from '../../../../src/delivery/worker/settings.js';
import { startDeliveryWorker } from '../../../../src/delivery/worker/start-worker.js';
import type { Hearing, Listen } from '../../../../src/platform/database/shared-listener.js';
import { FailingDatabase } from '../../../support/failing-database.js';
import { ScriptedDocuments } from '../../../support/scripted-documents.js';

/** A loop at work, and how it hears of news. */
interface Loop {
  ring(): void;
  stop(): Promise<void>;
}

/** No test waits for a loop's own time. */
const HOUR = 3_600_000;
const USUAL = { pollMs: HOUR, reapMs: HOUR, unparkMs: HOUR, takeOverMs: HOUR };

const destination = {
  systemId: 's',
  systemCode: 'S',
  organisationId: 'o',
  custodianOdsCode: 'ODS',
  documents: new ScriptedDocuments(),
};

let failing: FailingDatabase;
let hearing: Hearing;
let loop: Loop;
beforeEach(() => {
  failing = new FailingDatabase();
});
afterEach(() => loop.stop());

const listen: Listen = async (given) => {
  hearing = given;
  return { close: async () => {} };
};
const shared = () => ({ database: failing.database, ownerUrl: '', logger: silentLogger, listen });
const heard = (stop: () => Promise<void>): Loop => ({
  ring: () => hearing.onNotice(hearing.channels[0]!, 's'),
  stop,
});

async function deliver(againMs: number): Promise<Loop> {
  const worker = await startDeliveryWorker({
    ...shared(),
    destinations: [destination],
    clock: { now: () => new Date() },
    settings: { ...USUAL, againMs },
  });
  hearing.onUp?.('alive');
  return heard(() => worker.stop());
}

async function watch(againMs: number): Promise<Loop> {
  const settings = { ...DEFAULT_WORKER_SETTINGS, ...USUAL, againMs };
  const receipts = new ReceiptWatch(destination, NO_SCOPE, { ...shared(), settings });
  receipts.start();
  return receipts;
}

async function read(backoffMs: number): Promise<Loop> {
  const inbound = { read: () => ({ kind: 'NOTHING' }) as const };
  const readers = await startMessageReaders({
    ...shared(),
    systems: [{ id: 's', code: 'S', organisationId: 'o', inbound }],
    feed: { apply: async () => {} },
    receipts: { apply: async () => {} },
    settings: { ...USUAL, backoffMs },
  });
  return heard(() => readers.stop());
}

/** Long enough for whatever would be asked too soon. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

describe.each([
  ['lanes', LANE_STATEMENTS.destination, deliver],
  ['receipts', WATCH_STATEMENTS.claim, watch],
  ['the right to read messages', 'insert into leases', read],
])('a claim of %s that fails', (_what, claim, start) => {
  it('is made again soon, after twice as long each time, and after one that went well as at first', async () => {
    failing.fail(claim, 8);
    loop = await start(4);
    await failing.until(claim, 9);
    // Half the most is the least; timers may be a millisecond early.
    for (const [index, gap] of failing.gaps(claim).entries()) expect(gap).toBeGreaterThan(2 * 2 ** index - 2);
    await aWhile();
    expect(failing.count(claim)).toBe(9);
    const afterwards: number[] = [];
    for (let round = 0; round < 3; round++) {
      failing.fail(claim, 1);
      loop.ring();
      await failing.until(claim, 11 + 2 * round);
      afterwards.push(failing.gaps(claim).at(-1)!);
    }
    // A busy machine makes one late, hardly all.
    expect(Math.min(...afterwards)).toBeLessThan(2 * 2 ** 8);
  });

  it('is made again at once when there is news', async () => {
    failing.fail(claim, 1);
    loop = await start(HOUR);
    await failing.until(claim, 1);
    await aWhile();
    expect(failing.count(claim)).toBe(1);
    loop.ring();
    await failing.until(claim, 2);
  });

  it('is not waited for at the end', async () => {
    failing.fail(claim, 1);
    loop = await start(HOUR);
    await failing.until(claim, 1);
    await aWhile();
    const begun = performance.now();
    await loop.stop();
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(failing.count(claim)).toBe(1);
  });
});
