/** Loaded before each test file: what it emits is held against the table of UK Core at once, and written down for the end of the run. */
import { relative, resolve } from 'node:path';
import { collectEmitted, type Emission, emissionFile } from './collect.js';
import { ukCoreFaults } from './uk-core.rules.js';

const ROOT = resolve(import.meta.dirname, '../../..');

const fresh: Emission[] = [];
const write = emissionFile(relative(ROOT, expect.getState().testPath ?? ''));
const stop = collectEmitted((emission) => {
  fresh.push(emission);
  write(emission);
});

afterEach(() => {
  const faults = fresh.splice(0).flatMap(ukCoreFaults);
  if (faults.length > 0) throw new Error(`emitted against UK Core:\n${[...new Set(faults)].join('\n')}`);
});
afterAll(stop);
