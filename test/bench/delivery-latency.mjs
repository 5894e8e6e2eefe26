/** Bars 2.4b and 2.4d: from a signature to its acceptance, alone and beside a destination that answers once a second. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openObserver, startServer, startWorker } from './delivery-processes.mjs';
import { emptyLanes, openSigner } from './delivery-world.mjs';
import { median, percentile } from './figures.mjs';

const SIGNATURES = Number(process.env.BENCH_SIGNATURES ?? 400);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const SIGNATURES_A_ROUND = 250;
const BACKLOG = 3_000;
/** Between one acceptance and the next signature, so that nothing is under way. */
const IDLE_MS = 15;

/** Signs one at a time; answers the milliseconds from each commit to its acceptance. */
async function signOneByOne({ sign, observer }, count, from) {
  const times = [];
  for (let n = 0; n < count; n++) {
    const { documentId } = await sign('quick', (from + n) % 5_000);
    const committedAt = performance.now();
    times.push((await observer.accepted(documentId)) - committedAt);
    await sleep(IDLE_MS);
  }
  return times;
}

const show = (times) =>
  `p50 ${percentile(times, 50).toFixed(1)}, p99 ${percentile(times, 99).toFixed(1)}, most ${Math.max(...times).toFixed(1)} ms`;

/** Waits until so many lanes of a system are held; `fewer` turns it round. */
async function untilHeld(client, systemId, wanted) {
  for (let waited = 0; waited < 60_000; waited += 50) {
    const { rows } = await client.query(
      'select count(*)::integer as n from delivery_lanes where system_id = $1 and holder is not null',
      [systemId],
    );
    if (wanted(rows[0].n)) return;
    await sleep(50);
  }
  throw new Error('the lanes did not come to that');
}

/** Two figures: the p99 in milliseconds when nothing else is going on, and the ratio of p99 beside the slow destination and alone. */
export async function measureLatency(db, world) {
  await emptyLanes(db.client);
  const database = await db.open({});
  const server = await startServer();
  const observer = await openObserver(db.superuserUrl);
  const worker = await startWorker(db.ownerUrl, world, server, { quick: 'quick', slow: 'slow' });
  const sign = await openSigner(database, world);
  const parts = { sign, observer };
  try {
    await signOneByOne(parts, 50, 0);
    const idle = await signOneByOne(parts, SIGNATURES, 50);
    console.log(`signed to accepted, idle, ${SIGNATURES} signatures one at a time: ${show(idle)}`);
    const ratio = await besideSlow(db, world, server, parts);
    return { idleP99: percentile(idle, 99), ratio };
  } finally {
    await server.flush(true);
    await worker.stop();
    await observer.close();
    await database.close();
    await server.stop();
  }
}

async function besideSlow(db, world, server, parts) {
  const systemId = world.systems.slow;
  const pause = (until) =>
    db.client.query(
      `with d as (update destinations set paused_until = ${until}, paused_by = 'bench' where system_id = $1)
       select pg_notify('hub_delivery', $1::text)`,
      [systemId],
    );
  await pause(`'infinity'`);
  for (let n = 0; n < BACKLOG; n++) await parts.sign('slow', n);
  await db.client.query('vacuum (analyze) delivery_lanes');
  await db.client.query('vacuum (analyze) deliveries');
  const rounds = { alone: [], beside: [] };
  const run = {
    async alone(at) {
      await pause(`'infinity'`);
      await server.flush(true);
      await untilHeld(db.client, systemId, (held) => held === 0);
      return signOneByOne(parts, SIGNATURES_A_ROUND, at);
    },
    async beside(at) {
      await server.flush(false);
      await pause('null');
      await untilHeld(db.client, systemId, (held) => held >= 32);
      return signOneByOne(parts, SIGNATURES_A_ROUND, at);
    },
  };
  console.log(
    `beside a destination that answers once a second, ${BACKLOG.toLocaleString('en-GB')} waiting, ${ROUNDS} alternating rounds:`,
  );
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 ? ['beside', 'alone'] : ['alone', 'beside'];
    for (const name of order) rounds[name].push(await run[name](round * SIGNATURES_A_ROUND));
    console.log(`  ${round + 1}: alone ${show(rounds.alone.at(-1))}; beside ${show(rounds.beside.at(-1))}`);
  }
  const p99 = (name) => median(rounds[name].map((times) => percentile(times, 99)));
  return p99('beside') / p99('alone');
}
