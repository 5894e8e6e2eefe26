/** Runs a benchmark by name on the Node that the hub ships, from the hub's built code. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, isStale, ROOT } from '../../src/runtime/build.mjs';

const SHIPPED_NODE = join(ROOT, 'node_modules/.bin/node');
const BENCHES = ['graphql', 'eligibility', 'delivery', 'caseload', 'hl7', 'start'];

const name = process.argv[2];
if (!BENCHES.includes(name)) {
  console.error(`which benchmark? accepted: ${BENCHES.join(', ')}`);
  process.exit(2);
}
if (Number(process.versions.node.split('.')[0]) < 24) {
  if (!existsSync(SHIPPED_NODE)) {
    console.error('Node 24 is missing: run npm ci first');
    process.exit(1);
  }
  const again = spawnSync(SHIPPED_NODE, process.argv.slice(1), { stdio: 'inherit' });
  process.exit(again.status ?? 1);
}
if (process.env.BENCH_DIST === undefined && isStale()) {
  const failed = build();
  if (failed) process.exit(failed);
}
const { run } = await import(`./${name}.bench.mjs`);
process.exitCode = await run();
