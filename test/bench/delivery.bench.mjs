/** Bars 2.4: the claim at a full backlog, from signature to acceptance, taking over from the dead, and a slow neighbour. */
import { openBenchDatabase } from './bench-database.mjs';
import { measureClaim } from './delivery-claim.mjs';
import { measureLatency } from './delivery-latency.mjs';
import { measureTakeover } from './delivery-takeover.mjs';
import { fillDeliveryWorld, readDeliveryWorld } from './delivery-world.mjs';
import { bar } from './figures.mjs';
import { printMachine } from './machine.mjs';

/** Runs the benchmark; 0 when every bar is met, else 1. */
export async function run() {
  const db = await openBenchDatabase(fillDeliveryWorld);
  try {
    await printMachine(db.client, db.folder);
    const world = await readDeliveryWorld(db.client);
    const claim = await measureClaim(db, world);
    const { idleP99, ratio } = await measureLatency(db, world);
    const takeover = await measureTakeover(db, world);
    const met = [
      bar(
        '2.4a',
        'claim of 32 lanes at a backlog of 100,000 deliveries: median ms of the statement',
        claim,
        2,
        'lower',
      ),
      bar('2.4b', 'idle, signed to accepted: p99 ms', idleP99, 100, 'lower'),
      bar('2.4c', 'kill -9 of a worker to the next request for its lanes: p99 ms', takeover, 1_000, 'lower'),
      bar('2.4d', 'signed to accepted beside a slow destination: p99 over p99 alone', ratio, 1.2, 'lower'),
    ];
    return met.every(Boolean) ? 0 : 1;
  } finally {
    await db.close();
  }
}
