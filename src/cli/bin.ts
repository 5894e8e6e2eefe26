/** Entry of the `hub` command; `src/runtime/start.mjs` builds and starts it on a supported Node. */
import { runProgram } from './program.js';

process.exitCode = await runProgram(process.argv.slice(2), { out: process.stdout, err: process.stderr });
