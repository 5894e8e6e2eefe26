/** Loaded by processes that tests start: what they emit is written down for the end of the run. */
import { basename } from 'node:path';
import { argv, env } from 'node:process';
import { collectEmitted, emissionFile, FOLDER } from './collect.js';

if (env[FOLDER] !== undefined) collectEmitted(emissionFile(`process ${basename(argv[1] ?? '')}`));
