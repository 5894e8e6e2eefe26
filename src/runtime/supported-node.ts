/**
 * Makes sure the hub runs on a Node it is built for: continues, or runs itself again on the one that npm installed beside it.
 * Nothing but built-in modules is imported here, since everything else may need the newer Node.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIFELINE, watchLifeline } from './lifeline.js';

/** Exit code when there is no Node to run on: EX_CONFIG of sysexits.h; the operator installs one. */
export const EXIT_NO_NODE = 78;
/**
 * - `SUPPORTED`: 22.18 and later of 22, 24 and later; everything runs.
 * - `TOLERATED`: 20.19 and later; the hub runs, the demonstration's record system does not (it needs node:sqlite).
 * - `TOO_OLD`: nothing runs.
 */
export type NodeSupport = 'SUPPORTED' | 'TOLERATED' | 'TOO_OLD';

/** How far a Node version, as `24.21.0`, is supported. */
export function nodeSupport(version: string): NodeSupport {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major >= 24 || (major === 22 && minor >= 18)) return 'SUPPORTED';
  return major > 20 || (major === 20 && minor >= 19) ? 'TOLERATED' : 'TOO_OLD';
}

/** The Node that npm installed for this platform in the nearest `node_modules` above a file; null when there is none. */
export function installedNode(file: string): string | null {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const places = [join(`node-${platform}-${process.arch}`, 'bin', name), join('.bin', name)];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const found = places.map((place) => join(folder, 'node_modules', place)).find((path) => existsSync(path));
    if (found) return found;
    if (folder === dirname(folder)) return null;
  }
}

/**
 * True when the caller should go on in this process. Otherwise the entry is run again on the installed Node with the same
 * arguments, and this process only passes signals on and ends with the other's exit code (128 + number for a signal). With
 * no Node to run on, it says so and exits 78.
 *
 * `entry` is the file URL of a program, which watches the lifeline (`watchLifeline`) or asks this function about itself.
 * `version` is the Node version to judge, by default that of this process.
 */
export async function runningOnSupportedNode(
  entry: string,
  version = process.versions.node,
): Promise<boolean> {
  // A second run is known by its lifeline; there is never a third.
  const again = process.env[LIFELINE] !== undefined;
  watchLifeline(process.env[LIFELINE]);
  const support = nodeSupport(version);
  if (support === 'SUPPORTED') return true;
  const file = fileURLToPath(entry);
  const node = again ? null : installedNode(file);
  if (node) {
    runAgain(node, file);
    return false;
  }
  if (support === 'TOLERATED') {
    process.stderr.write(
      `Node ${version} runs the hub, but not the demonstration; install Node 24 for both.\n`,
    );
    return true;
  }
  giveUp(
    `Node ${version} is too old: the hub needs 20.19 or later, 24 for choice. npm ci installs one where npm has it.`,
  );
  return false;
}

function runAgain(node: string, file: string): void {
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--watch'));
  const child = spawn(node, [...flags, file, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, [LIFELINE]: '3' },
  });
  forwardSignals(child);
  child.on('error', (error) => giveUp(`The installed Node cannot be run: ${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
}

function forwardSignals(child: ChildProcess): void {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both processes; passed on, it would count as the impatient second one.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
}

function giveUp(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exit(EXIT_NO_NODE);
}
