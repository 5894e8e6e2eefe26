/** Entry of the `hub` command; `src/runtime/start.mjs` builds it when needed. Everything else is imported on a Node that supports it. */
import { existsSync } from 'node:fs';
import { runningOnSupportedNode } from '../runtime/supported-node.js';

if (await runningOnSupportedNode(import.meta.url)) {
  // Libraries are fast and quiet in production mode; what is a demonstration is decided by the settings alone.
  process.env.NODE_ENV ??= 'production';
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`hub … | head`) is no failure.
    if (code === 'EPIPE') process.exit(0);
    process.stderr.write(`Standard output cannot be written (${code}): what was written is not the whole.\n`);
    process.exit(1);
  });
  if (existsSync('.env')) process.loadEnvFile('.env');
  const [{ runProgram }, { PacedText }] = await Promise.all([
    import('./program.js'),
    import('./paced-text.js'),
  ]);
  const out = new PacedText(process.stdout);
  process.exitCode = await runProgram(process.argv.slice(2), { out, err: process.stderr });
  await out.written();
}
