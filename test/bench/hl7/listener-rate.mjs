/** 4.6a: messages kept and answered a second, beside bare inserts at the same concurrency on the same server, in alternating rounds. */
import { median, spread } from '../figures.mjs';
import { start } from './processes.mjs';

/** As `npm start` has it. */
export const AS_SHIPPED = ['--max-semi-space-size=16'];
const CONNECTIONS = 16;
/** Many and short: the speed of a shared machine changes within seconds. */
const ROUNDS = 20;
const ROUND_MS = 1_800;
/** So many first, so that what is measured is compiled code. */
const WARM = 20_000;

/** Answers how the rate of the listener stands to that of bare inserts: the median over rounds that follow each other. */
export async function measureRate(db, world) {
  await db.client.query(
    `create table bare_messages (
       id uuid primary key, application text, facility text, control_id text, content_hash text not null, bytes_hash text not null,
       type text, sent_at timestamptz(3), received_at timestamptz(3) not null default clock_timestamp(), remote_address text not null,
       answer bytea, bytes bytea not null, unique (control_id, application, facility))`,
  );
  const { ownerUrl, superuserUrl: url } = db;
  const listener = await start('listener.mjs', { ownerUrl, ...world, reads: false }, AS_SHIPPED);
  const port = Number(listener.said.address.split(':').at(-1));
  const load = await start('load.mjs', { port, connections: CONNECTIONS });
  const bare = await start('bare.mjs', { url, connections: CONNECTIONS });
  try {
    const rate = async (who, prefix, ms) => {
      const { answered, ms: took } = await who.ask({ prefix, ms });
      return (1000 * answered) / took;
    };
    await load.ask({ prefix: 'WL-', most: WARM });
    await bare.ask({ prefix: 'WB-', most: WARM });
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      await db.client.query('checkpoint');
      const kept = async () => rate(load, `L${round}-`, ROUND_MS);
      const inserted = async () => rate(bare, `B${round}-`, ROUND_MS);
      // Whoever goes first changes from round to round.
      const [first, second] = round % 2 ? [await inserted(), await kept()] : [await kept(), await inserted()];
      const [listened, bareRate] = round % 2 ? [second, first] : [first, second];
      rounds.push({ listened, bareRate });
    }
    const { rows } = await db.client.query(
      `select count(*)::integer as n, (select count(*)::integer from inbound_bodies) as bodies from inbound_messages`,
    );
    const [{ n, bodies }] = rows;
    if (n !== bodies) throw new Error('a message is without its bytes');
    const settings = await durability(db);
    console.log(
      JSON.stringify({
        bar: '4.6a',
        connections: CONNECTIONS,
        rounds: ROUNDS,
        listenedPerSecond: spread(
          rounds.map(({ listened }) => listened),
          0,
        ),
        barePerSecond: spread(
          rounds.map(({ bareRate }) => bareRate),
          0,
        ),
        ratios: spread(rounds.map(({ listened, bareRate }) => listened / bareRate)),
        ...settings,
      }),
    );
    return median(rounds.map(({ listened, bareRate }) => listened / bareRate));
  } finally {
    await Promise.all([load.stop(), bare.stop()]);
    await listener.stop();
  }
}

/** What decides whether a commit is on disk when it is answered, as the worker's own connections have it. */
export async function durability(db) {
  const { rows } = await db.client.query(
    `select current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
            current_setting('synchronous_commit') as synchronous_commit`,
  );
  for (const [name, value] of Object.entries(rows[0]))
    if (value !== 'on') throw new Error(`${name} is ${value}`);
  return rows[0];
}
