/** Entry of the `hub` command; `src/runtime/start.mjs` builds and starts it on a supported Node. */
import { watchLifeline } from '../runtime/lifeline.js';
import { runProgram } from './program.js';

watchLifeline(process.env.HUB_LIFELINE_FD);
process.exitCode = await runProgram(process.argv.slice(2), { out: process.stdout, err: process.stderr });
