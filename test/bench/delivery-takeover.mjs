/** Bar 2.4c: how long the lanes of a worker that was killed wait until another works on them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer, startWorker } from './delivery-processes.mjs';
import { emptyLanes, openSigner } from './delivery-world.mjs';
import { percentile } from './figures.mjs';

const KILLS = Number(process.env.BENCH_KILLS ?? 20);
/** Fewer than the adapter lets go out at once, so that no lane waits for another. */
const LANES = 3;

/** Lanes by the process that holds them; the name of a holder has the process id in it. */
async function heldByProcess(client, systemId) {
  const { rows } = await client.query(
    `select d.document_version_id::text as id, split_part(l.holder, ' ', 2)::integer as pid
     from delivery_lanes l join deliveries d on d.lane_id = l.id and d.seq = l.head_seq
     where l.system_id = $1 and l.holder is not null and d.ours = 'SENDING'`,
    [systemId],
  );
  return rows;
}

/** p99 over all lanes of all kills, in milliseconds: from SIGKILL until the survivor's first request for the lane arrives. */
export async function measureTakeover(db, world) {
  await emptyLanes(db.client);
  const systemId = world.systems.quick;
  const seen = [];
  const server = await startServer((message) => seen.push(message));
  const database = await db.open({});
  const sign = await openSigner(database, world);
  const start = () => startWorker(db.ownerUrl, world, server, { quick: 'hang' });
  const workers = [await start(), await start()];
  const times = [];
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const ids = [];
      for (let n = 0; n < LANES; n++)
        ids.push((await sign('quick', 6_000 + kill * LANES + n)).documentVersionId);
      let held = [];
      while (held.length < LANES || !ids.every((id) => seen.some((each) => each.seen.includes(id)))) {
        held = await heldByProcess(db.client, systemId);
        await sleep(10);
      }
      // At some moment between two looks of the survivor.
      await sleep(Math.random() * 500);
      const victim = workers.findIndex(({ pid }) => pid === held[0].pid);
      const orphans = held.filter(({ pid }) => pid === workers[victim].pid).map(({ id }) => id);
      seen.length = 0;
      const killedAt = process.hrtime.bigint();
      workers[victim].kill();
      const firstSeen = (id) => seen.find((each) => each.seen.includes(id));
      for (let waited = 0; !orphans.every(firstSeen) && waited < 20_000; waited += 5) await sleep(5);
      for (const id of orphans) {
        if (!firstSeen(id)) throw new Error('a lane was not taken over');
        times.push(Number(BigInt(firstSeen(id).at) - killedAt) / 1e6);
      }
      await server.flush(true);
      for (let busy = 1; busy > 0; ) {
        const { rows } = await db.client.query(
          `select count(*)::integer as n from delivery_lanes where state = 'READY'`,
        );
        busy = rows[0].n;
        await sleep(10);
      }
      await server.flush(false);
      workers[victim] = await start();
    }
    console.log(
      `takeover after ${KILLS} kills, ${times.length} lanes: p50 ${percentile(times, 50).toFixed(0)}, p99 ${percentile(times, 99).toFixed(0)}, most ${Math.max(...times).toFixed(0)} ms`,
    );
    return percentile(times, 99);
  } finally {
    await server.flush(true);
    await Promise.all(workers.map((worker) => worker.stop()));
    await database.close();
    await server.stop();
  }
}
