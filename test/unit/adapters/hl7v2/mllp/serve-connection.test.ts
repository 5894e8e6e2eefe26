/** A connection that cannot go on ends by itself: nothing of it reaches the process. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { FrameBudget } from '../../../../../adapters/hl7v2/mllp/frame-budget.js';
import { ServedConnection } from '../../../../../adapters/hl7v2/mllp/serve-connection.js';
import { Tally } from '../../../../../adapters/hl7v2/mllp/tally.js';
import { systemClock } from '../../../../../src/core/clock.js';
import { silentLogger } from '../../../../../src/core/logger.js';

/** Memory that is not there. */
class NoMemory extends FrameBudget {
  override take(): boolean {
    throw new RangeError('Array buffer allocation failed');
  }
}

test.each([
  ['a part of a frame', '\vMSH|'],
  ['a whole frame', '\vMSH|^~\\&|\r\x1c\r'],
])('%s for which there is no memory ends its connection, noted', async (_what, bytes) => {
  const tally = new Tally({ system: 'pas', clock: systemClock, logger: silentLogger });
  const handler = { admits: () => true, frame: () => Promise.reject(new Error('never')), tooLong: () => [] };
  const budget = new NoMemory(1);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = { address: '127.0.0.1', certificate: null };
    const serving = { handler, budget, tally, maxFrameBytes: 1_000, frameTimeoutMs: 1_000 };
    new ServedConnection(socket, peer, serving);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  peer.write(bytes);
  peer.resume();
  await once(peer, 'close');
  server.close();
  expect([...tally.counts.keys()]).toContain('FAILED');
});

test('after an answer that cannot be written nothing more is taken into work', async () => {
  const tally = new Tally({ system: 'pas', clock: systemClock, logger: silentLogger });
  let taken = 0;
  let answer: () => void = () => {};
  const handler = {
    admits: () => true,
    frame: async () => {
      taken += 1;
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { answers: [Buffer.from('MSH|')], goesOn: true };
    },
    tooLong: () => [],
  };
  let served: ServedConnection | null = null;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    const serving = {
      handler,
      budget: new FrameBudget(10_000),
      tally,
      maxFrameBytes: 1_000,
      frameTimeoutMs: 1_000,
    };
    served = new ServedConnection(socket, { address: '127.0.0.1', certificate: null }, serving);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true });
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
  const frame = '\vMSH|^~\\&|\r\x1c\r';
  peer.write(frame + frame);
  await pause();
  // What comes meanwhile ends the reading, so that the reset shows by the answer.
  peer.write(frame.repeat(20_000));
  await pause();
  peer.resetAndDestroy();
  await pause();
  answer();
  await pause();
  answer();
  await served!.over;
  server.close();
  expect(taken).toBe(1);
});
