/** A process that runs the embedded server and then waits to be killed: `typescript-loader.js` loads it in tests of survival. */
import { startEmbeddedServer } from '../../src/platform/database/embedded-server.js';

const server = await startEmbeddedServer({ dataDir: process.argv[2] as string });
process.stdout.write(
  `${JSON.stringify({ url: server.url, superuserUrl: server.superuserUrl, attached: server.attached })}\n`,
);
setInterval(() => {}, 60_000);
