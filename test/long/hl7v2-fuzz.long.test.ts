/** Five minutes of fuzz against the listener, in rounds by seeds that are told, in memory that does not grow. */
import { fuzz } from '../support/hl7-fuzz.js';
import { startListener } from '../support/hl7-listener.js';

const FOR_MS = Number(process.env.HUB_FUZZ_MS ?? 300_000);
const ROUND_MS = 10_000;

test('minutes of anything', async () => {
  const totals = { rounds: 0, connections: 0, bytes: 0, accepted: 0 };
  const heaps: number[] = [];
  const until = performance.now() + FOR_MS;
  for (let seed = 1; performance.now() < until; seed++) {
    const listener = await startListener({ maxMessageBytes: 16_384, frameTimeoutSeconds: 1 });
    const { faults, connections, bytes, accepted } = await fuzz(listener, seed, ROUND_MS, 0);
    await listener.close();
    expect({ seed, faults }).toEqual({ seed, faults: [] });
    totals.rounds++;
    totals.connections += connections;
    totals.bytes += bytes;
    totals.accepted += accepted;
    heaps.push(Math.round(process.memoryUsage().heapUsed / 1_048_576));
  }
  process.stdout.write(`${JSON.stringify({ fuzz: 'hl7v2-listener', ...totals, heapMiB: heaps })}\n`);
  expect(totals.accepted).toBeGreaterThan(1_000);
  expect(Math.min(...heaps.slice(-5))).toBeLessThan(Math.min(...heaps.slice(0, 5)) + 100);
});
