/**
 * A process that only inserts: one row at a time, each committed, by so many connections at once. A row holds what the hub keeps of a
 * message, under its id and its number; nothing is received, read, checked or answered, and there are no row rules.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { adt, numberOf } from './messages.mjs';

const { url, connections } = JSON.parse(process.argv[2]);
const clients = await Promise.all(
  Array.from({ length: connections }, async () => {
    const client = new pg.Client({ connectionString: url, application_name: 'bench bare' });
    await client.connect();
    return client;
  }),
);
const HASH = 'a'.repeat(64);
const ANSWER = Buffer.from('x'.repeat(110));
const INSERT = `insert into bare_messages (id, application, facility, control_id, content_hash, bytes_hash, type, sent_at,
  remote_address, answer, bytes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;
let sent = 0;

async function course(client, until, most, prefix) {
  let inserted = 0;
  while (performance.now() < until && sent < most) {
    const n = sent++;
    const number = numberOf(prefix, n);
    await client.query({
      name: 'bare',
      text: INSERT,
      values: [
        randomUUID(),
        ...['PAS', 'RAA', number, HASH, HASH, 'ADT^A08', '2026-03-11T11:59:00.000Z', '127.0.0.1', ANSWER],
        adt(number, n),
      ],
    });
    inserted++;
  }
  return inserted;
}

process.on('message', async ({ ms = 1e9, most = 1e9, prefix }) => {
  sent = 0;
  const begun = performance.now();
  const counts = await Promise.all(clients.map((client) => course(client, begun + ms, most, prefix)));
  const answered = counts.reduce((sum, count) => sum + count, 0);
  process.send({ answered, ms: performance.now() - begun });
});
process.once('disconnect', async () => {
  await Promise.all(clients.map((client) => client.end()));
  process.exit(0);
});
process.send('ready');
