/** After the test run: stops the shared PostgreSQL, if a test asked for it, and judges the FHIR resources that were emitted. */
import { rmSync } from 'node:fs';
import { FOLDER } from './emitted/collect.js';

/** True when no part of the tests was left out by the command line. */
function isWhole({ testPathPatterns, testNamePattern, shard, onlyChanged, onlyFailures, findRelatedTests }) {
  const chosen = testPathPatterns?.patterns?.length > 0 || testNamePattern || findRelatedTests;
  return !(chosen || shard || onlyChanged || onlyFailures);
}

export default async function globalTeardown(globalConfig) {
  await globalThis.stopSharedServer?.();
  const folder = process.env[FOLDER];
  if (folder === undefined) return;
  const { closeRun, linesIn } = await import('./emitted/whole-run.ts');
  const lines = linesIn(folder);
  rmSync(folder, { recursive: true, force: true });
  try {
    closeRun(lines, isWhole(globalConfig), (text) => process.stdout.write(text));
  } catch (error) {
    // The run fails, and still reports what its tests came to.
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
