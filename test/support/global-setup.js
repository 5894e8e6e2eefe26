/**
 * Before the test run: listens for test processes that want a database. The first one to ask starts PostgreSQL, so a run of
 * unit tests alone starts none.
 */
import { createServer } from 'node:net';
import './typescript-loader.js';

export default async function globalSetup() {
  let shared;
  const broker = createServer((socket) => {
    socket.on('error', () => {});
    shared ??= import('./shared-server.ts').then(({ SharedServer }) => new SharedServer());
    shared
      .then((server) => server.urls())
      .then(
        (urls) => socket.end(JSON.stringify(urls)),
        (error) => socket.end(JSON.stringify({ error: error?.stack ?? String(error) })),
      );
  });
  await new Promise((done) => broker.listen(0, '127.0.0.1', done));
  broker.unref();
  process.env.HUB_TEST_SERVER_PORT = String(broker.address().port);
  globalThis.stopSharedServer = async () => {
    broker.close();
    await (await shared)?.stop();
  };
}
