/** A process that only inserts: one row with the same bytes at a time, each committed, by so many connections at once. Nothing is checked. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { adt } from './messages.mjs';

const { url, connections } = JSON.parse(process.argv[2]);
const clients = await Promise.all(
  Array.from({ length: connections }, async () => {
    const client = new pg.Client({ connectionString: url, application_name: 'bench bare' });
    await client.connect();
    return client;
  }),
);
let sent = 0;

async function course(client, until, prefix) {
  let inserted = 0;
  while (performance.now() < until) {
    const n = sent++;
    await client.query({
      name: 'bare',
      text: 'insert into bare_messages (id, control_id, bytes) values ($1, $2, $3)',
      values: [randomUUID(), `${prefix}${n}`, adt(`${prefix}${n}`, n)],
    });
    inserted++;
  }
  return inserted;
}

process.on('message', async ({ ms, prefix }) => {
  const begun = performance.now();
  const counts = await Promise.all(clients.map((client) => course(client, begun + ms, prefix)));
  const answered = counts.reduce((sum, count) => sum + count, 0);
  process.send({ answered, ms: performance.now() - begun });
});
process.once('disconnect', async () => {
  await Promise.all(clients.map((client) => client.end()));
  process.exit(0);
});
process.send('ready');
