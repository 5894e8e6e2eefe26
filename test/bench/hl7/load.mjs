/**
 * A process that sends: by so many connections at once, each of which waits for the answer to one message before it sends the next, as
 * an engine does. Every answer must accept its own message.
 */
import { connect } from 'node:net';
import { framed, numberOf } from './messages.mjs';

const { port, connections } = JSON.parse(process.argv[2]);
let sent = 0;
let until = 0;
let most = Number.POSITIVE_INFINITY;
let answered = 0;
let prefix = '';

const sockets = await Promise.all(
  Array.from(
    { length: connections },
    () =>
      new Promise((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
        socket.once('error', reject);
      }),
  ),
);

/** Sends by one connection until the time is over or enough were sent. */
function course(socket) {
  return new Promise((resolve, reject) => {
    let waitsFor = '';
    let held = '';
    const next = () => {
      if (performance.now() >= until || sent >= most) {
        socket.off('data', heard);
        return resolve();
      }
      const n = sent++;
      waitsFor = numberOf(prefix, n);
      socket.write(framed(waitsFor, n));
    };
    const heard = (chunk) => {
      held += chunk.toString('latin1');
      if (!held.endsWith('\x1c\r')) return;
      if (!held.includes(`\rMSA|AA|${waitsFor}`))
        return reject(new Error(`not accepted: ${held.slice(0, 300)}`));
      held = '';
      answered++;
      next();
    };
    socket.on('data', heard);
    socket.once('close', () => reject(new Error('the listener closed a connection')));
    next();
  });
}

process.on('message', async (order) => {
  ({ prefix, most = Number.POSITIVE_INFINITY } = order);
  sent = 0;
  answered = 0;
  const begun = performance.now();
  until = begun + (order.ms ?? Number.POSITIVE_INFINITY);
  try {
    await Promise.all(sockets.map(course));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
  for (const socket of sockets) socket.removeAllListeners('close');
  process.send({ answered, ms: performance.now() - begun });
});
process.once('disconnect', () => process.exit(0));
process.send('ready');
