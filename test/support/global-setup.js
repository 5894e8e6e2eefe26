/**
 * Before the test run: listens for test processes that want a database, and say what should be in it. The first one to ask
 * starts PostgreSQL, so a run of unit tests alone starts none.
 */
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FOLDER } from './emitted/collect.js';
import './typescript-loader.js';

export default async function globalSetup() {
  let shared;
  const broker = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    shared ??= import('./shared-server.ts').then(({ SharedServer }) => new SharedServer());
    Promise.all([shared, text(socket)])
      .then(([server, wish]) => server.grant(wish))
      .then(
        (answer) => socket.end(JSON.stringify(answer)),
        (error) => socket.end(JSON.stringify({ error: error?.stack ?? String(error) })),
      );
  });
  await new Promise((done) => broker.listen(0, '127.0.0.1', done));
  broker.unref();
  process.env.HUB_TEST_SERVER_PORT = String(broker.address().port);
  process.env[FOLDER] = mkdtempSync(join(tmpdir(), 'hub-emitted-'));
  globalThis.stopSharedServer = async () => {
    broker.close();
    await (await shared)?.stop();
  };
}
