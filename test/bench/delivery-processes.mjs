/** The processes of the delivery benchmark, and an observer that sees when a document is accepted. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { BENCH } from './built-hub.mjs';

function start(file, args = []) {
  return fork(join(BENCH, file), args, {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', BENCH_DIST: process.env.BENCH_DIST ?? 'dist' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect();
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(late);
}

/** The record server. `onSeen` is told of each request below `/hang/`. */
export async function startServer(onSeen = () => {}) {
  const child = start('delivery-server.mjs');
  const [{ port }] = await once(child, 'message');
  child.on('message', (message) => message.seen && onSeen(message));
  return {
    urlOf: (mode) => `http://127.0.0.1:${port}/${mode}/fhir/`,
    /** True: answers what waits, and from now on everything at once. */
    async flush(flush) {
      const done = new Promise((resolve) => {
        const heard = (message) => {
          if (message.flushing !== flush) return;
          child.off('message', heard);
          resolve();
        };
        child.on('message', heard);
      });
      child.send({ flush });
      await done;
    },
    stop: () => end(child),
  };
}

/** A worker, once it hears of work. `modes` maps a record system's code to how its server answers. */
export async function startWorker(ownerUrl, world, server, modes) {
  const destinations = Object.entries(modes).map(([code, mode]) => ({
    code,
    systemId: world.systems[code],
    baseUrl: server.urlOf(mode),
  }));
  const given = { ownerUrl, organisationId: world.organisationId, destinations };
  const child = start('delivery-worker.mjs', [JSON.stringify(given)]);
  const [ready] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (ready !== 'ready') throw new Error('a worker did not start');
  return {
    pid: child.pid,
    kill: () => child.kill('SIGKILL'),
    stop: () => end(child),
  };
}

/** Sees documents being accepted, from a connection of its own: told by notification, sure by a read of the committed row. */
export async function openObserver(superuserUrl) {
  const client = new pg.Client({ connectionString: superuserUrl, application_name: 'bench observer' });
  await client.connect();
  await client.query('listen hub_delivery_changed');
  const awaited = new Map();
  const look = async (documentId) => {
    const one = awaited.get(documentId);
    if (!one) return;
    const { rows } = await client.query({
      name: 'accepted',
      text: 'select accepted_at is not null as accepted from deliveries where document_id = $1',
      values: [documentId],
    });
    if (!rows[0]?.accepted || !awaited.delete(documentId)) return;
    clearTimeout(one.late);
    one.resolve(performance.now());
  };
  // One look after another, as one connection has it.
  let looks = Promise.resolve();
  const lookAt = (documentId) => {
    looks = looks.then(() => look(documentId));
  };
  client.on('notification', ({ payload }) => awaited.has(payload) && lookAt(payload));
  return {
    /** The moment, by `performance.now()`, at which the acceptance was seen. */
    accepted: (documentId) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error('a document was not accepted within a minute')),
          60_000,
        );
        awaited.set(documentId, { resolve, late });
        // It may have been accepted before anybody waited for it.
        lookAt(documentId);
      }),
    close: () => client.end(),
  };
}
