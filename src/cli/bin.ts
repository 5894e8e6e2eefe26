/** Entry of the `hub` command; `src/runtime/start.mjs` builds it when needed. Everything else is imported on a Node that supports it. */
import { existsSync } from 'node:fs';
import { runningOnSupportedNode } from '../runtime/supported-node.js';

if (await runningOnSupportedNode(import.meta.url)) {
  // Libraries are fast and quiet in production mode; what is a demonstration is decided by the settings alone.
  process.env.NODE_ENV ??= 'production';
  // A reader that has seen enough (`hub … | head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { runProgram } = await import('./program.js');
  process.exitCode = await runProgram(process.argv.slice(2), { out: process.stdout, err: process.stderr });
}
