/** 4.6b: memory of a listener that also reads, over 200,000 messages. */
import { AS_SHIPPED, durability } from './listener-rate.mjs';
import { start } from './processes.mjs';

const MESSAGES = Number(process.env.BENCH_HL7_MESSAGES ?? 200_000);
const PARTS = 10;
const MIB = 2 ** 20;

/** Answers by how many MiB what is held after all messages is more than after the first tenth. */
export async function measureMemory(db, world) {
  const { ownerUrl } = db;
  const listener = await start('listener.mjs', { ownerUrl, ...world, reads: true }, [
    ...AS_SHIPPED,
    '--expose-gc',
  ]);
  const port = Number(listener.said.address.split(':').at(-1));
  const load = await start('load.mjs', { port, connections: 16 });
  try {
    const held = [];
    const rss = [];
    let ms = 0;
    for (let part = 0; part < PARTS; part++) {
      const done = await load.ask({ prefix: `M${part}-`, most: MESSAGES / PARTS });
      if (done.answered < MESSAGES / PARTS) throw new Error('not every message was accepted');
      ms += done.ms;
      const memory = await listener.ask({});
      held.push((memory.heapUsed + memory.external) / MIB);
      rss.push(memory.rss / MIB);
    }
    const { rows } = await db.client.query(
      `select count(*)::integer as n from inbound_messages where control_id like 'M%'`,
    );
    if (rows[0].n !== MESSAGES) throw new Error(`${rows[0].n} messages are kept, not ${MESSAGES}`);
    const round = (values) => values.map((value) => Math.round(value));
    console.log(
      JSON.stringify({
        bar: '4.6b',
        messages: MESSAGES,
        perSecond: Math.round((1000 * MESSAGES) / ms),
        heldMiB: round(held),
        rssMiB: round(rss),
        ...(await durability(db)),
      }),
    );
    return held.at(-1) - held[0];
  } finally {
    await load.stop();
    await listener.stop();
  }
}
